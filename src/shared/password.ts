import bcrypt from 'bcryptjs'
import commonPasswords from './common-passwords.json' with { type: 'json' }
import { MAX_PASSWORD_BYTES, MIN_PASSWORD_CODE_POINTS } from './limits.ts'
import type { Result } from './result.ts'

/** The OWASP Password Storage Cheat Sheet asks for at least 10. Each step up doubles the time. */
const BCRYPT_COST = 12

// Made when the first password is checked, so that it does not add to the time in which Lambda loads the code.
let common: Set<string> | undefined

type PasswordError = 'bad_characters' | 'too_short' | 'too_long' | 'repetitive' | 'common'

/**
 * Checks a password in NFC by itself: the password, or what is wrong with it.
 * NIST SP 800-63B-4, 3.1.1.2: no composition rules, a list of common passwords.
 */
export function checkPassword(password: string): Result<string, PasswordError> {
  // A client that guessed the wrong encoding sends U+FFFD in place of what was typed.
  if (!password.isWellFormed() || /[\0\ufffd]/.test(password)) return { error: 'bad_characters' }
  if ([...password].length < MIN_PASSWORD_CODE_POINTS) return { error: 'too_short' }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return { error: 'too_long' }
  const lowerCase = password.toLowerCase()
  if (isRepetitive(lowerCase)) return { error: 'repetitive' }
  common ??= new Set(commonPasswords)
  // Signs and invisible characters do not make a common password a rare one.
  const isCommon = common.has(lowerCase) || common.has(lettersAndDigits(password))
  return isCommon ? { error: 'common' } : { value: password }
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
 * True if a password is one of these words, once or several times, apart from case, blanks, punctuation and up to four
 * digits before, between and after. Words of fewer than four characters do not count: with a word of one letter, one random
 * password of 8 characters in about 1,400 would be refused.
 */
export function repeatsAWord(password: string, words: string[]): boolean {
  const guess = lettersAndDigits(password)
  return words
    .map(lettersAndDigits)
    .filter((word) => word.length >= 4)
    .some((word) => guess.includes(word) && guess.split(word).every((rest) => /^\d{0,4}$/.test(rest)))
}

function lettersAndDigits(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
}

/** A `$2b$12$…` hash with a random salt. Any bcrypt implementation verifies it. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, BCRYPT_COST)
}

/** True if the hash is that of this password. Takes as long as `hashPassword`. */
export function verifyPassword(password: string, hash: string): Promise<boolean> {
  return bcrypt.compare(password, hash)
}
