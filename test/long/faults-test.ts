// The bundle of a production deploy, a real DynamoDB, and between them a proxy that spoils the answers.
import bcrypt from 'bcrypt'
import test from 'tape'
import { ada } from '../_client.ts'
import { type DynamoDB, startDynamoDB } from '../_dynamodb.ts'
import {
  type Fault,
  firstTime,
  garbage,
  half,
  late,
  lost,
  refusal,
  reset,
  serverError,
  silent,
  startFaultProxy,
} from '../_fault-proxy.ts'
import { buildBundle, type Lambda, lambdaEnvironment, signUpEvent, startLambda } from '../_lambda.ts'

let bundle: Awaited<ReturnType<typeof buildBundle>>
let dynamodb: DynamoDB
let proxy: Awaited<ReturnType<typeof startFaultProxy>>
let lambda: Lambda

test('the bundle, DynamoDB and the proxy start', async (t) => {
  bundle = await buildBundle()
  dynamodb = await startDynamoDB()
  proxy = await startFaultProxy(dynamodb.port)
  lambda = await startLambda(bundle.file, lambdaEnvironment(proxy.port))
  t.ok(lambda)
})

const faults: [string, Fault, number[]][] = [
  ['nothing is wrong', firstTime(late(0)), [201]],
  ['the answer is lost once, after the write', firstTime(lost), [201]],
  ['every answer is lost, after the write', lost, [503]],
  ['the answer is 1 s late', late(1000), [201]],
  ['the answer is 30 s late', late(30_000), [503]],
  ['the connection is reset once', firstTime(reset), [201]],
  ['every connection is reset', reset, [503]],
  ['it answers 500', serverError, [503]],
  ['it answers 500 once', firstTime(serverError), [201]],
  [
    'it answers ProvisionedThroughputExceededException',
    refusal('ProvisionedThroughputExceededException'),
    [503],
  ],
  ['it answers ThrottlingException', refusal('ThrottlingException'), [503]],
  ['it answers garbage', garbage, [503]],
  ['it answers half, and hangs up', half, [503]],
  ['it answers half, and stays', silent, [503]],
  ['it answers AccessDeniedException', refusal('AccessDeniedException'), [500]],
]

const table: string[] = []

for (const [index, [what, fault, statuses]] of faults.entries()) {
  for (const key of [undefined, `key-${index}`]) {
    test(`where ${what} (${key ? 'with' : 'without'} Idempotency-Key), a retry ends with one row`, async (t) => {
      const user_email = `fault${index}${key ? 'k' : ''}@example.com`
      const user_password = `engine of ${index} ${key}`
      const event = signUpEvent({ ...ada, user_email, user_password }, key ? { 'idempotency-key': key } : {})
      const before = await dynamodb.countUsers()

      proxy.inject({ PutItem: fault })
      const { status, body, ms } = await lambda.invoke(event)
      const rows = (await dynamodb.countUsers()) - before
      t.ok(statuses.includes(status ?? 0), `${status}`)
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
      table.push(
        `| ${what} | ${key ? 'yes' : 'no'} | ${status} | ${Math.round(ms)} | ${rows} | ${retry.status} |`,
      )
    })
  }
}

test('where the counter of attempts is down, sign-ups go on, and the log says so', async (t) => {
  for (const [index, fault] of [
    reset,
    silent,
    serverError,
    garbage,
    refusal('AccessDeniedException'),
  ].entries()) {
    proxy.inject({ UpdateItem: fault })
    const { status, ms, log } = await lambda.invoke(
      signUpEvent({ ...ada, user_email: `counter${index}@example.com` }),
    )
    t.equal(status, 201)
    t.ok(ms < 8000, `${Math.round(ms)} ms`)
    t.deepEqual(log.skipped, ['attempts'])
  }
})

test('an answer that comes after its call was given up harms no sign-up', async (t) => {
  const event = signUpEvent({ ...ada, user_email: 'outlived@example.com' })
  const during = heldGarbage()
  const write: Fault = async (exchange) => {
    await during.letGo()
    await late(0)(exchange)
  }
  proxy.inject({ UpdateItem: during.fault, PutItem: write })
  t.equal((await lambda.invoke(event)).status, 201, 'during a write')

  const between = heldGarbage()
  proxy.inject({ UpdateItem: between.fault })
  t.equal((await lambda.invoke(event)).status, 409)
  await between.letGo()
  proxy.inject({})
  t.equal((await lambda.invoke(event)).status, 409, 'between two sign-ups: the process lives')
})

/** Garbage for one call, sent only when it is let go; that resolves once the client has it. */
function heldGarbage() {
  const released = Promise.withResolvers<void>()
  const delivered = Promise.withResolvers<void>()
  const fault: Fault = async (exchange) => {
    await released.promise
    exchange.response.setHeader('connection', 'close').once('close', delivered.resolve)
    await garbage(exchange)
  }
  const letGo = () => {
    released.resolve()
    return delivered.promise
  }
  return { fault, letGo }
}

test('where the database is silent throughout, the answer is 503 within 8 s', async (t) => {
  proxy.inject({ '*': silent })
  const { status, ms } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'silent@example.com' }))
  t.equal(status, 503)
  t.ok(ms < 8000, `${Math.round(ms)} ms`)
})

test('where the read after a refused write is silent too, the answer is 503 within 8 s', async (t) => {
  proxy.inject({ UpdateItem: silent, PutItem: firstTime(lost), GetItem: silent })
  const { status, ms } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'slow@example.com' }))
  t.equal(status, 503)
  t.ok(ms < 8000, `${Math.round(ms)} ms`)
})

test('where nothing listens, the answer is 503', async (t) => {
  await proxy.stop()
  const { status, ms, body } = await lambda.invoke(signUpEvent({ ...ada, user_email: 'refused@example.com' }))
  t.equal(status, 503)
  t.equal(body.code, 'unavailable')
  table.push(`| the connection is refused | no | ${status} | ${Math.round(ms)} | 0 | |`)
})

test('no password or e-mail address is in any line that was logged', async (t) => {
  await lambda.stop()
  t.ok(lambda.output().split('\n').length > faults.length)
  for (const secret of ['engine of', '@example', '$2b$']) t.notOk(lambda.output().includes(secret), secret)
  console.log(
    `| PutItem: | key | status | ms | rows | retry |\n|---|---|---|---|---|---|\n${table.join('\n')}`,
  )
  await dynamodb.stop()
  await bundle.remove()
})
