// openapi.yaml and the code say the same. The end-to-end tests check every answer against it too: _client.ts.
import { join } from 'node:path'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import fc from 'fast-check'
import test from 'tape'
import { respond } from '../src/http/post-signup/index.ts'
import { corsPolicy } from '../src/plugins/cors.ts'
import { addOutputs } from '../src/plugins/stack/outputs.ts'
import commonPasswords from '../src/shared/common-passwords.json' with { type: 'json' }
import { DatabaseUnavailable } from '../src/shared/database.ts'
import {
  FIELD_ERRORS,
  type Field,
  type FieldError,
  type FieldErrorCode,
  fieldError,
  MAX_AGE,
  MAX_NAME_CODE_POINTS,
  MAX_SCHOOL_CODE_POINTS,
} from '../src/shared/field-errors.ts'
import { MAX_PASSWORD_BYTES, MIN_PASSWORD_CODE_POINTS } from '../src/shared/password.ts'
import { MAX_BODY_BYTES, PROBLEMS, type ProblemCode, problem, TITLES } from '../src/shared/problem.ts'
import type { Dependencies } from '../src/shared/signup.ts'
import { parseSignup } from '../src/shared/signup-request.ts'
import type { User } from '../src/shared/users.ts'
import { ada, post } from './support/client.ts'
import {
  contractErrors,
  document,
  operation,
  requireDocumented,
  responsePointer,
  responses,
} from './support/contract.ts'
import { captureLog } from './support/log.ts'
import { run } from './support/process.ts'
import { startServer } from './support/server.ts'

const { schemas } = document.components
const SIGN_UP = '#/components/schemas/SignUp'
const PROBLEM_JSON = 'application/problem+json'
const JSON_TYPE = { 'content-type': 'application/json' }

test('every problem is documented with its status and title, and no other', async (t) => {
  const documented = Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content[PROBLEM_JSON]?.schema
    const references = schema?.oneOf?.map(({ $ref }) => $ref) ?? [schema?.$ref ?? []].flat()
    return references.flatMap((reference) => {
      const { properties } = schemas[reference.split('/').at(-1) ?? '']
      const codes: string[] = properties.code.enum ?? [properties.code.const]
      return codes.map((code) => [code, Number(status), properties.status.const, properties.title.const])
    })
  })
  const coded = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status, status, TITLES[status]])
  t.deepEqual(documented.sort(), coded.sort())
})

test('every field and every error of a field is documented, and no other', async (t) => {
  const pairs = (properties: any) => {
    const codes: string[] = properties.code.enum ?? [properties.code.const]
    return codes.map((code) => `${properties.field.const}: ${code}`)
  }
  const documented = [...schemas.FieldError.oneOf, schemas.EmailTaken].flatMap(({ properties }) => pairs(properties))
  const coded = Object.entries(FIELD_ERRORS).flatMap(([field, errors]) =>
    Object.keys(errors).map((code) => `${field}: ${code}`),
  )
  t.deepEqual(documented.sort(), coded.sort())
  const fields = Object.entries(FIELD_ERRORS)
  t.deepEqual(
    Object.keys(schemas.SignUp.properties),
    fields.map(([field]) => field),
  )
  t.deepEqual(
    schemas.SignUp.required,
    fields.filter(([, errors]) => 'required' in errors).map(([field]) => field),
  )
  t.equal(schemas.InvalidFields.properties.errors.maxItems, fields.length)
})

test('CORS lets the documented headers through', async (t) => {
  const { AllowHeaders, ExposeHeaders } = corsPolicy(['*'], { http: [] } as any)
  t.deepEqual(AllowHeaders, ['*'], 'Idempotency-Key')
  const names = Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers))
  t.deepEqual([...new Set(names.map((name) => name.toLowerCase()))], ExposeHeaders)
})

test('the servers are those of npm start and of a deploy', async (t) => {
  const Outputs: Record<string, any> = {}
  addOutputs({ Outputs } as any, null)
  const deployed = Outputs.SignupApiUrl.Value['Fn::Sub']
    .replace(/\$\{AWS::Region\}/, 'us-east-1')
    .replace(/\$\{AWS::URLSuffix\}/, 'amazonaws.com')
    .replace(/\$\{\w+\}/, 'abc123')
  const urls = document.servers.map(({ url, variables = {} }: any) =>
    url.replace(/\{(\w+)\}/g, (_: string, name: string) => variables[name].default),
  )
  t.deepEqual(
    urls.map((url: string) => `${url}/signup`),
    ['http://127.0.0.1:3333/signup', deployed],
  )
})

