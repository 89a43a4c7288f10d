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
    required: 'Enter your e-mail address.',
    invalid: 'This is not a complete e-mail address. It should look like name@example.com.',
    not_ascii: 'Before the @, an e-mail address can only have letters from a to z, digits and signs.',
    taken: 'This e-mail address already has an account. Log in instead.',
  },
  user_password: {
    required: 'Choose a password.',
    invalid: 'The password must be text.',
    bad_characters: 'The password has a character that cannot be used. Choose another password.',
    too_short: `The password is too short. Use ${MIN_PASSWORD_CODE_POINTS} characters or more.`,
    too_long: `The password is too long. Use at most ${MAX_PASSWORD_BYTES} characters of an English keyboard. Others, such as é, я or an emoji, count for two to four.`,
    repetitive:
      'This password repeats itself or counts up or down, so attackers try it first. Choose another one, such as three unrelated words.',
    common:
      'This password is one of the first that an attacker tries. Choose one that others do not use, such as three unrelated words.',
    breached:
      'This password is known from a data breach, so attackers try it. Choose another one, such as three unrelated words.',
    personal:
      'The password is too close to your e-mail address, your name or our name. Choose one that others cannot guess.',
  },
  user_name: {
    required: 'Enter your name.',
    invalid: 'The name must be text.',
    bad_characters: 'The name has a character that cannot be used, such as a line break.',
    too_long: `The name is too long. Use at most ${MAX_NAME_CODE_POINTS} characters.`,
  },
  user_age: { invalid: `The age must be a whole number from 1 to ${MAX_AGE}. You may leave it out.` },
  user_school: {
    invalid: 'The school must be text. You may leave it out.',
    bad_characters: 'The school has a character that cannot be used, such as a line break.',
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
