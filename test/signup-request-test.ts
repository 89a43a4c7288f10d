import test from 'tape'
import { FIELD_ERRORS } from '../src/shared/field-errors.ts'
import { parseSignup } from '../src/shared/signup-request.ts'
import { ada } from './support/client.ts'
import { matchesSnapshot } from './support/snapshot.ts'

process.env.ARC_APP_NAME = 'mathai'

const parsed = { email: ada.user_email, password: ada.user_password, name: ada.user_name }

/** The errors of a body, as `field code`. */
function errorsOf(body: object): string[] {
  const result = parseSignup(body)
  return 'error' in result ? result.error.map(({ field, code }) => `${field} ${code}`) : []
}

/** What may come in each field, in JSON, between bars. `"a"*100` is a text of 100 a, and an empty input is a field that is not there. */
const INPUTS = String.raw`
user_email: | null | "" | "  " | "\u200b" | 1 | true | [] | {} | {"toString":false} | ["a@b.co"] | "a@b" | "a@b.co, c@d.co" | "â@b.co" | " A@B.co"
user_password: | null | "" | 1 | true | [] | {} | {"toString":false} | 12345678 | ["engine of 1837"] | "engine of\u0000 1837" | "engine7"
user_password: "e\u0301"*7 | "a1b2c3"*12 | "a1b2c3"*13 | "😀"*19 | "e\u0301"*3000 | "12345678" | "pass-word" | "  engine  " | "passe\u0301partout"
user_password: "ada@example.com" | "ADA@EXAMPLE.COM" | "Ada Lovelace" | "Ada Lovelace 1" | "example.com" | "math.ai2026" | "mathaimathai" | "lovelace1815"
user_name: | null | "" | " \n " | "\u200b" | "\u3164" | "\u2800" | "\u0301" | "\udb40\udc41" | "\u00ad" | 1 | true | [] | {} | {"toString":false}
user_name: "  Zoe\u0308 " | "X" | "7" | "李" | "Nguyễn Thị Ánh" | "می‌خواهم" | "क्‍ष" | "葛󠄀城" | "👩‍👩‍👧" | "O'Neil-Smith Jr." | "ﷺ" | "עִבְרִית" | "\ue000"
user_name: "A\nb" | "A\u0000b" | "A\u007fb" | "A\u0085b" | "A\ud800b" | "A\u2028b" | "A\u2029b" | "A\u202ab" | "A\u202cb" | "A\u202eb" | "A\u2066b"
user_name: "A\u2068b" | "A\u2069b" | "A\ufdd0b" | "A\ud83f\udffeb" | "A\ufff9b" | "A\ufffbb" | "A\ufffdb" | "A\tb" | "A\u200db" | "\u202aAda\u202c"
user_name: "😀"*100 | "😀"*101 | "e\u0301"*100 | "e\u0301"*101 | "e\u0301"*4000 | "a"*100 | "a"*101
user_age: | null | "" | " " | 0 | 1 | 17 | 130 | 131 | -1 | 17.5 | true | [] | {} | [17] | "17" | " 17 " | "17.5" | "-1" | "0" | "131" | "1 7" | "seventeen"
user_age: "1e1" | "0x11" | "+17" | "17 years" | "1"*600 | "१७" | "１７" | "١٧" | "𝟏𝟕" | " ۱۷ " | "٠٩" | "\ud805\udedb\ud805\udedc"
user_school: | null | "" | "  " | 1 | true | [] | {} | " E\u0301cole " | "😀"*200 | "😀"*201 | "e\u0301"*4000 | "Lycée Lagrange" | "A\udfffb"
user_school: "A\u0007b" | "A\nb" | "A\u0000b" | "A\u202eb" | "A\u2028b" | "A\ufdd0b" | "A\ufffdb"
is_admin: true`

/** The value of an input, as it is written there. */
function readInput(written: string): unknown {
  const [, text = '', count] = /^(.*?)(?:\*(\d+))?$/s.exec(written.trim()) ?? []
  const value = text ? JSON.parse(text) : undefined
  return count ? value.repeat(Number(count)) : value
}

test('what becomes of each input of each field is in signup-request-snapshot.txt', async (t) => {
  const show = (value: unknown) => {
    const text = JSON.stringify(value).replace(
      /[^\x20-\x7e\p{L}]/gu,
      (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
    )
    return text.length > 90 ? `${text.slice(0, 60)}… of ${String(value).length}` : text
  }
  const lines = INPUTS.trim()
    .split('\n')
    .flatMap((line) => {
      const [, field = '', inputs = ''] = /^(\w+):(.*)$/s.exec(line) ?? []
      return inputs.split(' | ').map((input) => {
        const result = parseSignup({ ...ada, [field]: readInput(input) })
        if ('error' in result)
          return `${field} ${input}\n  ${result.error.map((one) => `${one.field} ${one.code}: ${one.message}`)}`
        const names = Object.keys(result.value) as (keyof typeof parsed)[]
        return `${field} ${input}\n  = ${names.filter((name) => result.value[name] !== parsed[name]).map((name) => `${name} ${show(result.value[name])}`)}`
      })
    })
  matchesSnapshot(t, new URL('signup-request-snapshot.txt', import.meta.url), `${lines.join('\n')}\n`)
})

test('a __proto__ and fields of the stored row change nothing', async (t) => {
  const fields = JSON.parse('{"__proto__": {"user_age": 5}, "uid": "1", "last_logged_in": "x"}')
  const body = Object.defineProperties({ ...ada }, Object.getOwnPropertyDescriptors(fields))
  t.deepEqual(parseSignup(body), { value: parsed })
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

test('no text takes more than linear time: 40,000 characters in each field are read in half a second', async (t) => {
  const count = 40_000
  const texts = [' ', 'a', '1', '\u0301', '\u0301\u0316', 'a@', '.', '例', ' a', '\u200b', '😀'].map((part) =>
    part.repeat(count),
  )
  const hostile = texts.flatMap((text) => [text, `x${text}x`, `${text}@b.co`, `a@${text}.co`])
  for (const field of Object.keys(FIELD_ERRORS)) {
    for (const text of hostile) {
      const started = performance.now()
      parseSignup({ ...ada, [field]: text })
      const ms = performance.now() - started
      if (ms > 500) return t.fail(`${field} of ${JSON.stringify(text.slice(0, 5))}…: ${Math.round(ms)} ms`)
    }
  }
  t.pass('each of them')
})

test('a password is compared with the address as it was typed, and as it is stored', async (t) => {
  const typed = { ...ada, user_email: 'grace@bücher.example' }
  for (const user_password of ['grace@bücher.example', 'grace@xn--bcher-kva.example', 'bücher.example']) {
    t.deepEqual(errorsOf({ ...typed, user_password }), ['user_password personal'], user_password)
  }
})
