import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { answerChangeSet, type ChangeSet, toXml } from './change-sets.ts'

export type Call = { action: string; path: string; body: string; parameters: Record<string, string> }

type Account = {
  deployed: boolean
  template: string
  parameters: Map<string, string>
  objects: Map<string, Buffer>
  changeSets: Map<string, ChangeSet>
}

/**
 * The few AWS endpoints that `arc deploy` and `arc destroy` call, on this machine: an account in which nothing was
 * deployed before. `calls` grows with each call; `objects` has what was put into S3, by its path; `changeSets` has those
 * that were not deleted, by their names.
 */
export async function startFakeAws() {
  const calls: Call[] = []
  const objects = new Map<string, Buffer>()
  const changeSets = new Map<string, ChangeSet>()
  const account: Account = { deployed: false, template: '', parameters: new Map(), objects, changeSets }

  const server = createServer(async (request, response) => {
    const bytes = await buffer(request)
    const call = callOf(request, bytes)
    calls.push(call)
    if (call.action === 's3 PUT' && isObject(call.path)) objects.set(call.path, bytes)
    if (call.action === 'CreateStack') account.deployed = true
    if (call.action === 'CreateStack' || call.action === 'UpdateStack')
      account.template = `${objects.get(pathOf(`${call.parameters.TemplateURL}`))}`
    if (call.action === 'DeleteStack') account.deployed = false
    if (call.action === 'PutParameter') account.parameters.set(`${call.parameters.Name}`, `${call.parameters.Value}`)
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
  return { action, path, body, parameters }
}

const outputs = `<Outputs>
  <member><OutputKey>SignupApiUrl</OutputKey><OutputValue>https://fake.example/signup</OutputValue></member>
  <member><OutputKey>UsersTableName</OutputKey><OutputValue>fake-users</OutputValue></member>
</Outputs>`

function answer(
  { action, path, parameters }: Call,
  { deployed, template, parameters: stored, objects, changeSets }: Account,
): { status: number; type: string; body: string } {
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
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus>${outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
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
