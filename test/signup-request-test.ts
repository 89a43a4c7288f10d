import test from 'tape'
import { FIELD_ERRORS } from '../src/shared/field-errors.ts'
import { parseSignup } from '../src/shared/signup-request.ts'
import { ada } from './support/client.ts'

process.env.ARC_APP_NAME = 'mathai'

const parsed = { email: ada.user_email, password: ada.user_password, name: ada.user_name }

/** The errors of a body, as `field code`. */
function errorsOf(body: object): string[] {
  const result = parseSignup(body)
  return 'error' in result ? result.error.map(({ field, code }) => `${field} ${code}`) : []
}

const accepted: [string, object, object][] = [
  ['the three required fields', {}, {}],
  ['a name, trimmed and in NFC', { user_name: '  Zoe\u0308 ' }, { name: 'Zo\u00eb' }],
  ['a name of 100 code points', { user_name: '😀'.repeat(100) }, { name: '😀'.repeat(100) }],
  ['a name that is longer before it is in NFC', { user_name: 'e\u0301'.repeat(100) }, { name: 'é'.repeat(100) }],
  ['a password in NFC', { user_password: 'passe\u0301partout' }, { password: 'passépartout' }],
  ['a password with blanks at its ends', { user_password: '  engine  ' }, { password: '  engine  ' }],
  ['an age', { user_age: 17 }, { age: 17 }],
  ['an age of 1', { user_age: 1 }, { age: 1 }],
  ['an age of 130', { user_age: 130 }, { age: 130 }],
  ['an age as an HTML form sends it', { user_age: '17' }, { age: 17 }],
  ['an age with blanks around it', { user_age: ' 17 ' }, { age: 17 }],
  ['an age in digits of another script', { user_age: '१७' }, { age: 17 }],
  ['an age in the second ten digits of a script', { user_age: '\u{116db}\u{116dc}' }, { age: 12 }],
  ['an age left empty in a form', { user_age: '' }, {}],
  ['an age of blanks', { user_age: ' ' }, {}],
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
    const body = Object.defineProperties({ ...ada }, Object.getOwnPropertyDescriptors(fields))
    t.deepEqual(parseSignup(body), { value: { ...parsed, ...expected } })
  })
}

test('names of people are accepted in every script', async (t) => {
  const names = ['李', 'Nguyễn Thị Ánh', 'می‌خواهم', 'क्‍ष', '葛󠄀城', '👩‍👩‍👧', "O'Neil-Smith Jr.", 'X', '7', 'ﷺ', 'עִבְרִית']
  for (const user_name of names) t.deepEqual(errorsOf({ ...ada, user_name }), [], user_name)
})

const notText: unknown[] = [1, true, [], {}, { toString: false }]
const around = (...characters: string[]) => characters.map((character) => `A${character}b`)
const refused: [string, unknown[]][] = [
  ['user_email required', [undefined, null, '', '  ', '\u200b']],
  ['user_email invalid', [...notText, ['a@b.co'], 'a@b', 'ada@example.com, eve@example.com']],
  ['user_email not_ascii', ['â@example.org']],
  ['user_password required', [undefined, null, '']],
  ['user_password invalid', [...notText, 12345678, ['engine of 1837']]],
  ['user_password bad_characters', ['engine of\0 1837']],
  ['user_password too_short', ['engine7', 'e\u0301'.repeat(7)]],
  ['user_password too_long', ['a1'.repeat(37), '😀'.repeat(19), 'e\u0301'.repeat(3000)]],
  ['user_password repetitive', ['12345678']],
  ['user_password common', ['pass-word']],
  ['user_password personal', ['ada@example.com', 'ADA@EXAMPLE.COM', 'Ada Lovelace', 'Ada Lovelace 1', 'example.com']],
  ['user_password personal', ['math.ai2026', 'mathaimathai']],
  ['user_name required', [undefined, null, '', ' \n ', '\u200b', '\u3164', '\u2800', '\u0301', '\u{e0041}', '\u00ad']],
  ['user_name invalid', notText],
  ['user_name bad_characters', ['\ue000', '\u202aAda\u202c']],
  ['user_name bad_characters', around('\n', '\0', '\x7f', '\u0085', '\ud800', '\u2028', '\u2029', '\u202a', '\u202e')],
  ['user_name bad_characters', around('\u2066', '\u2069', '\ufdd0', '\u{1fffe}', '\ufffd', '\ufff9', '\ufffb')],
  ['user_name too_long', ['😀'.repeat(101), 'e\u0301'.repeat(4000)]],
  ['user_age invalid', [0, 131, -1, 17.5, Number.POSITIVE_INFINITY, true, [], {}, [17]]],
  [
    'user_age invalid',
    ['17.5', '-1', '0', '131', '1 7', 'seventeen', '1e1', '0x11', '+17', '17 years', `17${' '.repeat(600)}`],
  ],
  ['user_school invalid', notText],
  ['user_school bad_characters', around('\x07', '\n', '\0', '\udfff', '\u202e', '\u2028', '\ufdd0', '\ufffd')],
  ['user_school too_long', ['😀'.repeat(201), 'e\u0301'.repeat(4000)]],
]

