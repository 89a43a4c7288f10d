import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { answerChangeSet, type ChangeSet, toXml } from './change-sets.ts'

export type Call = {
  action: string
  path: string
  body: string
  parameters: Record<string, string>
  isJson: boolean
  accessKeyId: string | undefined
}

export type AwsError = { status: number; code: string; message: string }

/** An event of a stack, as CloudFormation names its fields. */
export type FakeEvent = Record<string, string>

/** What is different in this account from one in which everything succeeds and nothing was deployed before. */
export type FakeAwsOptions = {
  /** The state of a stack that an earlier deploy has left. */
  existing?: string
  /** The states that a deploy goes through. Each DescribeStacks reads the next one; the last one stays. */
  states?: string[]
  /** The events of the stack, oldest first. */
  events?: FakeEvent[]
  /** The errors that AWS answers with, by action. `*` is for every action. */
  errors?: Record<string, AwsError>
  /** The SignupApiUrl that the stack prints. */
  apiUrl?: string
}

type Account = FakeAwsOptions & {
  deployed: boolean
  /** The states that are still to come, from the present one on. */
  pending: string[]
  lastUpdated?: string
  template: string
  parameters: Map<string, string>
  objects: Map<string, Buffer>
  changeSets: Map<string, ChangeSet>
}

/** Who calls, according to this account. */
const IDENTITY = 'arn:aws:iam::123456789012:user/ada'

/** The error of AWS for a caller who lacks a right, for `errors`. */
export function denied(right: string): Record<string, AwsError> {
  const message =
    `User: ${IDENTITY} is not authorized to perform: ${right} on resource: arn:aws:fake ` +
    `because no identity-based policy allows the ${right} action`
  return { [right.split(':')[1] ?? right]: { status: 403, code: 'AccessDenied', message } }
}

/**
 * The few AWS endpoints that `arc deploy` and `arc destroy` call, on this machine: an account in which nothing was
 * deployed before, unless an option says otherwise. `calls` grows with each call; `objects` has what was put into S3,
 * by its path; `changeSets` has those that were not deleted, by their names.
 */
export async function startFakeAws(options: FakeAwsOptions = {}) {
  const calls: Call[] = []
  const objects = new Map<string, Buffer>()
  const changeSets = new Map<string, ChangeSet>()
  const account: Account = {
    ...options,
    deployed: Boolean(options.existing),
    pending: [options.existing ?? ''],
    template: '',
    parameters: new Map(),
    objects,
    changeSets,
  }

  const server = createServer(async (request, response) => {
    const bytes = await buffer(request)
    const call = callOf(request, bytes)
    calls.push(call)
    if (!errorFor(call, account)) change(call, account, bytes)
    const { status, type, body } = answer(call, account)
    response.writeHead(status, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    calls,
    objects,
    changeSets,
    /** What makes `arc` call here, with no account. */
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'fake',
      AWS_SECRET_ACCESS_KEY: 'fake',
      NO_UPDATE_NOTIFIER: '1',
    },
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

function callOf({ headers, method, url = '' }: IncomingMessage, bytes: Buffer): Call {
  const body = bytes.toString()
  const [path = '', query = ''] = url.split('?')
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  const parameters = target
    ? JSON.parse(body)
    : Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body)])
  const action = target ?? parameters.Action ?? (path.includes('/distribution') ? 'ListDistributions' : `s3 ${method}`)
  const [, accessKeyId] = /Credential=(.+?)\//.exec(headers.authorization ?? '') ?? []
  return { action, path, body, parameters, isJson: Boolean(target), accessKeyId }
}

