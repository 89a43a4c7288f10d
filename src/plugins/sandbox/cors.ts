import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Puts the CORS headers on every answer of the server on this port, as API Gateway does for an integration's.
 * Sandbox hands its server to nobody, but Node announces each request that a server receives.
 */
export function answerCors(port: number): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.socket.localPort !== port || !request.headers.origin) return
    response.setHeader('access-control-allow-origin', '*')
    if (request.method !== 'OPTIONS') return
    response.setHeader('access-control-allow-methods', 'POST')
    response.setHeader('access-control-allow-headers', 'content-type')
  })
}
