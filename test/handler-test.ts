// The handler in this process: what it logs, how it counts and stores, how it answers if something fails, and 2,000 arbitrary
// events.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import fc from 'fast-check'
import test from 'tape'
import { DatabaseUnavailable } from '../src/shared/database.ts'
import { FIELD_ERRORS, type FieldError } from '../src/shared/field-errors.ts'
import { PROBLEMS } from '../src/shared/problem.ts'
import type { Dependencies } from '../src/shared/signup.ts'
import { ada } from './support/client.ts'
import { operation, requireDocumented } from './support/contract.ts'
import { type DynamoDB, startDynamoDB } from './support/dynamodb.ts'
import { loadHandler } from './support/handler.ts'
import { signUpEvent } from './support/lambda.ts'
import { captureLog } from './support/log.ts'
import { type DatabaseProxy, firstTime, lost, pass, refusal, startProxy } from './support/proxy.ts'
import { matchesSnapshot } from './support/snapshot.ts'

let dynamodb: DynamoDB
let proxy: DatabaseProxy
let handler: Awaited<ReturnType<typeof loadHandler>>

/** Sends an event to the handler. Resolves to the answer and the log record. */
async function send(event: APIGatewayProxyEventV2, deps: Partial<Dependencies> = {}) {
  const { result, printed } = await captureLog(() => handler.respond(event, { ...handler.deps, ...deps }))
  const [[line] = []] = JSON.parse(printed)
  const body = JSON.parse(String(result.body))
  requireDocumented(Number(result.statusCode), new Headers(result.headers as Record<string, string>), body)
  return { status: result.statusCode, headers: result.headers ?? {}, body, record: JSON.parse(line) }
}

const person = (name: string) => ({ ...ada, user_email: `${name}@example.com` })
const errorsIn = (body: { errors: FieldError[] }) => body.errors.map(({ field, code }) => `${field} ${code}`)

test('the handler and its DynamoDB start', async (t) => {
  dynamodb = await startDynamoDB()
  proxy = await startProxy(dynamodb.port)
  handler = await loadHandler(proxy.port)
  t.ok(handler)
})

const bug = TypeError('ada@example.com')
const reject = (error: unknown) => () => Promise.reject(error)
const existing = (changes: object) => async (user: object) =>
  ({ outcome: 'exists', existing: { ...user, uid: 'other', ...changes } }) as never
const withHeaders = (headers: Record<string, string>) => signUpEvent(person('refused'), headers)
const withBody = (body: string) => ({ ...signUpEvent({}), body })
const withKey = { 'idempotency-key': 'k' }
const REACHABLE: Partial<Dependencies> = {
  countAttempt: async () => ({ outcome: 'allowed' }),
  insertUser: async () => ({ outcome: 'stored' }),
}
// Only fields that the handler names reach the log, whatever the use case returns.
const tooMany = async () => ({ outcome: 'too_many_attempts' as const, retryAfter: 61, user_email: 'ada@example.com' })

