/** A CORS policy, as HTTP API's CorsConfiguration has it. */
export type CorsPolicy = {
  AllowOrigins: string[]
  AllowMethods: string[]
  AllowHeaders: string[]
  ExposeHeaders: string[]
  /** Seconds for which a browser keeps the answer to its preflight. */
  MaxAge: number
}

/** What browsers on these origins may do. No cookies are used, so `*` is safe. */
export function corsPolicy(origins: string[]): CorsPolicy {
  return {
    AllowOrigins: origins,
    AllowMethods: ['POST'],
    AllowHeaders: ['content-type', 'idempotency-key'],
    ExposeHeaders: ['retry-after'],
    MaxAge: 86400,
  }
}
