// Another route needs a line in app.arc and its handler, nothing else.
import { readFileSync } from 'node:fs'
import test from 'tape'
import tiny from 'tiny-json-http'
import { ada, signUp } from './support/client.ts'
import { startSandbox } from './support/sandbox.ts'

const HEALTH = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"

/** The log-in of operate/README.md. */
const [, lines = ''] =
  /### Writing a log-in[\s\S]*?```ts\n([\s\S]*?)```/.exec(
    readFileSync(new URL('../operate/README.md', import.meta.url), 'utf8'),
  ) ?? []
const LOGIN = `import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { callDatabase } from '../../shared/database.ts'
import { canonicalEmail } from '../../shared/email.ts'
import { verifyPassword } from '../../shared/password.ts'

export async function handler({ body }: APIGatewayProxyEventV2) {
  const { email: typedEmail, password: typedPassword } = JSON.parse(body ?? '')
  ${lines}
  return { statusCode: isRight ? 200 : 401, body: '{}' }
}
`

test('get /health and post /login work with their line in app.arc and their handler', async (t) => {
  t.ok(lines.includes('canonicalEmail'), 'operate/README.md has the lines of a log-in')
  const sandbox = await startSandbox({
    manifest: (manifest) => manifest.replace('post /signup', 'get /health\npost /login\npost /signup'),
    files: { 'src/http/get-health/index.ts': HEALTH, 'src/http/post-login/index.ts': LOGIN },
  })
  t.equal(String((await tiny.get({ url: `${sandbox.url}/health` })).body), 'ok')

  const user_password = 'passé partout'.normalize('NFC')
  t.equal((await signUp(sandbox, { ...ada, user_email: 'Zoe@Bücher.example', user_password })).status, 201)
  const logIn = async (email: string, password: string) => {
    const body = JSON.stringify({ email, password })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${sandbox.url}/login`, { method: 'POST', headers, body })).status
  }
  t.equal(await logIn('zoe@bücher.EXAMPLE ', user_password.normalize('NFD')), 200)
  t.equal(await logIn('zoe@bücher.example', 'passé partou'), 401, 'another password')
  t.equal(await logIn('joe@bücher.example', user_password), 401, 'another person')
  t.equal(await logIn('zoe@', user_password), 401, 'not an address')
  await sandbox.stop()
})
