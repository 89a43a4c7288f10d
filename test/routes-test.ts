// Another route needs a line in app.arc and its handler, nothing else.
import { readFileSync } from 'node:fs'
import test from 'tape'
import tiny from 'tiny-json-http'
import { ada, signUp } from './support/client.ts'
import { connect, startDynamoDB } from './support/dynamodb.ts'
import { startSandbox } from './support/sandbox.ts'

const HEALTH = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
/** The log-in of the guide. */
const [, LOGIN = ''] = /```ts\n(\/\/ src\/http\/post-login[\s\S]*?)```/.exec(read('operate/README.md')) ?? []

test('get /health and the log-in of the guide work with their line in app.arc and their handler', async (t) => {
  const dynamodb = await startDynamoDB()
  const sandbox = await startSandbox({
    tablesPort: dynamodb.port,
    manifest: (manifest) => manifest.replace('post /signup', 'get /health\npost /login\npost /signup'),
    files: {
      'src/http/get-health/index.ts': HEALTH,
      'src/http/post-login/index.ts': LOGIN,
      // The time of a log-in is that of its one comparison, so this counts them.
      'src/shared/password.ts': read('src/shared/password.ts').replace(
        'return bcrypt.compare',
        "console.log('COMPARED')\n$&",
      ),
    },
  })
  t.equal(String((await tiny.get({ url: `${sandbox.url}/health` })).body), 'ok')

  const user_password = 'passé partout'.normalize('NFC')
  const { status, body } = await signUp(sandbox, { ...ada, user_email: 'Zoe@Bücher.example', user_password })
  t.equal(status, 201)
  const withoutHash = { user_email: { S: 'old@example.com' }, uid: { S: '1' } }
  await connect(dynamodb.port).putItem({ TableName: 'mathai-staging-mathai_users', Item: withoutHash })
  let compared = 0
  const logIn = async (data: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${sandbox.url}/login`, { method: 'POST', headers, body: JSON.stringify(data) })
    const uid = answer.status === 200 && (await answer.json()).uid
    const before = compared
    compared = sandbox.output().split('COMPARED').length - 1
    return [answer.status, compared - before, ...(uid ? [uid] : [])]
  }
  const right = { email: 'zoe@bücher.EXAMPLE ', password: user_password.normalize('NFD') }
  t.deepEqual(await logIn(right), [200, 1, body.uid])
  t.deepEqual(await logIn({ ...right, password: 'passé partou' }), [401, 1], 'another password')
  t.deepEqual(await logIn({ ...right, email: 'joe@bücher.example' }), [401, 1], 'an unknown address')
  t.deepEqual(await logIn({ ...right, email: 'old@example.com' }), [401, 1], 'a row without a hash')
  t.deepEqual(await logIn({ ...right, email: 'zoe@' }), [401, 0], 'no address')
  t.deepEqual(await logIn({ ...right, password: 'é'.repeat(37) }), [401, 0], 'more than 72 bytes')
  t.deepEqual(await logIn({ ...right, password: 5 }), [400, 0], 'no text')
  await sandbox.stop()
  await dynamodb.stop()
})
