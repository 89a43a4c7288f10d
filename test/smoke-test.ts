// What the smoke test of a deploy finds, and what it lets pass.
import test from 'tape'
import { SMOKE_TEST_EMAIL, smokeTest } from '../scripts/lib/smoke.ts'
import { startDynamoDB } from './support/dynamodb.ts'
import { captureLog } from './support/log.ts'
import { run } from './support/process.ts'
import { refusal, startProxy } from './support/proxy.ts'
import { type Sandbox, startSandbox } from './support/sandbox.ts'
import { startServer } from './support/server.ts'

const PASSED = `pass  a preflight is answered with 204
pass  smoke-test@example.com is signed up (201), or was before (409)
pass  a wrong body is answered with 400 in JSON
pass  a wrong content type is answered with 415 in JSON
pass  a body over 8 KiB is answered with 413 in JSON
pass  answers must not be cached or sniffed
pass  a route that is not there is answered with 404
`

const CORS = 'testing https://math.ai http://*\nstaging https://math.ai http://*\nproduction https://other.example\n'

let dynamodb: Awaited<ReturnType<typeof startDynamoDB>>
let proxy: Awaited<ReturnType<typeof startProxy>>
let sandbox: Sandbox

/** Runs the smoke test. Resolves to its result and its lines. */
async function smoke(...args: Parameters<typeof smokeTest>) {
  const { result, printed } = await captureLog(() => smokeTest(...args))
  return { passed: result, lines: (JSON.parse(printed) as string[][]).map(([line]) => String(line)) }
}

test('npm run smoke passes at the API, signs one person up, and passes again', async (t) => {
  dynamodb = await startDynamoDB()
  proxy = await startProxy(dynamodb.port)
  sandbox = await startSandbox({
    tablesPort: proxy.port,
    manifest: (manifest) => manifest.replace(/@cors\n[^@]*/, `@cors\n${CORS}\n`),
  })
  for (const path of ['', '/', '/signup', '/signup/']) {
    const { status, output } = await run(`node scripts/smoke.ts ${sandbox.url}${path}`, sandbox.folder)
    t.deepEqual([status, output], [0, PASSED], path)
  }
  t.equal(await sandbox.countUsers(), 1)
  t.equal((await sandbox.user(SMOKE_TEST_EMAIL))?.user_name, 'Smoke test')
})

test('with a stage it checks what @cors in app.arc allows there', async (t) => {
  const staging = await run(`node scripts/smoke.ts ${sandbox.url} staging`, sandbox.folder)
  t.deepEqual(
    [staging.status, staging.output],
    [
      0,
      `${PASSED}pass  @cors allows https://math.ai
pass  @cors allows http://smoke.example
pass  @cors does not allow https://foreign.example
`,
    ],
  )
  const production = await run(`node scripts/smoke.ts ${sandbox.url} production`, sandbox.folder)
  t.equal(production.status, 1)
  t.match(production.output, /^FAIL {2}@cors allows https:\/\/other\.example: got no origin$/m)
  const any = await smoke(sandbox.url, { origins: ['*'] })
  t.match(any.lines.at(-1) ?? '', /^FAIL {2}@cors allows https:\/\/smoke\.example: got no origin/)
})

test('a database that refuses every call fails the smoke test, and one that is right again passes it', async (t) => {
  for (const name of ['AccessDeniedException', 'ProvisionedThroughputExceededException']) {
    proxy.inject({ '*': refusal(name) })
    const { passed, lines } = await smoke(sandbox.url)
    t.equal(passed, false)
    const [failure, ...more] = lines.filter((line) => line.startsWith('FAIL'))
    t.match(
      failure ?? '',
      /^FAIL {2}smoke-test@example\.com is signed up \(201\), or was before \(409\): got (500|503) \{/,
    )
    t.deepEqual(more, [], 'the other checks need no database')
  }
  proxy.inject({})
  t.ok((await smoke(sandbox.url)).passed)
})

test('an answer of another form fails its check', async (t) => {
  const other = await startServer((request, response) => {
    request.resume()
    response.writeHead(request.method === 'OPTIONS' ? 204 : 409, { 'content-type': 'application/json' }).end('{}')
  })
  const { passed, lines } = await smoke(other.url)
  t.notOk(passed)
  t.deepEqual(
    lines.map((line) => line.slice(0, 4)),
    ['pass', 'FAIL', 'FAIL', 'FAIL', 'FAIL', 'FAIL', 'FAIL'],
  )
  await other.stop()
})

test('each check is repeated while the API is new, and not longer', async (t) => {
  const counts: Record<string, number> = {}
  const newApi = await startServer((request, response) => {
    const kind = `${request.method} ${request.headers['content-length'] ?? ''}`
    counts[kind] = (counts[kind] ?? 0) + 1
    if (counts[kind] === 1) request.socket.destroy()
    else response.writeHead(307, { location: `${sandbox.url}${request.url}` }).end()
  })
  const { passed, lines } = await smoke(newApi.url, { patienceSeconds: 60 })
  t.ok(passed, lines.join('\n'))
  t.ok(Object.values(counts).every((count) => count >= 2))
  const impatient = await smoke(`${newApi.url}/nowhere`)
  t.notOk(impatient.passed)
  await newApi.stop()
})

test('stop the API of the smoke tests', async () => {
  await sandbox.stop()
  await proxy.stop()
  await dynamodb.stop()
})
