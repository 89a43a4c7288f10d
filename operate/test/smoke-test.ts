// What the smoke test of a deploy finds: an API that is right passes, and one that is wrong in one thing does not, whatever it is.
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
/** An answer, and which one it is, such as `POST 201`, or `OPTIONS https://math.ai`. */
type Recorded = Map<string, Answer>

/** What a right API answers. */
const recorded: Recorded = new Map()

let api: Api

/** Runs the smoke test. Resolves to its result and its lines. */
async function smoke(...args: Parameters<typeof smokeTest>) {
  const { result, printed } = await captureLog(() => smokeTest(...args))
  const lines = (JSON.parse(printed) as string[][]).map(([line]) => String(line))
  return { passed: result, lines: lines.filter((line) => /^(pass|FAIL)/.test(line)) }
}

/** An API that passes everything on to the right one. `change` may replace an answer. */
async function startChanged(change: (name: string, answer: Answer) => Answer | undefined) {
  const urls = new Set<string | undefined>()
  const server = await startServer(async (request, response) => {
    urls.add(request.url)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', headers } = request
    const { 'content-length': _, connection: __, host: ___, ...rest } = headers as Record<string, string>
    const init = { method, headers: rest, ...(chunks.length && { body: Buffer.concat(chunks) }) }
    const right = await fetch(`${api.url}/signup`, init)
    const { date: ____, connection: _____, 'keep-alive': ______, ...kept } = Object.fromEntries(right.headers)
    delete kept['transfer-encoding']
    delete kept['content-length']
    const answer = { status: right.status, headers: kept, body: await right.text() }
    const changed = change(`${method} ${method === 'OPTIONS' ? rest.origin : right.status}`, answer)
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
function alterationsOf(name: string, answer: Answer): [what: string, Answer][] {
  const { headers, body } = answer
  const isPreflight = name.startsWith('OPTIONS')
  const names = Object.keys(headers).filter((header) =>
    isPreflight ? /allow/.test(header) : !NOT_CHECKED.test(header) && name !== 'GET 404',
  )
  const members =
    body && name !== 'GET 404' ? Object.keys(JSON.parse(body)).filter((member) => member !== 'errors') : []
  const withBody = (member: string, value: unknown) => ({
    ...answer,
    body: JSON.stringify({ ...JSON.parse(body), [member]: value }),
  })
  return [
    ...(name.includes('foreign') ? [] : [200, 500]).map((other): [string, Answer] => [
      `status ${other}`,
      { ...answer, status: other },
    ]),
    // Whoever is not to call is not to be allowed.
    ...(name.includes('foreign') ? ['*', 'https://foreign.example'] : []).map((origin): [string, Answer] => [
      `allowed ${origin}`,
      { ...answer, headers: { ...headers, 'access-control-allow-origin': origin } },
    ]),
    ...names.flatMap((header): [string, Answer][] => {
      const { [header]: _, ...without } = headers
      return [
        [`no ${header}`, { ...answer, headers: without }],
        ...['x', 'max-age=3600', `${headers[header]}x`].map((value): [string, Answer] => [
          `${header}: ${value}`,
          { ...answer, headers: { ...headers, [header]: value } },
        ]),
      ]
    }),
    ...members.flatMap((member): [string, Answer][] => [
      [`no ${member}`, withBody(member, undefined)],
      ...(ANY_TEXT.includes(member) ? [] : [[`another ${member}`, withBody(member, 'x')] as [string, Answer]]),
    ]),
    ...(members.length ? [['no JSON', { ...answer, body: '<html>' }] as [string, Answer]] : []),
  ]
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
