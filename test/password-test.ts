import { readFileSync } from 'node:fs'
import bcrypt from 'bcrypt'
import test from 'tape'
import commonPasswords from '../src/shared/common-passwords.json' with { type: 'json' }
import { checkPassword, hashPassword, repeatsAWord, verifyPassword } from '../src/shared/password.ts'

/** The error of a password, or 'ok'. */
function errorOf(password: string): string {
  return checkPassword(password) ?? 'ok'
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

test('a password that repeats a pattern of 1 to 4 characters is refused', async (t) => {
  for (const password of [
    'aaaaaaaa',
    '00000000',
    '😀'.repeat(8),
    'abababab',
    '123123123',
    '12341234',
    'Ab1!'.repeat(3),
  ]) {
    t.equal(errorOf(password), 'repetitive', password)
  }
  t.equal(errorOf('AbabABaB'), 'repetitive', 'the case does not matter')
  t.equal(errorOf('abcda'.repeat(2)), 'ok', 'a pattern of 5')
  t.equal(errorOf('aaaaaaab'), 'ok', 'with another end')
})

test('a password of blanks is refused', async (t) => {
  for (const blanks of [' '.repeat(8), ' \t\u00a0\u3000 \u2003\n \u00a0']) t.equal(errorOf(blanks), 'repetitive')
})

test('a password that is one run of digits or letters is refused', async (t) => {
  for (const password of ['23456789', '1234567890', '987654321', '09876543', 'abcdefgh', 'ZYXWVUTS', '78901234']) {
    t.equal(errorOf(password), 'repetitive', password)
  }
  t.equal(errorOf('abcdefgi'), 'ok', 'the run breaks')
  t.equal(errorOf('abcd5678'), 'ok', 'two runs')
})

test('every password of the list of common passwords is refused, in any case', async (t) => {
  t.ok(commonPasswords.length >= 4000, `${commonPasswords.length} passwords`)
  t.deepEqual(
    commonPasswords.filter((password) => errorOf(password) !== 'common'),
    [],
  )
  t.equal(errorOf('PassWord'), 'common')
  t.equal(errorOf('sunshine'), 'common')
  t.equal(errorOf('engine of 1837'), 'ok')
})

test('signs, blanks and invisible characters do not make a common password a rare one', async (t) => {
  for (const password of [
    'sunshine\u200b',
    's.u.n.s.h.i.n.e',
    ' Sunshine ',
    'sunshine!!!',
    'Admin@123',
    '\u00adpassword',
  ]) {
    t.equal(errorOf(password), 'common', password)
  }
  t.equal(errorOf('sunshine and rain'), 'ok', 'other words do')
})

test('the list of common passwords has one password a line, and none twice', async (t) => {
  const lines = readFileSync(new URL('../src/shared/common-passwords.json', import.meta.url), 'utf8').split('\n')
  t.equal(lines.length, commonPasswords.length + 3, 'a bracket before and after, and the last line break')
  t.equal(new Set(commonPasswords).size, commonPasswords.length)
})

test('a password that is the name, the address or the app, give or take, is refused', async (t) => {
  const words = ['maria.lopez@example.com', 'maria.lopez', 'Ada Lovelace', 'mathai', 'Zoë Ångström']
  for (const password of [
    'maria.lopez@example.com',
    'Maria.Lopez',
    'marialopez',
    'maria.lopez1',
    'maria lopez 2026',
    '2026maria.lopez1999',
    'Ada Lovelace ',
    'ada_lovelace!',
    'mathai2026',
    'Math.AI 2026!',
    '1mathai1',
    'zoë ångström 12',
    'zoe\u0308 a\u030angstro\u0308m',
    'mathaimathai',
    'Math.AI 1 Math.AI 2 Math.AI',
  ]) {
    t.ok(repeatsAWord(password, words), password)
  }
  for (const password of [
    'maria.lopez12345',
    '12345maria.lopez',
    'maria.lopez is here',
    'engine of 1837',
    'xmathai',
    'mathai and mathai',
    'mathai12345mathai',
    '1-2-3-4-!!!!',
  ]) {
    t.notOk(repeatsAWord(password, words), password)
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
