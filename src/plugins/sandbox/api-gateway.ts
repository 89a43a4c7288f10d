import { randomUUID } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { CorsPolicy } from '../cors.ts'

type Api = { port: number; cors: CorsPolicy; paths: string[] }

/** The local page, its files and the contract, which are not in AWS. */
const LOCAL_PATHS = ['/', '/signup.css', '/signup.js', '/openapi.yaml']

let api: Api | undefined

/** Makes the HTTP server of Sandbox answer as API Gateway does. A reload of app.arc calls it again. */
export function actAsApiGateway(next: Api): void {
  // Sandbox does not expose its server, but Node reports each request on a diagnostics channel.
  if (!api) subscribe('http.server.request.start', onRequest)
  api = next
}

function onRequest(message: unknown): void {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  if (!api || request.socket.localPort !== api.port) return
  for (const [name, value] of corsHeaders(request, api.cors)) response.setHeader(name, value)
  // In AWS the log has this ID. Sandbox gives the handler none.
  response.setHeader('apigw-requestid', randomUUID())
  // Sandbox ignores the case of a path and a slash at its end.
  const [pathname = ''] = (request.url ?? '').split('?')
  if (!LOCAL_PATHS.includes(pathname) && !api.paths.some((path) => matches(path, pathname))) request.url = '/404'
  // Sandbox only reads a body if its length is known.
  if (request.headers['transfer-encoding'] === 'chunked') request.headers['content-length'] = '1'
  answerErrorsInJson(response)
}

/** True if a path is one of a route of app.arc, such as /signup, /users/:id or /files/*. */
function matches(route: string, pathname: string): boolean {
  const pattern = route.replace(/:[^/]+/g, '[^/]+').replace(/\*$/, '.*')
  return new RegExp(`^${pattern}$`).test(pathname)
}

/** Sandbox answers with an HTML page if a handler fails, is not compiled yet, or cannot take the body. */
function answerErrorsInJson(response: ServerResponse): void {
  const end = response.end.bind(response)
  response.end = ((body?: string | Buffer) => {
    if (response.statusCode < 400 || !String(response.getHeader('content-type')).includes('text/html')) {
      return end(body)
    }
    response.removeHeader('content-length')
    response.setHeader('content-type', 'application/json')
    return end(JSON.stringify({ message: STATUS_CODES[response.statusCode] }))
  }) as typeof response.end
}

function corsHeaders({ headers, method }: IncomingMessage, policy: CorsPolicy): [string, string][] {
  const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge } = policy
  const { origin } = headers
  const allowed = AllowOrigins.find((pattern) => isAllowed(pattern, String(origin)))
  if (!origin || !allowed) return []
  const answer: [string, string][] = [
    ['access-control-allow-origin', allowed === '*' ? '*' : origin],
    ['access-control-expose-headers', ExposeHeaders.join(',')],
  ]
  if (method !== 'OPTIONS' || !headers['access-control-request-method']) return answer
  return [
    ...answer,
    ['access-control-allow-methods', AllowMethods.join(',')],
    ['access-control-allow-headers', AllowHeaders.join(',')],
    ['access-control-max-age', String(MaxAge)],
  ]
}

/** `*` allows every origin, and `https://*` every origin with this scheme. */
function isAllowed(pattern: string, origin: string): boolean {
  return pattern === '*' || pattern === origin || (pattern.endsWith('://*') && origin.startsWith(pattern.slice(0, -1)))
}
