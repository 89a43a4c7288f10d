import fc from 'fast-check'
import test from 'tape'
import { sourceOf } from '../src/shared/attempts.ts'
import { ada, signUp } from './support/client.ts'
import { startDynamoDB } from './support/dynamodb.ts'
import { loadHandler } from './support/handler.ts'
import { silent, startProxy } from './support/proxy.ts'
import { startSandbox } from './support/sandbox.ts'
import { recordWaits } from './support/waits.ts'

/** The /64 network of an IPv6 address, by the words of RFC 4291, 2.2: `::` stands for as many zeros as are missing. */
function naiveNetwork(ip: string): string {
  const hex = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [start = [], end = []] = hex.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array(hex.includes('::') ? 8 - start.length - end.length : 0).fill('0')
  const groups = [...start, ...zeros, ...end].map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.slice(0, 4).join(':')}::/64`
}

test('a source is an IPv4 address, or the /64 network of an IPv6 address, in any spelling', async (t) => {
  fc.assert(fc.property(fc.ipV6(), (ip) => [ip, ip.toUpperCase()].every((text) => sourceOf(text) === naiveNetwork(ip))))
  fc.assert(fc.property(fc.ipV4(), (ip) => sourceOf(ip) === ip))
  t.equal(sourceOf('2001:DB8:1:2:ffff::'), '2001:db8:1:2::/64')
  t.equal(sourceOf('::1'), '0:0:0:0::/64')
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
  t.deepEqual(await deps.countAttempt('203.0.113.7'), { outcome: 'allowed' })
  proxy.inject({ UpdateItem: silent })
  const { waits, result } = await recordWaits(() => deps.countAttempt('203.0.113.7').catch(({ name }) => name))
  t.deepEqual([result, waits], ['DatabaseUnavailable', [500, 1000]])
  await proxy.stop()
  await dynamodb.stop()
})
