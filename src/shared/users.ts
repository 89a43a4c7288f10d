import { callTable } from './tables.ts'

/** The stored item. Its names are those of the system that this one replaces. */
export type User = {
  user_email: string
  uid: string
  user_name: string
  user_password: string
  user_age?: number
  user_school?: string
  date_created: string
  last_logged_in: null
  /** SHA-256 of the Idempotency-Key that the sign-up came with, in hex. */
  idempotency_key_hash?: string
}

/**
 * Stores a user, unless the address has one: one conditional write, so that of two at once only one can win.
 * Resolves to the uid of the stored user, or null where somebody else's sign-up has the address. A repetition of
 * the stored sign-up gets its uid again: the same write sent twice by the client, or the same Idempotency-Key.
 * @throws {DatabaseUnavailable} where it is not known whether the user was stored
 */
export async function insertUser(user: User): Promise<string | null> {
  try {
    await callTable((tables) =>
      tables._client.PutItem({
        TableName: tables.name('mathai_users'),
        Item: user,
        ConditionExpression: 'attribute_not_exists(user_email)',
      }),
    )
    return user.uid
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
    return earlierUid(user)
  }
}

/** The AWS client repeats a write whose answer was lost, and then the condition fails by our own row. */
async function earlierUid({ user_email, uid, idempotency_key_hash: key }: User): Promise<string | null> {
  const { Item } = await callTable((tables) =>
    tables._client.GetItem({
      TableName: tables.name('mathai_users'),
      Key: { user_email },
      ConsistentRead: true,
      ProjectionExpression: 'uid, idempotency_key_hash',
    }),
  )
  const stored = Item as Pick<User, 'uid' | 'idempotency_key_hash'> | undefined
  const isRepetition = stored?.uid === uid || (key !== undefined && stored?.idempotency_key_hash === key)
  return isRepetition ? (stored?.uid ?? null) : null
}
