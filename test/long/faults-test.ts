// The bundle of a production deploy and a real DynamoDB, with a proxy between them that spoils the answers.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import bcrypt from 'bcrypt'
import test from 'tape'
import { ada } from '../support/client.ts'
import { type DynamoDB, startDynamoDB } from '../support/dynamodb.ts'
import { buildBundle, type Lambda, lambdaEnvironment, signUpEvent, startLambda } from '../support/lambda.ts'
import * as fault from '../support/proxy.ts'

let bundle: Awaited<ReturnType<typeof buildBundle>>
let dynamodb: DynamoDB
let proxy: fault.DatabaseProxy
let lambda: Lambda
let earlierOutput = ''

test('the bundle, DynamoDB and the proxy start', async (t) => {
  bundle = await buildBundle()
  dynamodb = await startDynamoDB()
  proxy = await fault.startProxy(dynamodb.port)
  lambda = await startLambda(bundle.file, lambdaEnvironment(proxy.port))
  t.ok(lambda)
})

const { firstTime } = fault
const faults: [string, fault.Fault, number][] = [
  ['nothing is wrong', firstTime(fault.late(0)), 201],
  ['the answer is lost once, after the write', firstTime(fault.lost), 201],
  ['every answer is lost, after the write', fault.lost, 503],
  ['the answer is 1 s late', fault.late(1000), 201],
  ['the answer is 30 s late', fault.late(30_000), 503],
  ['the connection is reset once', firstTime(fault.reset), 201],
  ['every connection is reset', fault.reset, 503],
  ['it answers 500', fault.serverError, 503],
  ['it answers 500 once', firstTime(fault.serverError), 201],
  ['it answers ProvisionedThroughputExceededException', fault.refusal('ProvisionedThroughputExceededException'), 503],
  ['it answers ThrottlingException', fault.refusal('ThrottlingException'), 503],
  ['it answers RequestLimitExceeded', fault.refusal('RequestLimitExceeded'), 503],
  ['it answers half, and hangs up', fault.half, 503],
  ['it stores the user and never answers', fault.silent, 503],
  ['it never answers the first call', firstTime(fault.silent), 201],
  ['it answers AccessDeniedException', fault.refusal('AccessDeniedException'), 500],
]

test('README counts the faults', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  t.ok(readme.includes(`**${faults.length - 1} faults** of the database`), `${faults.length} with "nothing is wrong"`)
})

for (const [index, [what, spoil, expected]] of faults.entries()) {
  for (const key of [undefined, `key-${index}`]) {
    test(`PutItem: if ${what} (${key ? 'with' : 'without'} Idempotency-Key), a retry ends with one row`, async (t) => {
      const user_email = `fault${index}${key ? 'k' : ''}@example.com`
      const user_password = `engine of ${index} ${key}`
      const event = signUpEvent({ ...ada, user_email, user_password }, key ? { 'idempotency-key': key } : {})
      const before = await dynamodb.countUsers()

      proxy.inject({ PutItem: spoil })
      const { status, body, headers, ms } = await lambda.invoke(event)
      const rows = (await dynamodb.countUsers()) - before
      t.equal(status, expected)
      t.equal(headers?.['retry-after'], status === 503 ? '2' : undefined)
      for (const name of ['UpdateItem', 'PutItem', 'GetItem']) {
        t.ok(proxy.calls().filter(({ operation }) => operation === name).length <= 3, name)
      }
      t.ok(ms < 8000, `${Math.round(ms)} ms`)
      t.ok(status === 201 ? body.uid : body.message && body.code, 'the answer is JSON of the contract')
      if (status === 201) t.equal(rows, 1)

      proxy.inject({})
      const retry = await lambda.invoke(event)
      t.ok((key ? [201] : [201, 409]).includes(retry.status ?? 0), `the retry: ${retry.status}`)
      t.equal((await dynamodb.countUsers()) - before, 1, 'one row')
      const user = await dynamodb.user(user_email)
      t.ok(await bcrypt.compare(user_password, String(user?.user_password)), 'the hash is of this password')
      if (retry.status === 201) t.equal(retry.body.uid, user?.uid)
    })
  }
}

test('if the counter of attempts is down, sign-ups go on, and the log says so', async (t) => {
  const unavailable = [fault.reset, fault.silent, fault.serverError]
  for (const [index, spoil] of [...unavailable, fault.refusal('AccessDeniedException')].entries()) {
    proxy.inject({ UpdateItem: spoil })
    const { status, ms, log } = await lambda.invoke(signUpEvent({ ...ada, user_email: `counter${index}@example.com` }))
    t.equal(status, 201)
    t.ok(ms < 8000, `${Math.round(ms)} ms`)
    const error = unavailable.includes(spoil) ? 'DatabaseUnavailable' : 'AccessDeniedException'
    t.deepEqual(log.skipped, [`attempts: ${error}`])
  }
})

