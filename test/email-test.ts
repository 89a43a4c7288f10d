import test from 'tape'
import { canonicalEmail } from '../src/shared/email.ts'

const sameAddress: [string, string, string][] = [
  ['is lower-cased', 'ALICE@Example.COM', 'alice@example.com'],
  ['is trimmed', ' \talice@example.com\n', 'alice@example.com'],
  ['keeps its +tag', 'Alice+News@example.com', 'alice+news@example.com'],
  ['has its domain put into ASCII', 'a@Bücher.example', 'a@xn--bcher-kva.example'],
  ['is one with its ASCII spelling', 'a@XN--BCHER-KVA.example', 'a@xn--bcher-kva.example'],
  ['may have an ideographic full stop', 'a@例え。jp', 'a@xn--r8jz45g.jp'],
  ['may have 64 characters before the @', `${'a'.repeat(64)}@b.co`, `${'a'.repeat(64)}@b.co`],
  ['may have every character of the HTML rule', "a.!#$%&'*+/=?^_`{|}~-@b.co", "a.!#$%&'*+/=?^_`{|}~-@b.co"],
]

for (const [what, text, email] of sameAddress) {
  test(`an e-mail address ${what}`, async (t) => t.equal(canonicalEmail(text), email))
}

const label = (length: number) => 'd'.repeat(length)
const domain189 = `${label(63)}.${label(63)}.${label(61)}`
test('an e-mail address has at most 254 characters', async (t) => {
  const local = 'a'.repeat(64)
  t.ok(canonicalEmail(`${local}@${domain189}`), '254')
  t.equal(canonicalEmail(`${local}@d${domain189.slice(0, -1)}dd`), null, '255')
})

const noAddresses: [string, string][] = [
  ['an empty text', ''],
  ['a domain without a dot', 'a@b'],
  ['two @', 'a@b@example.com'],
  ['no local part', '@example.com'],
  ['no domain', 'a@'],
  ['no @', 'example.com'],
  ['a space inside', 'a b@example.com'],
  ['65 characters before the @', `${'a'.repeat(65)}@b.co`],
  ['the Kelvin sign before the @', '\u212Aate@example.com'],
  ['the Kelvin sign in the domain', 'a@\u212Aelvin.com'],
  ['a full-width letter in the domain', 'a@ｅxample.com'],
  ['a letter that is not ASCII before the @', 'ä@example.com'],
  ['an IPv4 address', 'a@127.0.0.1'],
  ['an IPv4 address in disguise', 'a@0x7f.1'],
  ['a port', 'a@example.com:25'],
  ['a path', 'a@example.com/x'],
  ['percent-encoding', 'a@%65xample.com'],
  ['a label of 64 characters', `a@${label(64)}.com`],
  ['a label that begins with a hyphen', 'a@-b.com'],
  ['a trailing dot', 'a@example.com.'],
  ['a NUL', 'a\0@example.com'],
  ['a lone surrogate', 'a@ex\ud800mple.com'],
]

for (const [what, text] of noAddresses) {
  test(`${what} is no e-mail address`, async (t) => t.equal(canonicalEmail(text), null))
}