/** Everything that can happen, with what leads to it. */
const OUTCOMES: [what: string, APIGatewayProxyEventV2, Partial<Dependencies>?][] = [
  ['a sign-up', signUpEvent(person('first'))],
  ['fields that are wrong', signUpEvent({ ...ada, user_email: 'a@b', user_age: 0 })],
  ['a breached password', signUpEvent(person('second')), { isBreached: async () => true }],
  ['an address that is taken', signUpEvent(person('third')), { insertUser: existing({}) }],
  ['a key with another name', signUpEvent(person('fourth'), withKey), { insertUser: existing({ user_name: 'Eve' }) }],
  [
    'a source without attempts left, of which nothing is hashed',
    signUpEvent(person('fifth')),
    { countAttempt: tooMany, hashPassword: reject(Error('it was hashed')) },
  ],
  ['no database', signUpEvent(person('sixth')), { insertUser: reject(new DatabaseUnavailable('test')) }],
  ['a bug', signUpEvent(person('bug')), { insertUser: reject(bug) }],
  ['a text that is thrown', signUpEvent(person('bug')), { insertUser: reject('ada@example.com') }],
  [
    'two checks that fail',
    signUpEvent(person('skipped')),
    { countAttempt: reject(bug), isBreached: reject(Error('x')) },
  ],
  [
    'a check that fails before another refuses',
    signUpEvent(person('breached')),
    { countAttempt: reject(bug), isBreached: async () => true },
  ],
  [
    'a check that fails before an address is taken',
    signUpEvent(person('taken')),
    { countAttempt: reject(bug), insertUser: existing({}) },
  ],
  [
    'a check that fails before a bug',
    signUpEvent(person('taken')),
    { isBreached: reject(bug), insertUser: reject(bug) },
  ],
  ['no JSON', withHeaders({ 'content-type': 'text/plain' })],
  ['a list', withBody('[]')],
  ['too much', withBody(' '.repeat(8193))],
  ['another charset', withHeaders({ 'content-type': 'application/json; charset=latin1' })],
  ['gzip', withHeaders({ 'content-encoding': 'gzip' })],
  ['a blank key', withHeaders({ 'idempotency-key': ' ' })],
]

test('each outcome has the answer and the line of the log that handler-snapshot.txt has, in every stage', async (t) => {
  const texts: Record<string, string[]> = {}
  const { error: print } = console
  for (const stage of ['production', 'staging', 'testing']) {
    process.env.ARC_ENV = stage
    for (const [what, event, deps = {}] of OUTCOMES) {
      const shown: unknown[] = []
      console.error = (...values) => shown.push(...values)
      const { status, headers, body, record } = await send(event, { ...REACHABLE, ...deps })
      console.error = print
      const uid = record.uid && { uid: record.uid === body.uid ? 'UID' : record.uid }
      const times = ['hash_ms', 'store_ms'].flatMap((name) => (typeof record[name] === 'number' ? [[name, 'N']] : []))
      const line = { ...record, ...uid, ...Object.fromEntries(times) }
      const parts = [status, headers, { ...body, ...(body.uid && { uid: 'UID' }) }, 'log:', line, ...shown.map(String)]
      texts[stage] ??= []
      texts[stage].push(
        `# ${what}\n${parts.map((part) => (typeof part === 'object' ? JSON.stringify(part) : part)).join('\n')}\n`,
      )
    }
  }
  process.env.ARC_ENV = 'production'
  const { production = [], staging, testing = [] } = texts
  const warm = production.map((text) => text.replace('"cold":true', '"cold":false'))
  t.deepEqual(staging, warm, 'only the first is cold')
  const more = testing.filter((text, index) => text !== warm[index])
  const text = [...production, '\nIn Sandbox, the cause of a bug is shown:\n', ...more].join('\n')
  matchesSnapshot(t, new URL('handler-snapshot.txt', import.meta.url), text)
  for (const code of Object.keys(PROBLEMS)) t.ok(text.includes(`"code":"${code}"`), code)
})

test('the times in the log are those of the hash and of the write, in milliseconds', async (t) => {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const started = performance.now()
  const { record } = await send(signUpEvent(person('times')), {
    hashPassword: () => wait(50).then(() => '$2b$'),
    insertUser: () => wait(150).then(() => ({ outcome: 'stored' })),
  })
  t.ok(record.hash_ms >= 49 && record.store_ms >= 149, `${record.hash_ms} ms and ${record.store_ms} ms`)
  t.ok(record.hash_ms + record.store_ms <= performance.now() - started + 0.2)
  t.equal(record.hash_ms, Math.round(record.hash_ms * 10) / 10, 'with one decimal')
})

