import { readFileSync } from 'node:fs'
import bcrypt from 'bcrypt'
import test from 'tape'
import commonPasswords from '../src/shared/common-passwords.json' with { type: 'json' }
import { checkPassword, hashPassword, repeatsAWord, verifyPassword } from '../src/shared/password.ts'

/** The error of a password, or 'ok'. */
function errorOf(password: string): string {
  const checked = checkPassword(password)
  return 'error' in checked ? checked.error : 'ok'
}

test('a password has at least 8 code points', async (t) => {
  t.equal(errorOf('😀😁😂🤣😃😄😅'), 'too_short', '7 emoji are 14 UTF-16 units')
  t.equal(errorOf('😀😁😂🤣😃😄😅😆'), 'ok')
})

test('a password has at most the 72 bytes that bcrypt reads', async (t) => {
  const long = 'engine of 1837, '.repeat(5)
  t.equal(errorOf(long.slice(0, 72)), 'ok')
  t.equal(errorOf(long.slice(0, 73)), 'too_long')
  const emoji = '😀😁😂🤣😃😄'.repeat(3)
  t.equal(errorOf(emoji), 'ok', '18 emoji are 72 bytes')
  t.equal(errorOf(`${emoji}a`), 'too_long', '73 bytes')
})

test('a password has no NUL, no lone surrogate and no U+FFFD', async (t) => {
  for (const character of ['\0', '\ud800', '\udc00\ud800', '\ufffd']) {
    t.equal(errorOf(`engine${character}of 1837`), 'bad_characters', JSON.stringify(character))
  }
})

const judged: [string, string, string[]][] = [
  ['repeats a pattern', 'repetitive', ['aaaaaaaa', '00000000', '😀'.repeat(8), 'abababab', '123123123', '12341234']],
  ['repeats a pattern in any case', 'repetitive', ['Ab1!'.repeat(3), 'AbabABaB']],
  ['has blanks only', 'repetitive', [' '.repeat(8), ' \t\u00a0\u3000 \u2003\n \u00a0']],
  ['is a run', 'repetitive', ['23456789', '1234567890', '987654321', '09876543', 'abcdefgh', 'ZYXWVUTS', '78901234']],
  ['is common, in any case', 'common', ['PassWord', 'PASSWORD']],
  ['is common, with signs', 'common', ['s.u.n.s.h.i.n.e', 'p a s s w o r d', 'sunshine!!!', 'Admin@123', ' Sunshine ']],
  ['is common, with invisible characters', 'common', ['sunshine\u200b', '\u00adpassword']],
  ['is a run or repeats, with signs', 'repetitive', ['12345678!', '1234-5678', 'abcdefgh!', '1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣', 'ab.ab.ab.ab']],
  [
    'is a run of another script',
    'repetitive',
    [
      '１２３４５６７８',
      '١٢٣٤٥٦٧٨',
      'абвгдежз',
      'АБВГДЕЁЖ',
      'αβγδεζηθ',
      'ΡΣΤΥΦΧΨΩ',
      'ابتثجحخد',
      '가나다라마바사아',
      '하파타카차자아사',
    ],
  ],
  ['is common, with a sign of its own left out or another one', 'common', ['P@ssw0rd!', '!qaz2wsx!', 'p@ssw0rd?']],
  [
    'is common, with marks',
    'common',
    ['password❤️', 'password\ufe0f', 'password\u034f', 'password\u20dd', 'p\u0336assword'],
  ],
  ['is common, in full width or another case', 'common', ['ｐａｓｓｗｏｒｄ１', 'PAſſWORD']],
  ['has few letters beside its signs', 'ok', ['1!@#$%^&', '12!34@56']],
  ['has a pattern of 5', 'ok', ['abcda'.repeat(2)]],
  ['has another end', 'ok', ['aaaaaaab', 'abcdefgi']],
  ['has two runs', 'ok', ['abcd5678']],
  ['has other words', 'ok', ['sunshine and rain', 'engine of 1837']],
  ['is a near miss', 'ok', ['password2026', 'Pass@123', 'pásswórd', 'sunshíne']],
  ['is a run of a script without a list', 'ok', ['אבגדהוזח']],
]
for (const [what, expected, passwords] of judged) {
  test(`a password that ${what} is ${expected}`, async (t) => {
    for (const password of passwords) t.equal(errorOf(password), expected, JSON.stringify(password))
  })
}

