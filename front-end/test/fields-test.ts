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

/** What a password manager, a phone's keyboard and a screen reader go by. */
const ATTRIBUTES = {
  user_email: { autocomplete: 'email', type: 'email' },
  user_password: { autocomplete: 'new-password', type: 'password' },
  user_name: { autocomplete: 'name' },
  user_age: { autocomplete: 'off', inputmode: 'numeric' },
  user_school: { autocomplete: 'organization' },
}
for (const [what, read] of Object.entries(forms)) {
  test(`${what}: each field has its label, its error and what a browser goes by`, async (t) => {
    const html = await read()
    for (const [name, expected] of Object.entries(ATTRIBUTES)) {
      const [input = ''] = RegExp(`<input\\b[^>]*\\bname="${name}"[^>]*>`).exec(html) ?? []
      const attributes = Object.fromEntries(
        [...input.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value]) => [key.toLowerCase(), value]),
      )
      for (const [key, value] of Object.entries(expected)) t.equal(attributes[key], value, `${name} ${key}`)
      const { id = 'none', 'aria-describedby': described = '' } = attributes
      t.ok(html.includes(`for="${id}"`), `${name} has a label`)
      const errorId = described.split(' ').at(-1) ?? ''
      t.match(errorId, RegExp(`^${id}.error$`), `${name} is described by its own error`)
      t.ok(
        described.split(' ').every((part) => html.includes(` id="${part}"`)),
        `${name}: ${described}`,
      )
    }
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
