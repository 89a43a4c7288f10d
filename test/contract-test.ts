// The contract of POST /signup, through the real Sandbox and its real DynamoDB, or through a deployed API.
import bcrypt from 'bcrypt'
import test from 'tape'
import { type Api, startApi } from './support/api.ts'
import { ada, post, type Reply, signUp } from './support/client.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let api: Api

test('the API starts', async (t) => {
  api = await startApi()
  t.ok(api.url)
})

test('a sign-up is stored, and the answer is 201 with its uid', async (t) => {
  const before = Date.now()
  const { status, body, headers } = await signUp(api, {
    ...ada,
    user_email: ' Ada@Example.com ',
    user_age: '36',
    user_school: 'Home',
    uid: 'mine',
    is_admin: true,
    last_logged_in: '2020-01-01',
  })
  t.equal(status, 201)
  t.match(String(body.uid), UUID)
  t.deepEqual(Object.keys(body), ['uid'])
  t.equal(headers.get('content-type'), 'application/json')
  hasSecurityHeaders(t, headers)

  const { user_password, date_created, ...user } = (await api.user('ada@example.com')) ?? {}
  t.deepEqual(user, {
    user_email: 'ada@example.com',
    uid: body.uid,
    user_name: 'Ada Lovelace',
    user_age: 36,
    user_school: 'Home',
    last_logged_in: null,
  })
  t.match(String(user_password), /^\$2b\$\d\d\$/)
  t.ok(await bcrypt.compare(ada.user_password, String(user_password)), 'another bcrypt verifies the hash')
  t.match(String(date_created), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const created = Date.parse(String(date_created))
  t.ok(created >= before && created <= Date.now(), 'date_created is now, in UTC')
})

test('an address in another spelling gets 409 at its field, and the stored user stays', async (t) => {
  const stored = await api.user('ada@example.com')
  const reply = await signUp(api, { ...ada, user_email: 'ADA@EXAMPLE.COM', user_password: 'another one' })
  isProblem(t, reply, '409 email_taken')
  t.deepEqual(reply.body.errors, [
    { field: 'user_email', code: 'taken', message: 'This e-mail address already has an account. Log in instead.' },
  ])
  t.deepEqual(await api.user('ada@example.com'), stored)
})

test('optional fields that are not given are not stored', async (t) => {
  const user_email = 'bea@example.com'
  const body = JSON.stringify({ ...ada, user_email, user_age: null, user_school: '' })
  t.equal((await post(api, body, JSON_TYPE)).status, 201)
  const keys = Object.keys((await api.user(user_email)) ?? {}).sort()
  t.deepEqual(keys, ['date_created', 'last_logged_in', 'uid', 'user_email', 'user_name', 'user_password'])
})

test('if a field is there twice, the last one counts', async (t) => {
  const body = `{"user_password":"first of them",${JSON.stringify({ ...ada, user_email: 'twice@example.com' }).slice(1)}`
  t.equal((await post(api, body, JSON_TYPE)).status, 201)
  const user = await api.user('twice@example.com')
  t.ok(await bcrypt.compare(ada.user_password, String(user?.user_password)))
})

test('text in UTF-8 is stored in NFC, and its password verifies', async (t) => {
  const user_email = 'utf8@example.com'
  const user_password = 'ÄÖÜäöüßé'.normalize('NFD')
  const body = JSON.stringify({ ...ada, user_email, user_password, user_name: 'Zoe\u0308' })
  t.equal((await post(api, body, JSON_TYPE)).status, 201)
  const user = await api.user(user_email)
  t.equal(user?.user_name, 'Zo\u00eb')
  t.ok(await bcrypt.compare('ÄÖÜäöüßé'.normalize('NFC'), String(user?.user_password)))
})

test('a body of exactly 8 KiB is accepted', async (t) => {
  const body = JSON.stringify({ ...ada, user_email: 'large@example.com', padding: '' })
  const reply = await post(api, body.replace('""', `"${'x'.repeat(8192 - body.length)}"`), JSON_TYPE)
  t.equal(reply.status, 201)
})

test('headers that say JSON and UTF-8 in other words are accepted', async (t) => {
  const headers: Record<string, string>[] = [
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'APPLICATION/JSON;charset="UTF8"' },
    { 'content-type': 'application/json ; charset = UTF-8 ; version=1' },
    { 'content-type': 'application/json; charsets=latin1; x-charset=latin1', 'content-encoding': 'Identity' },
  ]
  for (const [index, header] of headers.entries()) {
    const body = JSON.stringify({ ...ada, user_email: `type${index}@example.com` })
    t.equal((await post(api, body, header)).status, 201, JSON.stringify(header))
  }
})

