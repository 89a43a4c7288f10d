/** Every text of the form. To translate it, pass another object. `errors` has the sentences for a field and its code. */
export const ENGLISH = {
  lang: 'en',
  dir: 'ltr',
  user_email: 'E-mail address',
  user_password: 'Password',
  user_name: 'Name',
  user_age: 'Age (optional)',
  user_school: 'School (optional)',
  passwordHint: '8 characters or more. Three unrelated words are good.',
  showPassword: 'Show password',
  submit: 'Sign up',
  sending: 'Signing up…',
  retrying: 'Trying again…',
  welcome: 'Welcome! Your account is ready.',
  correct: 'Please correct the marked fields.',
  noScript: 'Turn on JavaScript to sign up.',
  wait: (minutes: number) => (minutes === 1 ? 'Try again in a minute.' : `Try again in ${minutes} minutes.`),
  /** Below the sentence of an error of the server: with this ID the operator finds what happened. */
  requestId: (id: string) => `Request ID: ${id}`,
  /** Such as `'user_email taken'`, or `unavailable` for the whole form. Without one, the API's English sentence is shown. */
  errors: {} as Record<string, string>,
}
export type Texts = typeof ENGLISH
