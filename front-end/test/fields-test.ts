// The forms ask for what the contract requires. An optional field of the contract may be left out.
import { readFileSync } from 'node:fs'
import test from 'tape'
import { document } from '../../test/support/contract.ts'
import { renderForm } from './support/form.ts'

const { required, properties } = document.components.schemas.SignUp
const readGuide = () => readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const forms = { 'SignUpForm.tsx': renderForm, 'the plain page of the guide': readGuide }

for (const [what, read] of Object.entries(forms)) {
  test(`${what}: its required fields are those of openapi.yaml, and openapi.yaml has all of its fields`, async (t) => {
    const inputs = [...(await read()).matchAll(/<input\b[^>]*\bname="(\w+)"[^>]*>/g)]
    const requiredInputs = inputs.filter(([input]) => /\brequired\b/.test(input))
    t.deepEqual(requiredInputs.map(([, name]) => name).sort(), [...required].sort())
    for (const [, name = ''] of inputs) t.ok(name in properties, name)
  })
}
