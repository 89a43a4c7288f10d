import { createHash } from 'node:crypto'

const DEADLINE_MS = 1000

/**
 * Asks Have I Been Pwned whether a password is in a known breach. Only five characters of its SHA-1 are sent, and the
 * answer is padded so that its size says nothing. https://haveibeenpwned.com/API/v3#PwnedPasswords
 * Resolves to false if the check is off.
 * @throws if there is no answer within a second
 */
export async function isBreached(password: string): Promise<boolean> {
  const url = process.env.BREACHED_PASSWORDS_URL
  if (!url) return false
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
  const response = await fetch(`${url}/range/${hash.slice(0, 5)}`, {
    headers: { 'add-padding': 'true' },
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (!response.ok) throw Error(`HTTP ${response.status}`)
  const suffix = hash.slice(5)
  // A padding line has the count 0.
  return (await response.text()).split(/\r?\n/).some((line) => line.startsWith(`${suffix}:`) && !line.endsWith(':0'))
}
