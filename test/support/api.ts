import { buffer } from 'node:stream/consumers'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { corsPolicy } from '../../src/plugins/cors.ts'
import { actAsApiGateway } from '../../src/plugins/sandbox/api-gateway.ts'
import { readUsers, startDynamoDB } from './dynamodb.ts'
import { loadHandler } from './handler.ts'
import { signUpEvent } from './lambda.ts'
import { startSandbox } from './sandbox.ts'
import { startServer } from './server.ts'

/** What the contract tests need of a running API. */
export type Api = {
  url: string
  user(user_email: string): Promise<Record<string, unknown> | undefined>
  countUsers(): Promise<number>
  stop(): Promise<void>
}

/**
 * The API under test. Sandbox, unless API says otherwise: `in-process` for the handler in this process, or the deployed
 * API that it describes in JSON (see emulator/).
 */
export async function startApi(): Promise<Api> {
  const { API } = process.env
  if (!API) return startSandbox()
  if (API === 'in-process') return startInProcess()
  const { url, usersTable, region } = JSON.parse(API)
  // The account is that of the environment.
  return { url, ...readUsers(new DynamoDB({ region }), usersTable), stop: async () => {} }
}

/** The handler behind a server that makes events as Sandbox does, for pages of these origins. A mutation tool can follow what it runs. */
export async function startInProcess(origins = ['*']): Promise<Api> {
  const dynamodb = await startDynamoDB()
  const { respond, deps } = await loadHandler(dynamodb.port)
  const server = await startServer(async (request, response) => {
    const bytes = await buffer(request)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (request.method !== 'POST' || request.url !== '/signup') {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}')
      return
    }
    const headers = request.headers as Record<string, string>
    const isBase64Encoded = !/^application\/.*json/.test(headers['content-type'] ?? '')
    const body = bytes.toString(isBase64Encoded ? 'base64' : 'utf8')
    const answer = await respond({ ...signUpEvent({}), headers, body, isBase64Encoded }, deps)
    response.writeHead(answer.statusCode ?? 0, answer.headers as Record<string, string>).end(answer.body)
  })
  const cors = corsPolicy(origins, { http: [['post', '/signup']] })
  actAsApiGateway({ port: server.port, cors, paths: ['/signup'] })
  return {
    url: server.url,
    user: dynamodb.user,
    countUsers: dynamodb.countUsers,
    async stop() {
      await server.stop()
      await dynamodb.stop()
    },
  }
}