test('the number of common passwords is the documented one', async (t) => {
  t.equal(Math.round(commonPasswords.length / 100) * 100, 4000)
  t.ok(schemas.SignUp.properties.user_password.description.includes('about 4,000 common passwords'))
})

/** What a sign-up with these fields is to the document and to the code. */
function compare(fields: object) {
  const value = JSON.parse(JSON.stringify({ ...ada, ...fields }))
  // The document describes the text in NFC. The code does not convert the e-mail address.
  const inNfc = JSON.parse(JSON.stringify(value), (key, field) =>
    typeof field === 'string' && key !== 'user_email' ? field.normalize('NFC') : field,
  )
  const documentErrors = contractErrors(SIGN_UP, inNfc)
  const parsed = parseSignup(value)
  const codeErrors = 'errors' in parsed ? parsed.errors : []
  return { value, documentErrors, codeErrors }
}

test('at every limit, document and code agree', async (t) => {
  const password = (length: number) => 'engine of 1837 '.repeat(6).slice(0, length)
  const label = (length: number) => 'd'.repeat(length)
  const emailOf = (length: number) => `a@${label(63)}.${label(63)}.${label(63)}.${label(length - 194)}`
  const limits: [object, boolean][] = [
    [{ user_password: password(MIN_PASSWORD_CODE_POINTS) }, true],
    [{ user_password: password(MIN_PASSWORD_CODE_POINTS - 1) }, false],
    [{ user_password: password(MAX_PASSWORD_BYTES) }, true],
    [{ user_password: password(MAX_PASSWORD_BYTES + 1) }, false],
    [{ user_password: '😀éa'.repeat(3).slice(0, 8) }, false],
    [{ user_password: 'engine\0of 1837' }, false],
    [{ user_password: 'engine\ufffdof 1837' }, false],
    [{ user_password: 'engine\ud800of 1837' }, false],
    [{ user_password: ' \t\n\v\f\r\u00a0\u2003\ufeff' }, false],
    [{ user_password: 'aaaaaaaaa' }, false],
    [{ user_password: 'ababababa' }, false],
    [{ user_password: 'abcabcabc' }, false],
    [{ user_password: 'abcxabcxab' }, false],
    [{ user_password: '😀é😀é😀é😀é😀' }, false],
    [{ user_password: 'ab\nab\nab\n' }, false],
    [{ user_password: 'abcxyabcxy' }, true],
    [{ user_password: 'aaaaaaaab' }, true],
    [{ user_password: 12345678 }, false],
    [{ user_password: null }, false],
    [{ user_password: '' }, false],
    [{ user_name: '😀'.repeat(MAX_NAME_CODE_POINTS) }, true],
    [{ user_name: '😀'.repeat(MAX_NAME_CODE_POINTS + 1) }, false],
    [{ user_name: `  ${'a'.repeat(MAX_NAME_CODE_POINTS)}\n\u2028\ufeff` }, true],
    [{ user_name: 'e\u0301'.repeat(MAX_NAME_CODE_POINTS) }, true],
    [{ user_name: '\u0958'.repeat(MAX_NAME_CODE_POINTS / 2 + 1) }, false],
    [{ user_name: ' ' }, false],
    [{ user_name: '' }, false],
    [{ user_name: '\u200b\u2800\u0301' }, false],
    [{ user_name: 'Ada\nLovelace' }, false],
    [{ user_name: 'Ada\u0085' }, false],
    [{ user_name: 'Ada\u202e' }, false],
    [{ user_name: 'Ada\u2069 L' }, false],
    [{ user_name: 'Ada\ufdd0' }, false],
    [{ user_name: 'Ada\u{1ffff}' }, false],
    [{ user_name: 'Ada\udc00' }, false],
    [{ user_name: 5 }, false],
    [{ user_name: null }, false],
    [{ user_name: undefined }, false],
    [{ user_age: 1 }, true],
    [{ user_age: 0 }, false],
    [{ user_age: MAX_AGE }, true],
    [{ user_age: MAX_AGE + 1 }, false],
    [{ user_age: 1.5 }, false],
    [{ user_age: '17' }, true],
    [{ user_age: ' 017\n' }, true],
    [{ user_age: '0' }, false],
    [{ user_age: '00' }, false],
    [{ user_age: '1' }, true],
    [{ user_age: `${MAX_AGE}` }, true],
    [{ user_age: `${MAX_AGE + 1}` }, false],
    [{ user_age: '1.5' }, false],
    [{ user_age: '-1' }, false],
    [{ user_age: '١٧' }, false],
    [{ user_age: '' }, true],
    [{ user_age: ' ' }, true],
    [{ user_age: null }, true],
    [{ user_age: true }, false],
    [{ user_school: null }, true],
    [{ user_school: '' }, true],
    [{ user_school: ' ' }, true],
    [{ user_school: '\u200b' }, true],
    [{ user_school: '😀'.repeat(MAX_SCHOOL_CODE_POINTS) }, true],
    [{ user_school: '😀'.repeat(MAX_SCHOOL_CODE_POINTS + 1) }, false],
    [{ user_school: `${' '.repeat(250)}Home${' '.repeat(250)}` }, true],
    [{ user_school: 'École\tNormale' }, false],
    [{ user_school: 'École\u{2fffe}' }, false],
    [{ user_school: 'École\ud83d' }, false],
    [{ user_school: 5 }, false],
    [{ user_email: `${'a'.repeat(64)}@example.com` }, true],
    [{ user_email: `${'a'.repeat(65)}@example.com` }, false],
    [{ user_email: emailOf(254) }, true],
    [{ user_email: `  ${emailOf(254)}\n` }, true],
    [{ user_email: emailOf(255) }, false],
    [{ user_email: `a@${label(63)}.de` }, true],
    [{ user_email: `a@${label(64)}.de` }, false],
    [{ user_email: 'a@例え。jp' }, true],
    [{ user_email: 'a@例え｡jp' }, true],
    [{ user_email: 'a@例え.jp' }, true],
    [{ user_email: 'a@例え' }, false],
    [{ user_email: 'a b@例え.jp' }, false],
    [{ user_email: 'a@例え.j_p' }, false],
    [{ user_email: `${'a'.repeat(65)}@例え.jp` }, false],
    [{ user_email: '\u200bada@example.com\u2060' }, true],
    [{ user_email: "\ta.!#$%&'*+/=?^_`{|}~-Z9@b.co\u3000" }, true],
    [{ user_email: '\n\u200bada@example.com' }, true],
    [{ user_email: 'ada@example.com \u200b' }, true],
    [{ user_email: '.a..b.@example.com' }, true],
    [{ user_email: 'ä@example.com' }, false],
    [{ user_email: '\u212a@example.com' }, false],
    [{ user_email: '\u212a@例え.jp' }, false],
    [{ user_email: 'a@b' }, false],
    [{ user_email: 'a@b.1' }, false],
    [{ user_email: 'a@b.0X1f' }, false],
    [{ user_email: 'a@b.0xg' }, true],
    [{ user_email: 'a@b.1a' }, true],
    [{ user_email: 'a@-b.de' }, false],
    [{ user_email: 'a@b-.de' }, false],
    [{ user_email: 'a@b..de' }, false],
    [{ user_email: 'a@b.de.' }, false],
    [{ user_email: 'a@b_c.de' }, false],
    [{ user_email: 'a@b@c.de' }, false],
    [{ user_email: '' }, false],
    [{ user_email: null }, false],
    [{ user_email: undefined }, false],
  ]
  for (const [fields, valid] of limits) {
    const { documentErrors, codeErrors } = compare(fields)
    const name = JSON.stringify(fields).slice(0, 90)
    t.equal(codeErrors.length === 0, valid, `code: ${name}`)
    t.equal(documentErrors === null, valid, `document: ${name}`)
  }
})

