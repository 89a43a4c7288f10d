import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import test from 'tape'
import { isBreached } from '../src/shared/breached-password.ts'
import { ada } from './support/client.ts'
import { startDynamoDB } from './support/dynamodb.ts'
import { buildBundle, lambdaEnvironment, signUpEvent, startLambda } from './support/lambda.ts'
import { startServer } from './support/server.ts'
import { recordWaits } from './support/waits.ts'

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase()
const padding = Array.from({ length: 800 }, (_, index) => `${sha1(`${index}`).slice(5)}:0`)

/** A server with the range API of Have I Been Pwned. These passwords are in a breach. */
async function startRangeApi(breached: string[], count = 42) {
  const requests: IncomingMessage[] = []
  const behaviour = {
    answer: ({ url }: IncomingMessage, response: ServerResponse) => {
      const hashes = breached.map(sha1).filter((hash) => url === `/range/${hash.slice(0, 5)}`)
      response.end(
        [...padding, ...hashes.map((hash) => `${hash.slice(5)}:${count}`)]
          .sort()
          .join(breached.length > 1 ? '\r\n' : '\n'),
      )
    },
  }
  const server = await startServer((request, response) => {
    requests.push(request)
    behaviour.answer(request, response)
  })
  return { ...server, requests, behaviour }
}

/** Its SHA-1 begins with the same five characters as that of 'engine of 1837'. */
const sameRange = findInRangeOf('engine of 1837')

function findInRangeOf(password: string): string {
  const prefix = sha1(password).slice(0, 5)
  for (let i = 0; ; i++) if (sha1(`other ${i}`).startsWith(prefix)) return `other ${i}`
}

test('a password of a breach is found by five characters of its hash', async (t) => {
  const api = await startRangeApi(['correct horse battery', sameRange])
  process.env.BREACHED_PASSWORDS_URL = api.url
  t.equal(await isBreached('correct horse battery'), true)
  t.equal(await isBreached('engine of 1837'), false, 'another password of the same range is breached')
  t.equal(await isBreached('0'), false, 'a line of padding is not a breach')
  t.ok(api.requests.every(({ url }) => /^\/range\/[0-9A-F]{5}$/.test(String(url))))
  t.ok(api.requests.every(({ headers }) => headers['add-padding'] === 'true'))
  await api.stop()
})

test('a password counts as breached however often it was seen', async (t) => {
  for (const count of [1, 10, 99, 200, 1_000_000]) {
    const api = await startRangeApi(['correct horse battery'], count)
    process.env.BREACHED_PASSWORDS_URL = api.url
    t.equal(await isBreached('correct horse battery'), true, `${count} times`)
    await api.stop()
  }
})

test('without a URL the check is off', async (t) => {
  delete process.env.BREACHED_PASSWORDS_URL
  t.equal(await isBreached('correct horse battery'), false)
})

test('an answer with an error status, a redirection or none within a second is an error', async (t) => {
  const api = await startRangeApi([])
  process.env.BREACHED_PASSWORDS_URL = api.url
  const answers: [(typeof api)['behaviour']['answer'], string][] = [
    [(_, response) => response.writeHead(503).end(), 'HTTP 503'],
    [(_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), 'fetch failed'],
    [() => {}, 'The operation was aborted due to timeout'],
  ]
  for (const [answer, message] of answers) {
    api.behaviour.answer = answer
    t.equal(await isBreached('engine of 1837').catch((error) => error.message), message)
  }
  const { waits } = await recordWaits(() => isBreached('engine of 1837').catch(() => 'given up'))
  t.deepEqual(waits, [1000])
  t.equal(api.requests.length, 4, 'the redirection is not followed')
  await api.stop()
})

test('with the check on, a breached password is refused, and an unreachable service stops no sign-up', async (t) => {
  const api = await startRangeApi(['correct horse battery'])
  const dynamodb = await startDynamoDB()
  const bundle = await buildBundle()
  const environment = { ...lambdaEnvironment(dynamodb.port), BREACHED_PASSWORDS_URL: api.url }
  const lambda = await startLambda(bundle.file, environment)
  const refused = await lambda.invoke(signUpEvent({ ...ada, user_password: 'correct horse battery' }))
  t.equal(refused.status, 400)
  t.equal(refused.body.errors[0].code, 'breached')
  t.match(refused.body.message, /list of stolen passwords.*Choose another/)
  t.equal((await lambda.invoke(signUpEvent({ ...ada, user_email: 'a@example.com' }))).status, 201)
  await api.stop()
  const { status, log } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'b@example.com' }))
  t.equal(status, 201)
  t.deepEqual(log.skipped, ['breached_passwords: TypeError'])
  t.equal(await dynamodb.countUsers(), 2)
  await lambda.stop()
  await dynamodb.stop()
  await bundle.remove()
})
