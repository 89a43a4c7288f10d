// What the smoke test of a deploy finds: an API that is right passes, and one that is wrong in one thing does not, whatever it is.
import { buffer } from 'node:stream/consumers'
import test from 'tape'
import { type Api, startInProcess } from '../../test/support/api.ts'
import { captureLog } from '../../test/support/log.ts'
import { run } from '../../test/support/process.ts'
import { copyProject } from '../../test/support/project.ts'
import { startServer } from '../../test/support/server.ts'
import { SMOKE_TEST_EMAIL, smokeTest } from '../lib/smoke.ts'

const CHECKS = [
  'a preflight is answered with 204',
  'smoke-test@example.com is signed up (201), or was before (409)',
  'a wrong body is answered with 400 in JSON',
  'a wrong content type is answered with 415 in JSON',
  'a body over 8 KiB is answered with 413 in JSON',
  'a route that is not there is answered with 404',
]
const STAGING = ['https://math.ai', 'http://*']
const ORIGINS = ['allows https://math.ai', 'allows http://smoke.example', 'does not allow https://foreign.example']
const PASSED = CHECKS.map((check) => `pass  ${check}`)

type Answer = { status: number; headers: Record<string, string>; body: string }
/** What a right API answers, by its name, such as `POST 201` or `OPTIONS https://math.ai`. */
const recorded = new Map<string, Answer>()

let api: Api

/** Runs the smoke test. Resolves to its result and its lines. */
async function smoke(...args: Parameters<typeof smokeTest>) {
  const { result, printed } = await captureLog(() => smokeTest(...args))
  const lines = (JSON.parse(printed) as string[][]).map(([line]) => String(line))
  return { passed: result, lines: lines.filter((line) => /^(pass|FAIL)/.test(line)) }
}

/** Headers without those of one connection. */
function withoutConnection(headers: object): Record<string, string> {
  const ofConnection = /^(connection|content-length|date|host|keep-alive|transfer-encoding)$/
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.test(name)))
}

/** An API that passes everything on to the right one. `change` may replace an answer. */
async function startChanged(change: (name: string, answer: Answer) => Answer | undefined) {
  const urls = new Set<string | undefined>()
  const server = await startServer(async (request, response) => {
    urls.add(request.url)
    const bytes = new Uint8Array(await buffer(request))
    const { method = '', headers } = request
    const init = { method, headers: withoutConnection(headers), ...(bytes.length && { body: bytes }) }
    const right = await fetch(`${api.url}/signup`, init)
    const kept = withoutConnection(Object.fromEntries(right.headers))
    const answer = { status: right.status, headers: kept, body: await right.text() }
    const changed = change(`${method} ${method === 'OPTIONS' ? headers.origin : right.status}`, answer)
    if (!changed) return void request.socket.destroy()
    response.writeHead(changed.status, changed.headers).end(changed.body)
  })
  return { ...server, urls }
}

test('the API is right: the smoke test passes, signs one person up, and passes again', async (t) => {
  api = await startInProcess(STAGING)
  const unchanged = await startChanged((name, answer) => {
    recorded.set(name, answer)
    return answer
  })
  for (let round = 0; round < 2; round++) {
    t.deepEqual(await smoke(unchanged.url), { passed: true, lines: PASSED })
  }
  t.ok((await smoke(unchanged.url, { origins: STAGING })).passed)
  await unchanged.stop()
  t.equal(await api.countUsers(), 1)
  t.equal((await api.user(SMOKE_TEST_EMAIL))?.user_name, 'Smoke test')
})

test('npm run smoke checks what @cors of app.arc allows in the stage, and its exit status says whether all is right', async (t) => {
  const cors = `@cors\ntesting https://testing.math.ai\nstaging ${STAGING.join(' ')}\nproduction https://other.example\n\n`
  const project = await copyProject({ manifest: (manifest) => manifest.replace(/@cors\n[^@]*/, cors) })
  const outputOf = (args: string) => run(`node operate/smoke.ts ${api.url} ${args}`, project.folder)
  const passed = [...PASSED, ...ORIGINS.map((line) => `pass  @cors ${line}`)]
  t.deepEqual(await outputOf('staging'), { status: 0, output: `${passed.join('\n')}\n` })
  const { status, output } = await outputOf('production')
  t.equal(status, 1)
  const failure = 'FAIL  @cors allows https://other.example: got 204, no origin, no methods, no headers'
  t.equal(output, `${[...PASSED, failure, 'pass  @cors does not allow https://foreign.example'].join('\n')}\n`)
  t.equal((await outputOf('')).output, `${PASSED.join('\n')}\n`)
  await project.remove()
  const any = await smoke(api.url, { origins: ['*'] })
  t.deepEqual(any.lines.at(-1), 'FAIL  @cors allows https://smoke.example: got 204, no origin, no methods, no headers')
})