/** The rules that openapi.yaml names in words, because JSON Schema cannot express them. */
function isRuleInWords({ field, code }: FieldError, value: Record<string, any>): boolean {
  const text = String(value[field])
  switch (`${field}: ${code}`) {
    case 'user_email: invalid':
      // UTS #46 and Punycode.
      return /[^\s!-~]/u.test(text) || /[@.]xn--/i.test(text)
    case 'user_password: too_long':
      return Buffer.byteLength(text.normalize('NFC')) > MAX_PASSWORD_BYTES
    case 'user_password: repetitive':
      return compare({ user_password: text.toLowerCase() }).documentErrors !== null || isRun(text.toLowerCase())
    case 'user_password: common':
      return commonPasswords.includes(text.toLowerCase())
    case 'user_password: personal':
      return true
    default:
      return false
  }
}

function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((_, i) => text.charCodeAt(i + 1) - text.charCodeAt(i))
  // After 9 comes 0, and the other way round.
  return [1, -1].some((step) => steps.every((found) => found === step || found === -9 * step))
}

/** Texts that are put together from these pieces. */
const textOf = (pieces: string[], maxLength: number) =>
  fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ unit: 'binary' })), {
      maxLength,
    })
    .map((parts) => parts.join(''))

const blanks = [' ', '\t', '\n', '\u0085', '\u00a0', '\u2028', '\ufeff', '\u200b', '\u00ad', '\u2800']
const letters = ['a', 'Z', '0', '7', 'é', 'e', '\u0301', 'ſ', '例', '😀', '\u0958']
const bad = ['\0', '\x1f', '\x7f', '\u202e', '\u2066', '\ufdd0', '\u{1ffff}', '\ud800', '\ufffd', '\u0378']
const domainPieces = [
  'a',
  'Z',
  '0',
  '9',
  'x',
  '-',
  '.',
  '.',
  '.',
  '_',
  'xn--',
  'com',
  'é',
  '例',
  '。',
  '｡',
  '．',
  '\u212a',
]
const localPieces = ['a', 'Z', '0', '.', '+', '-', '_', "'", '~', '"', '(', ' ', 'é', '\u212a']