test('a source has as many attempts in a window as the limit says', async (t) => {
  const limit = process.env.ATTEMPTS_PER_SOURCE
  let count = 0
  const attempt = (name: string, sourceIp: string) => {
    // Whoever calls may write this header.
    const event = signUpEvent(person(name), { 'x-forwarded-for': `192.0.2.${++count}` })
    event.requestContext.http.sourceIp = sourceIp
    return send(event)
  }
  process.env.ATTEMPTS_PER_SOURCE = '2'
  const { now } = Date
  const windowStart = 1_800_000_000
  Date.now = () => (windowStart + 839) * 1000
  t.equal((await attempt('attempt1', '198.51.100.9')).status, 201)
  t.equal((await attempt('attempt2', '198.51.100.9')).status, 201, 'the limit itself is allowed')
  const { status, headers } = await attempt('attempt3', '198.51.100.9')
  t.equal(status, 429)
  t.equal(headers['retry-after'], '61')
  t.equal((await attempt('attempt3', '198.51.100.10')).status, 201, 'another source')
  const { Items = [] } = await dynamodb.client.scan({ TableName: 'attempts' })
  const [counter] = Items.filter(({ source_window }) => String(source_window).startsWith('198.51.100.9 '))
  t.equal(counter?.attempts, 3)
  t.equal(counter?.expires_at, windowStart + 900, 'the counter expires with its window')
  t.equal(counter?.source_window, `198.51.100.9 ${windowStart}`)
  Date.now = () => (windowStart + 900) * 1000
  t.equal((await attempt('attempt3', '198.51.100.9')).status, 409, 'in the next window it may try again')
  Date.now = now

  delete process.env.ATTEMPTS_PER_SOURCE
  proxy.inject({})
  t.equal((await attempt('attempt4', '198.51.100.9')).status, 201, 'without a limit')
  t.equal(proxy.calls()[0]?.operation, 'PutItem', 'nothing is counted')
  process.env.ATTEMPTS_PER_SOURCE = limit
})

test("a filter such as the alarm's matches the line of a skipped check, and no healthy line", async (t) => {
  process.env.AWS_LAMBDA_LOG_FORMAT = 'JSON'
  const lineOf = async (deps: Partial<Dependencies>, name: string) => {
    const { printed } = await captureLog(() => handler.respond(signUpEvent(person(name)), { ...handler.deps, ...deps }))
    const [[record]] = JSON.parse(printed)
    t.equal(typeof record, 'object', 'Lambda gets an object, so that its fields can be searched')
    // Lambda's JSON format puts what was logged into `message`.
    return { timestamp: '2026-11-25T12:00:00Z', level: 'INFO', requestId: 'id', message: record }
  }
  const skipped = await lineOf({ countAttempt: () => Promise.reject(Error('down')) }, 'filter1')
  const healthy = await lineOf({}, 'filter2')
  const refused = await lineOf(
    { countAttempt: async () => ({ outcome: 'too_many_attempts', retryAfter: 1 }) },
    'filter3',
  )
  delete process.env.AWS_LAMBDA_LOG_FORMAT
  const snapshot = readFileSync(new URL('settings-snapshot.yaml', import.meta.url), 'utf8')
  t.ok(snapshot.includes('{ $.message.skipped[0] = "*" }'), 'the filter that the next line copies')
  const matches = (line: { message: { skipped?: string[] } }) => typeof line.message.skipped?.[0] === 'string'
  t.deepEqual([skipped, healthy, refused].map(matches), [true, false, false])
})

test('a sign-up makes one counter update and one conditional write', async (t) => {
  proxy.inject({})
  await send(signUpEvent(person('calls')))
  const [update, put, ...more] = proxy.calls()
  t.equal(update?.operation, 'UpdateItem')
  t.equal(put?.operation, 'PutItem')
  t.equal(put?.body.ConditionExpression, 'attribute_not_exists(user_email)')
  t.deepEqual(more, [])
})

