import { createHash } from 'node:crypto'

const DEADLINE = 1000

/**
 * Asks Have I Been Pwned, at this URL, whether a password is in a known breach. Only five characters of its SHA-1
 * leave, and the answer is padded so that its size says nothing. https://haveibeenpwned.com/API/v3#PwnedPasswords
 * @throws where there is no answer within a second
 */
export async function isBreached(password: string, url: string): Promise<boolean> {
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
  const response = await fetch(`${url}/range/${hash.slice(0, 5)}`, {
    headers: { 'add-padding': 'true' },
    signal: AbortSignal.timeout(DEADLINE),
  })
  if (!response.ok) throw Error(`HTTP ${response.status}`)
  const suffix = hash.slice(5)
  // A padding line has the count 0.
  return (await response.text())
    .split(/\r?\n/)
    .some((line) => line.startsWith(`${suffix}:`) && !line.endsWith(':0'))
}
