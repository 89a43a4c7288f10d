import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { startDynamoDB, TABLES } from '../test/_dynamodb.ts'
import { startServer } from '../test/_ports.ts'

/** Milliseconds that the stand-in for SSM takes: a usual round trip to it from a Lambda in the same region. */
export const SSM_DELAY = 20

/** DynamoDB and SSM on this machine, by one endpoint that counts the calls. */
export async function startStandIn() {
  const dynamodb = await startDynamoDB()
  let calls: string[] = []
  const server = await startServer(async (incoming, response) => {
    const bytes = await buffer(incoming)
    const [service, operation] = String(incoming.headers['x-amz-target']).split('.')
    calls.push(`${service?.split('_')[0]} ${operation}`)
    if (service === 'AmazonSSM') {
      await setTimeout(SSM_DELAY)
      const Parameters = [
        { Name: '/Bench/tables/mathai_users', Value: TABLES.USERS_TABLE },
        { Name: '/Bench/tables/mathai_signup_attempts', Value: TABLES.ATTEMPTS_TABLE },
      ]
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ Parameters }))
      return
    }
    const { headers, method, url: path } = incoming
    const outgoing = request({ host: '127.0.0.1', port: dynamodb.port, headers, method, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    outgoing.end(bytes)
  })
  return {
    port: server.port,
    dynamodb,
    /** The calls since the last time it was asked. */
    takeCalls(): string[] {
      const taken = calls
      calls = []
      return taken
    },
    async stop(): Promise<void> {
      await server.stop()
      await dynamodb.stop()
    },
  }
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>
