// What becomes of a row of the system that this one replaces.
import test from 'tape'
import { convertOldRow } from '../lib/users-old.ts'

const HASH = `$2b$12$${'a'.repeat(53)}`
const OLD = {
  uid: '1',
  user_email: 'ada@example.com',
  user_name: 'Ada',
  user_password: HASH,
  user_age: 36,
  date_created: '2024-05-06T07:08:09.123456',
  last_logged_in: '2024-06-01T00:00:00',
}
const NEW = { ...OLD, date_created: '2024-05-06T07:08:09.123Z' }

const rows: [what: string, changes: object, expected: object | undefined][] = [
  ['is complete', {}, NEW],
  ['has capitals and blanks in its address', { user_email: ' Ada@Example.com ' }, NEW],
  ['has a date with its zone', { date_created: '2024-05-06T07:08:09.123Z' }, NEW],
  ['has a date in another zone', { date_created: '2024-05-06T09:08:09.123+02:00' }, NEW],
  ['has a name of another type', { user_name: 5 }, { ...NEW, user_name: 5 }],
  ['has never logged in', { last_logged_in: null }, { ...NEW, last_logged_in: null }],
  ['has no address', { user_email: undefined }, undefined],
  ['has an address that is none', { user_email: 'ada' }, undefined],
  ['has no uid', { uid: '' }, undefined],
  ['has no hash', { user_password: null }, undefined],
  ['has a password in place of its hash', { user_password: 'engine of 1837' }, undefined],
]
for (const [what, changes, expected] of rows) {
  test(`an old row that ${what} is ${expected ? 'converted' : 'not used'}`, async (t) => {
    t.deepEqual(convertOldRow({ ...OLD, ...changes }), expected)
  })
}

test('an age that is none and a date that is none are left out', async (t) => {
  const { user_age: _, date_created: __, ...rest } = NEW
  for (const wrong of ['36', 0, 131, 1.5, true, null, undefined]) {
    t.deepEqual(convertOldRow({ ...OLD, user_age: wrong, date_created: wrong }), rest, String(wrong))
  }
})
