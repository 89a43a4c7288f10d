// openapi.yaml and the code say the same. The end-to-end tests check every answer against it too: support/client.ts.
import fc from 'fast-check'
import test from 'tape'
import { respond } from '../src/http/post-signup/index.ts'
import { corsPolicy } from '../src/plugins/cors.ts'
import { addOutputs } from '../src/plugins/stack/outputs.ts'
import commonPasswords from '../src/shared/common-passwords.json' with { type: 'json' }
import {
  FIELD_ERRORS,
  type Field,
  type FieldError,
  type FieldErrorCode,
  fieldError,
} from '../src/shared/field-errors.ts'
import * as limits from '../src/shared/limits.ts'
import { PROBLEMS, type ProblemCode, problem } from '../src/shared/problem.ts'
import type { Dependencies } from '../src/shared/signup.ts'
import { parseSignup } from '../src/shared/signup-request.ts'
import { ada } from './support/client.ts'
import {
  contractErrors,
  document,
  operation,
  requireDocumented,
  responsePointer,
  responses,
} from './support/contract.ts'
import { signUpEvent } from './support/lambda.ts'
import { captureLog } from './support/log.ts'

const { schemas } = document.components
const SIGN_UP = '#/components/schemas/SignUp'
const PROBLEM_JSON = 'application/problem+json'
const FIELD_CODES = Object.entries(FIELD_ERRORS).flatMap(([field, errors]) =>
  Object.keys(errors).map((code) => `${field}: ${code}`),
)

test('every problem is documented with its status and title, and no other', async (t) => {
  const documented = Object.entries(responses).flatMap(([status, { content }]) => {
    const reference = content[PROBLEM_JSON]?.schema.$ref
    if (!reference) return []
    const { properties } = schemas[reference.split('/').at(-1) ?? '']
    const codes: string[] = properties.code.enum ?? [properties.code.const]
    return codes.map((code) => [code, Number(status), properties.status.const, properties.title.const])
  })
  const coded = Object.keys(PROBLEMS).map((code) => {
    const { status, title } = problem(code as ProblemCode)
    return [code, status, status, title]
  })
  t.deepEqual(documented.sort(), coded.sort())
})

test('every field and every error of a field is documented, and no other', async (t) => {
  const fields = Object.keys(FIELD_ERRORS)
  const { field, code } = schemas.FieldError.properties
  t.deepEqual(field.enum, fields)
  const codes = FIELD_CODES.map((pair) => pair.split(' ')[1]).filter((name) => name !== 'taken')
  t.deepEqual(code.enum.toSorted(), [...new Set(codes)].sort())
  const taken = schemas.EmailTaken.properties
  t.deepEqual([taken.field.const, taken.code.const], ['user_email', 'taken'])
  t.deepEqual(Object.keys(schemas.SignUp.properties), fields)
  const required = FIELD_CODES.filter((pair) => pair.endsWith(' required')).map((pair) => pair.split(':')[0])
  t.deepEqual(schemas.SignUp.required, required)
  t.equal(schemas.BadRequest.properties.errors.maxItems, fields.length)
})

test('the limits of the document are those of the code, and each code of a field has a row', async (t) => {
  const { user_email, user_password, user_name, user_age, user_school } = schemas.SignUp.properties
  t.deepEqual(
    [user_password.minLength, user_password.maxLength],
    [limits.MIN_PASSWORD_CODE_POINTS, limits.MAX_PASSWORD_BYTES],
  )
  t.deepEqual(user_age.anyOf[0], { type: 'integer', minimum: 1, maximum: limits.MAX_AGE })
  t.match(user_name.description, RegExp(`1 to ${limits.MAX_NAME_CODE_POINTS} characters`))
  t.match(user_school.description, RegExp(`At most ${limits.MAX_SCHOOL_CODE_POINTS} characters`))
  t.match(user_email.description, /1 to 64 ASCII.*At most 254 characters/s)
  const about = (Math.round(commonPasswords.length / 100) * 100).toLocaleString('en')
  t.ok(user_password.description.includes(`about ${about} common passwords`))
  t.ok(operation.requestBody.description.includes(`At most ${limits.MAX_BODY_BYTES / 1024} KiB`))
  const rows = [...schemas.FieldError.description.matchAll(/^\| (\w+)? ?\| (\w+) \| /gm)]
  let field = ''
  const described = rows.slice(1).map(([, name, code]) => {
    field = name ?? field
    return `${field}: ${code}`
  })
  const inRows = FIELD_CODES.filter((pair) => pair !== 'user_email: taken')
  t.deepEqual(described, inRows)
})

