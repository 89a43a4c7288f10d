import { setTimeout } from 'node:timers/promises'
// Not documented, so the version is pinned: the public `arc.tables` asks SSM for the names at each cold start.
import createTables from '@architect/functions/src/tables/index.js'

/** TABLE_NAMES has the name of each table by its name in app.arc. */
const tables = createTables({ services: async () => ({ tables: JSON.parse(process.env.TABLE_NAMES ?? '{}') }) })

type Tables = Awaited<ReturnType<typeof tables>>

/** For one call, however often it is sent. The client has no time limit. */
const DEADLINE_MS = 2000
/** How often one call is sent at most. esbuild.cjs turns off the retries of the client. */
const MAX_SENDS = 3
/** The pause after a call that failed. */
const PAUSE_MS = 100
/** If there is no answer by then, the call is sent on another connection: the network may have dropped the first one silently. */
const STALL_MS = 500

/** DynamoDB did not answer in time, failed or throttled the call. A write may or may not have happened. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/**
 * Makes one call to DynamoDB, which must be safe to repeat: if it fails or stalls it is sent again,
 * but never more than three times in all.
 * @throws {DatabaseUnavailable} if there is no answer in time, or if DynamoDB or the network fails
 * @throws the client's own error, with the name that AWS gives it, for all else: `ConditionalCheckFailedException`, …
 */
export async function callDatabase<Answer>(
  call: (tables: Tables) => Promise<Answer>,
  deadlineMs = DEADLINE_MS,
): Promise<Answer> {
  const client = await tables()
  const settled = new AbortController()
  const after = (ms: number) => setTimeout(ms, undefined, { signal: settled.signal })
  // Two loops share these counts; the second begins after half a second. The first answer, the last error or the deadline ends both.
  let sends = 0
  let waiting = 0
  async function send(): Promise<Answer> {
    while (sends < MAX_SENDS) {
      sends++
      waiting++
      try {
        return await call(client)
      } catch (error) {
        waiting--
        if (!isTransient(error) || (sends === MAX_SENDS && !waiting)) throw error
        await after(PAUSE_MS)
      }
    }
    // The calls that still wait for an answer decide.
    return new Promise(() => {})
  }
  try {
    return await Promise.race([
      send(),
      after(STALL_MS).then(send),
      after(deadlineMs).then(() => Promise.reject(new DatabaseUnavailable('no answer in time'))),
    ])
  } catch (error) {
    throw isTransient(error) ? new DatabaseUnavailable(error.name) : error
  } finally {
    settled.abort()
  }
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
const THROTTLED = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']

function isTransient(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { name, statusCode, host } = error as Error & { statusCode?: number; host?: string }
  // A network error has the host of the request and no status.
  return THROTTLED.includes(name) || (statusCode ? statusCode >= 500 : host !== undefined)
}
