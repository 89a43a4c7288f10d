// An account of AWS in this process, in trouble by default: each call fails at first, its answer comes late, and in two pages if it
// can. It knows what a deploy asks. What AWS itself decides, such as rights, is seen in emulator/.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import { startServer } from '../../../test/support/server.ts'

const LATE_MS = 5
const ACCOUNT = '123456789012'
type Stack = { status: string; template: string; outputs: Record<string, string> }
type Answer = object | Error

const UNAVAILABLE = xmlOf({
  ErrorResponse: { Error: { Code: 'ServiceUnavailable', Message: 'later' }, RequestId: 'id' },
})

/** An error of AWS with this name. */
const refusal = (name: string, message = name) => Object.assign(Error(message), { name })

/**
 * Starts an account. `dynamodbPort` is that of the DynamoDB with its tables. `answers` replace those of actions such as
 * `cloudformation:DescribeStacks`; `events` are those that the execution of a change set leads to.
 */
export async function startAws(dynamodbPort: number) {
  const account = {
    stack: undefined as Stack | undefined,
    /** What the next change set would change. */
    changes: [] as ResourceChange[],
    /** Such as `Role UPDATE_FAILED: no`. `S` is the stack. */
    events: ['S UPDATE_IN_PROGRESS', 'S UPDATE_COMPLETE'],
    outputs: {} as Record<string, string>,
    answers: {} as Record<string, (parameters: Record<string, string>) => Answer>,
    variables: {} as Record<string, string>,
    buckets: new Map<string, Map<string, Buffer>>(),
    /** Is called when an action is asked. If it returns true, the answer comes later still. */
    onAsked: (_name: string) => false,
    /** Actions that are done, but whose answer is always lost. */
    lost: [] as string[],
    /** Each request that was answered: what was asked, with which key and headers. */
    requests: [] as string[],
  }
  const changeSets = new Map<string, { template: string; looks: number }>()
  const happened: Record<string, unknown>[] = []
  const failed = new Set<string>()

  function record(line: string, token: string): void {
    const [, name = '', status, reason] = /^(\w+) (\w+)(?:: (.*))?$/.exec(line) ?? []
    happened.push({
      EventId: `event-${happened.length}`,
      StackId: 'arn:stack',
      StackName: 'S',
      LogicalResourceId: name,
      PhysicalResourceId: `${name}-X`,
      ResourceType: name === 'S' ? 'AWS::CloudFormation::Stack' : 'T',
      ResourceStatus: status,
      ResourceStatusReason: reason,
      Timestamp: new Date(1_800_000_000_000 + happened.length * 1000).toISOString(),
      ClientRequestToken: token,
    })
  }

  /** Half of a list, and what leads to the other half. */
  function page<Item>(items: Item[], token = ''): { items: Item[]; NextToken?: string } {
    const middle = Math.ceil(items.length / 2)
    return token ? { items: items.slice(middle) } : { items: items.slice(0, middle), NextToken: 'page-2' }
  }

  const actions: Record<string, (parameters: Record<string, string>) => Answer> = {
    'sts:GetCallerIdentity': () => ({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/ada`, UserId: 'ada' }),
    'cloudformation:DescribeStacks': ({ StackName }) => {
      const { stack } = account
      if (!stack) return refusal('ValidationError', `Stack with id ${StackName} does not exist`)
      const Outputs = Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }))
      const times = { CreationTime: '2026-01-01T00:00:00Z' }
      return { Stacks: [{ StackName, StackId: 'arn:stack', StackStatus: stack.status, Outputs, ...times }] }
    },
    'cloudformation:GetTemplate': () => ({ TemplateBody: account.stack?.template }),
    'cloudformation:CreateChangeSet': ({ ChangeSetName = '', TemplateBody = '' }) => {
      changeSets.set(ChangeSetName, { template: TemplateBody, looks: 0 })
      account.stack ??= { status: 'REVIEW_IN_PROGRESS', template: '', outputs: {} }
      return { Id: `arn:${ChangeSetName}`, StackId: 'arn:stack' }
    },
    'cloudformation:DescribeChangeSet': ({ ChangeSetName = '', NextToken }) => {
      const changeSet = changeSets.get(ChangeSetName)
      if (!changeSet) return refusal('ChangeSetNotFound')
      if (!NextToken) changeSet.looks++
      const isMade = changeSet.looks > 1
      const { items, ...more } = page(isMade ? account.changes : [], NextToken)
      const status = isMade ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS'
      const Changes = items.map((ResourceChange) => ({ Type: 'Resource', ResourceChange }))
      return { ChangeSetId: `arn:${ChangeSetName}`, Status: status, Changes, ...more }
    },
    'cloudformation:DeleteChangeSet': ({ ChangeSetName = '' }) => {
      changeSets.delete(ChangeSetName)
      return {}
    },
    'cloudformation:DeleteStack': () => {
      account.stack = undefined
      return {}
    },
    'cloudformation:ExecuteChangeSet': ({ ChangeSetName = '', ClientRequestToken = '' }) => {
      for (const line of account.events) record(line, ClientRequestToken)
      const status = account.events.at(-1)?.split(/[ :]/)[1] ?? ''
      account.stack = { status, template: String(changeSets.get(ChangeSetName)?.template), outputs: account.outputs }
      return {}
    },
    'cloudformation:DescribeStackEvents': ({ NextToken }) => {
      const { items, ...more } = page(happened.toReversed(), NextToken)
      return { StackEvents: items, ...more }
    },
    'cloudformation:DescribeEvents': ({ NextToken }) => {
      const { items, ...more } = page<object>([], NextToken)
      return { OperationEvents: items, ...more }
    },
    'ssm:GetParametersByPath': ({ Path, NextToken }) => {
      const names = Object.keys(account.variables).filter((name) => name.startsWith(`${Path}/`))
      const { items, ...more } = page(names, NextToken)
      return { Parameters: items.map((Name) => ({ Name, Value: account.variables[Name] })), ...more }
    },
  }

  const server = await startServer(async (incoming, response) => {
    const bytes = await buffer(incoming)
    const asked = describeRequest(incoming, bytes)
    const { service } = asked
    const name = `${service}:${asked.action}`
    const id = String(incoming.headers['amz-sdk-invocation-id'])
    if (!failed.has(id)) {
      failed.add(id)
      // A write may have happened although its answer is lost.
      if (/^(Put|Delete|Update)Item$/.test(asked.action)) await forward(incoming, undefined, bytes, dynamodbPort)
      return void response.writeHead(503, { 'x-amzn-requestid': 'failed' }).end(UNAVAILABLE)
    }
    account.requests.push(asked.text)
    if (account.onAsked(name)) await setTimeout(1000)
    await setTimeout(LATE_MS)
    if (service === 's3') return answerS3(account.buckets, incoming, response, bytes)
    if (service === 'dynamodb') {
      const isList = ['Scan', 'ListTables'].includes(asked.action) && !asked.parameters.Limit
      const body = isList ? Buffer.from(JSON.stringify({ ...asked.parameters, Limit: 1 })) : bytes
      return forward(incoming, response, body, dynamodbPort)
    }
    const act = account.answers[name] ?? actions[name]
    const answer = act ? act(asked.parameters) : refusal('AccessDenied', `the test has no answer to ${name}`)
    if (account.lost.includes(name)) return void response.writeHead(503).end(UNAVAILABLE)
    answerAs(asked, answer, response)
  })
  return {
    account,
    url: server.url,
    /** The names of the change sets that are still there. */
    changeSets: () => [...changeSets.keys()],
    stop: server.stop,
  }
}

type Asked = { text: string; service: string; action: string; isQuery: boolean; parameters: Record<string, string> }

/** Headers that differ from one run to the next, or that every request has. */
const NOISE =
  /^(host|connection|content-(type|length|encoding)|user-agent|accept|expect|amz-sdk-.*|x-amz-(date|user-agent|content-sha256|target)|x-amzn-.*|x-amz-checksum-.*|authorization|transfer-encoding)$/

/** What a request asks: action, key, parameters and headers. Names that are random are cut. */
function describeRequest({ method, url = '', headers }: IncomingMessage, bytes: Buffer): Asked {
  const target = headers['x-amz-target']
  const isQuery = String(headers['content-type']).includes('urlencoded')
  const ofJson = target ? JSON.parse(String(bytes)) : {}
  const parameters = isQuery ? Object.fromEntries(new URLSearchParams(String(bytes))) : ofJson
  const action = isQuery ? String(parameters.Action) : String(target).split('.')[1] || `${method} ${url}`
  const { Action: _, Version: __, TemplateBody, ...rest } = parameters
  const shown = Object.entries({ ...rest, ...(TemplateBody && { TemplateBody: 'TEMPLATE' }) }).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const [, key, region, service = ''] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)/.exec(String(headers.authorization)) ?? []
  const more = Object.entries(headers).flatMap(([name, value]) => (NOISE.test(name) ? [] : `${name}: ${value}`))
  // Of S3, only the making of a bucket has a body to read.
  const body = String(bytes).startsWith('<') ? [String(bytes).replace(/^<\?xml.*?\?>/, '')] : []
  const text = [`${service}:${action} as ${key} in ${region}`, ...shown.sort(), ...more.sort(), ...body].join('\n  ')
  return {
    text: text.replace(/deploy-[0-9a-f-]{36}/g, 'deploy-UUID').replace(/[0-9a-f]{64}\.zip/g, 'HASH.zip'),
    service,
    action,
    isQuery,
    parameters,
  }
}

function answerAs({ action, isQuery }: Asked, answer: Answer, response: ServerResponse): void {
  const status = answer instanceof Error ? 400 : 200
  if (!isQuery) {
    const body = answer instanceof Error ? { __type: answer.name, message: answer.message } : answer
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'id' })
    return void response.end(JSON.stringify(body))
  }
  const body =
    answer instanceof Error
      ? { ErrorResponse: { Error: { Code: answer.name, Message: answer.message }, RequestId: 'id' } }
      : { [`${action}Response`]: { [`${action}Result`]: answer, ResponseMetadata: { RequestId: 'id' } } }
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xmlOf(body))
}

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${xmlOf(item)}</member>`).join('')
  if (typeof value !== 'object' || value === null) return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const given = Object.entries(value).filter(([, item]) => item !== undefined)
  return given.map(([name, item]) => `<${name}>${xmlOf(item)}</${name}>`).join('')
}

function answerS3(
  buckets: Map<string, Map<string, Buffer>>,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): void {
  const [, name = '', key = ''] = /^\/([^/?]+)(?:\/([^?]+))?/.exec(url) ?? []
  const bucket = buckets.get(name)
  if (method === 'PUT' && !key) buckets.set(name, new Map())
  if (method === 'PUT' && key) bucket?.set(key, bytes)
  const isThere = bucket || (method === 'PUT' && !key)
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
  response.writeHead(isThere ? 200 : 404, { 'x-amz-request-id': 'id', ...(isThere && { etag }) }).end()
}

/** Asks the DynamoDB on a port. Without a response, its answer is lost. */
async function forward(
  { headers, method, url }: IncomingMessage,
  response: ServerResponse | undefined,
  bytes: Buffer,
  port: number,
): Promise<void> {
  const own = { ...headers, 'content-length': String(bytes.length) }
  const outgoing = send({ port, host: '127.0.0.1', headers: own, method, path: url }).end(bytes)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const body = await buffer(answer)
  response?.writeHead(answer.statusCode ?? 0, answer.headers).end(body)
}
