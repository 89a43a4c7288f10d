// The lists of `npm run users`: what a line means, and how a row is shown.
import test from 'tape'
import { formatRow, linesOf, parseEntry, parseErased, withoutHashes } from '../lib/users-list.ts'

const UID = '52e9c7b7-77d0-4b1f-81ac-5b3f1e0ac4f5'
const entries: [string, object][] = [
  ["o'brien@example.com", { text: "o'brien@example.com", email: "o'brien@example.com" }],
  [' Ada@Bücher.example \r', { text: 'Ada@Bücher.example', email: 'ada@xn--bcher-kva.example' }],
  ['\ufeffada$x@example.com', { text: 'ada$x@example.com', email: 'ada$x@example.com' }],
  ['`id`@example.com', { text: '`id`@example.com', email: '`id`@example.com' }],
  [`${UID}\t2026-11-25T12:00:00Z`, { text: `${UID}\t2026-11-25T12:00:00Z`, uid: UID }],
  [UID.toUpperCase(), { text: UID.toUpperCase(), uid: UID }],
]
for (const [line, value] of entries) {
  test(`${JSON.stringify(line)} means ${JSON.stringify(value)}`, async (t) => {
    t.deepEqual(parseEntry(line, false), { value })
  })
}

test('a correction is an old address, a TAB and a new one', async (t) => {
  const value = { text: 'A@b.co -> c@D.co', email: 'a@b.co', to: 'c@d.co' }
  t.deepEqual(parseEntry(' A@b.co\t c@D.co \r', true), { value })
  const noPair = (text: string) => `${JSON.stringify(text)} is not an old address, a TAB and a new address`
  for (const line of ['a@b.co', 'a@b.co c@d.co', 'a@b.co\tc@d.co\te@f.co']) {
    t.deepEqual(parseEntry(line, true), { error: noPair(line) })
  }
  for (const line of [`${UID}\ta@b.co`, `a@b.co\t${UID}`]) {
    t.deepEqual(parseEntry(line, true), { error: `"${UID}" is a uid: write the address` })
  }
})

test('a line that is neither an address nor a uid is named', async (t) => {
  for (const line of ['ada', 'a@b', `${UID}0`, 'ada@example.com, eve@example.com', 'a@b.co\tc@d.co']) {
    t.deepEqual(parseEntry(line, false), { error: `${JSON.stringify(line)} is neither an e-mail address nor a uid` })
  }
})

test('of a long line, an error repeats the beginning', async (t) => {
  t.deepEqual(parseEntry('x'.repeat(1000), false), {
    error: `"${'x'.repeat(60)}…" is neither an e-mail address nor a uid`,
  })
})

test('empty lines, CRLF and a BOM are left out of a list, and the others keep their numbers', async (t) => {
  t.deepEqual(linesOf('\ufeff\r\na\r\n\n \t\nb\rc\n\n'), [
    [2, 'a'],
    [5, 'b'],
    [6, 'c'],
  ])
  t.deepEqual(linesOf('\n \r\n'), [])
})

test('the list of the erased has uids and dates, and what npm prints before it', async (t) => {
  const list = `\n> mathai-signup@ users\n> node operate/launch.cjs operate/users.ts\n\n${UID}\t2026-11-25T12:00:00Z\r\n`
  t.deepEqual([...parseErased(list)], [UID])
  t.throws(() => parseErased(`${UID}\nada@example.com\n`), /^Error: line 2 begins with no uid: "ada@example\.com"$/)
})

test('a row is shown without its hashes and without control characters', async (t) => {
  const row = {
    user_email: 'a@b.co',
    user_name: 'A\u001b[2J\u202eb',
    user_password: '$2b$',
    idempotency_key_hash: 'f',
    user_age: 5,
  }
  t.equal(formatRow(row), '  user_age       5\n  user_email     "a@b.co"\n  user_name      "A\\u001b[2J\\u{202e}b"')
  t.deepEqual(Object.keys(withoutHashes(row)), ['user_email', 'user_name', 'user_age'])
})