test('every password of the list of common passwords is refused', async (t) => {
  t.ok(commonPasswords.length >= 4000, `${commonPasswords.length} passwords`)
  for (const password of commonPasswords) if (errorOf(password) !== 'common') t.fail(password)
})

test('the list of common passwords has one password a line, and none twice', async (t) => {
  const lines = readFileSync(new URL('../src/shared/common-passwords.json', import.meta.url), 'utf8').split('\n')
  t.equal(lines.length, commonPasswords.length + 3, 'a bracket before and after, and the last line break')
  t.equal(new Set(commonPasswords).size, commonPasswords.length)
})

const personal: [boolean, string[]][] = [
  [
    true,
    ['ａｄａ　ｌｏｖｅｌａｃｅ', 'Ada Lovelace ❤️', 'ipek yılmaz', 'IPEK YILMAZ', 'strasse 17', 'ΟΔΥΣΣΕΑΣ', 'οδυσσεασ1'],
  ],
  [true, ['maria.lopez@example.com', 'Maria.Lopez', 'marialopez', 'maria.lopez1', 'maria lopez 2026']],
  [
    true,
    ['2026maria.lopez1999', 'Ada Lovelace ', 'ada_lovelace!', 'zoë ångström 12', 'zoe\u0308 a\u030angstro\u0308m'],
  ],
  [true, ['mathai2026', 'Math.AI 2026!', '1mathai1', 'mathaimathai', 'Math.AI 1 Math.AI 2 Math.AI']],
  [false, ['maria.lopez12345', '12345maria.lopez', 'maria.lopez is here', 'engine of 1837', 'xmathai']],
  [false, ['mathai and mathai', 'mathai12345mathai', '1-2-3-4-!!!!']],
]
test('a password that is the name, the address or the app, give or take, is refused', async (t) => {
  const words = [
    'maria.lopez@example.com',
    'maria.lopez',
    'Ada Lovelace',
    'mathai',
    'Zoë Ångström',
    'İpek Yılmaz',
    'Straße',
    'Οδυσσεας',
  ]
  for (const [isRefused, passwords] of personal) {
    for (const password of passwords) t.equal(repeatsAWord(password, words), isRefused, password)
  }
})

test('a word of fewer than four letters or digits does not count', async (t) => {
  t.notOk(repeatsAWord('ada 1837', ['ada']))
  t.notOk(repeatsAWord('a.d.a.1837', ['a-d-a']), 'punctuation does not make it longer')
  t.ok(repeatsAWord('anna1837', ['anna']))
  t.notOk(repeatsAWord('engine of 1837', ['']))
})

test('another bcrypt verifies the hash of a password, all 72 bytes of it', async (t) => {
  const password = '😀'.repeat(18)
  const hash = await hashPassword(password)
  t.match(hash, /^\$2b\$12\$[./A-Za-z0-9]{53}$/)
  t.ok(await bcrypt.compare(password, hash))
  t.notOk(await bcrypt.compare(`${'😀'.repeat(17)}😁`, hash), 'the last byte counts')
  t.notEqual(await hashPassword(password), hash, 'the salt is new each time')
})

test('the hash of another bcrypt verifies', async (t) => {
  const hash = await bcrypt.hash('engine of 1837', 4)
  t.equal(await verifyPassword('engine of 1837', hash), true)
  t.equal(await verifyPassword('engine of 1838', hash), false)
})
