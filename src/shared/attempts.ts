import { isIPv6 } from 'node:net'
import { ATTEMPTS_PER_SOURCE, ATTEMPTS_WINDOW_MINUTES } from './limits.ts'
import { callTable } from './tables.ts'

/**
 * Counts one attempt of a source in the window that now falls in.
 * Resolves to the seconds until the window ends where the source has had its attempts, else to 0.
 * @throws {DatabaseUnavailable} where the counter cannot be reached
 */
export async function countAttempt(sourceIp: string): Promise<number> {
  const limit = Number(process.env.ATTEMPTS_PER_SOURCE ?? ATTEMPTS_PER_SOURCE)
  const seconds = Number(process.env.ATTEMPTS_WINDOW_MINUTES ?? ATTEMPTS_WINDOW_MINUTES) * 60
  const now = Math.floor(Date.now() / 1000)
  const window = now - (now % seconds)
  const { Attributes } = await callTable((tables) =>
    tables._client.UpdateItem({
      TableName: tables.name('mathai_signup_attempts'),
      Key: { source_window: `${sourceOf(sourceIp)} ${window}` },
      UpdateExpression: 'ADD attempts :one SET expires_at = :expires_at',
      ExpressionAttributeValues: { ':one': 1, ':expires_at': window + seconds },
      ReturnValues: 'UPDATED_NEW',
    }),
  )
  return Number(Attributes?.attempts) > limit ? window + seconds - now : 0
}

/** What counts as one source: an IPv4 address, or the /64 that an IPv6 customer gets whole (RFC 6177). */
export function sourceOf(ip: string): string {
  if (!isIPv6(ip)) return ip
  // The URL parser knows every spelling of an IPv6 address, and gives one (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const [start, end] = [head, tail].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = Array(8 - start.length - end.length).fill('0')
  return `${[...start, ...zeros, ...end].slice(0, 4).join(':')}::/64`
}
