// Sandbox answers as API Gateway does in AWS. API Gateway cannot run here, so the CORS answers are compared with the
// policy that stack-test.ts finds in the template.
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test from 'tape'
import { type CorsPolicy, corsPolicy } from '../src/plugins/cors.ts'
import { actAsApiGateway } from '../src/plugins/sandbox/api-gateway.ts'
import { ada } from './support/client.ts'
import { startSandbox } from './support/sandbox.ts'
import { startServer } from './support/server.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'content-type,idempotency-key,sentry-trace,baggage',
}

const MATH = 'https://math.ai'
const LOCAL = 'http://localhost:3000'
/** The origins of `@cors`, and what each origin of a request is answered. */
const policies: [string[], Record<string, string | null>][] = [
  [['*'], { [MATH]: '*', null: '*' }],
  [[MATH], { [MATH]: MATH, 'https://evil.example': null, 'https://math.ai.evil.example': null, null: null }],
  [[MATH, LOCAL], { [MATH]: MATH, [LOCAL]: LOCAL, 'http://math.ai': null }],
  [['https://*'], { [MATH]: MATH, 'http://math.ai': null, 'xhttps://math.ai': null, null: null }],
  [['http://*', 'https://a.example'], { [LOCAL]: LOCAL, 'https://a.example': 'https://a.example', [MATH]: null }],
]

for (const [origins, allowed] of policies) {
  test(`CORS, if ${origins.join(' and ')} may call: the answers follow the policy of the template`, async (t) => {
    // Several values each, so that the commas between them are compared, too.
    const several = { AllowMethods: ['GET', 'POST'], AllowHeaders: ['a', 'b'], ExposeHeaders: ['c', 'd'] }
    const policy = { ...corsPolicy(origins, {}), ...several }
    const server = await startServer((_, response) => void response.end())
    actAsApiGateway({ port: server.port, cors: policy, paths: ['/signup'] })
    const corsAnswer = async (method: string, headers: Record<string, string>) =>
      corsHeaders(await fetch(`${server.url}/signup`, { method, headers }))

    for (const [origin, answered] of Object.entries(allowed)) {
      const simple = answered ? simpleHeaders(answered, policy) : {}
      const preflight = answered ? preflightHeaders(answered, policy) : {}
      t.deepEqual(await corsAnswer('OPTIONS', { origin, ...PREFLIGHT }), preflight, `preflight of ${origin}`)
      t.deepEqual(await corsAnswer('OPTIONS', { origin }), simple, `OPTIONS of ${origin} that is no preflight`)
      t.deepEqual(await corsAnswer('POST', { origin, ...PREFLIGHT }), simple, `POST of ${origin}`)
    }
    t.deepEqual(await corsAnswer('POST', {}), {}, 'no origin, no headers')
    await server.stop()
  })
}

const ANY_ORIGIN = corsPolicy(['*'], {})
const ROUTES = ['/signup', '/users/:id', '/files/*', '/users/:id/posts/:post']
const found = ['/', '/?x=1', '/signup', '/signup?x=/y', '/users/7', '/users/7/posts/8', '/files/', '/files/a/b']
const notFound = '/Signup /signup/ /api/signup /users /users/ /users/7/8 /files // /% *'.split(' ')

test('a path that API Gateway would not match becomes /404', async (t) => {
  const server = await startServer(({ url }, response) => void response.end(url))
  actAsApiGateway({ port: server.port, cors: ANY_ORIGIN, paths: ROUTES })
  for (const path of [...found, ...notFound]) {
    const { body } = await send({ port: server.port, path })
    t.equal(body, found.includes(path) ? path : '/404', path)
  }
  const other = await startServer(({ url }, response) => void response.end(url))
  const { body, headers } = await send({ port: other.port, path: '/Signup', headers: { origin: 'https://math.ai' } })
  t.equal(body, '/Signup', 'other servers of this process are left alone')
  t.notOk('access-control-allow-origin' in headers)
  await server.stop()
  await other.stop()
})

test('an error page of Sandbox becomes JSON, other answers stay', async (t) => {
  const page = '<h1>as it was</h1>'
  const server = await startServer(({ headers }, response) => {
    response.statusCode = Number(headers['x-status'])
    if (headers.accept) response.setHeader('content-type', headers.accept)
    response.setHeader('content-length', page.length)
    response.end(page)
  })
  actAsApiGateway({ port: server.port, cors: ANY_ORIGIN, paths: ROUTES })
  for (const [status, type, body] of [
    [500, 'text/html; charset=utf-8', '{"message":"Internal Server Error"}'],
    [400, 'text/html', '{"message":"Bad Request"}'],
    [399, 'text/html', page],
    [500, 'application/json', page],
    [500, '', page],
  ] as const) {
    const headers = { 'x-status': `${status}`, accept: type }
    const answer = await send({ port: server.port, path: '/signup', headers })
    t.deepEqual([answer.status, answer.body], [status, body], `${status} ${type}`)
    if (body !== page) t.equal(answer.headers['content-type'], 'application/json')
  }
  await server.stop()
})