const nearlyValid: Record<Field, fc.Arbitrary<unknown>> = {
  user_email: fc.oneof(
    fc
      .tuple(
        textOf(blanks, 2),
        textOf(localPieces, 8),
        textOf(domainPieces, 12),
        fc.constantFrom('', '.de'),
        textOf(blanks, 2),
      )
      .map(([start, local, domain, end, blank]) => `${start}${local}@${domain}${end}${blank}`),
    fc
      .tuple(
        fc.stringMatching(/^[\w.!#$%&'*+/=?^`{|}~-]{1,66}$/),
        fc.stringMatching(/^([a-zA-Z0-9-]{1,65}\.){1,5}[a-zA-Z0-9-]{1,6}$/),
      )
      .map((parts) => parts.join('@')),
    fc.emailAddress(),
  ),
  user_password: fc.oneof(
    textOf([...letters, ...letters, ...bad, ' '], 30),
    fc.string({ unit: 'grapheme', minLength: 6, maxLength: 80 }),
    fc.tuple(textOf(letters, 5), fc.integer({ min: 1, max: 9 })).map(([pattern, times]) => pattern.repeat(times)),
    fc.tuple(textOf(letters, 5), fc.integer({ min: 6, max: 20 })).map(([pattern, n]) => pattern.repeat(9).slice(0, n)),
    fc.constantFrom('Password1', '87654321', 'ABCDEFGHIJ', '8901234567', 'aAaAaAaA', ada.user_email, 'Ada Lovelace 1'),
  ),
  user_name: fc.oneof(
    textOf([...blanks, ...letters, ...bad], 6),
    fc
      .tuple(textOf(blanks, 3), fc.string({ unit: 'grapheme', minLength: 90, maxLength: 104 }))
      .map((parts) => parts.join('')),
  ),
  user_age: fc.oneof(
    fc.integer({ min: -5, max: 140 }),
    fc.double(),
    textOf(['0', '1', '3', '9', ' ', '\n', '\u200b', '.', '-', 'e', '٣'], 4),
    fc.integer({ min: -5, max: 140 }).map((age) => ` 00${age}`),
  ),
  user_school: fc.oneof(
    textOf([...blanks, ...letters, ...bad], 6),
    fc
      .tuple(textOf(blanks, 3), fc.string({ unit: 'grapheme', minLength: 190, maxLength: 204 }))
      .map((parts) => parts.join('')),
  ),
}

for (const [field, arbitrary] of Object.entries(nearlyValid)) {
  test(`document and code accept the same ${field}, apart from the rules in words`, async (t) => {
    const counts = { accepted: 0, refused: 0, 'refused in words': 0 }
    await fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary }, fc.jsonValue()), (input) => {
        const { value, documentErrors, codeErrors } = compare({ [field]: input })
        if (documentErrors && !codeErrors.length) throw Error(`the document refuses it: ${documentErrors}`)
        const beyond = codeErrors.find((error) => !documentErrors && !isRuleInWords(error, value))
        if (beyond) throw Error(`the code refuses it: ${beyond.field} ${beyond.code}`)
        counts[!codeErrors.length ? 'accepted' : documentErrors ? 'refused' : 'refused in words']++
      }),
      { numRuns: 3000 },
    )
    t.ok(counts.accepted > 300 && counts.refused > 300, JSON.stringify(counts))
  })
}

