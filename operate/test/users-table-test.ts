// What `npm run users` asks of DynamoDB: each write has a condition, so that it meets the row that was shown, or none.
import test from 'tape'
import { addRow, eraseRow, moveRow, readRows, type Table } from '../lib/users-table.ts'

const ROW = { user_email: 'ada@example.com', uid: 'u', user_name: 'Ada', last_logged_in: null }

/** A table that records what is asked of it, and answers like this. */
function tableWith(answer: (input: any) => unknown = () => ({})) {
  const inputs: object[] = []
  const call = async (input: object) => {
    inputs.push(input)
    return answer(input)
  }
  const client = { get: call, put: call, delete: call, transactWrite: call }
  return { inputs, table: { client, name: 'Users' } as unknown as Table }
}

test('the rows of all addresses are read, however many there are', async (t) => {
  const emails = Array.from({ length: 61 }, (_, index) => `p${index}@example.com`)
  const { inputs, table } = tableWith(({ Key }) => (Key.user_email === 'p7@example.com' ? {} : { Item: Key }))
  const rows = await readRows(table, emails)
  t.deepEqual(
    rows.map(({ user_email }) => user_email),
    emails.toSpliced(7, 1),
  )
  t.ok(inputs.every((input) => (input as { ConsistentRead?: boolean }).ConsistentRead))
})

test('a row is erased if it is gone or still the one that was shown', async (t) => {
  const { inputs, table } = tableWith()
  await eraseRow(table, ROW)
  await eraseRow(table, { user_email: 'bea@example.com' })
  t.deepEqual(inputs, [
    {
      TableName: 'Users',
      Key: { user_email: 'ada@example.com' },
      ConditionExpression: 'attribute_not_exists(user_email) OR uid = :uid',
      ExpressionAttributeValues: { ':uid': 'u' },
    },
    { TableName: 'Users', Key: { user_email: 'bea@example.com' }, ConditionExpression: 'attribute_not_exists(uid)' },
  ])
})

test('a row is moved in one transaction, if no attribute has changed and the new address is free', async (t) => {
  const { inputs, table } = tableWith()
  t.equal(await moveRow(table, ROW, 'new@example.com'), true)
  const Put = {
    TableName: 'Users',
    Item: { ...ROW, user_email: 'new@example.com' },
    ConditionExpression: 'attribute_not_exists(user_email)',
  }
  const Delete = {
    TableName: 'Users',
    Key: { user_email: 'ada@example.com' },
    ConditionExpression: '#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND #n3 = :v3',
    ExpressionAttributeNames: { '#n0': 'user_email', '#n1': 'uid', '#n2': 'user_name', '#n3': 'last_logged_in' },
    ExpressionAttributeValues: { ':v0': 'ada@example.com', ':v1': 'u', ':v2': 'Ada', ':v3': null },
  }
  t.deepEqual(inputs, [{ TransactItems: [{ Put }, { Delete }] }])
})

test('a refused condition is no error, and every other error is one', async (t) => {
  const cancelled = 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, '
  for (const [name, message, isRefused] of [
    ['ConditionalCheckFailedException', '', true],
    ['TransactionCanceledException', `${cancelled}ConditionalCheckFailed]`, true],
    ['TransactionCanceledException', `${cancelled}TransactionConflict]`, true],
    ['TransactionCanceledException', `${cancelled}ThrottlingError]`, false],
    ['AccessDeniedException', 'ConditionalCheckFailed', false],
  ] as const) {
    const { table } = tableWith(() => Promise.reject(Object.assign(Error(message), { name })))
    for (const write of [addRow(table, ROW), eraseRow(table, ROW), moveRow(table, ROW, 'b@b.co')]) {
      t.equal(await write.catch(() => 'thrown'), isRefused ? false : 'thrown', `${name} ${message}`)
    }
  }
})
