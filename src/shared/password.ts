import bcrypt from 'bcryptjs'
import commonPasswords from './common-passwords.json' with { type: 'json' }

/**
 * `@passwords minimum-length` of app.arc. ASVS 5.0 (6.2.1) allows 8, which is the default because pupils sign up.
 * NIST SP 800-63B-4 (3.1.1.2) requires 15 if the password is the only factor: the default does not meet it.
 */
export const MIN_PASSWORD_CODE_POINTS = Number(process.env.PASSWORD_MINIMUM_LENGTH ?? 8)
/** bcrypt reads no more than 72 bytes. A longer password is refused, never truncated. */
export const MAX_PASSWORD_BYTES = 72
/** The OWASP Password Storage Cheat Sheet asks for at least 10. Each step up doubles the time. */
const BCRYPT_COST = 12

// Made when the first password is checked, so that it does not add to the time in which Lambda loads the code.
let common: Set<string> | undefined

type PasswordError = 'bad_characters' | 'too_short' | 'too_long' | 'repetitive' | 'common'

/** Checks a password in NFC by itself. NIST SP 800-63B-4, 3.1.1.2: no composition rules, a list of common passwords. */
export function checkPassword(password: string): { ok: true } | { ok: false; error: PasswordError } {
  // A client that guessed the wrong encoding sends U+FFFD in place of what was typed.
  if (!password.isWellFormed() || /[\0\ufffd]/.test(password)) return { ok: false, error: 'bad_characters' }
  if ([...password].length < MIN_PASSWORD_CODE_POINTS) return { ok: false, error: 'too_short' }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return { ok: false, error: 'too_long' }
  const lowerCase = password.toLowerCase()
  if (isRepetitive(lowerCase)) return { ok: false, error: 'repetitive' }
  common ??= new Set(commonPasswords)
  if (common.has(lowerCase)) return { ok: false, error: 'common' }
  return { ok: true }
}

const RUNS = ['0123456789'.repeat(8), 'abcdefghijklmnopqrstuvwxyz']

/** True for blanks only, a pattern of 1 to 4 characters repeated, and one run such as 87654321 or abcdefgh. */
function isRepetitive(password: string): boolean {
  const characters = [...password]
  const repeats = (length: number) => characters.every((character, i) => character === characters[i % length])
  const backwards = characters.toReversed().join('')
  const isRun = RUNS.some((run) => run.includes(password) || run.includes(backwards))
  return !password.trim() || [1, 2, 3, 4].some(repeats) || isRun
}

/**
 * True if a password is one of these words, apart from case, blanks, punctuation and up to four digits at either end.
 * Words of fewer than four characters do not count: they would refuse one random password in 1,100.
 */
export function repeatsAWord(password: string, words: string[]): boolean {
  const guess = lettersAndDigits(password)
  return words
    .map(lettersAndDigits)
    .filter((word) => word.length >= 4)
    .some((word) => {
      const rest = guess.split(word)
      return rest.length === 2 && rest.every((part) => /^\d{0,4}$/.test(part))
    })
}

function lettersAndDigits(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '')
}

/** A `$2b$12$…` hash with a random salt. Any bcrypt implementation verifies it. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, BCRYPT_COST)
}

/** True if the hash is that of this password. Takes as long as `hashPassword`. */
export function verifyPassword(password: string, hash: string): Promise<boolean> {
  return bcrypt.compare(password, hash)
}