const stored: Dependencies = {
  registerAttempt: async () => ({ allowed: true }),
  isBreached: async () => false,
  hashPassword: async (password) => password,
  verifyPassword: async (password, hash) => password === hash,
  insertUser: async () => ({ outcome: 'stored' }),
}

/** The answer of the handler, without a server and a database. It must be documented. */
async function answer(
  body: string,
  headers: Record<string, string> = {},
  deps: Partial<Dependencies> = {},
): Promise<{ status: number; body: { code?: ProblemCode } }> {
  const event = { headers: { ...JSON_TYPE, ...headers }, body } as unknown as APIGatewayProxyEventV2
  const { result } = await captureLog(() => respond(event, { ...stored, ...deps }))
  const reply = { status: Number(result.statusCode), body: JSON.parse(String(result.body)) }
  requireDocumented(reply.status, new Headers(result.headers as Record<string, string>), reply.body)
  return reply
}

const valid = JSON.stringify(ada)
const exists = (changes: Partial<User>): Partial<Dependencies> => ({
  insertUser: async (user) => ({ outcome: 'exists', existing: { ...user, ...changes } }),
})
const fails = (error: Error): Partial<Dependencies> => ({ insertUser: async () => Promise.reject(error) })
const KEY = { 'idempotency-key': 'k' }

const everyProblem: Record<ProblemCode, Parameters<typeof answer>> = {
  invalid_json: ['[]'],
  invalid_fields: ['{}'],
  invalid_idempotency_key: [valid, { 'idempotency-key': '' }],
  email_taken: [valid, {}, exists({})],
  body_too_large: [valid.padEnd(MAX_BODY_BYTES + 1)],
  not_json: [valid, { 'content-type': 'text/plain' }],
  unsupported_charset: [valid, { 'content-type': 'application/json; charset=latin1' }],
  unsupported_content_encoding: [valid, { 'content-encoding': 'gzip' }],
  idempotency_key_reused: [valid, KEY, exists({ user_name: 'Eve' })],
  too_many_attempts: [valid, {}, { registerAttempt: async () => ({ allowed: false, retryAfter: 60 }) }],
  unavailable: [valid, {}, fails(new DatabaseUnavailable())],
  internal_error: [valid, {}, fails(new Error())],
}

for (const [code, request] of Object.entries(everyProblem)) {
  test(`the handler answers ${code} as documented`, async (t) => {
    const { status, body } = await answer(...request)
    t.equal(body.code, code)
    t.equal(status, PROBLEMS[code as ProblemCode].status)
  })
}

test('the documented size of a body is the limit', async (t) => {
  t.ok(operation.requestBody.description.includes(`At most ${MAX_BODY_BYTES / 1024} KiB`))
  t.equal((await answer(valid.padEnd(MAX_BODY_BYTES))).status, 201)
})

test('the same Idempotency-Key with the same sign-up is answered with 201, as documented', async (t) => {
  t.equal((await answer(valid, KEY, exists({}))).status, 201)
  for (const changes of [{ user_password: 'x' }, { user_name: 'x' }, { user_age: 3 }, { user_school: 'x' }]) {
    t.equal((await answer(valid, KEY, exists(changes))).status, 422, Object.keys(changes).join())
  }
})

test('document and code accept the same Idempotency-Key', async (t) => {
  const [{ name, schema }] = operation.parameters
  t.equal(name, 'Idempotency-Key')
  const pattern = new RegExp(schema.pattern, 'u')
  const counts = { accepted: 0, refused: 0 }
  const keys = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.integer({ min: 250, max: 260 }).map((length) => 'k'.repeat(length)),
    fc.constantFrom('', '\x20', '\x21', '\x7e', '\x7f', 'a b', 'é'),
  )
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      const { status } = await answer(valid, { 'idempotency-key': key })
      if ((status === 201) !== pattern.test(key)) throw Error(`the code answers ${status}`)
      counts[status === 201 ? 'accepted' : 'refused']++
    }),
    { numRuns: 500 },
  )
  t.ok(counts.accepted > 50 && counts.refused > 50, JSON.stringify(counts))
})

