import { readFileSync } from 'node:fs'
import bcrypt from 'bcrypt'
import fc from 'fast-check'
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

/** The alphabets and digits in whose order a run goes, as openapi.yaml names them. */
const ORDERS = {
  digits: '01234567890123456789',
  Latin: 'abcdefghijklmnopqrstuvwxyz',
  Russian: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  'Russian without ё': 'абвгдежзийклмнопрстуфхцчшщъыьэюя',
  Greek: 'αβγδεζηθικλμνξοπρστυφχψω',
  Arabic: 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي',
  Korean: '가나다라마바사아자차카타파하',
}
for (const [name, order] of Object.entries(ORDERS)) {
  test(`every run of ${name} is repetitive, forwards and backwards, in any case and with signs, and not if it is broken`, async (t) => {
    const characters = [...order]
    for (const line of [characters, characters.toReversed()]) {
      for (let start = 0; start + 8 <= line.length; start++) {
        const run = line.slice(start, start + 8).join('')
        for (const text of [run, run.toUpperCase(), [...run].join('-'), `!${run}`])
          t.equal(errorOf(text), 'repetitive', text)
        const broken = `${run.slice(0, 4)}${run.slice(5)}${run.slice(0, 2)}`
        t.ok(['ok', 'common'].includes(errorOf(broken)), broken)
      }
    }
  })
}

const SIGNS = ['!', '@', '.', '-', ' ', '_', '#', '\u200b', '\u00ad', '❤️', '\u0336', '\u20dd']
const signs = fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 2 })
const SEED = { seed: 1 }

test('a pattern of one to four characters that repeats is repetitive', async (t) => {
  const character = fc.constantFrom('a', 'Z', '7', 'é', '例', '😀', '!')
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 4 }), fc.nat(3), (pattern, more) => {
      const text = Array.from({ length: 8 + more }, (_, index) => pattern[index % pattern.length]).join('')
      const error = errorOf(text)
      return error === 'repetitive' || (error === 'too_long' && Buffer.byteLength(text) > 72)
    }),
    SEED,
  )
  t.equal(errorOf('abcda'.repeat(2)), 'ok', 'a pattern of 5')
})

test('a common password is refused in any case, width and script of digits, and with signs around and between', async (t) => {
  const plain = commonPasswords.filter((password) => /^[a-z0-9]{8,}$/.test(password))
  t.ok(plain.length > 500)
  const widen = (text: string) =>
    text.replace(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0))
  const disguises = [(text: string) => text, (text: string) => text.toUpperCase(), widen]
  const disguised = fc
    .tuple(fc.constantFrom(...plain), fc.constantFrom(...disguises), fc.array(signs, { minLength: 9, maxLength: 9 }))
    .map(([password, disguise, between]) =>
      [...disguise(password)].map((character, index) => character + (between[index] ?? '')).join(''),
    )
    .filter((text) => Buffer.byteLength(text) <= 72)
  fc.assert(
    fc.property(disguised, (text) => ['common', 'repetitive'].includes(errorOf(text))),
    { ...SEED, numRuns: 1000 },
  )
  t.pass('1,000 disguised passwords')
})

const judged: [string, string, string[]][] = [
  ['repeats a pattern in any case, or with signs between', 'repetitive', ['AbabABaB', 'ab.ab.ab.ab', 'Ab1!'.repeat(3)]],
  ['has blanks only', 'repetitive', [' '.repeat(8), ' \t\u00a0\u3000 \u2003\n \u00a0']],
  ['is a run in the digits of another script', 'repetitive', ['１２３４５６７８', '١٢٣٤٥٦٧٨', '1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣']],
  ['is a run of Greek with a final sigma', 'repetitive', ['ΡΣΤΥΦΧΨΩ', 'ρςτυφχψω']],
  [
    'is common, with a sign of its own left out or another one',
    'common',
    ['P@ssw0rd!', '!qaz2wsx!', 'p@ssw0rd?', 'PAſſWORD'],
  ],
  ['has few letters beside its signs', 'ok', ['1!@#$%^&', '12!34@56', 'a1!@#$%^&*']],
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