test('if the answer is not JSON, the process ends, and the write keeps one row', async (t) => {
  const event = signUpEvent({ ...ada, user_email: 'garbage@example.com' }, { 'idempotency-key': 'garbage' })
  proxy.inject({ PutItem: fault.garbage })
  await lambda.invoke(event).then(
    () => t.fail('it answered'),
    (error) => t.equal(error.message, 'the process ended'),
  )
  t.ok(lambda.output().includes('SyntaxError'), 'the error is seen')
  earlierOutput = lambda.output()
  // Lambda starts a new process for the next request.
  lambda = await startLambda(bundle.file, lambdaEnvironment(proxy.port))
  proxy.inject({})
  const { status, body } = await lambda.invoke(event)
  t.equal(status, 201)
  t.equal(body.uid, (await dynamodb.user('garbage@example.com'))?.uid)
})

test('a frozen process whose connection was dropped silently costs nobody a sign-up', async (t) => {
  proxy.inject({})
  const frozen = await startLambda(bundle.file, lambdaEnvironment(proxy.port))
  await frozen.invoke(signUpEvent({ ...ada, user_email: 'before-freeze@example.com' }))
  frozen.freeze()
  // From now on nothing that is sent on the present connections is ever answered.
  proxy.dropConnections()
  frozen.thaw()
  const { status, log } = await frozen.invoke(signUpEvent({ ...ada, user_email: 'after-freeze@example.com' }))
  t.equal(status, 201)
  t.equal(log.skipped, undefined, 'not even its attempt is lost')
  await frozen.stop()
})

test('200 sign-ups in a row keep the memory flat', async (t) => {
  const fresh = await startLambda(bundle.file, { ...lambdaEnvironment(proxy.port), COLLECT_GARBAGE: 'true' })
  const used: number[] = []
  for (let index = 0; index < 200; index++) {
    const { heapUsed } = await fresh.invoke(signUpEvent({ ...ada, user_email: `memory${index % 2}@example.com` }))
    used.push(heapUsed / 1e6)
  }
  const early = used[50] ?? 0
  const late = used[199] ?? 0
  t.ok(late < early * 1.2, `${early} MB after 50, ${late} MB after 200`)
  await fresh.stop()
})

test('a process killed at 50 random moments leaves the row absent or complete', async (t) => {
  proxy.inject({})
  // The moments are spread over the time that a sign-up takes on this machine.
  const { ms } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'timed@example.com' }))
  let stored = 0
  for (let index = 0; index < 50; index++) {
    const killed = await startLambda(bundle.file, lambdaEnvironment(proxy.port))
    const user_email = `killed${index}@example.com`
    const answer = killed.invoke(signUpEvent({ ...ada, user_email })).catch(() => {})
    await Promise.race([answer, setTimeout(Math.random() * ms * 1.5)])
    await killed.stop()
    const user = await dynamodb.user(user_email)
    if (!user) continue
    stored++
    const keys = ['date_created', 'last_logged_in', 'uid', 'user_email', 'user_name', 'user_password']
    t.deepEqual(Object.keys(user).sort(), keys)
    t.ok(await bcrypt.compare(ada.user_password, String(user.user_password)))
  }
  t.ok(stored > 0 && stored < 50, `${stored} of 50 were stored`)
})

test('if the read after a refused write never answers, the answer is 503 within 8 s', async (t) => {
  proxy.inject({ UpdateItem: fault.silent, PutItem: firstTime(fault.lost), GetItem: fault.silent })
  const { status, ms } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'slow@example.com' }))
  t.equal(status, 503)
  t.ok(ms < 8000, `${Math.round(ms)} ms`)
})

test('if nothing listens, the answer is 503', async (t) => {
  await proxy.stop()
  const { status, body } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'refused@example.com' }))
  t.equal(status, 503)
  t.equal(body.code, 'unavailable')
})

test('no log line has a password or an e-mail address', async (t) => {
  await lambda.stop()
  const output = earlierOutput + lambda.output()
  t.ok(output.split('\n').length > faults.length)
  for (const secret of ['engine of', '@example', '$2b$']) t.notOk(output.includes(secret), secret)
  await dynamodb.stop()
  await bundle.remove()
})
