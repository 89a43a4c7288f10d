import test from 'tape'
import { canonicalEmail } from '../src/shared/email.ts'

const LOCAL = 'a'.repeat(64)
/** An address of this length, each part of which is within its own limit. */
const long = (length: number) => `${LOCAL}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(length - 193)}`
const accepted: [string, string, string][] = [
  ['may have 64 characters before the @', `${LOCAL}@b.co`, `${LOCAL}@b.co`],
  ['may have 254 characters', long(254), long(254)],
  ['is lower-cased', 'ALICE@Example.COM', 'alice@example.com'],
  ['is trimmed', ' \talice@example.com\n', 'alice@example.com'],
  ['is trimmed of zero-width characters', '\u200b\ufeff alice@example.com\u200d \u00ad', 'alice@example.com'],
  ['keeps its +tag', 'Alice+News@example.com', 'alice+news@example.com'],
  ['keeps its dots: docomo has such addresses', '.a..b.@docomo.ne.jp', '.a..b.@docomo.ne.jp'],
  ['has its domain converted to Punycode', 'a@Bücher.example', 'a@xn--bcher-kva.example'],
  ['may be in Punycode already', 'a@XN--BCHER-KVA.example', 'a@xn--bcher-kva.example'],
  ['may have an ideographic full stop', 'a@例え。jp', 'a@xn--r8jz45g.jp'],
  ['may have every character of the HTML rule', "a.!#$%&'*+/=?^_`{|}~-@b.co", "a.!#$%&'*+/=?^_`{|}~-@b.co"],
  ['may have a label of 63 characters', `a@${'d'.repeat(63)}.com`, `a@${'d'.repeat(63)}.com`],
  ['may have digits in its last label', 'a@example.c0m', 'a@example.c0m'],
]

for (const [what, text, value] of accepted) {
  test(`an e-mail address ${what}`, async (t) => t.deepEqual(canonicalEmail(text), { value }))
}

test('an address that is not there is required', async (t) => {
  for (const text of ['', '  ', '\u200b', '\ufeff \t']) t.deepEqual(canonicalEmail(text), { error: 'required' })
})

test('a local part that would be valid in ASCII has a sentence of its own', async (t) => {
  for (const text of ['â@example.org', 'jürgen.müller@example.org', '田中@example.jp', '\u212Aate@example.com']) {
    t.deepEqual(canonicalEmail(text), { error: 'not_ascii' }, text)
  }
})

const invalid: [string, string][] = [
  ['65 characters before the @', `a${LOCAL}@b.co`],
  ['255 characters', long(255)],
  ['a domain without a dot', 'a@b'],
  ['two @', 'a@b@example.com'],
  ['no local part', '@example.com'],
  ['no domain', 'a@'],
  ['no @', 'example.com'],
  ['a space inside', 'a b@example.com'],
  ['a space inside and a letter that is not ASCII', 'ä b@example.com'],
  ['a zero-width space inside', 'a\u200bb@example.com'],
  ['the Kelvin sign in the domain', 'a@\u212Aelvin.com'],
  ['a full-width letter in the domain', 'a@ｅxample.com'],
  ['an IPv4 address', 'a@127.0.0.1'],
  ['an IPv4 address in hexadecimal', 'a@0x7f.1'],
  ['a port', 'a@example.com:25'],
  ['a path', 'a@example.com/x'],
  ['percent-encoding', 'a@%65xample.com'],
  ['a label of 64 characters', `a@${'d'.repeat(64)}.com`],
  ['a label that begins with a hyphen', 'a@-b.com'],
  ['a label that ends with a hyphen', 'a@b-.com'],
  ['an empty label', 'a@b..com'],
  ['a dot at the end', 'a@example.com.'],
  ['a NUL', 'a\0@example.com'],
  ['a lone surrogate', 'a@ex\ud800mple.com'],
]

for (const [what, text] of invalid) {
  test(`${what} makes an e-mail address invalid`, async (t) => {
    t.deepEqual(canonicalEmail(text), { error: 'invalid' })
  })
}

test('an address that is far too long is invalid before its domain is converted, however long it is', async (t) => {
  t.deepEqual(canonicalEmail(`a@${'例'.repeat(2700)}.jp`), { error: 'invalid' })
  t.deepEqual(canonicalEmail(`${' '.repeat(4000)}a@例え.jp${' '.repeat(4000)}`), { value: 'a@xn--r8jz45g.jp' })
})
