import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CorsPolicy } from '../cors.ts'

/**
 * Puts the CORS headers on every answer of the server on this port, as API Gateway does.
 * Sandbox hands its server to nobody, but Node announces each request that a server receives.
 */
export function answerCors(port: number, policy: CorsPolicy): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.socket.localPort !== port) return
    for (const [name, value] of corsHeaders(request, policy)) response.setHeader(name, value)
  })
}

function corsHeaders({ headers, method }: IncomingMessage, policy: CorsPolicy): [string, string][] {
  const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge } = policy
  const { origin } = headers
  const allowed = AllowOrigins.find((allowed) => allowed === '*' || allowed === origin)
  if (!origin || !allowed) return []
  const answer: [string, string][] = [
    ['access-control-allow-origin', allowed],
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