test('a body without a length is announced to Sandbox, which would not read it otherwise', async (t) => {
  const server = await startServer(({ headers }, response) => void response.end(String(headers['content-length'])))
  actAsApiGateway({ port: server.port, cors: ANY_ORIGIN, paths: ROUTES })
  const post = { port: server.port, path: '/signup', method: 'POST' }
  t.equal((await send({ ...post, headers: { 'transfer-encoding': 'chunked' } }, 'body')).body, '1')
  t.equal((await send({ ...post, headers: { 'content-length': 4 } }, 'body')).body, '4')
  await server.stop()
})

test('Sandbox answers each origin by app.arc, whatever the status, and goes on after a failure', async (t) => {
  const origin = 'https://math.ai'
  const origins = [origin, 'https://www.math.ai']
  const sandbox = await startSandbox({
    manifest: (manifest) =>
      manifest.replace('@cors\n', `@cors\ntesting ${origins.join(' ')}\n`).replace('@http', '@http\nget /crash'),
    files: { 'src/http/get-crash/index.ts': "export const handler = async () => { throw Error('the cause') }\n" },
  })
  const policy = { ...corsPolicy(origins, {}), AllowMethods: ['GET', 'POST'] }
  const body = JSON.stringify(ada)
  const chunked = { body: new Blob([body]).stream(), duplex: 'half' }
  const requests: [number, string, RequestInit][] = [
    [201, '/signup', { method: 'POST', headers: JSON_TYPE, ...chunked }],
    [409, '/signup', { method: 'POST', headers: JSON_TYPE, body }],
    [404, '/signup', { method: 'GET' }],
    [500, '/crash', {}],
    [502, '/signup', { method: 'POST', body: 'x'.repeat(6_000_001) }],
  ]
  for (const [status, path, init] of requests) {
    const answer = await fetch(sandbox.url + path, { ...init, headers: { ...init.headers, origin } })
    t.equal(answer.status, status, path)
    t.deepEqual(corsHeaders(answer), simpleHeaders(origin, policy), `${status} ${path}`)
    t.match(String(answer.headers.get('apigw-requestid')), /^[0-9a-f-]{36}$/, 'the ID of the request')
    t.match(String(answer.headers.get('content-type')), /^application\/(problem\+)?json$/)
    if (status >= 500) t.deepEqual(Object.keys((await answer.json()) as object), ['message'])
  }
  await sandbox.printed(/the cause/)

  const preflightFrom = (origin: string) =>
    fetch(`${sandbox.url}/signup`, { method: 'OPTIONS', headers: { ...PREFLIGHT, origin } })
  const preflight = await preflightFrom(origin)
  t.equal(preflight.status, 204)
  t.deepEqual(corsHeaders(preflight), preflightHeaders(origin, policy))
  t.deepEqual(corsHeaders(await preflightFrom('https://evil.example')), {})

  const port = Number(new URL(sandbox.url).port)
  for (const path of ['//', '//[', '/%', '/signup//', '*']) {
    t.ok((await send({ port, path })).status >= 400, `${path} is not found`)
  }

  const manifest = join(sandbox.folder, 'app.arc')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(/testing .*/, 'testing *'))
  await sandbox.printed(/Open http[\s\S]*Open http/)
  t.deepEqual(corsHeaders(await preflightFrom('https://evil.example')), preflightHeaders('*', policy), 'after an edit')
  const again = await fetch(`${sandbox.url}/signup`, { method: 'POST', headers: JSON_TYPE, body })
  t.equal(again.status, 201, 'users are gone after an edit')
  await sandbox.stop()
})

test('Sandbox: a route of app.arc replaces the local page and the local 404', async (t) => {
  const answering = (text: string) => `export const handler = async () => ({ statusCode: 200, body: '${text}' })\n`
  const sandbox = await startSandbox({
    manifest: (manifest) => manifest.replace('post /signup', 'get /\nget /users/:id\npost /signup\nany /*'),
    files: {
      'src/http/get-index/index.ts': answering('front page'),
      'src/http/get-users-000id/index.ts': answering('one user'),
      'src/http/any-catchall/index.ts': answering('everything else'),
    },
  })
  const read = async (path: string) => (await fetch(sandbox.url + path)).text()
  t.equal(await read('/'), 'front page')
  t.equal(await read('/users/7'), 'one user')
  t.equal(await read('/other/path'), 'everything else')
  await sandbox.stop()
})

/** Sends a request whose path and headers `fetch` would not send. */
async function send(options: RequestOptions, body = '') {
  const sent = request({ host: '127.0.0.1', ...options }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: Number(answer.statusCode), headers: answer.headers, body: await text(answer) }
}

function corsHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

function simpleHeaders(origin: string, { ExposeHeaders }: CorsPolicy): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': ExposeHeaders.join(',') }
}

function preflightHeaders(origin: string, policy: CorsPolicy): Record<string, string> {
  return {
    ...simpleHeaders(origin, policy),
    'access-control-allow-methods': policy.AllowMethods.join(','),
    'access-control-allow-headers': policy.AllowHeaders.join(','),
    'access-control-max-age': `${policy.MaxAge}`,
  }
}
