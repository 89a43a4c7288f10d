// openapi.yaml and the code say the same. Every answer of the end-to-end tests is checked against it too: _client.ts.
import fc from 'fast-check'
import test from 'tape'
import { corsPolicy } from '../src/plugins/cors.ts'
import { PROBLEMS } from '../src/shared/problem.ts'
import { FIELD_ERRORS, parseSignup } from '../src/shared/signup-request.ts'
import { ada } from './_client.ts'
import { contractErrors, document, responses } from './_contract.ts'

const { schemas } = document.components
const REQUEST = '#/components/schemas/SignUp'

test('every problem is documented with its status, and no other', async (t) => {
  const documented = Object.entries(responses).flatMap(([status, { content }]) => {
    const name = content['application/problem+json']?.schema.$ref.split('/').at(-1)
    const properties = name && schemas[name].properties
    const codes = properties ? (properties.code.enum ?? [properties.code.const]) : []
    return codes.map((code: string) => [
      code,
      Number(status),
      properties.status.const,
      properties.title.const,
    ])
  })
  const coded = Object.entries(PROBLEMS).map(([code, [status, title]]) => [code, status, status, title])
  t.deepEqual(documented.sort(), coded.sort())
})

test('every field and every error of a field is documented, and no other', async (t) => {
  const fields = Object.keys(FIELD_ERRORS)
  t.deepEqual(schemas.FieldError.properties.field.enum, fields)
  t.deepEqual(Object.keys(schemas.SignUp.properties), fields)
  const codes = new Set(Object.values(FIELD_ERRORS).flatMap((errors) => Object.keys(errors)))
  t.deepEqual([...schemas.FieldError.properties.code.enum].sort(), [...codes].sort())
  const required = fields.filter((field) => FIELD_ERRORS[field]?.required)
  t.deepEqual(schemas.SignUp.required, required)
})

test('the documented headers are those that CORS lets through', async (t) => {
  const { AllowHeaders, ExposeHeaders } = corsPolicy(['*'])
  const [{ name }] = document.paths['/signup'].post.parameters
  t.ok(AllowHeaders.includes(name.toLowerCase()))
  t.ok(
    ExposeHeaders.includes(
      Object.keys(responses[429]?.headers ?? {})
        .join()
        .toLowerCase(),
    ),
  )
})

const text = fc.string({ unit: 'grapheme', maxLength: 90 })
const body = fc.record(
  {
    user_email: fc.oneof({ weight: 8, arbitrary: fc.emailAddress() }, text, fc.jsonValue()),
    user_password: fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 }) },
      text,
      fc.jsonValue(),
    ),
    user_name: fc.oneof({ weight: 4, arbitrary: text }, fc.jsonValue()),
    user_age: fc.oneof(
      fc.integer({ min: -5, max: 140 }),
      fc.nat(200).map(String),
      fc.constant(null),
      fc.jsonValue(),
    ),
    user_school: fc.oneof({ weight: 4, arbitrary: text }, fc.jsonValue()),
  },
  { requiredKeys: ['user_email', 'user_password', 'user_name'] },
)

test('what the document refuses the code refuses', async (t) => {
  let accepted = 0
  await fc.assert(
    fc.property(body, (value) => {
      const signup = parseSignup(JSON.parse(JSON.stringify(value)))
      if (Array.isArray(signup)) return
      accepted++
      // Lengths count in NFC, which can be longer than what was typed.
      const errors = contractErrors(REQUEST, {
        ...value,
        user_password: String(value.user_password).normalize('NFC'),
      })
      if (errors) throw Error(`the code accepts what the document refuses: ${errors}`)
    }),
    { numRuns: 5000 },
  )
  t.ok(accepted > 100, `${accepted} bodies were accepted by both`)
})

test('at the limits that are documented, code and document agree', async (t) => {
  const { user_password: password, user_age: age } = schemas.SignUp.properties
  const [{ minimum, maximum }] = age.oneOf
  const same: [object, boolean][] = [
    [{ user_password: 'aB3'.repeat(30).slice(0, password.minLength) }, true],
    [{ user_password: 'aB3'.repeat(30).slice(0, password.minLength - 1) }, false],
    [{ user_password: 'aB3'.repeat(30).slice(0, password.maxLength) }, true],
    [{ user_password: 'aB3'.repeat(30).slice(0, password.maxLength + 1) }, false],
    [{ user_age: minimum }, true],
    [{ user_age: minimum - 1 }, false],
    [{ user_age: maximum }, true],
    [{ user_age: maximum + 1 }, false],
    [{ user_age: 1.5 }, false],
    [{ user_age: '17' }, true],
    [{ user_age: '1.5' }, false],
    [{ user_age: null }, true],
    [{ user_school: null }, true],
    [{ user_school: 5 }, false],
    [{ user_name: ' ' }, false],
    [{ user_email: 'a@b' }, false],
    [{ user_email: 'a@b@c.de' }, false],
    [{ user_email: `${'a'.repeat(65)}@example.com` }, false],
    [{ user_email: undefined }, false],
  ]
  for (const [fields, valid] of same) {
    const value = JSON.parse(JSON.stringify({ ...ada, ...fields }))
    t.equal(!Array.isArray(parseSignup(value)), valid, `code: ${JSON.stringify(fields)}`)
    t.equal(contractErrors(REQUEST, value) === null, valid, `document: ${JSON.stringify(fields)}`)
  }
})

test('the examples of the document are what it describes', async (t) => {
  const post = document.paths['/signup'].post
  for (const { value } of Object.values<{ value: object }>(
    post.requestBody.content['application/json'].examples,
  )) {
    t.notOk(Array.isArray(parseSignup(value)), JSON.stringify(value))
    t.equal(contractErrors(REQUEST, value), null)
  }
  for (const { content } of Object.values<any>(post.responses)) {
    const [{ schema, examples = {} }] = Object.values<any>(content)
    for (const { value } of Object.values<any>(examples)) t.equal(contractErrors(schema.$ref, value), null)
  }
})
