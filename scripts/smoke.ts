// Checks a deployed API from outside, and stores nothing: `npm run smoke https://….amazonaws.com staging`.
import { realpathSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { readSettings, type Settings } from '../src/plugins/settings.ts'
import { readProject } from './arc.ts'

type Options = {
  /** What `@cors` in app.arc allows in the stage of this API. Without it, only the status of a preflight is checked. */
  origins?: Settings['cors']['staging']
  /** For how long a new API may be unreachable. */
  patienceSeconds?: number
}

type Check = {
  what: string
  request: RequestInit
  passes(answer: Answer): boolean
  /** What a failure shows instead of the status and the body. */
  show?(answer: Answer): string
}
type Answer = { status: number; headers: Headers; text: string }

const ORIGIN = 'https://smoke.example'
const HEADERS = { 'content-type': 'application/json', origin: ORIGIN }

/** Prints a line for each check of the API. Resolves to whether all have passed. */
export async function smoke(url: string, { origins, patienceSeconds = 0 }: Options = {}): Promise<boolean> {
  const target = url.replace(/\/?(signup\/?)?$/, '/signup')
  const unreachable = await waitFor(target, patienceSeconds)
  if (unreachable) {
    console.log(unreachable)
    return false
  }
  const results: boolean[] = []
  for (const check of [...CHECKS, ...corsChecks(origins)]) results.push(await run(check, target))
  return results.every(Boolean)
}

/** Resolves to a sentence if the host is not reached in time. */
async function waitFor(url: string, seconds: number): Promise<string | undefined> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await send(url, preflight(ORIGIN)).catch((error) => error)
    if (answer.status === 204) return undefined
    if (Date.now() < end) {
      await setTimeout(1000)
      continue
    }
    if (!(answer instanceof Error)) return undefined
    const reason = (answer.cause as { code?: string } | undefined)?.code ?? answer.message
    return `${new URL(url).host} cannot be reached (${reason}). Check the URL, and the network of this machine.`
  }
}

const CHECKS: Check[] = [
  {
    what: 'a preflight is answered with 204',
    request: preflight(ORIGIN),
    passes: ({ status }) => status === 204,
  },
  {
    what: 'a refused body is answered with 400 in JSON',
    request: { method: 'POST', headers: HEADERS, body: '{}' },
    passes: isProblem(400),
  },
  {
    what: 'a wrong content type is answered with 415 in JSON',
    request: { method: 'POST', headers: { origin: ORIGIN }, body: '{}' },
    passes: isProblem(415),
  },
  {
    what: 'a body over 8 KiB is answered with 413 in JSON',
    request: { method: 'POST', headers: HEADERS, body: ' '.repeat(8193) },
    passes: isProblem(413),
  },
  {
    what: 'answers must not be cached or sniffed',
    request: { method: 'POST', headers: HEADERS, body: '{}' },
    passes: ({ headers }) =>
      headers.get('cache-control') === 'no-store' &&
      headers.get('x-content-type-options') === 'nosniff' &&
      headers.has('strict-transport-security'),
  },
  {
    what: 'a route that is not there is answered with 404',
    request: { method: 'GET' },
    passes: ({ status }) => status === 404,
  },
]

function corsChecks(origins: string[] = []): Check[] {
  const allowed = origins.map((pattern) => pattern.replace('//*', '//smoke.example'))
  const checks = allowed.map((pattern) => {
    const origin = pattern === '*' ? ORIGIN : pattern
    return {
      what: `@cors allows ${origin}`,
      request: preflight(origin),
      passes: (answer: Answer) => allowedOrigin(answer) === pattern,
      show: allowedOrigin,
    }
  })
  const foreign = ['https://foreign.example', 'http://foreign.example'].find(
    (origin) => !origins.some((pattern) => pattern === '*' || origin.startsWith(pattern.replace('*', ''))),
  )
  if (!origins.length || !foreign) return checks
  const refusal = {
    what: `@cors does not allow ${foreign}`,
    request: preflight(foreign),
    passes: (answer: Answer) => allowedOrigin(answer) === 'no origin',
    show: allowedOrigin,
  }
  return [...checks, refusal]
}

function allowedOrigin({ headers }: Answer): string {
  return headers.get('access-control-allow-origin') ?? 'no origin'
}

function preflight(origin: string): RequestInit {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,idempotency-key',
  }
  return { method: 'OPTIONS', headers }
}

function isProblem(expected: number): Check['passes'] {
  return ({ status, headers, text }) => {
    if (status !== expected || headers.get('content-type') !== 'application/problem+json') return false
    const body = JSON.parse(text)
    return body.status === expected && Boolean(body.message)
  }
}

async function run({ what, request, passes, show = summary }: Check, url: string): Promise<boolean> {
  let seen: string
  let ok = false
  try {
    const answer = await send(url, request)
    seen = show(answer)
    ok = passes(answer)
  } catch (error) {
    seen = String(error)
  }
  console.log(ok ? `pass  ${what}` : `FAIL  ${what}: got ${seen}`)
  return ok
}

function summary({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 200)}`
}

async function send(url: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function main(): Promise<void> {
  const [url = '', stage, ...more] = process.argv.slice(2)
  const isStage = stage === 'staging' || stage === 'production'
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url) || (stage && !isStage) || more.length) {
    console.error('Give the URL that the deploy has printed, and the stage: npm run smoke https://…/signup staging')
    process.exit(1)
  }
  const origins = isStage ? readSettings((await readProject())._project.arc).cors[stage] : undefined
  if (!(await smoke(url, { ...(origins && { origins }) }))) process.exitCode = 1
}

if (realpathSync(process.argv[1] ?? '') === import.meta.filename) await main()
