// What the smoke test of a deploy finds, and what it lets pass.
import test from 'tape'
import { startDynamoDB } from '../../test/support/dynamodb.ts'
import { captureLog } from '../../test/support/log.ts'
import { run } from '../../test/support/process.ts'
import { refusal, startProxy } from '../../test/support/proxy.ts'
import { type Sandbox, startSandbox } from '../../test/support/sandbox.ts'
import { startServer } from '../../test/support/server.ts'
import { SMOKE_TEST_EMAIL, smokeTest } from '../lib/smoke.ts'

const PASSED = `pass  a preflight is answered with 204
pass  smoke-test@example.com is signed up (201), or was before (409)
pass  a wrong body is answered with 400 in JSON
pass  a wrong content type is answered with 415 in JSON
pass  a body over 8 KiB is answered with 413 in JSON
pass  answers must not be cached or sniffed
pass  a route that is not there is answered with 404
`

const CORS = 'testing https://math.ai http://*\nstaging https://math.ai http://*\n'

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
  for (let round = 0; round < 2; round++) {
    const { status, output } = await run(`node operate/smoke.ts ${sandbox.url}`, sandbox.folder)
    t.deepEqual([status, output], [0, PASSED])
  }
  t.equal(await sandbox.countUsers(), 1)
  t.equal((await sandbox.user(SMOKE_TEST_EMAIL))?.user_name, 'Smoke test')
})

test('with a stage it checks what @cors in app.arc allows there', async (t) => {
  const { status, output } = await run(`node operate/smoke.ts ${sandbox.url} staging`, sandbox.folder)
  const allowed = ['allows https://math.ai', 'allows http://smoke.example', 'does not allow https://foreign.example']
  t.deepEqual([status, output], [0, `${PASSED}${allowed.map((line) => `pass  @cors ${line}\n`).join('')}`])
  for (const [origins, failure] of [
    [['https://other.example'], 'https://other.example: got no origin'],
    [['*'], 'https://smoke.example: got no origin'],
  ] as const) {
    const { passed, lines } = await smoke(sandbox.url, { origins: [...origins] })
    t.notOk(passed)
    t.ok(lines.includes(`FAIL  @cors allows ${failure}`), lines.join('\n'))
  }
})

test('a database that refuses every call fails the smoke test, and one that is right again passes it', async (t) => {
  for (const name of ['AccessDeniedException', 'ProvisionedThroughputExceededException']) {
    proxy.inject({ '*': refusal(name) })
    const { passed, lines } = await smoke(sandbox.url)
    t.equal(passed, false)
    const [failure, ...more] = lines.filter((line) => line.startsWith('FAIL'))
    t.match(String(failure), /^FAIL {2}smoke-test@example\.com is signed up .*\(409\): got (500|503) \{/)
    t.deepEqual(more, [], 'the other checks need no database')
  }
  proxy.inject({})
  t.ok((await smoke(sandbox.url)).passed)
})

test('an answer of another form fails its check, and the URL may be that of the API or of its route', async (t) => {
  const urls = new Set<string | undefined>()
  const other = await startServer((request, response) => {
    request.resume()
    urls.add(request.url)
    response.writeHead(request.method === 'OPTIONS' ? 204 : 409, { 'content-type': 'application/json' }).end('{}')
  })
  const { passed, lines } = await smoke(other.url)
  t.notOk(passed)
  t.equal(lines.map((line) => line.slice(0, 4)).join(' '), 'pass FAIL FAIL FAIL FAIL FAIL FAIL')
  for (const path of ['/', '/signup', '/signup/']) await smoke(other.url + path)
  t.deepEqual([...urls], ['/signup'])
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
