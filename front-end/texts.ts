/** What can be translated: the errors of a field and of the whole form, as in openapi.yaml, and two of the request itself. */
export type Code =
  | 'user_email required'
  | 'user_email invalid'
  | 'user_email not_ascii'
  | 'user_email taken'
  | 'user_password required'
  | 'user_password invalid'
  | 'user_password bad_characters'
  | 'user_password too_short'
  | 'user_password too_long'
  | 'user_password repetitive'
  | 'user_password common'
  | 'user_password breached'
  | 'user_password personal'
  | 'user_name required'
  | 'user_name invalid'
  | 'user_name bad_characters'
  | 'user_name too_long'
  | 'user_age invalid'
  | 'user_school invalid'
  | 'user_school bad_characters'
  | 'user_school too_long'
  | 'invalid_json'
  | 'invalid_fields'
  | 'invalid_idempotency_key'
  | 'email_taken'
  | 'body_too_large'
  | 'not_json'
  | 'unsupported_charset'
  | 'unsupported_content_encoding'
  | 'idempotency_key_reused'
  | 'too_many_attempts'
  | 'internal_error'
  | 'unavailable'
  | 'unreachable'
  | 'unknown'

/** Every text of the form. To translate it, pass another object. */
export type Texts = typeof ENGLISH

export const ENGLISH = {
  lang: 'en',
  dir: 'ltr',
  user_email: 'E-mail address',
  user_password: 'Password',
  user_name: 'Name',
  user_age: 'Age (optional)',
  user_school: 'School (optional)',
  passwordHint: '8 characters or more. Three words that do not belong together make a good password.',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  submit: 'Sign up',
  sending: 'Signing up…',
  slow: 'This is taking longer than usual. Please wait…',
  retrying: 'The server is busy. Trying again in a moment…',
  welcome: 'Welcome! Your account is ready.',
  correct: 'Please correct the fields that are marked with ✗.',
  noScript: 'Turn on JavaScript to sign up.',
  /** After too many sign-ups from one source address. */
  wait: (seconds: number) => {
    const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
    return `Too many people are signing up from your internet connection. Try again in ${count} ${unit}${count === 1 ? '' : 's'}.`
  },
  /** Below the sentence of an error of the server. */
  requestId: (id: string) => `If you ask for help, send this number: ${id}`,
  /** The sentence for a code. Without one, the English sentence of the API is shown. */
  errors: {} as Partial<Record<Code, string>>,
}