/** What does not matter to who calls: which uid, and the wording. */
const ANY_TEXT = ['uid', 'message', 'detail', 'title']
/** What is not asked for: the headers for pages of an answer that is no preflight, and how long a preflight counts. */
const NOT_CHECKED = /^(access-control-(allow-origin|expose-headers)|apigw-requestid)$/

/** Every way in which an answer can be wrong in one thing: another status, or a header or a member taken away or changed. */
function alterationsOf(name: string, answer: Answer): Map<string, Answer> {
  const { headers, body } = answer
  const altered = new Map<string, Answer>()
  // Whoever is not to call is not to be allowed, and that is all.
  if (name.includes('foreign')) {
    for (const origin of ['*', 'https://foreign.example']) {
      altered.set(`allowed ${origin}`, { ...answer, headers: { ...headers, 'access-control-allow-origin': origin } })
    }
    return altered
  }
  for (const status of [200, 500]) altered.set(`status ${status}`, { ...answer, status })
  // Of a route that is not there, only the status is API Gateway's promise.
  if (name === 'GET 404') return altered
  const isChecked = (header: string) => (name.startsWith('OPTIONS') ? /allow/ : /./).test(header)
  for (const header of Object.keys(headers).filter(isChecked)) {
    if (NOT_CHECKED.test(header) && !name.startsWith('OPTIONS')) continue
    const { [header]: value, ...without } = headers
    altered.set(`no ${header}`, { ...answer, headers: without })
    for (const other of ['x', 'max-age=3600', `${value}x`]) {
      altered.set(`${header}: ${other}`, { ...answer, headers: { ...headers, [header]: other } })
    }
  }
  if (!body) return altered
  altered.set('no JSON', { ...answer, body: '<html>' })
  const members = JSON.parse(body)
  for (const member of Object.keys(members).filter((key) => key !== 'errors')) {
    const withMember = (value?: string) => ({ ...answer, body: JSON.stringify({ ...members, [member]: value }) })
    altered.set(`no ${member}`, withMember())
    if (!ANY_TEXT.includes(member)) altered.set(`another ${member}`, withMember('x'))
  }
  return altered
}

test('an API that is wrong in exactly one thing fails, whatever that is', async (t) => {
  let current: [name: string, Answer] | undefined
  const changed = await startChanged((name, answer) => (name === current?.[0] ? current[1] : answer))
  t.deepEqual([...recorded.keys()].filter((name) => name.startsWith('POST')).sort(), [
    'POST 201',
    'POST 400',
    'POST 409',
    'POST 413',
    'POST 415',
  ])
  let count = 0
  for (const [name, answer] of recorded) {
    for (const [what, altered] of alterationsOf(name, answer)) {
      current = [name === 'POST 201' ? 'POST 409' : name, altered]
      const { passed, lines } = await smoke(changed.url, { origins: STAGING })
      const failures = lines.filter((line) => line.startsWith('FAIL'))
      count++
      if (passed || !failures.length) t.fail(`${name} with ${what} passes`)
    }
  }
  t.ok(count > 90, `${count} APIs, each with one thing wrong`)
  await changed.stop()
})

test('the URL may be that of the API or of its route', async (t) => {
  const changed = await startChanged((_, answer) => answer)
  for (const path of ['', '/', '/signup', '/signup/']) t.ok((await smoke(changed.url + path)).passed, path)
  t.deepEqual([...changed.urls], ['/signup'])
  await changed.stop()
})

test('each check is repeated while the API is new, and not longer', async (t) => {
  const counts: Record<string, number> = {}
  const newApi = await startChanged((name, answer) => {
    counts[name] = (counts[name] ?? 0) + 1
    return counts[name] === 1 ? undefined : answer
  })
  t.deepEqual(await smoke(newApi.url, { patienceSeconds: 60 }), { passed: true, lines: PASSED })
  t.ok(Object.values(counts).every((count) => count >= 2))
  await newApi.stop()
  // Without an answer to the first check, there is none to the others.
  const lines = [`FAIL  ${CHECKS[0]}: got ECONNREFUSED`]
  t.deepEqual(await smoke(newApi.url), { passed: false, lines })
})

test('stop the API of the smoke tests', async () => {
  await api.stop()
})
