import {
  MAX_AGE,
  MAX_NAME_CODE_POINTS,
  MAX_PASSWORD_BYTES,
  MAX_SCHOOL_CODE_POINTS,
  MIN_PASSWORD_CODE_POINTS,
} from './limits.ts'

/** Every error that a field can have: its stable code, and the sentence for the person who filled in the form. */
export const FIELD_ERRORS = {
  user_email: {
    required: 'Enter your e-mail address, such as name@example.com.',
    invalid: 'This is not a complete e-mail address. It looks like name@example.com.',
    not_ascii:
      'Before the @, use only letters from a to z, numbers, and characters such as . _ + - An address looks like name@example.com.',
    taken: 'This e-mail address already has an account. Log in instead.',
  },
  user_password: {
    required: 'Choose a password.',
    invalid: 'The password must be text. Enter it again.',
    bad_characters: 'The password has a character that cannot be used. Choose another password.',
    too_short: `The password is too short. Use ${MIN_PASSWORD_CODE_POINTS} characters or more.`,
    too_long: `The password is too long. Use at most ${MAX_PASSWORD_BYTES} letters from a to z or numbers. Letters such as é or я, and emoji, count as two to four.`,
    repetitive:
      'This password repeats a pattern or is in order like 1234, so it is easy to guess. Choose another one, such as three words that do not belong together.',
    common:
      'Many people use this password, so it is easy to guess. Choose another one, such as three words that do not belong together.',
    breached:
      'This password is on a list of stolen passwords, so it is not safe. Choose another one, such as three words that do not belong together.',
    personal:
      'This password is almost your e-mail address, your name or the name of this app, so it is easy to guess. Choose another one, such as three words that do not belong together.',
  },
  user_name: {
    required: 'Enter your name.',
    invalid: 'The name must be text. Enter it again.',
    bad_characters:
      'The name has a character that cannot be used, perhaps an invisible one. Type the name again instead of pasting it.',
    too_long: `The name is too long. Use at most ${MAX_NAME_CODE_POINTS} characters.`,
  },
  user_age: { invalid: `Enter your age as a whole number from 1 to ${MAX_AGE}, or leave it empty.` },
  user_school: {
    invalid: 'The school must be text. Enter it again or leave it empty.',
    bad_characters:
      'The school has a character that cannot be used, perhaps an invisible one. Type the school again instead of pasting it.',
    too_long: `The school is too long. Use at most ${MAX_SCHOOL_CODE_POINTS} characters.`,
  },
} as const

export type Field = keyof typeof FIELD_ERRORS
export type FieldErrorCode<F extends Field> = keyof (typeof FIELD_ERRORS)[F] & string
export type FieldError = { field: Field; code: string; message: string }

/** The error of a field, with its sentence. */
export function fieldError<F extends Field>(field: F, code: FieldErrorCode<F>): FieldError {
  return { field, code, message: String(FIELD_ERRORS[field][code]) }
}
