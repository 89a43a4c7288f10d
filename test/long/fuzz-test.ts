import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import fc from 'fast-check'
import test from 'tape'
import { PROBLEMS } from '../../src/shared/problem.ts'
import type { Dependencies } from '../../src/shared/signup.ts'
import type { User } from '../../src/shared/users.ts'
import { ada } from '../support/client.ts'
import { signUpEvent } from '../support/lambda.ts'
import { captureLog } from '../support/log.ts'
import corpus from './fuzz-corpus.json' with { type: 'json' }

const RUNS = 20_000
/** Is in every password and e-mail address that is generated, and in nothing else. */
const MARK = 'zqjx'
const STATUSES = new Set([201, ...Object.values(PROBLEMS).map(({ status }) => status)])

const text = fc.string({ unit: 'binary', maxLength: 120 })
const marked = fc.tuple(text, text).map(([start, end]) => start + MARK + end)
const email = fc.oneof(
  marked,
  fc.emailAddress().map((address) => MARK + address),
  fc.constant(`${MARK}@example.com`),
)
const fields = fc.record(
  {
    user_email: fc.oneof({ weight: 5, arbitrary: email }, fc.jsonValue()),
    user_password: fc.oneof({ weight: 5, arbitrary: marked }, fc.jsonValue()),
    user_name: fc.oneof({ weight: 5, arbitrary: text }, fc.jsonValue()),
    user_age: fc.oneof(fc.integer(), fc.double(), fc.nat(130).map(String), fc.jsonValue()),
    user_school: fc.oneof(text, fc.jsonValue()),
    ['__proto__']: fc.jsonValue(),
    extra: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const good = fc.record({ user_email: email, user_password: marked, user_name: fc.constant('Ada') })
const body = fc.oneof(
  fields.map((value) => JSON.stringify(value)),
  good.map((value) => JSON.stringify(value)),
  fc.json(),
  text,
  fc.constantFrom(
    undefined,
    null,
    '',
    7,
    {},
    [],
    true,
    `{"user_email":"${MARK}@example.com"`,
    '['.repeat(8000),
    ' '.repeat(8193),
  ),
)
const headers = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record(
      {
        'content-type': fc.oneof(
          {
            weight: 12,
            arbitrary: fc.constantFrom('application/json', 'application/json;charset=utf-8', 'Application/JSON'),
          },
          text,
          fc.anything(),
        ),
        'idempotency-key': fc.oneof({ weight: 3, arbitrary: fc.uuid() }, text, fc.anything()),
        'x-forwarded-for': text,
      },
      { requiredKeys: ['content-type'] },
    ),
  },
  fc.dictionary(text, text),
  fc.constantFrom(undefined, null, 'text', 4),
)
const ip = fc.oneof(fc.ipV4(), fc.ipV6(), text, fc.anything())
const event = fc.record(
  {
    version: fc.constantFrom('2.0', '1.0', '', null),
    headers,
    body,
    isBase64Encoded: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      fc.constantFrom(true, undefined, null, 'yes'),
    ),
    requestContext: fc.oneof(
      fc.record({ http: fc.record({ sourceIp: ip, method: text }) }),
      fc.constantFrom(undefined, null, {}, { http: null }),
    ),
  },
  { requiredKeys: ['headers', 'body'] },
)

test(`${RUNS} arbitrary events: each gets a documented answer in JSON, and none shows what was typed`, async (t) => {
  const { respond } = await import('../../src/http/post-signup/index.ts')
  const { sourceOf } = await import('../../src/shared/attempts.ts')
  const users = new Map<string, User>()
  const deps: Dependencies = {
    registerAttempt: async (source) => (sourceOf(source) === '0.0.0.0' ? 60 : 0),
    isBreached: async () => false,
    hashPassword: async (password) => `$2b$${password.length}`,
    verifyPassword: async () => true,
    insertUser: async (user) => {
      const existing = users.get(user.user_email)
      if (existing) return { outcome: 'exists', existing }
      users.set(user.user_email, user)
      return { outcome: 'stored' }
    },
  }
  const seen = new Map<number, number>()
  async function check(value: unknown): Promise<void> {
    const { result: answer, printed: logged } = await captureLog(() => respond(value as APIGatewayProxyEventV2, deps))
    const status = answer.statusCode ?? 0
    seen.set(status, (seen.get(status) ?? 0) + 1)
    if (!STATUSES.has(status) || status >= 500) throw Error(`answered with ${status}`)
    const parsed = JSON.parse(String(answer.body))
    if (status === 201 ? Object.keys(parsed).join() !== 'uid' : parsed.status !== status || !parsed.message) {
      throw Error(`answered ${answer.body}`)
    }
    const printed = JSON.stringify(answer) + logged
    if (printed.toLowerCase().includes(MARK) || printed.includes('$2b$')) throw Error(`gave away ${printed}`)
    if (logged.split('outcome').length !== 2) throw Error(`logged ${logged}`)
  }

  for (const value of corpus) await check(value)
  await fc.assert(fc.asyncProperty(event, check), { numRuns: RUNS })
  t.deepEqual([...seen.keys()].sort(), [201, 400, 409, 413, 415], 'all kinds of answer were reached')
  t.comment(`answers: ${[...seen].map(([status, count]) => `${count} × ${status}`).join(', ')}`)
})

test('an error whose message has what was typed shows none of it', async (t) => {
  const { respond } = await import('../../src/http/post-signup/index.ts')
  const deps: Dependencies = {
    registerAttempt: async () => 0,
    isBreached: async () => false,
    hashPassword: async () => '$2b$',
    verifyPassword: async () => false,
    insertUser: async (user) => {
      throw TypeError(JSON.stringify(user))
    },
  }
  const { result, printed: logged } = await captureLog(() => respond(signUpEvent(ada), deps))
  const { statusCode, body } = result
  t.equal(statusCode, 500)
  t.notOk(/ada|stack|\$2b|TypeError/.test(String(body)), String(body))
  t.ok(logged.includes('TypeError'), 'the log names the error')
  t.notOk(/ada|\$2b/.test(logged), logged)
})
