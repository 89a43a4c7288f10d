import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type Call = { action: string; path: string; body: string; parameters: Record<string, string> }

/**
 * The few AWS endpoints that `arc deploy` calls, on this machine: an account in which nothing was deployed before.
 * `calls` grows with each call; `objects` has what was put into S3, by its path.
 */
export async function startAwsStandIn() {
  const calls: Call[] = []
  const objects = new Map<string, Buffer>()
  let deployed = false

  const server = createServer(async (request, response) => {
    const bytes = await buffer(request)
    const call = callOf(request, bytes)
    calls.push(call)
    if (call.action === 's3 PUT') objects.set(call.path, bytes)
    if (call.action === 'CreateStack') deployed = true
    const { status, type, body } = answer(call, deployed)
    response.writeHead(status, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    calls,
    objects,
    /** What makes `arc` call here, with no account. */
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'stand-in',
      AWS_SECRET_ACCESS_KEY: 'stand-in',
      NO_UPDATE_NOTIFIER: '1',
    },
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

function callOf({ headers, method, url = '' }: IncomingMessage, bytes: Buffer): Call {
  const body = bytes.toString()
  const [path = '', query = ''] = url.split('?')
  const parameters = Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body)])
  const target = String(headers['x-amz-target'] ?? '').split('.')[1]
  const action =
    target ?? parameters.Action ?? (path.includes('/distribution') ? 'ListDistributions' : `s3 ${method}`)
  return { action, path, body, parameters }
}

const outputs = `<Outputs>
  <member><OutputKey>SignupApiUrl</OutputKey><OutputValue>https://stand-in.example/signup</OutputValue></member>
  <member><OutputKey>UsersTableName</OutputKey><OutputValue>stand-in-users</OutputValue></member>
</Outputs>`

function answer(
  { action, parameters }: Call,
  deployed: boolean,
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
      return json({ Parameters: [] })
    case 'PutParameter':
      return json({ Version: 1 })
    case 'DescribeStackResources':
      return noStack
    case 'CreateStack':
      return xml(
        '<CreateStackResponse><CreateStackResult><StackId>stand-in</StackId></CreateStackResult></CreateStackResponse>',
      )
    case 'DescribeStacks':
      if (!deployed) return noStack
      return xml(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus>${outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      )
    case 'ListDistributions':
      return xml('<DistributionList><Quantity>0</Quantity><Items></Items></DistributionList>')
    case 's3 HEAD':
      return xml('', 404)
    case 's3 GET':
      return xml('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>')
    default:
      return xml('')
  }
}
