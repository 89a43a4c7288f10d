// The forms and the contract: an optional field of the contract may be left out of a form, a required one may not.
import { readFileSync } from 'node:fs'
import test from 'tape'
import { FIELD_ERRORS } from '../../src/shared/field-errors.ts'
import { PROBLEMS } from '../../src/shared/problem.ts'
import { document } from '../../test/support/contract.ts'
import { renderForm } from './support/form.ts'

const { required, properties } = document.components.schemas.SignUp
const readText = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const forms = { 'SignUpForm.tsx': renderForm, 'plain.html': () => readText('plain.html') }

for (const [what, read] of Object.entries(forms)) {
  test(`${what}: its required fields are those of openapi.yaml, and openapi.yaml has all of its fields`, async (t) => {
    const inputs = [...(await read()).matchAll(/<input\b[^>]*\bname="(\w+)"[^>]*>/g)]
    const requiredInputs = inputs.filter(([input]) => /\brequired\b/.test(input))
    t.deepEqual(requiredInputs.map(([, name]) => name).sort(), [...required].sort())
    for (const [, name = ''] of inputs) t.ok(name in properties, name)
  })
}

test('the codes that can be translated are those of the API, and two of the request itself', async (t) => {
  const [, union = ''] = /export type Code =\n([\s\S]*?)\n\n/.exec(readText('texts.ts')) ?? []
  const codes = [...union.matchAll(/'(.*?)'/g)].map(([, code]) => code)
  const ofFields = Object.entries(FIELD_ERRORS).flatMap(([field, errors]) =>
    Object.keys(errors).map((code) => `${field} ${code}`),
  )
  t.deepEqual(codes.sort(), [...ofFields, ...Object.keys(PROBLEMS), 'unreachable', 'unknown'].sort())
})

test('the sentences for what stands before the API are those of the API', async (t) => {
  const request = readText('signup.ts').replace(/\s+/g, ' ')
  for (const code of ['unavailable', 'internal_error'] as const) {
    t.ok(request.includes(`code: '${code}', message: '${PROBLEMS[code].detail}'`), code)
  }
})