test('CORS lets the documented headers through', async (t) => {
  const { AllowHeaders, ExposeHeaders } = corsPolicy(['*'], { http: [] } as any)
  t.deepEqual(AllowHeaders, ['*'], 'Idempotency-Key')
  const names = Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers))
  t.deepEqual([...new Set(names.map((name) => name.toLowerCase()))], ExposeHeaders)
})

test('no text has marks of code, which many renderers and generators show as they are', (t) => {
  t.notOk(JSON.stringify(document).includes('`'))
  t.end()
})

test('the servers are those of npm start and of a deploy', async (t) => {
  const Outputs: Record<string, any> = {}
  addOutputs({ Outputs } as any, null)
  const deployed = Outputs.SignupApiUrl.Value['Fn::Sub']
    .replace(/\$\{AWS::Region\}/, 'us-east-1')
    .replace(/\$\{\w+\}/, 'abc123')
  const urls = document.servers.map(({ url, variables }: any) => url.replace('{host}', variables?.host.default))
  t.deepEqual(urls, ['http://127.0.0.1:3333', deployed.replace('/signup', '')])
})

/** Whether the document and the code accept a sign-up with these fields. */
function compare(fields: object) {
  const value = JSON.parse(JSON.stringify({ ...ada, ...fields }))
  // The document describes the text in NFC. The code does not convert the e-mail address.
  const inNfc = JSON.parse(JSON.stringify(value), (key, field) =>
    typeof field === 'string' && key !== 'user_email' ? field.normalize('NFC') : field,
  )
  return { documented: contractErrors(SIGN_UP, inNfc) === null, accepted: 'value' in parseSignup(value) }
}

const refusedByBoth: object[] = [
  ...[undefined, null, '', 5, 'ada', 'ada@', '@example.com', 'a@b@c.de'].map((user_email) => ({ user_email })),
  ...[undefined, null, '', 12345678, 'engine7', 'a1'.repeat(37), 'engine\0of 1837'].map((user_password) => ({
    user_password,
  })),
  ...[undefined, null, '', ' \n ', 5, 'Ada\0', 'Ada\x1fx', 'Ada\x7f'].map((user_name) => ({ user_name })),
  ...[0, limits.MAX_AGE + 1, 1.5, true, []].map((user_age) => ({ user_age })),
  ...[5, true, 'MIT\0', 'MIT\x08'].map((user_school) => ({ user_school })),
]

test('document and code refuse what a schema can say', async (t) => {
  for (const fields of refusedByBoth) {
    t.deepEqual(compare(fields), { documented: false, accepted: false }, JSON.stringify(fields))
  }
})

/** Texts that are put together from these pieces, and from anything else now and then. */
const textOf = (pieces: string[], maxLength: number) => {
  const piece = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ unit: 'binary' }))
  return fc.array(piece, { maxLength }).map((parts) => parts.join(''))
}
const blanks = [' ', '\t', '\n', '\u0085', '\u00a0', '\u2028', '\ufeff', '\u200b', '\u00ad', '\u2800']
const letters = ['a', 'Z', '0', '7', 'é', 'e', '\u0301', 'ſ', '例', '😀', '\u0958']
const long = (minLength: number) => fc.string({ unit: 'grapheme', minLength, maxLength: minLength + 14 })
const padded = (text: fc.Arbitrary<string>) =>
  fc.tuple(textOf(blanks, 3), text, textOf(blanks, 3)).map((parts) => parts.join(''))

const nearlyValid: Record<Field, fc.Arbitrary<unknown>> = {
  user_email: padded(
    fc.oneof(
      fc
        .tuple(textOf(['a', 'Z', '.', '+', "'", '('], 8), textOf(['a', '0', '-', '.', '.', '例', '。'], 12))
        .map((parts) => parts.join('@')),
      fc.emailAddress(),
    ),
  ),
  user_password: fc.oneof(textOf([...letters, ' ', '\ufffd'], 30), long(6), long(66)),
  user_name: padded(fc.oneof(textOf(letters, 6), long(90))),
  user_age: fc.oneof(
    fc.integer({ min: -5, max: 140 }),
    fc.double(),
    padded(textOf(['0', '1', '3', '9', '.', '-', 'e', '٣'], 3)),
  ),
  user_school: padded(fc.oneof(textOf(letters, 6), long(190))),
}

