import test from 'tape'
import { FIELD_ERRORS, parseSignup } from '../src/shared/signup-request.ts'
import { ada } from './_client.ts'

const parsed = { email: ada.user_email, password: ada.user_password, name: ada.user_name }

const accepted: [string, object, object][] = [
  ['the three required fields', {}, {}],
  ['a name, trimmed and in NFC', { user_name: '  Zoe\u0308 ' }, { name: 'Zo\u00eb' }],
  ['a name of 100 code points', { user_name: '😀'.repeat(100) }, { name: '😀'.repeat(100) }],
  ['a password in NFC', { user_password: 'passe\u0301partout' }, { password: 'passépartout' }],
  ['a password with spaces at its ends', { user_password: '  engine  ' }, { password: '  engine  ' }],
  ['an age', { user_age: 17 }, { age: 17 }],
  ['an age of 1', { user_age: 1 }, { age: 1 }],
  ['an age of 130', { user_age: 130 }, { age: 130 }],
  ['an age as an HTML form sends it', { user_age: '17' }, { age: 17 }],
  ['an age left empty in a form', { user_age: '' }, {}],
  ['an age of null', { user_age: null }, {}],
  ['a school, trimmed and in NFC', { user_school: ' E\u0301cole ' }, { school: 'École' }],
  ['a school of 200 code points', { user_school: '😀'.repeat(200) }, { school: '😀'.repeat(200) }],
  ['a school of null', { user_school: null }, {}],
  ['a school of blanks', { user_school: '  ' }, {}],
  ['fields that are not in the contract', { uid: '1', last_logged_in: 'x', is_admin: true }, {}],
  ['a __proto__', JSON.parse('{"__proto__": {"user_age": 5}}'), {}],
]

for (const [what, fields, expected] of accepted) {
  test(`a sign-up may have ${what}`, async (t) => {
    const signup = Object.defineProperties({ ...ada }, Object.getOwnPropertyDescriptors(fields))
    t.deepEqual(parseSignup(signup), { ...parsed, ...expected })
  })
}

const refused: [string, string, unknown[]][] = [
  ['user_email', 'required', [undefined, null, '', '  ']],
  ['user_email', 'invalid', [1, true, [], {}, ['a@b.co'], 'a@b', 'ada@example.com, eve@example.com']],
  ['user_password', 'required', [undefined, null, '']],
  ['user_password', 'invalid', [12345678, true, ['engine of 1837'], {}]],
  ['user_password', 'bad_characters', ['engine of\0 1837', 'engine of \ud800 1837']],
  ['user_password', 'too_short', ['engine7', ' '.repeat(7), 'e\u0301'.repeat(7)]],
  ['user_password', 'too_long', ['a1'.repeat(37), '😀'.repeat(19)]],
  ['user_password', 'common', ['password', 'Sunshine', '12345678']],
  ['user_password', 'personal', ['ada@example.com', 'ADA@EXAMPLE.COM', 'Ada Lovelace']],
  ['user_name', 'required', [undefined, null, '', ' \n ']],
  ['user_name', 'invalid', [1, true, [], {}]],
  ['user_name', 'bad_characters', ['Ada\nLovelace', 'Ada\0', 'Ada\u0085', 'Ada\ud800']],
  ['user_name', 'too_long', ['😀'.repeat(101)]],
  [
    'user_age',
    'invalid',
    [
      0,
      131,
      -1,
      17.5,
      '17.5',
      '-1',
      '131',
      'seventeen',
      ' 17',
      '١٧',
      true,
      [],
      {},
      [17],
      Number.POSITIVE_INFINITY,
    ],
  ],
  ['user_school', 'invalid', [1, true, [], {}]],
  ['user_school', 'bad_characters', ['MIT\u0007', 'MIT\udfff']],
  ['user_school', 'too_long', ['😀'.repeat(201)]],
]

for (const [field, code, values] of refused) {
  test(`${field} is refused with ${code}`, async (t) => {
    const message = FIELD_ERRORS[field]?.[code]
    t.ok(message, 'there is a sentence')
    for (const value of values) {
      t.deepEqual(parseSignup({ ...ada, [field]: value }), [{ field, code, message }], JSON.stringify(value))
    }
  })
}

test('every wrong field is named at once', async (t) => {
  const errors = parseSignup({ user_email: 'a@b', user_password: 'short', user_age: 0, user_school: 1 })
  t.ok(Array.isArray(errors))
  const fields = Array.isArray(errors) && errors.map(({ field, code }) => `${field} ${code}`).sort()
  t.deepEqual(fields, [
    'user_age invalid',
    'user_email invalid',
    'user_name required',
    'user_password too_short',
    'user_school invalid',
  ])
})
