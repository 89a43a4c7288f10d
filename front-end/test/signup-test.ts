// The request alone: every answer, every wait to its end, and what is sent again. The forms in a browser: browser/.
import test from 'tape'
import { fieldError } from '../../src/shared/field-errors.ts'
import { PROBLEMS, type ProblemCode, problem } from '../../src/shared/problem.ts'
import { createSignUp, type Options } from '../signup.ts'

type Answer = Response | Error | undefined
type Sent = { url: string; init: RequestInit; at: number }
const ada = { user_email: 'ada@example.com', user_password: 'engine of 1837', user_name: 'Ada' }

/** Time that stands still until `advance`, and an API that gives these answers one after the other. undefined is silence. */
function setUp(...answers: (() => Answer)[]) {
  const real = { fetch, setTimeout, clearTimeout }
  const timers = new Map<number, { at: number; act: () => void }>()
  const sent: Sent[] = []
  let now = 0
  let count = 0
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  Object.assign(globalThis, {
    setTimeout: (act: () => void, ms: number) => {
      timers.set(++count, { at: now + ms, act })
      return count
    },
    clearTimeout: (id: number) => timers.delete(id),
    fetch: (url: string, init: RequestInit) => {
      sent.push({ url, init, at: now })
      const answer = (answers.length > 1 ? answers.shift() : answers[0])?.()
      return new Promise((resolve, reject) => {
        const refuse = () => reject(new DOMException('aborted', 'AbortError'))
        init.signal?.addEventListener('abort', refuse)
        if (init.signal?.aborted) refuse()
        if (answer instanceof Error) reject(answer)
        else if (answer) resolve(answer)
      })
    },
  })
  return {
    sent,
    keys: () => sent.map(({ init }) => String((init.headers as Record<string, string>)['idempotency-key'])),
    /** The timers that are still set. */
    open: () => timers.size,
    async advance(ms: number): Promise<void> {
      const end = now + ms
      for (;;) {
        await settle()
        const next = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next[0])
        now = next[1].at
        next[1].act()
      }
      now = end
    },
    restore: () => Object.assign(globalThis, real),
  }
}

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return () => new Response(status === 204 ? null : text, { status, headers })
}
const refused = (code: ProblemCode, headers = {}) => answer(PROBLEMS[code].status, problem(code), headers)
const created = answer(201, { uid: 'u' })
const silence = () => undefined
const lost = () => TypeError('fetch failed')

const UNREACHABLE = {
  code: 'unreachable',
  message: 'The server cannot be reached. Check your internet connection and try again.',
}
const UNKNOWN = {
  code: 'unknown',
  message: 'The server sent an answer that this page cannot read. Please try again later.',
}
const sentenceOf = (code: ProblemCode) => ({ code, message: PROBLEMS[code].detail })
const ofApi = (code: ProblemCode, more = {}) => ({ ...sentenceOf(code), errors: [], ...more })
const INVALID = problem('invalid_fields', [fieldError('user_email', 'invalid'), fieldError('user_name', 'required')])
const ID = { 'apigw-requestid': 'JKJaXmPLvHcESHA=' }

const answers: [what: string, () => Answer, expected: object][] = [
  ['201', created, { uid: 'u' }],
  [
    '400 with errors',
    answer(400, INVALID),
    { code: 'invalid_fields', message: INVALID.message, errors: INVALID.errors },
  ],
  ['422', refused('idempotency_key_reused', ID), ofApi('idempotency_key_reused')],
  [
    '429 for a while',
    refused('too_many_attempts', { 'retry-after': '812' }),
    ofApi('too_many_attempts', { retryAfter: 812 }),
  ],
  ['500 with an ID', refused('internal_error', ID), ofApi('internal_error', { requestId: 'JKJaXmPLvHcESHA=' })],
  ['200 without a uid', answer(200, { ok: true }), UNKNOWN],
  ['201 with a uid that is none', answer(201, { uid: 5 }), UNKNOWN],
  ['201 with an empty uid', answer(201, { uid: '' }), UNKNOWN],
  ['400 with a uid', answer(400, { uid: 'u' }), UNKNOWN],
  ['204', answer(204, ''), UNKNOWN],
  ['HTML with 502', answer(502, '<html>'), sentenceOf('internal_error')],
  ['HTML with 499', answer(499, '<html>'), UNKNOWN],
  ['half a JSON', answer(201, '{"uid":'), UNKNOWN],
  ['null', answer(500, 'null'), sentenceOf('internal_error')],
  ["API Gateway's 404", answer(404, { message: 'Not Found' }), UNKNOWN],
  ["API Gateway's 429", answer(429, { message: 'Too Many Requests' }), sentenceOf('unavailable')],
  [
    "API Gateway's 503",
    answer(503, { message: 'Service Unavailable' }, ID),
    { ...sentenceOf('unavailable'), requestId: ID['apigw-requestid'] },
  ],
  [
    'a message of 1,000 characters',
    answer(500, { code: 'x', message: 'x'.repeat(1000) }),
    { code: 'x', message: 'x'.repeat(1000), errors: [] },
  ],
  [
    'a message of 1,001 characters',
    answer(500, { code: 'x', message: 'x'.repeat(1001) }),
    sentenceOf('internal_error'),
  ],
  ['a code that is no text', answer(400, { code: 1, message: 'x' }), UNKNOWN],
  [
    'errors that are no list',
    answer(400, { ...problem('invalid_fields'), errors: { length: 1 } }),
    ofApi('invalid_fields'),
  ],
  [
    'errors that are no errors',
    answer(400, { ...problem('invalid_fields'), errors: [null, 1, { field: 'x' }] }),
    ofApi('invalid_fields'),
  ],
  ['a connection that breaks', lost, UNREACHABLE],
]
test('every answer becomes a uid or a problem with a sentence', async (t) => {
  for (const [what, act, expected] of answers) {
    const { advance, open, restore } = setUp(act)
    const given = createSignUp('/signup')(ada)
    await advance(10_000)
    t.deepEqual(await given, expected, what)
    t.equal(open(), 0, 'no timer is left')
    restore()
  }
})

