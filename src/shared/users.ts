import { callDatabase, DatabaseUnavailable } from './database.ts'

/** The stored item. The attributes have the names of the system that this one replaces. */
export type User = {
  user_email: string
  uid: string
  user_name: string
  user_password: string
  user_age?: number
  user_school?: string
  date_created: string
  last_logged_in: null
  /** SHA-256 of the Idempotency-Key of the sign-up, in hex. */
  idempotency_key_hash?: string
}

/**
 * Stores a user if the address has no account. One conditional write: of two sign-ups at once only one can win.
 * @throws {DatabaseUnavailable} if it is not known whether the user was stored
 */
export async function insertUser(user: User): Promise<{ outcome: 'stored' } | { outcome: 'exists'; existing: User }> {
  try {
    // `put` of the helper takes no condition, so this calls its client.
    await callDatabase((tables) =>
      tables._client.PutItem({
        TableName: tables.name('mathai_users'),
        Item: user,
        ConditionExpression: 'attribute_not_exists(user_email)',
      }),
    )
    return { outcome: 'stored' }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
  }
  const existing = await findUser(user.user_email)
  // Answered as 503: a retry will find the address free.
  if (!existing) throw new DatabaseUnavailable('the user was deleted meanwhile')
  // callDatabase sends a write again if its answer was lost. Our own row then makes the condition fail.
  return existing.uid === user.uid ? { outcome: 'stored' } : { outcome: 'exists', existing }
}

async function findUser(user_email: string): Promise<User | undefined> {
  const { Item } = await callDatabase((tables) =>
    tables._client.GetItem({ TableName: tables.name('mathai_users'), Key: { user_email }, ConsistentRead: true }),
  )
  return Item as User | undefined
}
