// One call to DynamoDB: its deadline, its second try, and which of its errors mean "try again".
import test from 'tape'
import { type DynamoDB, startDynamoDB } from './support/dynamodb.ts'
import { loadHandler } from './support/handler.ts'
import * as fault from './support/proxy.ts'
import { recordWaits } from './support/waits.ts'

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

test('a call that is answered is not sent again, and leaves no timer behind', async (t) => {
  proxy.inject({})
  await read()
  t.equal(proxy.calls().length, 1)
  t.notOk(process.getActiveResourcesInfo().includes('Timeout'), 'the process may end')
})

const silentThenFailing: fault.Fault = (exchange) =>
  exchange.earlier ? fault.serverError(exchange) : fault.silent(exchange)
const UNANSWERED = 'unavailable: no answer in time'
/** What goes wrong, the error, how often the call leaves the function, and the waits that it begins: for a stall, in all, and pauses. */
const faults: [string, fault.Fault, string, sends: number, waits: number[]][] = [
  ...['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'].map(
    (name): [string, fault.Fault, string, number, number[]] => [
      name,
      fault.refusal(name),
      `unavailable: ${name}`,
      3,
      [500, 2000, 100, 100],
    ],
  ),
  ['status 500', fault.serverError, 'unavailable: InternalServerError', 3, [500, 2000, 100, 100]],
  ['a reset connection', fault.reset, 'unavailable: Error', 3, [500, 2000, 100, 100]],
  ['an answer that breaks off', fault.half, UNANSWERED, 2, [500, 2000]],
  ['no answer', fault.silent, UNANSWERED, 2, [500, 2000]],
  ['no answer to the first call', fault.firstTime(fault.silent), 'none', 2, [500, 2000]],
  ['no answer to the first call, and failures', silentThenFailing, UNANSWERED, 3, [500, 2000, 100, 100]],
  ['one failure', fault.firstTime(fault.serverError), 'none', 2, [500, 2000, 100]],
  ['one reset connection', fault.firstTime(fault.reset), 'none', 2, [500, 2000, 100]],
  ['every answer late', fault.late(800), 'none', 2, [500, 2000]],
  ['AccessDeniedException', fault.refusal('AccessDeniedException'), 'AccessDeniedException', 1, [500, 2000]],
]
for (const [what, spoil, error, sends, waits] of faults) {
  test(`${what}: the error, how often the call leaves the function, and when`, async (t) => {
    t.deepEqual(await recordWaits(() => errorWith(spoil)), { result: error, waits })
    t.equal(proxy.calls().length, sends)
  })
}

test('everything stops', async () => {
  await proxy.stop()
  await dynamodb.stop()
})
