// The contract of README.md, through the real Sandbox and its real DynamoDB.
import bcrypt from 'bcrypt'
import test from 'tape'
import { ada, post, type Reply, signUp } from './_client.ts'
import { type Sandbox, startSandbox } from './_sandbox.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let sandbox: Sandbox

test('Sandbox starts', async (t) => {
  sandbox = await startSandbox()
  t.ok(sandbox.url)
})

test('a sign-up is stored and answered with its uid', async (t) => {
  const before = Date.now()
  const { body, headers } = await signUp(sandbox, {
    ...ada,
    user_email: ' Ada@Example.com ',
    user_age: '36',
    user_school: 'Home',
    uid: 'mine',
    is_admin: true,
    last_logged_in: '2020-01-01',
  })
  t.match(String(body.uid), UUID)
  t.deepEqual(Object.keys(body), ['uid'])
  t.equal(headers.get('cache-control'), 'no-store')

  const { user_password, date_created, ...user } = (await sandbox.user('ada@example.com')) ?? {}
  t.deepEqual(user, {
    user_email: 'ada@example.com',
    uid: body.uid,
    user_name: 'Ada Lovelace',
    user_age: 36,
    user_school: 'Home',
    last_logged_in: null,
  })
  t.match(String(user_password), /^\$2b\$12\$/)
  t.ok(await bcrypt.compare(ada.user_password, String(user_password)), 'another bcrypt verifies the hash')
  t.match(String(date_created), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const created = Date.parse(String(date_created))
  t.ok(created >= before && created <= Date.now(), 'date_created is now, in UTC')
})

test('the same address in other spelling is answered with 409, and the stored user stays', async (t) => {
  const stored = await sandbox.user('ada@example.com')
  const reply = await signUp(sandbox, { ...ada, user_email: 'ADA@EXAMPLE.COM', user_password: 'another one' })
  isProblem(t, reply, 409, 'email_taken')
  t.deepEqual(await sandbox.user('ada@example.com'), stored)
})

test('201 is the status of a stored sign-up, and absent optional fields are not stored', async (t) => {
  const user_email = 'bea@example.com'
  const reply = await post(
    sandbox,
    JSON.stringify({ ...ada, user_email, user_age: null, user_school: '' }),
    JSON_TYPE,
  )
  t.equal(reply.status, 201)
  t.equal(reply.headers.get('content-type'), 'application/json')
  const keys = Object.keys((await sandbox.user(user_email)) ?? {}).sort()
  t.deepEqual(keys, ['date_created', 'last_logged_in', 'uid', 'user_email', 'user_name', 'user_password'])
})

test('a field given twice counts once, as its last value', async (t) => {
  const body = `{"user_password":"first of them",${JSON.stringify({ ...ada, user_email: 'twice@example.com' }).slice(1)}`
  t.equal((await post(sandbox, body, JSON_TYPE)).status, 201)
  const user = await sandbox.user('twice@example.com')
  t.ok(await bcrypt.compare(ada.user_password, String(user?.user_password)))
})

test('a body of exactly 8 KiB is read', async (t) => {
  const body = JSON.stringify({ ...ada, user_email: 'large@example.com', padding: '' })
  const reply = await post(sandbox, body.replace('""', `"${'x'.repeat(8192 - body.length)}"`), JSON_TYPE)
  t.equal(reply.status, 201)
})

test('a content type may have parameters and be in upper case', async (t) => {
  for (const [index, type] of ['application/json; charset=utf-8', 'APPLICATION/JSON'].entries()) {
    const reply = await post(sandbox, JSON.stringify({ ...ada, user_email: `type${index}@example.com` }), {
      'content-type': type,
    })
    t.equal(reply.status, 201, type)
  }
})

const valid = JSON.stringify({ ...ada, user_email: 'eve@example.com' })
const refusals: [string, number, string, string | Uint8Array<ArrayBuffer>, Record<string, string>][] = [
  ['malformed JSON', 400, 'invalid_json', '{"user_email":', JSON_TYPE],
  ['an array', 400, 'invalid_json', `[${valid}]`, JSON_TYPE],
  ['null', 400, 'invalid_json', 'null', JSON_TYPE],
  ['a number', 400, 'invalid_json', '42', JSON_TYPE],
  ['a string', 400, 'invalid_json', '"text"', JSON_TYPE],
  ['an empty body', 400, 'invalid_json', '', JSON_TYPE],
  ['base64 instead of JSON', 400, 'invalid_json', Buffer.from(valid).toString('base64'), JSON_TYPE],
  [
    'bytes that are not UTF-8',
    400,
    'invalid_json',
    new Uint8Array([0x7b, 0xff, 0x7d]),
    { 'content-type': 'Application/JSON' },
  ],
  ['an empty object', 400, 'invalid_fields', '{}', JSON_TYPE],
  [
    'a 73-byte password of emoji',
    400,
    'invalid_fields',
    valid.replace(ada.user_password, `${'😀'.repeat(18)}a`),
    JSON_TYPE,
  ],
  [
    'a lone surrogate',
    400,
    'invalid_fields',
    valid.replace(ada.user_password, 'engine \\ud800 1837'),
    JSON_TYPE,
  ],
  ['a NUL', 400, 'invalid_fields', valid.replace(ada.user_password, 'engine \\u0000 1837'), JSON_TYPE],
  ['the Kelvin sign', 400, 'invalid_fields', valid.replace('eve@', '\u212Aate@'), JSON_TYPE],
  [
    'an Idempotency-Key of 256 characters',
    400,
    'invalid_idempotency_key',
    valid,
    { ...JSON_TYPE, 'idempotency-key': 'k'.repeat(256) },
  ],
  [
    'an Idempotency-Key with a space',
    400,
    'invalid_idempotency_key',
    valid,
    { ...JSON_TYPE, 'idempotency-key': 'a b' },
  ],
  ['8 KiB and a byte', 413, 'body_too_large', valid.padEnd(8193), JSON_TYPE],
  [
    'a form',
    415,
    'not_json',
    new URLSearchParams(ada).toString(),
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  ['text', 415, 'not_json', valid, { 'content-type': 'text/plain' }],
  ['another JSON type', 415, 'not_json', valid, { 'content-type': 'application/jsonp' }],
  ['no content type', 415, 'not_json', new TextEncoder().encode(valid), {}],
]

for (const [what, status, code, body, headers] of refusals) {
  test(`${what} is answered with ${status} ${code}`, async (t) => {
    const users = await sandbox.countUsers()
    isProblem(t, await post(sandbox, body, headers), status, code)
    t.equal(await sandbox.countUsers(), users, 'nothing is stored')
  })
}

test('a 400 lists every wrong field, with a sentence for each', async (t) => {
  const { body } = await signUp(sandbox, {
    user_email: 'a@b',
    user_password: 'short',
    user_name: '',
    user_age: 0,
  })
  const errors = body.errors as { field: string; code: string; message: string }[]
  t.deepEqual(errors.map(({ field, code }) => `${field} ${code}`).sort(), [
    'user_age invalid',
    'user_email invalid',
    'user_name required',
    'user_password too_short',
  ])
  t.equal(body.message, errors.map(({ message }) => message).join(' '))
})

test('a retry with its Idempotency-Key gets the same uid again, and another key does not', async (t) => {
  const data = { ...ada, user_email: 'retry@example.com' }
  const key = { 'idempotency-key': 'k'.repeat(255) }
  const first = await signUp(sandbox, data, key)
  const users = await sandbox.countUsers()
  const again = await signUp(sandbox, data, key)
  t.deepEqual([again.status, again.body], [first.status, first.body])
  t.equal((await signUp(sandbox, data, { 'idempotency-key': 'other' })).status, 409)
  t.equal((await signUp(sandbox, data)).status, 409)
  t.equal(await sandbox.countUsers(), users, 'there is no second row')
  t.notOk(
    JSON.stringify(await sandbox.user('retry@example.com')).includes(key['idempotency-key']),
    'only its hash is stored',
  )
})

test('a route that is not there is answered with 404 in JSON, as API Gateway does', async (t) => {
  for (const [method, path] of [
    ['GET', '/signup'],
    ['POST', '/'],
    ['DELETE', '/users/1'],
  ] as const) {
    const reply = await fetch(sandbox.url + path, { method })
    t.equal(reply.status, 404, `${method} ${path}`)
    t.deepEqual(await reply.json(), { message: 'Not Found' })
  }
})

test('each request is logged in one line, without password, hash or e-mail', async (t) => {
  const lines = sandbox
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{"outcome"'))
    .map((line) => JSON.parse(line))
  const created = lines.find(({ outcome }) => outcome === 'created')
  t.match(created.uid, UUID)
  t.ok(created.hash_ms > 0 && created.store_ms >= 0 && created.cold === true)
  t.deepEqual(
    new Set(lines.map(({ outcome }) => outcome)),
    new Set(['created', 'email_taken', ...refusals.map(([, , code]) => code)]),
  )
  for (const secret of [ada.user_password, 'another one', '$2b$', '@example', 'Ada L']) {
    const printed = sandbox.output().split('Sign somebody up')
    t.notOk(printed[0]?.includes(secret), secret)
    t.notOk(printed[1]?.split('\n').slice(4).join('\n').includes(secret), secret)
  }
})

test('Sandbox stops, and nothing is left listening', async (t) => {
  await sandbox.stop()
  await fetch(sandbox.url).then(
    () => t.fail('it still answers'),
    (error) => t.equal(error.cause.code, 'ECONNREFUSED'),
  )
})

function isProblem(t: test.Test, { status, headers, body }: Reply, expected: number, code: string): void {
  t.equal(status, expected)
  t.equal(headers.get('content-type'), 'application/problem+json')
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(body.code, code)
  t.equal(body.status, expected)
  t.equal(body.message, body.detail)
  for (const word of ['title', 'type', 'message']) t.ok(body[word], word)
}
