import test from 'tape'
import { sourceOf } from '../src/shared/attempts.ts'
import { ada, signUp } from './_client.ts'
import { startSandbox } from './_sandbox.ts'

test('a source is an IPv4 address, or the /64 of an IPv6 address', async (t) => {
  t.equal(sourceOf('203.0.113.7'), '203.0.113.7')
  for (const ip of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::', '2001:0db8:0001:0002:3:4:5:6']) {
    t.equal(sourceOf(ip), '2001:db8:1:2::/64', ip)
  }
  t.equal(sourceOf('2001:db8::1'), '2001:db8:0:0::/64')
  t.equal(sourceOf('::1'), '0:0:0:0::/64')
})

test('a source that has had its attempts is answered with 429 until the window ends', async (t) => {
  const minutes = 5
  const sandbox = await startSandbox({
    editManifest: (manifest) =>
      manifest.replace('@limits', `@limits\nattempts-per-source 2\nattempts-window-minutes ${minutes}`),
  })
  // Sandbox takes the address of the caller from this header; API Gateway takes it from the connection.
  const from = (ip: string) => ({ 'x-forwarded-for': ip })
  const attempt = (email: string, ip: string) => signUp(sandbox, { ...ada, user_email: email }, from(ip))

  t.equal(
    (await signUp(sandbox, { user_email: 'a@b' }, from('198.51.100.1'))).status,
    400,
    'a malformed one does not count',
  )
  t.equal((await attempt('one@example.com', '198.51.100.1')).status, 201)
  t.equal((await attempt('one@example.com', '198.51.100.1')).status, 409)
  const { status, headers, body } = await attempt('two@example.com', '198.51.100.1')
  t.equal(status, 429)
  t.equal(body.code, 'too_many_attempts')
  t.equal(headers.get('content-type'), 'application/problem+json')
  const retryAfter = Number(headers.get('retry-after'))
  const untilWindowEnds = minutes * 60 - (Math.floor(Date.now() / 1000) % (minutes * 60))
  t.ok(retryAfter >= 1 && Math.abs(retryAfter - untilWindowEnds) <= 5, `${retryAfter} s`)
  t.notOk(await sandbox.user('two@example.com'), 'nothing is stored')
  t.equal((await attempt('two@example.com', '198.51.100.2')).status, 201, 'another source goes on')
  t.notOk(
    sandbox.output().split('"outcome":"too_many_attempts"')[1]?.split('\n')[0]?.includes('hash_ms'),
    'before any hashing',
  )
  await sandbox.stop()
})