for (const [field, arbitrary] of Object.entries(nearlyValid)) {
  test(`the document refuses no ${field} that the code accepts`, async (t) => {
    let accepted = 0
    await fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary }, fc.jsonValue()), (input) => {
        const found = compare({ [field]: input })
        if (found.accepted) accepted++
        return found.documented || !found.accepted
      }),
      { numRuns: 3000 },
    )
    t.ok(accepted > 300, `${accepted} were accepted`)
  })
}

/** Every pattern of the document. */
const patterns: string[] =
  JSON.stringify(document)
    .match(/"pattern":"(\\.|[^"])*"/g)
    ?.map((found) => JSON.parse(`{${found}}`).pattern) ?? []

test('every pattern means the same in ECMAScript, Python, RE2 and Java', async (t) => {
  t.ok(patterns.length >= 5)
  // No look-around, back-reference, named class, escape beyond \x, or lazy quantifier.
  for (const pattern of patterns) t.notOk(/\(|\\(?!x[0-9a-f]{2})|[*+?}][?+]/.test(pattern), pattern)
})

test('every pattern takes linear time: it begins at the start, and where a repetition ends is never a choice', async (t) => {
  const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  for (const pattern of patterns) {
    const parts = [...pattern.matchAll(/(\[.*?[^\\]\]|[^[\]^$*+{}])([*+]|\{[\d,]+\})?/g)]
    t.equal(`^${parts.map(([part]) => part).join('')}$`, pattern, 'it has classes and characters only')
    for (const [index, [, part, repeated]] of parts.entries()) {
      const [following] = parts[index + 1]?.slice(1) ?? []
      if (!repeated || !following) continue
      const inBoth = characters.filter((text) => [part, following].every((one) => RegExp(`^${one}$`).test(text)))
      t.deepEqual(inBoth, [], `${pattern}: ${part} and ${following}`)
    }
  }
})

const deps: Dependencies = {
  countAttempt: async () => ({ outcome: 'allowed' }),
  isBreached: async () => false,
  hashPassword: async () => '$2b$',
  verifyPassword: async () => true,
  insertUser: async () => ({ outcome: 'stored' }),
}
/** The status with which the handler answers a sign-up with this Idempotency-Key. */
async function statusWith(key: string): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const { result } = await captureLog(() => respond({ ...signUpEvent(ada), headers }, deps))
  return result.statusCode
}

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
      const status = await statusWith(key)
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
    t.ok('value' in parseSignup(value), name)
  }
  for (const key of operation.parameters[0].schema.examples) {
    t.equal(await statusWith(key), 201, key)
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

const GATEWAY = 'application/json'
const SENTENCE = { message: 'Sentence' }
const fromGateway = (status: number): [boolean, number, string, object] => [true, status, GATEWAY, SENTENCE]
const answers: [isDocumented: boolean, status: number, type: string, body: object, retryAfter?: string][] = [
  ...[404, 413, 429, 500, 503].map(fromGateway),
  [true, 429, PROBLEM_JSON, problem('too_many_attempts'), '60'],
  [false, 400, GATEWAY, SENTENCE],
  [false, 418, PROBLEM_JSON, SENTENCE],
  [false, 404, 'text/html', SENTENCE],
  [false, 404, GATEWAY, problem('internal_error')],
  [false, 500, PROBLEM_JSON, SENTENCE],
  [false, 500, PROBLEM_JSON, problem('unavailable')],
  [false, 400, PROBLEM_JSON, problem('invalid_fields')],
  [false, 409, PROBLEM_JSON, problem('email_taken')],
  [false, 400, PROBLEM_JSON, problem('invalid_fields', [fieldError('user_email', 'taken')])],
  [false, 429, PROBLEM_JSON, problem('too_many_attempts')],
  [false, 429, GATEWAY, SENTENCE, '60'],
  [false, 500, PROBLEM_JSON, problem('internal_error'), '60'],
  [false, 201, GATEWAY, { uid: '1' }],
]
test('the end-to-end tests pass answers that are documented, and no other', async (t) => {
  for (const [isDocumented, status, type, body, retryAfter] of answers) {
    const headers = new Headers({ 'content-type': type, ...(retryAfter && { 'retry-after': retryAfter }) })
    const check = () => requireDocumented(status, headers, JSON.parse(JSON.stringify(body)))
    const what = `${status} ${type} ${JSON.stringify(body)}`
    if (isDocumented) t.doesNotThrow(check, what)
    else t.throws(check, /openapi\.yaml has/, what)
  }
})
