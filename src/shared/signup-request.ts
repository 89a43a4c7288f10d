import * as v from 'valibot'
import { isCommonPassword } from './common-passwords.ts'
import { canonicalEmail } from './email.ts'
import { isPersonal, passwordProblem } from './password.ts'

export type Signup = { email: string; password: string; name: string; age?: number; school?: string }
export type FieldError = { field: string; code: string; message: string }

const MAX_NAME_CODE_POINTS = 100
const MAX_SCHOOL_CODE_POINTS = 200
const MAX_AGE = 130

/** Every error a field can have: its stable code, and what to tell the person who filled the field in. */
export const FIELD_ERRORS: Record<string, Record<string, string>> = {
  user_email: {
    required: 'Enter your e-mail address.',
    invalid: 'This is not a complete e-mail address. It should look like name@example.com.',
  },
  user_password: {
    required: 'Choose a password.',
    invalid: 'The password must be text.',
    bad_characters: 'The password has a character that cannot be used. Choose another password.',
    too_short: 'The password is too short. Use 8 characters or more.',
    too_long: 'The password is too long. Use at most 72 letters or digits; emoji and accents count for more.',
    common:
      'This password is one of the first that an attacker tries. Choose one that others do not use, such as three unrelated words.',
    breached:
      'This password is known from a data breach, so attackers try it. Choose another one, such as three unrelated words.',
    personal: 'The password is the same as your e-mail address or name. Choose one that others cannot guess.',
  },
  user_name: {
    required: 'Enter your name.',
    invalid: 'The name must be text.',
    bad_characters: 'The name has a character that cannot be used, such as a line break.',
    too_long: 'The name is too long. Use at most 100 characters.',
  },
  user_age: { invalid: 'The age must be a whole number from 1 to 130. You may leave it out.' },
  user_school: {
    invalid: 'The school must be text. You may leave it out.',
    bad_characters: 'The school has a character that cannot be used, such as a line break.',
    too_long: 'The school is too long. Use at most 200 characters.',
  },
}

// The text of each check is the code of its error.
const text = (maxCodePoints: number) =>
  v.pipe(
    v.nullish(v.string('invalid'), ''),
    v.trim(),
    v.check((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'bad_characters'),
    v.normalize('NFC'),
    v.check((value) => [...value].length <= maxCodePoints, 'too_long'),
  )

const schema = v.pipe(
  v.object({
    user_email: v.pipe(
      v.nullish(v.string('invalid'), ''),
      v.trim(),
      v.minLength(1, 'required'),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const email = canonicalEmail(dataset.value)
        if (email) return email
        addIssue({ message: 'invalid' })
        return NEVER
      }),
    ),
    user_password: v.pipe(
      v.nullish(v.string('invalid'), ''),
      v.minLength(1, 'required'),
      v.normalize('NFC'),
      v.rawCheck(({ dataset, addIssue }) => {
        const message = dataset.typed && passwordProblem(dataset.value)
        if (message) addIssue({ message })
      }),
      v.check((password) => !isCommonPassword(password), 'common'),
    ),
    user_name: v.pipe(text(MAX_NAME_CODE_POINTS), v.minLength(1, 'required')),
    user_age: v.pipe(
      v.nullish(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d*$/, 'invalid'))], 'invalid'), ''),
      v.transform((value) => (value === '' ? undefined : Number(value))),
      v.optional(
        v.pipe(v.number(), v.integer('invalid'), v.minValue(1, 'invalid'), v.maxValue(MAX_AGE, 'invalid')),
      ),
    ),
    user_school: v.pipe(
      text(MAX_SCHOOL_CODE_POINTS),
      v.transform((value) => value || undefined),
    ),
  }),
  v.forward(
    v.partialCheck(
      [['user_email'], ['user_password'], ['user_name']],
      ({ user_email, user_password, user_name }) => !isPersonal(user_password, user_email, user_name),
      'personal',
    ),
    ['user_password'],
  ),
)

/** An untrusted JSON object becomes a sign-up, or the first error of each wrong field. Other fields are ignored. */
export function parseSignup(body: object): Signup | FieldError[] {
  const { success, output, issues } = v.safeParse(schema, body, { abortPipeEarly: true })
  if (!success) return issues.map((issue) => fieldError(String(issue.path?.[0]?.key), issue.message))
  const { user_email, user_password, user_name, user_age, user_school } = output
  return {
    email: user_email,
    password: user_password,
    name: user_name,
    ...(user_age !== undefined && { age: user_age }),
    ...(user_school !== undefined && { school: user_school }),
  }
}

/** The error of a field, with its sentence. */
export function fieldError(field: string, code: string): FieldError {
  return { field, code, message: FIELD_ERRORS[field]?.[code] ?? 'This field is wrong.' }
}