test('of 50 sign-ups at once with one address one succeeds, and 50 with different addresses all succeed', async (t) => {
  /** Sends the same again after 503, as a client does: a busy machine answers some of 50 calls too late. */
  const signUp = async (event: APIGatewayProxyEventV2) => {
    for (;;) {
      const answer = await handler.respond(event, handler.deps)
      if (answer.statusCode !== 503) return answer
    }
  }
  const signUpAll = (email: (index: number) => string) => {
    const events = Array.from({ length: 50 }, (_, index) => {
      const data = { ...ada, user_email: email(index), user_name: `No. ${index}` }
      return signUpEvent(data, { 'idempotency-key': `key-${index}` })
    })
    return captureLog(() => Promise.all(events.map(signUp)))
  }
  const { result: same } = await signUpAll(() => 'one@example.com')
  const winners = [...same.keys()].filter((index) => same[index]?.statusCode === 201)
  t.deepEqual([winners.length, same.filter(({ statusCode }) => statusCode === 409).length], [1, 49])
  const user = await dynamodb.user('one@example.com')
  t.equal(user?.user_name, `No. ${winners[0]}`, "the row is the winner's")
  t.equal(user?.uid, JSON.parse(String(same[winners[0] ?? -1]?.body)).uid)
  const { result: different } = await signUpAll((index) => `user${index}@example.com`)
  t.ok(different.every(({ statusCode }) => statusCode === 201))
})

test('only a refused write is followed by a read, and the read is consistent', async (t) => {
  proxy.inject({ PutItem: firstTime(lost) })
  const { status, body } = await send(signUpEvent(person('lost')))
  t.equal(status, 201)
  t.equal(body.uid, (await dynamodb.user('lost@example.com'))?.uid, 'our own earlier row is a success')
  const read = proxy.calls().find(({ operation }) => operation === 'GetItem')
  t.equal(read?.body.ConsistentRead, true)
})

test('a write that is refused for another reason is a bug, and nothing is read', async (t) => {
  proxy.inject({ PutItem: refusal('AccessDeniedException') })
  const { status, record } = await send(signUpEvent(person('denied')))
  t.equal(status, 500)
  t.equal(record.error, 'AccessDeniedException')
  t.notOk(proxy.calls().some(({ operation }) => operation === 'GetItem'))
  proxy.inject({})
})

test('if the other account is deleted meanwhile, the answer is 503, and a retry succeeds', async (t) => {
  await send(signUpEvent(person('deleted')))
  proxy.inject({
    GetItem: async (exchange) => {
      await dynamodb.client.delete({ TableName: 'users', Key: { user_email: 'deleted@example.com' } })
      await pass(exchange)
    },
  })
  t.equal((await send(signUpEvent(person('deleted')))).status, 503)
  proxy.inject({})
  t.equal((await send(signUpEvent(person('deleted')))).status, 201)
})

test('a retry gets 201 only if it sends what is stored, in every field', async (t) => {
  const key = { 'idempotency-key': 'one-key' }
  const data = { ...person('reuse'), user_age: 17 }
  const { body } = await send(signUpEvent(data, key))
  const changes = [{ user_password: 'engine of 1838' }, { user_name: 'Ada King' }, { user_age: 18 }, { user_age: null }]
  for (const change of [...changes, { user_school: 'Home' }]) {
    const { status, record } = await send(signUpEvent({ ...data, ...change }, key))
    t.deepEqual([status, record.outcome], [422, 'idempotency_key_reused'], JSON.stringify(change))
  }
  const hash = createHash('sha256').update('one-key').digest('hex')
  const { Item } = await dynamodb.client.get({ TableName: 'users', Key: { user_email: 'reuse@example.com' } })
  t.equal(Item?.idempotency_key_hash, hash)
  t.notOk(JSON.stringify(Item).includes('one-key'), 'only the hash of the key is stored')
  const retry = await send(signUpEvent({ ...data, user_school: ' ' }, key))
  t.deepEqual([retry.status, retry.body, retry.record.outcome], [201, body, 'created'])
})

