import bcrypt from 'bcryptjs'

export const MIN_PASSWORD_CODE_POINTS = 8
/** bcrypt reads no more; a longer password is refused, never cut. */
const MAX_PASSWORD_BYTES = 72
/** OWASP Password Storage Cheat Sheet asks for at least 10. Each step up doubles the time. */
const BCRYPT_COST = 12

/** What a password may be, as NIST SP 800-63B, 3.1.1.2 has it: length decides, no rules of composition. */
export function passwordProblem(password: string): 'bad_characters' | 'too_short' | 'too_long' | null {
  if (!password.isWellFormed() || password.includes('\0')) return 'bad_characters'
  if ([...password].length < MIN_PASSWORD_CODE_POINTS) return 'too_short'
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return 'too_long'
  return null
}

/** True where a password is no secret: it repeats the e-mail address, its local part or the name. */
export function isPersonal(password: string, email: string, name: string): boolean {
  const known = [email, email.slice(0, email.lastIndexOf('@')), name]
  return known.some((text) => text.toLowerCase() === password.toLowerCase())
}

/** A `$2b$12$…` hash with a random salt; any bcrypt implementation verifies it. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, BCRYPT_COST)
}