const valid = JSON.stringify({ ...ada, user_email: 'eve@example.com' })
/** A valid body with another password. */
function withPassword(text: string, encoding: BufferEncoding = 'utf8') {
  const [start = '', end = ''] = valid.split(ada.user_password)
  return new Uint8Array(Buffer.concat([Buffer.from(start), Buffer.from(text, encoding), Buffer.from(end)]))
}
const type = (value: string) => ({ 'content-type': value })
const key = (value: string) => ({ ...JSON_TYPE, 'idempotency-key': value })
type Headers = Record<string, string>
const refusals: [string, string, string | Uint8Array<ArrayBuffer>, Headers][] = [
  ['malformed JSON', '400 invalid_json', '{"user_email":', JSON_TYPE],
  ['an array', '400 invalid_json', `[${valid}]`, JSON_TYPE],
  ['null', '400 invalid_json', 'null', JSON_TYPE],
  ['a string', '400 invalid_json', '"text"', JSON_TYPE],
  ['an empty body', '400 invalid_json', '', JSON_TYPE],
  ['base64 instead of JSON', '400 invalid_json', Buffer.from(valid).toString('base64'), JSON_TYPE],
  ['an empty object', '400 invalid_fields', '{}', JSON_TYPE],
  ['a password in Latin-1', '400 invalid_fields', withPassword('ÄÖÜäöüßé', 'latin1'), JSON_TYPE],
  ['an Idempotency-Key of 256 characters', '400 invalid_idempotency_key', valid, key('k'.repeat(256))],
  ['8 KiB and a byte', '413 body_too_large', valid.padEnd(8193), JSON_TYPE],
  ['a form', '415 not_json', `${new URLSearchParams(ada)}`, type('application/x-www-form-urlencoded')],
  ['text', '415 not_json', valid, type('text/plain')],
  ['a type that begins like JSON', '415 not_json', valid, type('application/jsonp')],
  ['a type that ends like JSON', '415 not_json', valid, type('x application/json')],
  ['no content type', '415 not_json', new TextEncoder().encode(valid), {}],
  ...['=iso-8859-1', '=utf-16', '="us-ascii"', ' = shift_jis', '=utf-80'].flatMap((charset) =>
    ['', '; v=1', '; v=1; w=2'].map((before): [string, string, string, Headers] => {
      const value = `application/json${before}; charset${charset}`
      return [value, '415 unsupported_charset', valid, type(value)]
    }),
  ),
  ['a charset that begins like UTF-8', '415 unsupported_charset', valid, type('application/json;charset=utf-8859')],
  ['a charset that ends like UTF-8', '415 unsupported_charset', valid, type('application/json;charset="x-utf-8"')],
  ...['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'].map((name): [string, string, string, Headers] => {
    return [`encoding ${name}`, '415 unsupported_content_encoding', valid, { ...JSON_TYPE, 'content-encoding': name }]
  }),
]

for (const [what, problem, body, headers] of refusals) {
  test(`${what} gets ${problem}, and nothing is stored`, async (t) => {
    const users = await api.countUsers()
    isProblem(t, await post(api, body, headers), problem)
    t.equal(await api.countUsers(), users)
  })
}

test('a retry with the same Idempotency-Key gets the same 201', async (t) => {
  const data = { ...ada, user_email: 'retry@example.com', user_age: 17, user_school: 'Home' }
  const key = { 'idempotency-key': 'k'.repeat(255) }
  const first = await signUp(api, data, key)
  const users = await api.countUsers()
  const again = await signUp(api, { ...data, user_email: 'RETRY@example.com', user_age: '17' }, key)
  t.equal(again.status, 201)
  t.deepEqual(again.body, first.body)
  t.equal((await signUp(api, data, { 'idempotency-key': 'other' })).status, 409, 'with another key')
  t.equal((await signUp(api, data)).status, 409, 'with no key')
  t.equal(await api.countUsers(), users, 'there is no second row')
})

test('a route that does not exist gets the 404 of API Gateway', async (t) => {
  for (const [method, path] of [
    ['GET', '/signup'],
    ['POST', '/'],
    ['POST', '/signup/'],
    ['POST', '/Signup'],
    ['DELETE', '/users/1'],
  ] as const) {
    const reply = await fetch(api.url + path, { method })
    t.equal(reply.status, 404, `${method} ${path}`)
    t.deepEqual(await reply.json(), { message: 'Not Found' })
  }
})

test('the API stops', async () => {
  await api.stop()
})

function isProblem(t: test.Test, { status, headers, body }: Reply, expected: string): void {
  t.equal(`${status} ${body.code}`, expected)
  t.equal(headers.get('content-type'), 'application/problem+json')
  hasSecurityHeaders(t, headers)
  t.deepEqual([body.type, body.status, body.detail], ['about:blank', status, body.message])
  t.ok(body.title && body.message)
}

function hasSecurityHeaders(t: test.Test, headers: Reply['headers']): void {
  t.equal(headers.get('cache-control'), 'no-store')
  t.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'")
  t.equal(headers.get('strict-transport-security'), 'max-age=63072000')
  t.equal(headers.get('x-content-type-options'), 'nosniff')
}
