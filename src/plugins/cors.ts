import { type Manifest, routesOf } from './architect.ts'

/** A CORS policy in the form of HTTP API's CorsConfiguration. */
export type CorsPolicy = {
  AllowOrigins: string[]
  AllowMethods: string[]
  AllowHeaders: string[]
  ExposeHeaders: string[]
  /** Seconds for which a browser keeps the answer to its preflight. */
  MaxAge: number
}

/** What browsers on these origins may do. No cookies are used, so `*` gives nothing away. */
export function corsPolicy(origins: string[], arc: Manifest): CorsPolicy {
  const methods = routesOf(arc).map(({ method }) => (method === 'any' ? '*' : method.toUpperCase()))
  return {
    AllowOrigins: origins,
    AllowMethods: methods.includes('*') ? ['*'] : [...new Set(methods)],
    AllowHeaders: ['*'],
    // API Gateway gives each answer the ID of its request.
    ExposeHeaders: ['apigw-requestid', 'retry-after'],
    MaxAge: 86400,
  }
}
