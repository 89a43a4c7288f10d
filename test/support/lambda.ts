import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { RequestLog } from '../../src/shared/log.ts'
import { TABLE_NAMES } from './dynamodb.ts'
import { atExit } from './leftovers.ts'
import { gatherOutput, run } from './process.ts'
import { copyProject } from './project.ts'

/** Builds what a production deploy uploads. */
export async function buildBundle() {
  const project = await copyProject()
  const { status, output } = await run('node operate/plan.ts production', project.folder)
  if (status) throw Error(output)
  return { file: join(project.folder, '.build/http/post-signup/index.js'), remove: project.remove }
}

/** The environment of the deployed function, with DynamoDB on this port of this machine. */
export function lambdaEnvironment(port: number): Record<string, string> {
  return {
    TABLE_NAMES: JSON.stringify(TABLE_NAMES),
    ARC_APP_NAME: 'mathai',
    ARC_ENV: 'production',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: 'signup',
    ATTEMPTS_PER_SOURCE: '1000000',
    ATTEMPTS_WINDOW_MINUTES: '15',
  }
}

/**
 * A bundle in its own process, as Lambda runs it: one event at a time, and the process stays. With `python`, that runs
 * the file instead, which must speak as lambda-runtime.cjs does.
 * @throws if the process ends before it has loaded the bundle
 */
export async function startLambda(bundle: string, environment: Record<string, string>, python?: string) {
  const child = fork(python ? bundle : join(import.meta.dirname, 'lambda-runtime.cjs'), [bundle], {
    ...(python ? { execPath: python, execArgv: [] } : { execArgv: ['--expose-gc'] }),
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output = gatherOutput(child)
  child.on(
    'close',
    atExit(() => child.kill('SIGKILL')),
  )
  const ended = once(child, 'close').then(() => Promise.reject(Error(`The process ended:\n${output()}`)))
  ended.catch(() => {})
  const [{ load }] = (await Promise.race([once(child, 'message'), ended])) as [{ load: number }]
  return {
    /** Milliseconds that the bundle took to load. */
    load,
    output,
    invoke: (event: APIGatewayProxyEventV2) => invoke(child, event),
    /** Lambda freezes a process between two requests. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async stop(): Promise<void> {
      const closed = once(child, 'close')
      if (child.kill('SIGKILL')) await closed
    },
  }
}

export type Lambda = Awaited<ReturnType<typeof startLambda>>

/** What lambda-runtime.cjs sends back: the time is that of the handler alone, the line the last that it logged. */
type Answered = { answer: APIGatewayProxyStructuredResultV2; ms: number; heapUsed: number; logged?: string }

async function invoke(child: ChildProcess, event: APIGatewayProxyEventV2) {
  const settled = new AbortController()
  const gone = once(child, 'close', { signal: settled.signal }).then(() => Promise.reject(Error('the process ended')))
  child.send(event)
  try {
    const answered = once(child, 'message', { signal: settled.signal })
    const [{ answer, ms, heapUsed, logged = '{}' }] = (await Promise.race([answered, gone])) as [Answered]
    const log: Partial<RequestLog> = JSON.parse(logged)
    const { statusCode: status, headers } = answer
    return { status, headers, body: JSON.parse(String(answer.body)), ms, heapUsed, log }
  } finally {
    gone.catch(() => {})
    settled.abort()
  }
}

/** The event that API Gateway makes of a sign-up, as far as a handler may read it. */
export function signUpEvent(data: object, headers: Record<string, string> = {}): APIGatewayProxyEventV2 {
  const route = { method: 'POST', path: '/signup', protocol: 'HTTP/1.1' }
  const http = { ...route, sourceIp: '203.0.113.7', userAgent: 'test' }
  const event = {
    version: '2.0',
    routeKey: 'POST /signup',
    rawPath: '/signup',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: { http, requestId: 'id', routeKey: 'POST /signup', stage: '$default' },
    body: JSON.stringify(data),
    isBase64Encoded: false,
  }
  return event as unknown as APIGatewayProxyEventV2
}