/** What a call that succeeds changes in the account. */
function change({ action, path, parameters }: Call, account: Account, bytes: Buffer): void {
  if (action === 's3 PUT' && isObject(path)) account.objects.set(path, bytes)
  if (action === 'PutParameter') account.parameters.set(`${parameters.Name}`, `${parameters.Value}`)
  if (action === 'DeleteStack') account.deployed = false
  if (action !== 'CreateStack' && action !== 'UpdateStack') return
  account.deployed = true
  account.template = `${account.objects.get(pathOf(`${parameters.TemplateURL}`))}`
  account.pending = [...(account.states ?? [action === 'CreateStack' ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE'])]
  if (action === 'UpdateStack') account.lastUpdated = new Date().toISOString()
}

function errorFor({ action }: Call, { errors = {} }: Account): AwsError | undefined {
  return errors[action] ?? errors['*']
}

/** Each service has its own form of an error. */
function errorAnswer(call: Call, { status, code, message }: AwsError) {
  if (call.action === 's3 HEAD') return { status, type: 'text/xml', body: '' }
  if (call.isJson) {
    const body = JSON.stringify({ __type: code, message })
    return { status, type: 'application/x-amz-json-1.1', body }
  }
  const error = `<Error><Code>${code}</Code><Message>${toXml(message)}</Message></Error>`
  const isS3 = call.action.startsWith('s3 ')
  return { status, type: 'text/xml', body: isS3 ? error : `<ErrorResponse>${error}</ErrorResponse>` }
}

/** The events newest first, in pages of two, as CloudFormation answers with them. */
function eventPage(events: FakeEvent[], token: string | undefined): string {
  const start = Number(token ?? 0)
  const page = events.toReversed().slice(start, start + 2)
  const next = start + 2 < events.length ? `<NextToken>${start + 2}</NextToken>` : ''
  return `<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>${page.map(member).join('')}</StackEvents>${next}</DescribeStackEventsResult></DescribeStackEventsResponse>`
}

function member(fields: Record<string, string>): string {
  return toXml({ member: fields })
}

function stack({ pending, lastUpdated, apiUrl = 'https://fake.example/signup' }: Account, name = ''): string {
  const [StackStatus = ''] = pending
  if (pending.length > 1) pending.shift()
  const fields = {
    StackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/fake`,
    StackStatus,
    CreationTime: '2026-01-01T00:00:00.000Z',
    ...(lastUpdated && { LastUpdatedTime: lastUpdated }),
  }
  const outputs =
    member({ OutputKey: 'SignupApiUrl', OutputValue: apiUrl }) +
    member({ OutputKey: 'UsersTableName', OutputValue: 'fake-users' })
  return member(fields).replace('</member>', `<Outputs>${outputs}</Outputs></member>`)
}

function answer(call: Call, account: Account): { status: number; type: string; body: string } {
  const { action, path, parameters } = call
  const { deployed, template, parameters: stored, objects, changeSets } = account
  const error = errorFor(call, account)
  if (error) return errorAnswer(call, error)
  const xml = (body: string, status = 200) => ({ status, type: 'text/xml', body })
  const json = (body: object) => ({
    status: 200,
    type: 'application/x-amz-json-1.1',
    body: JSON.stringify(body),
  })
  const noStack = xml(
    `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id ${parameters.StackName} does not exist</Message></Error></ErrorResponse>`,
    400,
  )
  switch (action) {
    case 'GetParametersByPath':
      return json({ Parameters: [...stored].map(([Name, Value]) => ({ Name, Value })) })
    case 'GetParameter':
      return json({ Parameter: { Value: stored.get(`${parameters.Name}`) } })
    case 'PutParameter':
      return json({ Version: 1 })
    case 'DescribeStackResources':
      if (!deployed) return noStack
      return xml(
        '<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources><member><ResourceType>AWS::DynamoDB::Table</ResourceType></member></StackResources></DescribeStackResourcesResult></DescribeStackResourcesResponse>',
      )
    case 'CreateStack':
      return xml(
        '<CreateStackResponse><CreateStackResult><StackId>fake</StackId></CreateStackResult></CreateStackResponse>',
      )
    case 'UpdateStack':
      return xml(
        '<UpdateStackResponse><UpdateStackResult><StackId>fake</StackId></UpdateStackResult></UpdateStackResponse>',
      )
    case 'DescribeStacks':
      if (!deployed) return noStack
      return xml(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack(account, parameters.StackName)}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      )
    case 'DescribeStackEvents':
      return xml(eventPage(account.events ?? [], parameters.NextToken))
    case 'GetCallerIdentity':
      return xml(
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${IDENTITY}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      )
    case 'GetTemplate':
      if (!deployed) return noStack
      return xml(toXml({ GetTemplateResponse: { GetTemplateResult: { TemplateBody: template } } }))
    case 'CreateChangeSet':
    case 'DescribeChangeSet':
    case 'DeleteChangeSet': {
      if (!deployed) return noStack
      const result = answerChangeSet(action, parameters, template, changeSets)
      return 'Code' in result
        ? xml(toXml({ ErrorResponse: { Error: result } }), 400)
        : xml(toXml({ [`${action}Response`]: { [`${action}Result`]: result } }))
    }
    case 'DescribeLogGroups':
      return json({ logGroups: [{ logGroupName: `${parameters.logGroupNamePrefix}Function` }] })
    case 'ListDistributions':
      return xml('<DistributionList><Quantity>0</Quantity><Items></Items></DistributionList>')
    case 's3 HEAD':
      return xml('', isObject(path) ? 404 : 200)
    case 's3 GET':
      return xml(`<ListBucketResult>${[...objects.keys()].map(content).join('')}</ListBucketResult>`)
    case 's3 POST':
      return xml('<DeleteResult><Deleted></Deleted></DeleteResult>')
    default:
      return xml('')
  }
}

/** Whether a path is `/bucket/key`, not `/bucket`. */
function isObject(path: string): boolean {
  return path.split('/').length > 2
}

/** The path that an object of this URL has here. */
function pathOf(url: string): string {
  return url.replace(/^https:\/\/([^.]+)\.[^/]+/, '/$1')
}

function content(path: string): string {
  return `<Contents><Key>${path.split('/')[2]}</Key><LastModified>${new Date().toISOString()}</LastModified></Contents>`
}
