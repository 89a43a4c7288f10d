import { callDatabase } from './database.ts'

/** After this time a sign-up goes on without being counted. */
const DEADLINE_MS = 1000

/** `retryAfter` is in seconds. */
type Attempt = { outcome: 'allowed' } | { outcome: 'too_many_attempts'; retryAfter: number }

/**
 * Counts one attempt of a source in the current window. A source that has used up its attempts may try again when the
 * window ends. If the call is sent twice, the attempt counts twice, which is only stricter.
 * Without a limit (`attempts-per-source off`) it allows every attempt and makes no call.
 * @throws {DatabaseUnavailable} if the counter cannot be reached within a second
 */
export async function countAttempt(sourceIp: string): Promise<Attempt> {
  const { ATTEMPTS_PER_SOURCE, ATTEMPTS_WINDOW_MINUTES } = process.env
  if (!ATTEMPTS_PER_SOURCE) return { outcome: 'allowed' }
  const seconds = Number(ATTEMPTS_WINDOW_MINUTES) * 60
  const now = Math.floor(Date.now() / 1000)
  const windowStart = now - (now % seconds)
  const windowEnd = windowStart + seconds
  const { Attributes } = await callDatabase(
    (tables) =>
      tables._client.UpdateItem({
        TableName: tables.name('mathai_signup_attempts'),
        Key: { source_window: `${sourceOf(sourceIp)} ${windowStart}` },
        UpdateExpression: 'ADD attempts :one SET expires_at = :expires_at',
        ExpressionAttributeValues: { ':one': 1, ':expires_at': windowEnd },
        ReturnValues: 'UPDATED_NEW',
      }),
    DEADLINE_MS,
  )
  return Number(Attributes?.attempts) > Number(ATTEMPTS_PER_SOURCE)
    ? { outcome: 'too_many_attempts', retryAfter: windowEnd - now }
    : { outcome: 'allowed' }
}

/** What counts as one source: an IPv4 address, or the /64 network that an IPv6 customer gets (RFC 6177). */
export function sourceOf(ip: string): string {
  // API Gateway sends addresses only. The first call of net.isIPv6 takes 3 ms.
  if (!ip.includes(':')) return ip
  // The URL parser turns every spelling of an IPv6 address into the one of RFC 5952.
  const address = new URL(`http://[${ip}]`).hostname.slice(1, -1)
  const [start = '', end = ''] = address.split('::')
  const groupsOf = (text: string) => text.split(':').filter(Boolean)
  const missing = 8 - groupsOf(start).length - groupsOf(end).length
  const groups = [...groupsOf(start), ...Array(missing).fill('0'), ...groupsOf(end)]
  return `${groups.slice(0, 4).join(':')}::/64`
}
