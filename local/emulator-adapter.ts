import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { startServer } from './server.ts'

/** Sends one request to AWS. Resolves to the parsed body of the answer. */
export type CallAws = <T>(call: {
  service: string
  method?: string
  path?: string
  headers?: Record<string, string>
  query?: object
  payload?: object
  awsjson?: boolean
  rawResponsePayload?: boolean
}) => Promise<T>

/**
 * An AWS endpoint that forwards each request to MiniStack and hides where MiniStack 1.5.33 differs from AWS.
 * Every such difference has a comment that names both.
 */
export function startAdapter(port: number, callAws: CallAws) {
  const deploying = new Set<string>()
  return startServer((incoming, response) => {
    answerTo(incoming, port, callAws, deploying).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error) => response.writeHead(502).end(String(error)),
    )
  })
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer }

async function answerTo(incoming: IncomingMessage, port: number, callAws: CallAws, deploying: Set<string>) {
  // Architect's client sends the parameters of CloudFormation in the query.
  const { searchParams } = new URL(incoming.url ?? '/', 'http://localhost')
  const action = searchParams.get('Action') ?? ''
  const stack = searchParams.get('StackName') ?? ''

  if (action === 'CreateStack' || action === 'UpdateStack') {
    deploying.add(stack)
    return forward(incoming, port, withPathStyleUrl(action, searchParams.get('TemplateURL') ?? ''))
  }
  const answer = await forward(incoming, port)
  const isComplete = /<StackStatus>(CREATE|UPDATE)_COMPLETE</.test(answer.body.toString())
  if (action === 'DescribeStacks' && isComplete && deploying.has(stack)) {
    await importApis(callAws, stack)
    deploying.delete(stack)
  }
  return action && answer.status === 400 ? withAwsError(answer, action) : answer
}

type Replacement = { headers: Record<string, string | number>; body: string }

async function forward(incoming: IncomingMessage, port: number, replacement?: Replacement): Promise<Answer> {
  const body = await buffer(incoming)
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, ...replacement?.headers },
  }).end(replacement?.body ?? body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) }
}

/** In AWS the bucket is a part of the host of a template's URL, in MiniStack the first part of its path. */
function withPathStyleUrl(action: string, url: string): Replacement {
  const body = JSON.stringify({ TemplateURL: url.replace(/^https:\/\/([^.]+)\.([^/]+)/, 'https://$2/$1') })
  return {
    body,
    // The signature covers the query and the hash of the empty body. MiniStack prefers what a JSON body says.
    headers: {
      'x-amz-content-sha256': createHash('sha256').digest('hex'),
      'x-amz-target': `CloudFormation_20100515.${action}`,
      'content-type': 'application/x-amz-json-1.1',
      'content-length': body.length,
    },
  }
}

function withAwsError(answer: Answer, action: string): Answer {
  const text = answer.body.toString()
  // For an unknown LogicalResourceId, AWS answers with an empty list, MiniStack with an error.
  if (action === 'DescribeStackResources' && /Resource \[.+\] does not exist/.test(text)) {
    const result = '<DescribeStackResourcesResult><StackResources/></DescribeStackResourcesResult>'
    return withText(200, answer, `<DescribeStackResourcesResponse>${result}</DescribeStackResourcesResponse>`)
  }
  // AWS says "Stack with id X does not exist", MiniStack "Stack [X] does not exist". Architect reads it.
  const message = text.replace(/Stack \[(.+?)\] does not exist/, 'Stack with id $1 does not exist')
  return withText(400, answer, message)
}

function withText(status: number, { headers }: Answer, text: string): Answer {
  const body = Buffer.from(text)
  return { status, headers: { ...headers, 'content-length': `${body.length}` }, body }
}

type OpenApi = {
  paths: Record<string, Record<string, { 'x-amazon-apigateway-integration': Integration }>>
  'x-amazon-apigateway-cors'?: object
}
type Integration = { uri: object; payloadFormatVersion: string }
type Template = { Resources: Record<string, { Type: string; Properties: { Body: OpenApi } }> }

/** AWS makes the routes and CORS of an HTTP API from its OpenAPI body. MiniStack ignores the body. */
async function importApis(callAws: CallAws, StackName: string): Promise<void> {
  // Unparsed: the XML parser would read an id such as 07e54580 as a number.
  const xml = await callAws<Buffer>({
    service: 'cloudformation',
    query: { Action: 'DescribeStackResources', StackName },
    rawResponsePayload: true,
  })
  const ids = /<LogicalResourceId>(.+?)<\/LogicalResourceId><PhysicalResourceId>(.+?)</g
  const physicalIds = Object.fromEntries([...`${xml}`.matchAll(ids)].map(([, ...pair]) => pair))

  const { GetTemplateResult } = await callAws<{ GetTemplateResult: { TemplateBody: string } }>({
    service: 'cloudformation',
    query: { Action: 'GetTemplate', StackName },
  })
  const { Resources }: Template = JSON.parse(GetTemplateResult.TemplateBody)
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::ApiGatewayV2::Api')
      await importApi(callAws, `/v2/apis/${physicalIds[logicalId]}`, Properties.Body, physicalIds)
  }
}

async function importApi(callAws: CallAws, api: string, body: OpenApi, physicalIds: Record<string, string>) {
  type Payload = { integrationId: string; items: { routeId: string; integrationId: string }[] }
  const call = (method: string, path: string, payload?: object) =>
    callAws<Payload>({ service: 'apigateway', method, path: `${api}${path}`, ...(payload && { payload }) })

  for (const { routeId } of (await call('GET', '/routes')).items) await call('DELETE', `/routes/${routeId}`)
  for (const { integrationId } of (await call('GET', '/integrations')).items)
    await call('DELETE', `/integrations/${integrationId}`)

  for (const [path, operations] of Object.entries(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { uri, payloadFormatVersion } = operation['x-amazon-apigateway-integration']
      const [, functionId = ''] = /\{(\w+)\.Arn\}/.exec(JSON.stringify(uri)) ?? []
      const { integrationId } = await call('POST', '/integrations', {
        integrationType: 'AWS_PROXY',
        integrationUri: physicalIds[functionId],
        payloadFormatVersion,
      })
      const routeKey = `${method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase()} ${path}`
      await call('POST', '/routes', { routeKey, target: `integrations/${integrationId}` })
    }
  }
  const corsConfiguration = body['x-amazon-apigateway-cors']
  if (corsConfiguration) await call('PATCH', '', { corsConfiguration })
}
