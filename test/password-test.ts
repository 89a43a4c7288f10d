import bcrypt from 'bcrypt'
import test from 'tape'
import { commonPasswords, compileFilter } from '../scripts/compile-common-passwords.ts'
import { isCommonPassword } from '../src/shared/common-passwords.ts'
import filter from '../src/shared/common-passwords-filter.ts'
import { hashPassword, isPersonal, passwordProblem } from '../src/shared/password.ts'

test('a password has at least 8 code points', async (t) => {
  t.equal(passwordProblem('😀'.repeat(7)), 'too_short', '7 emoji are 14 UTF-16 units')
  t.equal(passwordProblem('😀'.repeat(8)), null)
})

test('a password has at most the 72 bytes that bcrypt reads', async (t) => {
  t.equal(passwordProblem('a'.repeat(72)), null)
  t.equal(passwordProblem('a'.repeat(73)), 'too_long')
  t.equal(passwordProblem('😀'.repeat(18)), null, '72 bytes')
  t.equal(passwordProblem(`${'😀'.repeat(18)}a`), 'too_long', '73 bytes')
})

test('a password has no NUL and no lone surrogate', async (t) => {
  t.equal(passwordProblem('engine\0of 1837'), 'bad_characters')
  t.equal(passwordProblem('engine\ud800of 1837'), 'bad_characters')
  t.equal(passwordProblem('engine\udc00\ud800of 1837'), 'bad_characters')
})

test('a password is not the e-mail address, its local part or the name', async (t) => {
  t.ok(isPersonal('Ada.Lovelace@example.com', 'ada.lovelace@example.com', 'Ada'))
  t.ok(isPersonal('Ada.Lovelace', 'ada.lovelace@example.com', 'Ada'))
  t.ok(isPersonal('ada lovelace', 'a@example.com', 'Ada Lovelace'))
  t.notOk(isPersonal('engine of 1837', 'ada.lovelace@example.com', 'Ada Lovelace'))
})

test('another bcrypt verifies the hash of a password, all 72 bytes of it', async (t) => {
  const password = '😀'.repeat(18)
  const hash = await hashPassword(password)
  t.match(hash, /^\$2b\$12\$[./A-Za-z0-9]{53}$/)
  t.ok(await bcrypt.compare(password, hash))
  t.notOk(await bcrypt.compare(`${'😀'.repeat(17)}😁`, hash), 'the last byte counts')
  t.notEqual(await hashPassword(password), hash, 'the salt is new each time')
})

test('the 10,000 most common passwords are refused, in whatever case', async (t) => {
  t.ok(commonPasswords.length >= 10_000, `${commonPasswords.length}`)
  t.equal(compileFilter(), filter, 'the filter is that of the list')
  t.deepEqual(
    commonPasswords.filter((password) => !isCommonPassword(password)),
    [],
  )
  t.ok(isCommonPassword('PassWord'))
})

test('about one other password in 10,000 is taken for a common one', async (t) => {
  const others = Array.from({ length: 200_000 }, (_, index) => `not in the list ${index}`)
  const mistaken = others.filter(isCommonPassword).length
  t.ok(mistaken <= 40, `${mistaken} of 200,000`)
  t.comment(`false positives: ${mistaken} of 200,000`)
})
