import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { startServer } from './server.ts'

export type Fault = (exchange: Exchange) => void | Promise<void>
/** A call that was made: its body is what the client sent, as JSON. */
export type Call = { operation: string; body: Record<string, unknown>; authorization: string; connection: Socket }
export type Exchange = {
  /** Sends the call on to DynamoDB. Resolves to its answer. */
  forward(): Promise<{ status: number; body: Buffer }>
  response: ServerResponse
  /** The number of earlier calls of this operation since the fault was set. */
  earlier: number
}

const AWS_JSON = { 'content-type': 'application/x-amz-json-1.0' }

/** A proxy in front of the DynamoDB on a port. It records every call, and spoils the operations that have a fault. */
export async function startProxy(target: number) {
  let faults: Record<string, Fault> = {}
  let calls: Call[] = []
  const dropped = new WeakSet<Socket>()
  const connections = new Set<Socket>()

  const { port, stop } = await startServer(async (incoming, response) => {
    if (dropped.has(incoming.socket)) return
    connections.add(incoming.socket)
    const bytes = await buffer(incoming)
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
    const earlier = calls.filter((call) => call.operation === operation).length
    const { authorization = '' } = incoming.headers
    calls.push({ operation, body: JSON.parse(`${bytes}`), authorization, connection: incoming.socket })
    const forward = () => send(incoming, bytes, target)
    const fault = faults[operation] ?? faults['*'] ?? pass
    await fault({ forward, response, earlier })
  })
  return {
    port,
    /** The calls since the last `inject`. */
    calls: () => calls,
    /** Spoils these operations from now on. `*` stands for all others. */
    inject(next: Record<string, Fault>): void {
      faults = next
      calls = []
    },
    /** Never answers again on the present connections, and does not close them: a network that drops them silently. */
    dropConnections(): void {
      for (const connection of connections) dropped.add(connection)
    },
    stop,
  }
}

export type DatabaseProxy = Awaited<ReturnType<typeof startProxy>>

async function send({ headers, method, url }: IncomingMessage, bytes: Buffer, port: number) {
  const outgoing = request({ port, host: '127.0.0.1', headers, method, path: url }).end(bytes)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await buffer(answer) }
}

/** No fault: the answer of DynamoDB. */
export const pass: Fault = async ({ forward, response }) => {
  const { status, body } = await forward()
  response.writeHead(status, AWS_JSON).end(body)
}

/** The write happens, and the connection breaks before the answer. */
export const lost: Fault = async ({ forward, response }) => {
  await forward()
  response.destroy()
}
/** The connection breaks before the call reaches DynamoDB. */
export const reset: Fault = ({ response }) => void response.destroy()
/** The fault for the first call of the operation only. */
export const firstTime =
  (fault: Fault): Fault =>
  (exchange) =>
    exchange.earlier ? pass(exchange) : fault(exchange)
export const late =
  (ms: number): Fault =>
  async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, ms).unref())
    await pass(exchange)
  }
/** The write happens, and no answer ever comes. */
export const silent: Fault = async ({ forward }) => void (await forward())
export const serverError: Fault = ({ response }) =>
  void response.writeHead(500, AWS_JSON).end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}')
/** DynamoDB refuses the call with the error of this name. */
export const refusal =
  (name: string): Fault =>
  ({ response }) =>
    void response
      .writeHead(400, AWS_JSON)
      .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name }))
/** The write happens, and the answer is not JSON. */
export const garbage: Fault = async ({ forward, response }) => {
  await forward()
  response.writeHead(200, AWS_JSON).end('{"Attributes": <html>')
}
/** The write happens, and the connection breaks in the middle of the answer. */
export const half: Fault = async ({ forward, response }) => {
  const { body } = await forward()
  response.writeHead(200, { ...AWS_JSON, 'content-length': body.length + 100 })
  response.write('{"Attr', () => response.destroy())
}
