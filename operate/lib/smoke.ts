// The check of an API from outside.
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'

type Answer = { status: number; headers: Headers; text: string }
/** What is checked, the request, whether the answer passes, and what a failure shows. */
type Check = [
  what: string,
  request: RequestInit,
  passes: (answer: Answer) => boolean,
  show?: (answer: Answer) => string,
]
type Options = {
  /** What `@cors` in app.arc allows in the stage of this API. */
  origins?: string[]
  /** How long a new API may give wrong answers. */
  patienceSeconds?: number
}

/** The user that every smoke test signs up: example.com belongs to nobody. */
export const SMOKE_TEST_EMAIL = 'smoke-test@example.com'

const ORIGIN = 'https://smoke.example'
/** The code of a network error. */
const UNREACHABLE = /^(E[A-Z_]+|fetch failed)$/

/** Checks an API from outside with one sign-up, and prints a line for each check. Resolves to true if all have passed. */
export async function smokeTest(url: string, { origins = [], patienceSeconds = 0 }: Options = {}): Promise<boolean> {
  const deadline = Date.now() + patienceSeconds * 1000
  const target = url.replace(/\/?(signup\/?)?$/, '/signup')
  let hasPassed = true
  for (const check of [...contractChecks(), ...corsChecks(origins)]) {
    const failure = await repeat(check, target, deadline)
    if (failure) hasPassed = false
    // Without an answer to the first check, there is none to the others.
    if (failure && UNREACHABLE.test(failure)) break
  }
  return hasPassed
}

function contractChecks(): Check[] {
  const person = {
    user_email: SMOKE_TEST_EMAIL,
    user_password: randomBytes(34).toString('hex'),
    user_name: 'Smoke test',
  }
  const isSignedUp = (answer: Answer) =>
    answer.status === 201 ? hasHeaders(answer, 'application/json') && isCreated(answer) : isEmailTaken(answer)
  const isEmailTaken = isProblem(409, 'email_taken')
  return [
    ['a preflight is answered with 204', preflight(ORIGIN), ({ status }) => status === 204],
    [`${SMOKE_TEST_EMAIL} is signed up (201), or was before (409)`, post(JSON.stringify(person)), isSignedUp, describe],
    ['a wrong body is answered with 400 in JSON', post('{}'), isProblem(400, 'invalid_fields'), describe],
    [
      'a wrong content type is answered with 415 in JSON',
      post('{}', 'text/plain'),
      isProblem(415, 'not_json'),
      describe,
    ],
    [
      'a body over 8 KiB is answered with 413 in JSON',
      post(' '.repeat(8193)),
      isProblem(413, 'body_too_large'),
      describe,
    ],
    ['a route that is not there is answered with 404', { method: 'GET' }, ({ status }) => status === 404],
  ]
}

function isCreated({ text }: Answer): boolean {
  const { uid } = JSON.parse(text)
  return typeof uid === 'string' && uid !== ''
}

/** What each answer of the function has besides its type: it must not be cached, sniffed, framed or sent over plain http. */
const HEADERS: Record<string, RegExp> = {
  'cache-control': /^no-store$/,
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'strict-transport-security': /^max-age=\d{8}$/,
  'x-content-type-options': /^nosniff$/,
}

/** The names of the headers of an answer that are missing or wrong. */
function wrongHeaders({ headers }: Answer): string[] {
  return Object.keys(HEADERS).filter((name) => !HEADERS[name]?.test(headers.get(name) ?? ''))
}

function hasHeaders(answer: Answer, type: string): boolean {
  return answer.headers.get('content-type') === type && !wrongHeaders(answer).length
}

function corsChecks(origins: string[]): Check[] {
  const headerOf = ({ headers }: Answer, name: string) => headers.get(`access-control-allow-${name}`) ?? `no ${name}`
  const allowed = origins.map((pattern): Check => {
    const origin = pattern === '*' ? ORIGIN : pattern.replace('//*', '//smoke.example')
    const show = (answer: Answer) =>
      [answer.status, ...['origin', 'methods', 'headers'].map((name) => headerOf(answer, name))].join(', ')
    const passes = (answer: Answer) =>
      answer.status === 204 &&
      headerOf(answer, 'origin') === (pattern === '*' ? '*' : origin) &&
      /\bPOST\b|^\*$/.test(headerOf(answer, 'methods')) &&
      /content-type.*idempotency-key|^\*$/i.test(headerOf(answer, 'headers'))
    return [`@cors allows ${origin}`, preflight(origin), passes, show]
  })
  const foreign = ['https://foreign.example', 'http://foreign.example'].find(
    (origin) => !origins.some((pattern) => pattern === '*' || origin.startsWith(pattern.replace('*', ''))),
  )
  if (!origins.length || !foreign) return allowed
  const show = (answer: Answer) => headerOf(answer, 'origin')
  const isRefused = (answer: Answer) => show(answer) === 'no origin'
  return [...allowed, [`@cors does not allow ${foreign}`, preflight(foreign), isRefused, show]]
}

function preflight(origin: string): RequestInit {
  const requested = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,idempotency-key',
  }
  return { method: 'OPTIONS', headers: { origin, ...requested } }
}

function post(body: string, type = 'application/json'): RequestInit {
  return { method: 'POST', headers: { 'content-type': type, origin: ORIGIN }, body }
}

function isProblem(expected: number, code: string): (answer: Answer) => boolean {
  return (answer) => {
    if (answer.status !== expected || !hasHeaders(answer, 'application/problem+json')) return false
    const body = JSON.parse(answer.text)
    const areTexts = ['title', 'detail', 'message'].every((name) => typeof body[name] === 'string' && body[name])
    return areTexts && body.type === 'about:blank' && body.status === expected && body.code === code
  }
}

/** Repeats a check until it passes or the time is over. Resolves to the last failure. */
async function repeat(check: Check, url: string, deadline: number): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const failure = await findFailure(check, url)
    if (failure === undefined || Date.now() >= deadline) {
      console.log(failure === undefined ? `pass  ${check[0]}` : `FAIL  ${check[0]}: got ${failure}`)
      return failure
    }
    if (tries % 10 === 0) console.log(`      waiting for the new API: got ${failure}`)
    await setTimeout(1000)
  }
}

/** What a check got instead of what it expects. undefined if it passes. */
async function findFailure([, request, passes, show]: Check, url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) })
    const answer = { status: response.status, headers: response.headers, text: await response.text() }
    if (passes(answer)) return undefined
    return show ? show(answer) : `${answer.status} ${answer.text.slice(0, 200)}`
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? message
  }
}

function describe(answer: Answer): string {
  const wrong = wrongHeaders(answer)
  const type = answer.headers.get('content-type') ?? 'no content type'
  return `${answer.status} ${type} ${answer.text.slice(0, 200)}${wrong.length ? `, wrong headers: ${wrong.join(' ')}` : ''}`
}