test('the examples of requests are valid', async (t) => {
  const examples = Object.entries<{ value: object }>(operation.requestBody.content['application/json'].examples)
  t.ok(examples.length)
  for (const [name, { value }] of examples) {
    t.equal(contractErrors(SIGN_UP, value), null, name)
    t.ok('signup' in parseSignup(value), name)
  }
  for (const key of operation.parameters[0].schema.examples) {
    t.equal((await answer(valid, { 'idempotency-key': key })).status, 201, key)
  }
})

test('every answer has an example, and every problem has the one that the code returns', async (t) => {
  const codes: unknown[] = []
  for (const [status, { content }] of Object.entries(responses)) {
    for (const [type, { examples }] of Object.entries(content)) {
      t.ok(Object.keys(examples).length, `${status} ${type}`)
      for (const [name, { value }] of Object.entries(examples)) {
        t.equal(contractErrors(responsePointer(status, type), value), null, `${status} ${name}`)
        if (type !== PROBLEM_JSON) continue
        const errors = (value.errors as FieldError[] | undefined)?.map(({ field, code }) =>
          fieldError(field, code as FieldErrorCode<Field>),
        )
        t.deepEqual(value, problem(value.code as ProblemCode, errors), `${status} ${name}`)
        codes.push(value.code)
      }
    }
  }
  t.deepEqual(codes.sort(), Object.keys(PROBLEMS).sort())
})

test("the client accepts API Gateway's own answers, and no answer that is not documented", async (t) => {
  const reply = { status: 0, headers: {} as Record<string, string>, body: {} as object }
  const server = await startServer((_, response) => {
    response.writeHead(reply.status, reply.headers).end(JSON.stringify(reply.body))
  })
  const isAccepted = (status: number, type: string, body: object, retryAfter?: string) => {
    Object.assign(reply, { status, body })
    reply.headers = { 'content-type': type, ...(retryAfter && { 'retry-after': retryAfter }) }
    return post(server, '{}', JSON_TYPE).then(
      () => true,
      () => false,
    )
  }
  const message = { message: 'Sentence' }
  for (const status of [404, 413, 429, 500, 503]) {
    t.ok(await isAccepted(status, 'application/json', message), `${status} of API Gateway`)
  }
  t.ok(await isAccepted(429, PROBLEM_JSON, problem('too_many_attempts'), '60'), '429 of the API')

  t.notOk(await isAccepted(400, 'application/json', message), 'a status that API Gateway does not have')
  t.notOk(await isAccepted(418, PROBLEM_JSON, message), 'another status')
  t.notOk(await isAccepted(404, 'text/html', message), 'another content type')
  t.notOk(await isAccepted(404, 'application/json', problem('internal_error')), "a problem as API Gateway's answer")
  t.notOk(await isAccepted(500, PROBLEM_JSON, message), "API Gateway's answer as a problem")
  t.notOk(await isAccepted(500, PROBLEM_JSON, problem('unavailable'), '2'), 'the problem of another status')
  t.notOk(await isAccepted(400, PROBLEM_JSON, problem('invalid_fields')), 'invalid_fields without errors')
  t.notOk(await isAccepted(409, PROBLEM_JSON, problem('email_taken')), 'email_taken without errors')
  const taken = problem('invalid_fields', [fieldError('user_email', 'taken')])
  t.notOk(await isAccepted(400, PROBLEM_JSON, taken), 'taken in a 400')
  t.notOk(await isAccepted(429, PROBLEM_JSON, problem('too_many_attempts')), '429 without Retry-After')
  t.notOk(await isAccepted(429, 'application/json', message, '60'), "API Gateway's 429 with Retry-After")
  t.notOk(await isAccepted(500, PROBLEM_JSON, problem('internal_error'), '60'), '500 with Retry-After')
  t.notOk(await isAccepted(201, 'application/json', { uid: '1' }), 'a uid that is no UUID')
  await server.stop()
})

test('Redocly finds nothing in openapi.yaml', async (t) => {
  // Redocly asks npm for its newest version if it writes to a terminal. Here it does not.
  const cli = join('node_modules', '@redocly', 'cli', 'bin', 'cli.js')
  const { status, output } = await run(
    `"${process.execPath}" ${cli} lint openapi.yaml`,
    join(import.meta.dirname, '..'),
  )
  t.equal(status, 0, output)
  t.notOk(output.includes('warning'), output)
})
