import fc from 'fast-check'
import test from 'tape'
import { canonicalEmail } from '../src/shared/email.ts'

/** The rule in the words of openapi.yaml, for an address in ASCII: its canonical form, or undefined. */
function naive(text: string): string | undefined {
  const address = text.trim().toLowerCase()
  const at = address.lastIndexOf('@')
  const [local, labels] = [address.slice(0, at), address.slice(at + 1).split('.')]
  const isMadeOf = (part: string, characters: string) => [...part].every((character) => characters.includes(character))
  const [letters, digits] = ['abcdefghijklmnopqrstuvwxyz', '0123456789']
  const isLabel = (label: string) =>
    label.length >= 1 &&
    label.length <= 63 &&
    isMadeOf(label, `${letters}${digits}-`) &&
    !label.startsWith('-') &&
    !label.endsWith('-')
  const isRight =
    at >= 1 &&
    local.length <= 64 &&
    isMadeOf(local, `${letters}${digits}.!#$%&'*+/=?^_\`{|}~-`) &&
    labels.length >= 2 &&
    labels.every(isLabel) &&
    !isMadeOf(labels.at(-1) ?? '', digits) &&
    // A browser reads 0x7f as a number, too.
    !/^0x[0-9a-f]*$/.test(labels.at(-1) ?? '') &&
    address.length <= 254
  return isRight ? address : undefined
}

/** A text of these characters whose length is about this. */
const about = (length: number, characters: string, other: fc.Arbitrary<string> = fc.constant('a')) =>
  fc
    .tuple(fc.integer({ min: Math.max(length - 2, 0), max: length + 2 }), fc.array(other, { maxLength: 3 }))
    .chain(([count, more]) =>
      fc
        .string({ unit: fc.constantFrom(...characters), minLength: count, maxLength: count })
        .map((text) => more.join('') + text.slice(more.length)),
    )
const anyAscii = fc.integer({ min: 1, max: 126 }).map((code) => String.fromCharCode(code))
const label = fc.oneof(
  about(63, 'aZ09-'),
  about(2, 'aZ09-'),
  fc.stringMatching(/^(0x)?[0-9a-f]{0,3}$/),
  about(1, 'az', anyAscii),
)
const domain = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
const local = fc.oneof(about(64, "aZ09.!#$%&'*+/=?^_`{|}~-"), about(2, 'aZ.+', anyAscii))
const blanks = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 })
const address = fc
  .tuple(blanks, local, fc.constantFrom('@', '@', '@', '', '@@'), domain, blanks)
  .map((parts) => parts.join(''))

test('an address in ASCII is accepted by the rule in the words of openapi.yaml, and lower-cased', async (t) => {
  const counts = { accepted: 0, refused: 0 }
  fc.assert(
    fc.property(fc.oneof(address, fc.emailAddress()), (text) => {
      const expected = naive(text)
      const result = canonicalEmail(text)
      counts[expected ? 'accepted' : 'refused']++
      return expected ? 'value' in result && result.value === expected : 'error' in result
    }),
    { numRuns: 20_000 },
  )
  t.ok(counts.accepted > 2000 && counts.refused > 2000, JSON.stringify(counts))
  for (const code of Array.from({ length: 127 }, (_, index) => index)) {
    const text = `a${String.fromCharCode(code)}b@example.com`
    const result = canonicalEmail(text)
    t.equal('value' in result ? result.value : undefined, naive(text), JSON.stringify(text))
  }
})

/** An address of this length, each part of which is within its own limit. */
const long = (length: number) => `${'a'.repeat(64)}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(length - 193)}`

const judged: [what: string, text: string, expected: { value: string } | { error: string }][] = [
  ['has 254 characters', long(254), { value: long(254) }],
  ['has 255 characters', long(255), { error: 'invalid' }],
  ['has 89 characters, and more than 254 in Punycode', `a@${'ü.'.repeat(40)}example`, { error: 'invalid' }],
  ['has zero-width characters around it', '\u200b\ufeff a@b.co\u200d \u00ad', { value: 'a@b.co' }],
  ['has a zero-width space inside', 'a\u200bb@example.com', { error: 'invalid' }],
  ['has a domain of letters that are not ASCII', 'a@Bücher.example', { value: 'a@xn--bcher-kva.example' }],
  ['has a domain in Punycode', 'a@XN--BCHER-KVA.example', { value: 'a@xn--bcher-kva.example' }],
  ['has an ideographic full stop', 'a@例え。jp', { value: 'a@xn--r8jz45g.jp' }],
  ['has the Kelvin sign in its domain', 'a@\u212Aelvin.com', { error: 'invalid' }],
  ['has a full-width letter in its domain', 'a@ｅxample.com', { error: 'invalid' }],
  ['has a lone surrogate', 'a@ex\ud800mple.com', { error: 'invalid' }],
  ['is an IPv4 address in hexadecimal', 'a@0x7f.1', { error: 'invalid' }],
  ['has letters before the @ that are not ASCII', '田中@example.jp', { error: 'not_ascii' }],
  ['has the Kelvin sign before the @', '\u212Aate@example.com', { error: 'not_ascii' }],
  ['has a space and a letter that is not ASCII', 'ä b@example.com', { error: 'invalid' }],
  ['has blanks only', ' \u200b\ufeff\t', { error: 'required' }],
  ['is far too long to be converted', `a@${'例'.repeat(2700)}.jp`, { error: 'invalid' }],
  ['has 8,000 blanks around it', `${' '.repeat(4000)}a@例え.jp${' '.repeat(4000)}`, { value: 'a@xn--r8jz45g.jp' }],
]
for (const [what, text, expected] of judged) {
  test(`an address that ${what}: ${Object.values(expected)}`.slice(0, 100), async (t) => {
    t.deepEqual(canonicalEmail(text), expected)
  })
}
