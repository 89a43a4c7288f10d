import bcrypt from 'bcryptjs'
import commonPasswords from './common-passwords.json' with { type: 'json' }
import { asciiDigits } from './digits.ts'
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
  const folded = fold(password)
  const core = withoutSigns(folded)
  if (isRepetitive(folded) || ([...core].length >= MIN_REPETITIVE_CORE && isRepetitive(core)))
    return { error: 'repetitive' }
  common ??= new Set([...commonPasswords, ...commonPasswords.filter(hasSigns).map(lettersAndDigits).filter(isLongCore)])
  return common.has(folded) || common.has(core) ? { error: 'common' } : { value: password }
}

/** Fewer letters and digits among signs could repeat by chance. */
const MIN_REPETITIVE_CORE = 8
const hasSigns = (password: string) => /[^a-z0-9]/.test(password)
/** Fewer letters and digits of a common password with signs say too little: those of `a1!@#$%^` are `a1`. */
const isLongCore = (core: string) => core.length >= 6

/** Digits may follow each other endlessly. The alphabets are those of Latin, Russian, Greek, Arabic and Korean. */
const RUNS = [
  '0123456789'.repeat(8),
  'abcdefghijklmnopqrstuvwxyz',
  'абвгдежзийклмнопрстуфхцчшщъыьэюя',
  'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  'αβγδεζηθικλμνξοπρστυφχψω',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهوي',
  '가나다라마바사아자차카타파하',
]

/** True for blanks only, a pattern of 1 to 4 characters repeated, and one run such as 87654321 or abcdefgh. */
function isRepetitive(text: string): boolean {
  const characters = [...text]
  const repeats = (length: number) => characters.every((character, i) => character === characters[i % length])
  const backwards = characters.toReversed().join('')
  const isRun = RUNS.some((run) => run.includes(text) || run.includes(backwards))
  return !text.trim() || [1, 2, 3, 4].some(repeats) || isRun
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
  return withoutSigns(fold(text))
}

/** Leaves out signs, marks, blanks and invisible characters, which do not make a guessable password a rare one. */
function withoutSigns(folded: string): string {
  return folded.replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * A text as the rules compare it: compatibility forms such as full width, case and the digits of every script make no difference.
 * From lower to upper case and back is the full case folding of Unicode, and also joins the dotted and the dotless i.
 */
function fold(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return asciiDigits(folded.normalize('NFKC'))
}

/** A `$2b$12$…` hash with a random salt. Any bcrypt implementation verifies it. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, BCRYPT_COST)
}

/** True if the hash is that of this password. Takes as long as `hashPassword`. */
export function verifyPassword(password: string, hash: string): Promise<boolean> {
  return bcrypt.compare(password, hash)
}
