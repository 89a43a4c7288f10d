// A client whose types openapi-typescript generated.
import type { paths } from './api.ts'

type Operation = paths['/signup']['post']
type SignUp = Operation['requestBody']['content']['application/json']
type Answers = Operation['responses']

async function post(body: SignUp): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${process.env.API_URL}/signup`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}

const ada: SignUp = { user_email: 'ts@example.com', user_password: 'engine of 1837', user_name: 'Ada', user_age: 36 }
const created = (await post(ada)).body as Answers[201]['content']['application/json']
const wrong = (await post({ ...ada, user_age: '7', user_name: '' }))
  .body as Answers[400]['content']['application/problem+json']
const taken = (await post(ada)).body as Answers[409]['content']['application/problem+json']
const status: 409 = taken.status
const lines = [
  created.uid.length,
  wrong.errors?.map(({ field, code }) => `${field} ${code}`),
  status,
  taken.errors[0]?.code,
]
if (lines.join() !== '36,user_name required,409,taken') throw Error(lines.join())
