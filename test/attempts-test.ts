import { setTimeout } from 'node:timers/promises'
import test from 'tape'
import { sourceOf } from '../src/shared/attempts.ts'
import { ada, signUp } from './support/client.ts'
import { startDynamoDB } from './support/dynamodb.ts'
import { loadHandler } from './support/handler.ts'
import { silent, startProxy } from './support/proxy.ts'
import { startSandbox } from './support/sandbox.ts'

test('a source is an IPv4 address, or the /64 network of an IPv6 address', async (t) => {
  for (const [source, addresses] of Object.entries({
    '203.0.113.7': ['203.0.113.7'],
    '2001:db8:1:2::/64': [
      '2001:db8:1:2::1',
      '2001:DB8:1:2:ffff::',
      '2001:0db8:0001:0002:3:4:5:6',
      '2001:db8:1:2:3:4:5::',
    ],
    '2001:db8:0:0::/64': ['2001:db8::1'],
    '2001:0:0:2::/64': ['2001::2:3:4:5:6'],
    '0:0:0:0::/64': ['::1', '::'],
  })) {
    for (const address of addresses) t.equal(sourceOf(address), source, address)
  }
})

/** The window began in 1970 and ends in 3681, so that it never ends during a test. */
const WINDOW_MINUTES = 900_000_000

test('with the settings of app.arc, a source without attempts left gets 429 until the window ends', async (t) => {
  const lines = `@passwords\nminimum-length 14\n@limits\nattempts-per-source 2\nattempts-window-minutes ${WINDOW_MINUTES}\n`
  const sandbox = await startSandbox({ manifest: (manifest) => `${manifest}\n${lines}` })
  // Sandbox takes the address of the caller from this header. API Gateway takes it from the connection.
  const attempt = (user_email: string, ip: string) => signUp(sandbox, { ...ada, user_email }, { 'x-forwarded-for': ip })

  t.equal((await attempt('a@b', '198.51.100.1')).status, 400, 'a malformed sign-up does not count')
  const short = await signUp(sandbox, { ...ada, user_password: 'engine of 183' })
  t.equal(short.body.message, 'The password is too short. Use 14 characters or more.')
  // On a busy machine the counter may be given up now and then: an attempt is not counted then, and the log says so.
  let answer = await attempt('one@example.com', '198.51.100.1')
  t.equal(answer.status, 201)
  while ([201, 409].includes(answer.status)) answer = await attempt('one@example.com', '198.51.100.1')
  const counted = sandbox.log().filter(({ outcome, skipped }) => /created|email_taken/.test(outcome) && !skipped)
  t.ok(counted.length <= 2, `${counted.length} counted, no more than the limit says`)
  t.equal(answer.status, 429)
  const windowEnd = Number(answer.headers.get('retry-after')) + Date.now() / 1000
  t.ok(Math.abs(windowEnd - WINDOW_MINUTES * 60) < 60, `the window ends at ${windowEnd}`)
  t.equal((await attempt('two@example.com', '198.51.100.2')).status, 201, 'another source goes on')
  await sandbox.stop()
})

test('a counter that does not answer is given up after one second', async (t) => {
  const dynamodb = await startDynamoDB()
  const proxy = await startProxy(dynamodb.port)
  const { deps } = await loadHandler(proxy.port)
  proxy.inject({ UpdateItem: silent })
  const given = deps.countAttempt('203.0.113.7').catch(({ name }) => name)
  t.equal(await Promise.race([given, setTimeout(950, 'still waiting')]), 'still waiting')
  t.equal(await Promise.race([given, setTimeout(900, 'too late')]), 'DatabaseUnavailable')
  await proxy.stop()
  await dynamodb.stop()
})
