// Reads and writes rows of the users table. Every write has a condition, so that it meets the row that was shown, or none.
import type { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import { paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Row } from './users-list.ts'

/** A table, and the client that reaches it. */
export type Table = { client: DynamoDBDocument; name: string }

/** How many calls are under way at once. */
const AT_ONCE = 25

/** The rows of these addresses, which are canonical. */
export async function readRows({ client, name: TableName }: Table, emails: string[]): Promise<Row[]> {
  const rows: Row[] = []
  for (let start = 0; start < emails.length; start += AT_ONCE) {
    const calls = emails.slice(start, start + AT_ONCE).map((user_email) => {
      return client.get({ TableName, Key: { user_email }, ConsistentRead: true })
    })
    for (const { Item } of await Promise.all(calls)) if (Item) rows.push(Item as Row)
  }
  return rows
}

/** All rows, in pages. */
export async function* scanPages({ client, name: TableName }: Table): AsyncGenerator<Row[]> {
  const pages = paginateScan({ client, pageSize: 4 * AT_ONCE }, { TableName, ConsistentRead: true })
  for await (const { Items = [] } of pages) yield Items as Row[]
}

/** Deletes a row. False if another row has its address by now. */
export async function eraseRow({ client, name: TableName }: Table, { user_email, uid }: Row): Promise<boolean> {
  // A row that is gone is erased, too: the answer of an earlier try may have been lost.
  const ConditionExpression =
    uid === undefined ? 'attribute_not_exists(uid)' : 'attribute_not_exists(user_email) OR uid = :uid'
  const values = uid !== undefined && { ExpressionAttributeValues: { ':uid': uid } }
  return unlessRefused(client.delete({ TableName, Key: { user_email }, ConditionExpression, ...values }))
}

/** Moves a row to another address. False if the row has changed by now, or if the other address has a row. */
export async function moveRow({ client, name: TableName }: Table, row: Row, user_email: string): Promise<boolean> {
  const attributes = Object.entries(row)
  const isAsRead = {
    // As a whole: a log-in may have written to the row since it was read.
    ConditionExpression: attributes.map((_, index) => `#n${index} = :v${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(attributes.map(([, value], index) => [`:v${index}`, value])),
  }
  const isFree = { ConditionExpression: 'attribute_not_exists(user_email)' }
  const TransactItems = [
    { Put: { TableName, Item: { ...row, user_email }, ...isFree } },
    { Delete: { TableName, Key: { user_email: row.user_email }, ...isAsRead } },
  ]
  return unlessRefused(client.transactWrite({ TransactItems }))
}

/** Adds a row. False if another row has its address. */
export async function addRow({ client, name: TableName }: Table, row: Row): Promise<boolean> {
  return unlessRefused(
    client.put({
      TableName,
      Item: row,
      // Our own row is there if the answer of an earlier try was lost.
      ConditionExpression: 'attribute_not_exists(user_email) OR uid = :uid',
      ExpressionAttributeValues: { ':uid': row.uid ?? '' },
    }),
  )
}

async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    const { name, message } = error as Error
    const isRefused =
      name === 'ConditionalCheckFailedException' ||
      (name === 'TransactionCanceledException' && /ConditionalCheckFailed|TransactionConflict/.test(message))
    if (isRefused) return false
    throw error
  }
}
