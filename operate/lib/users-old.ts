// Rows of the system that this one replaces, a Python function with a table of the same name. Its key was the uid, and it checked
// nothing: an address may be there several times, with capitals and blanks, and any attribute may be missing or of any type.
import { canonicalEmail } from '../../src/shared/email.ts'
import { MAX_AGE } from '../../src/shared/limits.ts'
import type { Row } from './users-list.ts'

const HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/

/** A row of the old table as this system stores it. undefined without an address, a uid or a hash: nobody could log in with it. */
export function convertOldRow({ user_age, date_created, ...row }: Record<string, unknown>): Row | undefined {
  const email = canonicalEmail(String(row.user_email))
  const isUsable = typeof row.uid === 'string' && row.uid && HASH.test(String(row.user_password))
  if ('error' in email || !isUsable) return undefined
  const isAge = Number.isInteger(user_age) && Number(user_age) >= 1 && Number(user_age) <= MAX_AGE
  // The old dates are UTC without saying so.
  const [, moment, zone = 'Z'] = /^(\d{4}-\d\d-\d\dT[\d:.]+)(Z|[+-]\d\d:\d\d)?$/.exec(String(date_created)) ?? []
  const date = new Date(`${moment}${zone}`)
  return {
    last_logged_in: null,
    ...row,
    user_email: email.value,
    ...(isAge && { user_age }),
    ...(!Number.isNaN(date.getTime()) && { date_created: date.toISOString() }),
  }
}
