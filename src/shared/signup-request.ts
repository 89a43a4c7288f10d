import { asciiDigits } from './digits.ts'
import { canonicalEmail } from './email.ts'
import { type Field, type FieldError, fieldError } from './field-errors.ts'
import { MAX_AGE, MAX_NAME_CODE_POINTS, MAX_PASSWORD_BYTES, MAX_SCHOOL_CODE_POINTS } from './limits.ts'
import { checkPassword, repeatsAWord } from './password.ts'
import type { Result } from './result.ts'

/** A valid sign-up. The e-mail address is canonical, all text is in NFC. */
export type Signup = { email: string; password: string; name: string; age?: number; school?: string }

/** NFC joins at most four code points, which are eight UTF-16 units, into one. A longer text is refused before the slow conversion. */
const MAX_UNITS_PER_CODE_POINT = 8
/** The most for a password. An age, and a word to compare with the password, may not be longer either. */
const MAX_UNITS = MAX_PASSWORD_BYTES * MAX_UNITS_PER_CODE_POINT

type Checked<Value> = Result<Value, FieldError>

/** Checks an untrusted JSON object: a sign-up, or the first error of every wrong field. Other fields are ignored. */
export function parseSignup(body: object): Result<Signup, FieldError[]> {
  const fields: Partial<Record<Field, unknown>> = body
  const email = readEmail(fields.user_email)
  const password = readPassword(fields.user_password, guessableWords(fields, email))
  const name = readName(fields.user_name)
  const age = readAge(fields.user_age)
  const school = readSchool(fields.user_school)
  if ('error' in email || 'error' in password || 'error' in name || 'error' in age || 'error' in school) {
    const checked = [email, password, name, age, school]
    return { error: checked.flatMap((field) => ('error' in field ? field.error : [])) }
  }
  return { value: { email: email.value, password: password.value, name: name.value, ...age.value, ...school.value } }
}

function readEmail(input: unknown): Checked<string> {
  if (input === undefined || input === null) return { error: fieldError('user_email', 'required') }
  if (typeof input !== 'string') return { error: fieldError('user_email', 'invalid') }
  const canonical = canonicalEmail(input)
  return 'value' in canonical ? canonical : { error: fieldError('user_email', canonical.error) }
}

/** What others can guess of a person: a password must not be one of these words. */
function guessableWords({ user_email, user_name }: Partial<Record<Field, unknown>>, email: Checked<string>): string[] {
  const typed = typeof user_email === 'string' ? user_email : ''
  const canonical = 'value' in email ? email.value : ''
  const name = typeof user_name === 'string' ? user_name : ''
  const [localPart = '', domain = ''] = typed.split('@')
  const [withoutTag = ''] = localPart.split('+')
  const words = [
    typed,
    localPart,
    domain,
    withoutTag,
    `${withoutTag}@${domain}`,
    canonical,
    name,
    process.env.ARC_APP_NAME ?? '',
  ]
  return words.filter((word) => word.length <= MAX_UNITS)
}

function readPassword(input: unknown, words: string[]): Checked<string> {
  if (input === undefined || input === null || input === '') return { error: fieldError('user_password', 'required') }
  if (typeof input !== 'string') return { error: fieldError('user_password', 'invalid') }
  if (input.length > MAX_UNITS) return { error: fieldError('user_password', 'too_long') }
  const checked = checkPassword(input.normalize('NFC'))
  if ('error' in checked) return { error: fieldError('user_password', checked.error) }
  return repeatsAWord(checked.value, words) ? { error: fieldError('user_password', 'personal') } : checked
}

// What shows nothing: blanks, marks without a letter, zero-width and other format characters, blank Braille.
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{M}\p{C}\u2800]/u

function readName(input: unknown): Checked<string> {
  const text = readText(input, MAX_NAME_CODE_POINTS)
  if ('error' in text) return { error: fieldError('user_name', text.error) }
  if (VISIBLE.test(text.value)) return text
  // A private-use character is visible with the font of whoever typed it.
  return { error: fieldError('user_name', /\p{Co}/u.test(text.value) ? 'bad_characters' : 'required') }
}

function readSchool(input: unknown): Checked<{ school?: string }> {
  const text = readText(input, MAX_SCHOOL_CODE_POINTS)
  if ('error' in text) return { error: fieldError('user_school', text.error) }
  return { value: text.value ? { school: text.value } : {} }
}

function readAge(input: unknown): Checked<{ age?: number }> {
  // HTML forms send digits as text, and an empty text for a field that was left out.
  if (typeof input === 'string' && input.length > MAX_UNITS) return { error: fieldError('user_age', 'invalid') }
  const text = typeof input === 'string' ? asciiDigits(input.trim().normalize('NFKC')) : input
  if (text === undefined || text === null || text === '') return { value: {} }
  const age = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text
  const isAge = typeof age === 'number' && Number.isInteger(age) && age >= 1 && age <= MAX_AGE
  return isAge ? { value: { age } } : { error: fieldError('user_age', 'invalid') }
}

// Control characters, line and paragraph separators, what reverses the text that follows (UAX #9), annotations, U+FFFD
// (the client or API Gateway read other bytes than UTF-8), and noncharacters.
const BAD_CHARACTERS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffd\p{Noncharacter_Code_Point}]/u

type TextError = 'invalid' | 'bad_characters' | 'too_long'

function readText(input: unknown, maxCodePoints: number): Result<string, TextError> {
  if (input === undefined || input === null) return { value: '' }
  if (typeof input !== 'string') return { error: 'invalid' }
  const text = input.trim()
  if (text.length > maxCodePoints * MAX_UNITS_PER_CODE_POINT) return { error: 'too_long' }
  if (!text.isWellFormed() || BAD_CHARACTERS.test(text)) return { error: 'bad_characters' }
  const value = text.normalize('NFC')
  return [...value].length <= maxCodePoints ? { value } : { error: 'too_long' }
}
