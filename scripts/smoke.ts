// Checks a deployed API from outside, and stores nothing: `npm run smoke -- https://….amazonaws.com/signup`.
const [url = ''] = process.argv.slice(2)
if (!URL.canParse(url)) {
  console.error('Give the URL of the API, which the deploy has printed: npm run smoke -- https://…/signup')
  process.exit(1)
}

const ORIGIN = 'https://smoke.example'
const JSON_TYPE = { 'content-type': 'application/json', origin: ORIGIN }

const preflight = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,idempotency-key',
  },
}

await check('a preflight is answered with 204', preflight, ({ status }) => status === 204)
await check(
  'a refused body is answered with 400 in JSON',
  { method: 'POST', headers: JSON_TYPE, body: '{}' },
  isProblem(400),
)
await check(
  'a wrong content type is answered with 415 in JSON',
  { method: 'POST', headers: { origin: ORIGIN }, body: '{}' },
  isProblem(415),
)
await check(
  'a body over 8 KiB is answered with 413 in JSON',
  { method: 'POST', headers: JSON_TYPE, body: ' '.repeat(8193) },
  isProblem(413),
)
await check(
  'answers are kept by no cache and sniffed by no browser',
  { method: 'POST', headers: JSON_TYPE, body: '{}' },
  ({ headers }) =>
    headers.get('cache-control') === 'no-store' &&
    headers.get('x-content-type-options') === 'nosniff' &&
    headers.has('strict-transport-security'),
)
await check('a route that is not there is answered with 404', { method: 'GET' }, ({ status }) => status === 404)

type Test = (response: Response, body: Record<string, unknown>) => boolean

function isProblem(expected: number): Test {
  return ({ status, headers }, body) =>
    status === expected &&
    headers.get('content-type') === 'application/problem+json' &&
    body.status === expected &&
    Boolean(body.message)
}

async function check(what: string, request: RequestInit, passes: Test): Promise<void> {
  let seen: string
  let ok = false
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) })
    const text = await response.text()
    seen = `${response.status} ${text.slice(0, 200)}`
    ok = passes(response, text ? JSON.parse(text) : {})
  } catch (error) {
    seen = String(error)
  }
  console.log(ok ? `pass  ${what}` : `FAIL  ${what}: got ${seen}`)
  if (!ok) process.exitCode = 1
}
