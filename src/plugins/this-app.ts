// What is this app's own, besides its settings (settings.ts), what alarms.ts watches in its log, and its form, the local page.
import type { Settings } from './settings.ts'

/** The route that app.arc must have. */
export const ROUTE = { method: 'post', path: '/signup' }
/** The logical name of its function. */
export const FUNCTION = 'PostSignupHTTPLambda'

/** The tables of the sign-up, with the lines on which it relies: the key makes one row for each address, TTL removes sources. */
export const TABLES: Record<string, Record<string, string>> = {
  mathai_users: { user_email: '*String' },
  mathai_signup_attempts: { source_window: '*String', expires_at: 'TTL' },
}
/** The table that production must not lose. */
export const USERS_TABLE = 'mathai_users'

/** What the functions may do with each table. A new table needs a line here. */
export const TABLE_ACTIONS: Record<string, string[]> = {
  mathai_users: ['dynamodb:PutItem', 'dynamodb:GetItem'],
  mathai_signup_attempts: ['dynamodb:UpdateItem'],
}

/** A sign-up to try. */
export const EXAMPLE = { user_email: 'ada@example.com', user_password: 'engine of 1837', user_name: 'Ada Lovelace' }

/** The environment of every function, besides the names of the tables. */
export function environment({ limits, passwords }: Settings): Record<string, string | number> {
  return {
    ...(limits['attempts-per-source'] !== 'off' && { ATTEMPTS_PER_SOURCE: limits['attempts-per-source'] }),
    ATTEMPTS_WINDOW_MINUTES: limits['attempts-window-minutes'],
    PASSWORD_MINIMUM_LENGTH: passwords['minimum-length'],
    ...(passwords['breach-check'] && { BREACHED_PASSWORDS_URL: 'https://api.pwnedpasswords.com' }),
  }
}

/** What a caller and an operator need from the stack: the host of the API and the logical name of a table become outputs. */
export function outputs(host: string, tableId: (name: string) => string) {
  return {
    SignupApiUrl: { Description: 'POST a sign-up here', Value: { 'Fn::Sub': `https://${host}${ROUTE.path}` } },
    UsersTableName: { Description: 'The table that holds the users', Value: { Ref: tableId(USERS_TABLE) } },
  }
}
