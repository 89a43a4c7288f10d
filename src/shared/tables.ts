import { AsyncLocalStorage } from 'node:async_hooks'
import arc from '@architect/functions'

type Tables = Awaited<ReturnType<typeof arc.tables<Record<string, unknown>>>>

/** Milliseconds that one call may take, the client's own retries included. The client has no such limit. */
const CALL_DEADLINE = 2000

/** The database did not answer, or said "not now": what was asked may have happened or not. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

// In AWS the environment has the names of the tables: Architect would ask SSM for them at each cold start.
const { USERS_TABLE, ATTEMPTS_TABLE } = process.env
if (USERS_TABLE && ATTEMPTS_TABLE) {
  const tables = { mathai_users: USERS_TABLE, mathai_signup_attempts: ATTEMPTS_TABLE }
  Object.assign(arc, { services: async () => ({ tables }) })
}

// The client parses answers inside an event listener, where a garbled one would end the process: also one that comes
// after its call was given up, during another sign-up. So each fault goes to the call that it belongs to.
const currentCall = new AsyncLocalStorage<(reason: Error) => void>()
process.setUncaughtExceptionCaptureCallback((error) => {
  const reject = currentCall.getStore()
  if (!reject) throw error
  reject(new DatabaseUnavailable(error.name))
})

/**
 * Makes one call to DynamoDB.
 * @throws {DatabaseUnavailable} for no answer within CALL_DEADLINE, throttling, a network or server fault
 * @throws the client's own error, named as AWS names it, for all else: `ConditionalCheckFailedException`, …
 */
export async function callTable<Answer>(call: (tables: Tables) => Promise<Answer>): Promise<Answer> {
  const { promise: fault, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DatabaseUnavailable('no answer in time')), CALL_DEADLINE)
  try {
    const answer = currentCall.run(reject, () => arc.tables<Record<string, unknown>>().then(call))
    return await Promise.race([answer, fault])
  } catch (error) {
    throw isTransient(error) ? new DatabaseUnavailable(error.name) : error
  } finally {
    clearTimeout(timer)
  }
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
const THROTTLED = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']

function isTransient(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { name, statusCode, host } = error as Error & { statusCode?: number; host?: string }
  // Only after a network fault does the client name the host and no status.
  return THROTTLED.includes(name) || (statusCode ? statusCode >= 500 : host !== undefined)
}

// Makes the client and opens its connection while Lambda still initializes, which spares the first sign-up the wait.
if (USERS_TABLE) {
  callTable((tables) => tables._client.GetItem({ TableName: USERS_TABLE, Key: { user_email: '-' } })).catch(
    () => {},
  )
}
