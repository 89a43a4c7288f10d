// One call to DynamoDB: its deadline, its second try, and which of its errors mean "try again".
import { setTimeout } from 'node:timers/promises'
import test from 'tape'
import { type DynamoDB, startDynamoDB } from './support/dynamodb.ts'
import { loadHandler } from './support/handler.ts'
import * as fault from './support/proxy.ts'

let dynamodb: DynamoDB
let proxy: fault.DatabaseProxy
let callDatabase: typeof import('../src/shared/database.ts')['callDatabase']

const read = () => callDatabase((tables) => tables.mathai_users.get({ user_email: 'nobody@example.com' }))

/** The error of a read with this fault: its name, or what made the database unavailable, or 'none'. */
async function errorWith(spoil: fault.Fault): Promise<string> {
  proxy.inject({ GetItem: spoil })
  return read().then(
    () => 'none',
    ({ name, message }) => (name === 'DatabaseUnavailable' ? `unavailable: ${message}` : name),
  )
}

test('DynamoDB and the proxy start', async (t) => {
  dynamodb = await startDynamoDB()
  proxy = await fault.startProxy(dynamodb.port)
  await loadHandler(proxy.port)
  callDatabase = (await import('../src/shared/database.ts')).callDatabase
  t.equal(await read(), undefined)
})

test('other errors keep the name that AWS gives them', async (t) => {
  for (const name of ['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException']) {
    t.equal(await errorWith(fault.refusal(name)), name)
  }
  for (const bug of ['a text', TypeError('a bug')]) {
    let calls = 0
    const call = callDatabase(() => Promise.reject(calls++ ? 'sent again' : bug))
    t.equal(await call.catch((error) => error), bug, 'a bug is thrown as it is, at once')
  }
})

for (const [what, spoil, pauseMs] of [
  ['stalls is sent once more after half a second', fault.silent, 500],
  ['fails is sent once more after 0.1 s', fault.serverError, 100],
] as const) {
  test(`a call that ${what}`, async (t) => {
    proxy.inject({ GetItem: fault.firstTime(spoil) })
    const started = performance.now()
    t.equal(await read(), undefined)
    t.ok(performance.now() - started >= pauseMs - 10, 'not before')
    t.equal(proxy.calls().length, 2)
  })
}

test('a call that is answered is not sent again, and leaves no timer behind', async (t) => {
  proxy.inject({})
  await read()
  t.equal(proxy.calls().length, 1)
  t.notOk(process.getActiveResourcesInfo().includes('Timeout'), 'the process may end')
})

test('a call without an answer is given up after two seconds and two tries', async (t) => {
  const given = errorWith(fault.silent)
  t.equal(await Promise.race([given, setTimeout(1950, 'still waiting')]), 'still waiting')
  // A timer that is due earlier fires earlier, however busy the machine is.
  t.equal(await Promise.race([given, setTimeout(1500, 'too late')]), 'unavailable: no answer in time')
  t.equal(proxy.calls().length, 2)
})

const faults: [string, fault.Fault, string, number][] = [
  ...['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'].map(
    (name): [string, fault.Fault, string, number] => [name, fault.refusal(name), `unavailable: ${name}`, 3],
  ),
  ['status 500', fault.serverError, 'unavailable: InternalServerError', 3],
  ['a reset connection', fault.reset, 'unavailable: Error', 3],
  ['an answer that breaks off', fault.half, 'unavailable: no answer in time', 2],
  ['one reset connection', fault.firstTime(fault.reset), 'none', 2],
  ['every answer late', fault.late(800), 'none', 2],
  ['AccessDeniedException', fault.refusal('AccessDeniedException'), 'AccessDeniedException', 1],
]
for (const [what, spoil, error, sends] of faults) {
  test(`${what}: the error, and how often the call leaves the function`, async (t) => {
    t.equal(await errorWith(spoil), error)
    t.equal(proxy.calls().length, sends)
  })
}

test('everything stops', async () => {
  await proxy.stop()
  await dynamodb.stop()
})