/** The Retry-After of two refusals, and when each try is sent, in milliseconds. */
const waits: [retryAfter: string | undefined, at: number[]][] = [
  [undefined, [0, 1000, 2000]],
  ['0', [0, 1000, 2000]],
  ['1', [0, 1000, 2000]],
  ['2', [0, 2000, 4000]],
  ['10', [0, 10_000, 20_000]],
  ['11', [0]],
  ['-1', [0, 1000, 2000]],
  ['1e9', [0, 1000, 2000]],
  ['Wed, 21 Oct 2026 07:28:00 GMT', [0, 1000, 2000]],
]
test('429 and 503 are tried again twice, after the time that they say, if that is 10 s at most', async (t) => {
  for (const code of ['unavailable', 'too_many_attempts'] as const) {
    for (const [retryAfter, at] of waits) {
      const { sent, keys, advance, restore } = setUp(refused(code, retryAfter && { 'retry-after': retryAfter }))
      const given = createSignUp('https://api.example/signup')(ada)
      await advance(60_000)
      const result = await given
      t.deepEqual(
        sent.map((one) => one.at),
        at,
        `${code} with ${retryAfter}`,
      )
      t.equal('code' in result && result.code, code)
      t.equal(new Set(keys()).size, 1, 'the same key')
      restore()
    }
  }
  const { sent, advance, restore } = setUp(refused('unavailable'), created)
  const given = createSignUp('/signup')(ada)
  await advance(1000)
  t.deepEqual([await given, sent.length], [{ uid: 'u' }, 2], 'one refusal, then a success')
  restore()
  for (const status of [400, 409, 500, 502, 504]) {
    const { sent, advance, restore } = setUp(answer(status, '{}', { 'retry-after': '1' }))
    const given = createSignUp('/signup')(ada)
    await advance(60_000)
    t.deepEqual([await given.then(Boolean), sent.length], [true, 1], `${status} is not tried again`)
    restore()
  }
})

test('what is sent: the fields as JSON, with a key that stays until a field changes', async (t) => {
  const { sent, keys, restore } = setUp(created)
  const signUp = createSignUp('/signup')
  const eve = { ...ada, user_name: 'Eve' }
  const { signal } = new AbortController()
  for (const [fields, options] of [[ada], [{ ...ada }, { signal }], [eve], [ada, { signal }]] as [object, Options?][]) {
    await signUp(fields, options)
  }
  const [first, second, third, fourth] = keys()
  t.equal(first, second)
  t.equal(new Set([first, third, fourth]).size, 3)
  for (const key of keys()) t.match(key, /^[\x21-\x7e]{7,255}$/)
  const { method, body, headers } = sent[0]?.init ?? {}
  t.deepEqual([sent[0]?.url, method, body], ['/signup', 'POST', JSON.stringify(ada)])
  t.deepEqual(headers, { 'content-type': 'application/json', 'idempotency-key': first })
  await createSignUp('/signup')(ada)
  t.notEqual(keys().at(-1), first, 'another form has keys of its own')
  restore()
})

test('it says that it sends, after 8 s that it is slow, and that it tries again; each try may take 30 s', async (t) => {
  const { sent, advance, open, restore } = setUp(refused('unavailable', { 'retry-after': '2' }), silence)
  const said: [string, number][] = []
  let elapsed = 0
  const given = createSignUp('/signup')(ada, { onStatus: (status) => said.push([status, elapsed]) })
  for (; elapsed < 31_900; elapsed += 100) await advance(100)
  t.deepEqual(
    said.map(([status]) => status),
    ['sending', 'retrying', 'slow'],
  )
  t.deepEqual(
    said.map(([, at]) => Math.ceil(at / 1000)),
    [0, 0, 8],
  )
  t.equal(await Promise.race([given, 'waiting']), 'waiting', '2 s and 29.9 s')
  await advance(100)
  t.deepEqual([await given, sent.length, open()], [UNREACHABLE, 2, 0])
  restore()
})

test('a page that is left ends the request, also between two tries, and nothing more is sent', async (t) => {
  for (const [act, sentBefore] of [
    [silence, 1],
    [refused('unavailable', { 'retry-after': '5' }), 1],
  ] as const) {
    const { sent, advance, open, restore } = setUp(act)
    const page = new AbortController()
    const given = createSignUp('/signup')(ada, { signal: page.signal })
    await advance(1000)
    page.abort()
    await advance(60_000)
    t.deepEqual([await given, sent.length, open()], [UNREACHABLE, sentBefore, 0])
    restore()
  }
})

test('a url that cannot be one throws at once', async (t) => {
  for (const url of [
    '',
    'undefined',
    'api.example/signup',
    '//api.example',
    'ftp://api.example',
    'http://',
    'https:///x',
    ' /x',
  ])
    t.throws(() => createSignUp(url), RegExp(`It is ${url}\\.$`), url)
  t.throws(() => createSignUp(undefined as never), TypeError)
  for (const url of ['/signup', '/', 'http://127.0.0.1:3333/signup', 'https://api.example/signup']) {
    t.doesNotThrow(() => createSignUp(url), url)
  }
})