test('every field of the contract is stored, and a retry without one of the optional fields is another sign-up', async (t) => {
  const { value } = operation.requestBody.content['application/json'].examples['all fields']
  const data: Record<string, unknown> = { ...value, user_email: 'all@example.com' }
  const key = { 'idempotency-key': 'all-fields' }
  t.equal((await send(signUpEvent(data, key))).status, 201)
  const { Item = {} } = await dynamodb.client.get({ TableName: 'users', Key: { user_email: 'all@example.com' } })
  for (const [field, errors] of Object.entries(FIELD_ERRORS)) {
    t.ok(field in data && field in Item, field)
    if ('required' in errors) continue
    t.equal((await send(signUpEvent({ ...data, [field]: undefined }, key))).status, 422, `without ${field}`)
  }
})

test('a body in base64 is decoded, strictly', async (t) => {
  const base64 = (body: Buffer) => ({ ...signUpEvent({}), body: body.toString('base64'), isBase64Encoded: true })
  t.equal((await send(base64(Buffer.from(JSON.stringify(person('base64')))))).status, 201)
  const latin1 = Buffer.from(JSON.stringify({ ...ada, user_name: 'Zoë' }), 'latin1')
  const { status, body } = await send(base64(latin1))
  t.equal(status, 400)
  t.deepEqual(errorsIn(body), ['user_name bad_characters'])
})

test('an event without headers, body or address is answered', async (t) => {
  for (const [event, expected] of [
    [null, 500],
    [{}, 415],
    [{ headers: { 'content-type': 'application/json' } }, 400],
    [{ ...signUpEvent(person('no-address')), requestContext: undefined }, 201],
  ] as const) {
    t.equal((await send(event as unknown as APIGatewayProxyEventV2)).status, expected)
  }
})

/** Is in every password and e-mail address that is generated, and in nothing else. */
const MARK = 'zqjx'
const text = fc.string({ unit: 'binary', maxLength: 120 })
const marked = fc.tuple(text, text).map((parts) => parts.join(MARK))
/** This, or now and then any other value. */
const mostly = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary }, fc.anything())
const foreignPerson = fc.record({
  user_email: mostly(
    fc.oneof(
      marked,
      fc.emailAddress().map((address) => MARK + address),
    ),
  ),
  user_password: mostly(marked),
  user_name: mostly(fc.constantFrom('Ada', 'Eve')),
  user_age: mostly(fc.nat(140)),
  ['__proto__']: fc.jsonValue(),
})
const foreignEvent = fc.record({
  headers: mostly(
    fc.record({ 'content-type': mostly(fc.constant('application/json')), 'idempotency-key': mostly(fc.uuid()) }),
  ),
  body: mostly(
    fc.oneof(
      foreignPerson.map((person) => JSON.stringify(person)),
      fc.json(),
      text,
    ),
  ),
  isBase64Encoded: mostly(fc.constant(false)),
  requestContext: mostly(fc.record({ http: fc.record({ sourceIp: fc.oneof(fc.ipV4(), fc.ipV6(), text) }) })),
})

test('2,000 arbitrary events: each gets a documented answer below 500, and none shows what was typed', async (t) => {
  const statuses = new Set<number | undefined>()
  const check = async (event: unknown) => {
    const { status, body, record } = await send(event as APIGatewayProxyEventV2)
    statuses.add(status)
    if (Number(status) >= 500) throw Error(`answered with ${status}`)
    const shown = JSON.stringify([body, record])
    if (shown.toLowerCase().includes(MARK) || shown.includes('$2b$')) throw Error(`gave away ${shown}`)
  }
  // String() throws for this body.
  const examples: [unknown][] = [[{ headers: { 'content-type': 'application/json' }, body: { toString: 0 } }]]
  await fc.assert(fc.asyncProperty<[unknown]>(foreignEvent, check), { numRuns: 2000, examples })
  t.deepEqual([...statuses].sort(), [201, 400, 415], 'all kinds of answer were reached')
})

test('everything stops', async () => {
  await proxy.stop()
  await dynamodb.stop()
})