for (const [error, values] of refused) {
  const [field = '', code = ''] = error.split(' ')
  test(`${field} is refused with ${code}: ${JSON.stringify(values[0])} and others`, async (t) => {
    const sentences: Record<string, Record<string, string>> = FIELD_ERRORS
    const message = sentences[field]?.[code]
    t.ok(message, 'it has a sentence')
    for (const value of values) {
      t.deepEqual(parseSignup({ ...ada, [field]: value }), { error: [{ field, code, message }] }, JSON.stringify(value))
    }
  })
}

test('the sentences name the limits', async (t) => {
  t.match(FIELD_ERRORS.user_password.too_short, / 8 characters/)
  t.match(FIELD_ERRORS.user_password.too_long, / 72 letters/)
  t.match(FIELD_ERRORS.user_name.too_long, / 100 characters/)
  t.match(FIELD_ERRORS.user_age.invalid, /from 1 to 130/)
  t.match(FIELD_ERRORS.user_school.too_long, / 200 characters/)
})

test('every wrong field is named at once', async (t) => {
  t.deepEqual(errorsOf({ user_email: 'a@b', user_password: 'short', user_age: 0, user_school: 1 }), [
    'user_email invalid',
    'user_password too_short',
    'user_name required',
    'user_age invalid',
    'user_school invalid',
  ])
})

test('a personal password is named beside other wrong fields', async (t) => {
  t.deepEqual(errorsOf({ ...ada, user_password: 'ada@example.com', user_age: 0 }), [
    'user_password personal',
    'user_age invalid',
  ])
  t.deepEqual(errorsOf({ ...ada, user_email: 'grace.hopper@', user_password: 'grace.hopper' }), [
    'user_email invalid',
    'user_password personal',
  ])
})

test('a password is compared with the name and the address in one form of Unicode, and without the tag', async (t) => {
  const zoe = { ...ada, user_name: 'Zoe\u0308 Lagrange', user_email: 'zoe.lagrange+math@example.com' }
  const guesses = [
    'zoë lagrange',
    'zoe\u0308 lagrange 1',
    'zoe.lagrange',
    'zoe.lagrange+math',
    'zoe.lagrange@example.com',
  ]
  for (const user_password of guesses) {
    t.deepEqual(errorsOf({ ...zoe, user_password }), ['user_password personal'], user_password)
  }
})

test('no text takes more than linear time: 200,000 characters in each field are read in less than a second', async (t) => {
  const count = 200_000
  const texts = [' ', 'a', '1', '\u0301', '\u0301\u0316', 'a@', '.', '例', ' a', '\u200b', '😀'].map((part) =>
    part.repeat(count),
  )
  const hostile = texts.flatMap((text) => [text, `x${text}x`, `${text}@b.co`, `a@${text}.co`])
  for (const field of Object.keys(FIELD_ERRORS)) {
    for (const text of hostile) {
      const started = performance.now()
      parseSignup({ ...ada, [field]: text })
      const ms = performance.now() - started
      if (ms > 1000) t.fail(`${field} of ${JSON.stringify(text.slice(0, 5))}…: ${Math.round(ms)} ms`)
    }
  }
})

test('near misses are accepted, as SECURITY.md says', async (t) => {
  const school = { user_school: 'Lycée Lagrange' }
  for (const user_password of ['lovelace1815', 'Lycée Lagrange']) {
    t.deepEqual(errorsOf({ ...ada, ...school, user_password }), [], user_password)
  }
})

test('an age may have the digits of every script', async (t) => {
  for (const user_age of ['17', '１７', '١٧', '१७', '𝟏𝟕', ' ۱۷ ']) {
    t.deepEqual(parseSignup({ ...ada, user_age }), { value: { ...parsed, age: 17 } }, user_age)
  }
  t.deepEqual(parseSignup({ ...ada, user_age: '٠٩' }), { value: { ...parsed, age: 9 } })
})

test('a password is compared with the address as it was typed, and as it is stored', async (t) => {
  const typed = { ...ada, user_email: 'grace@bücher.example' }
  for (const user_password of ['grace@bücher.example', 'grace@xn--bcher-kva.example', 'bücher.example']) {
    t.deepEqual(errorsOf({ ...typed, user_password }), ['user_password personal'], user_password)
  }
})
