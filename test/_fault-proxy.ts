import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startServer } from './_ports.ts'

export type Fault = (exchange: Exchange) => void | Promise<void>
export type Exchange = {
  /** Sends the call on to DynamoDB and gives its answer. */
  forward(): Promise<{ status: number; body: Buffer }>
  response: ServerResponse
  /** How many calls of this operation there were before, since the fault was set. */
  earlier: number
}

const AWS_JSON = { 'content-type': 'application/x-amz-json-1.0' }

/** Stands between a client and the DynamoDB on a port, and spoils the operations that are given a fault. */
export async function startFaultProxy(target: number) {
  let faults: Record<string, Fault> = {}
  let calls: { operation: string; authorization: string }[] = []

  const { port, stop } = await startServer(async (incoming, response) => {
    const bytes = await buffer(incoming)
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? ''
    const earlier = calls.filter((call) => call.operation === operation).length
    calls.push({ operation, authorization: incoming.headers.authorization ?? '' })
    const forward = () => send(incoming, bytes, target)
    const fault = faults[operation] ?? faults['*'] ?? answer
    await fault({ forward, response, earlier })
  })
  return {
    port,
    calls: () => calls,
    /** Spoils these operations from now on; `*` is all others. */
    inject(next: Record<string, Fault>): void {
      faults = next
      calls = []
    },
    stop,
  }
}

async function send({ headers, method, url }: IncomingMessage, bytes: Buffer, port: number) {
  const outgoing = request({ port, host: '127.0.0.1', headers, method, path: url }).end(bytes)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await buffer(answer) }
}

async function answer({ forward, response }: Exchange): Promise<void> {
  const { status, body } = await forward()
  response.writeHead(status, AWS_JSON).end(body)
}

export const lost: Fault = async ({ forward, response }) => {
  await forward()
  response.destroy()
}
export const reset: Fault = ({ response }) => void response.destroy()
export const firstTime =
  (fault: Fault): Fault =>
  (exchange) =>
    exchange.earlier ? answer(exchange) : fault(exchange)
export const late =
  (ms: number): Fault =>
  async (exchange) => {
    await new Promise((resolve) => setTimeout(resolve, ms).unref())
    await answer(exchange)
  }
export const silent: Fault = async ({ forward }) => void (await forward())
export const serverError: Fault = ({ response }) =>
  void response
    .writeHead(500, AWS_JSON)
    .end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}')
export const refusal =
  (name: string): Fault =>
  ({ response }) =>
    void response
      .writeHead(400, AWS_JSON)
      .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name }))
export const garbage: Fault = async ({ forward, response }) => {
  await forward()
  response.writeHead(200, AWS_JSON).end('{"Attributes": <html>')
}
export const half: Fault = async ({ forward, response }) => {
  const { body } = await forward()
  response.writeHead(200, { ...AWS_JSON, 'content-length': body.length + 100 })
  response.write('{"Attr', () => response.destroy())
}
