// The lists that `npm run users` reads, and how a row is shown.
import { canonicalEmail } from '../../src/shared/email.ts'
import type { Result } from '../../src/shared/result.ts'

/** A row of the users table, whatever wrote it. */
export type Row = Record<string, unknown> & { user_email: string }

/** One line of a list: the text as it was typed, and whom it means. `to` is the new address of `correct`. */
export type Entry = { text: string; email?: string; uid?: string; to?: string }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
// What an editor or a shell leaves around a line.
const AROUND = /^[\s\ufeff]+|[\s\ufeff]+$/g
/** How much of a line an error repeats. */
const MAX_QUOTED = 60

/** Reads a line: an address, a uid or a line of the list that `erase` prints; for `correct` two addresses with a TAB between. */
export function parseEntry(line: string, isCorrection: boolean): Result<Entry, string> {
  const text = line.replace(AROUND, '')
  if (isCorrection) return parseCorrection(text)
  const [uid = '', date = ''] = text.split(/\s+/)
  const isErased = !date || !Number.isNaN(Date.parse(date))
  return UUID.test(uid) && isErased ? { value: { text, uid: uid.toLowerCase() } } : parseAddress(text)
}

function parseCorrection(text: string): Result<Entry, string> {
  const [old = '', next = '', ...more] = text.split('\t').map((part) => part.replace(AROUND, ''))
  if (!next || more.length) return { error: `${quote(text)} is not an old address, a TAB and a new address` }
  for (const part of [old, next]) if (UUID.test(part)) return { error: `${quote(part)} is a uid: write the address` }
  const from = parseAddress(old)
  const to = parseAddress(next)
  if ('error' in from) return from
  if ('error' in to) return to
  return { value: { text: `${old} -> ${next}`, email: String(from.value.email), to: String(to.value.email) } }
}

function parseAddress(text: string): Result<Entry, string> {
  const email = canonicalEmail(text)
  if ('error' in email) return { error: `${quote(text)} is neither an e-mail address nor a uid` }
  return { value: { text, email: email.value } }
}

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text)
}

/** The lines of a list that have anything in them, with their numbers from 1. */
export function linesOf(list: string): [number: number, line: string][] {
  const lines = list.split(/\r\n|\r|\n/).map((line, index): [number, string] => [index + 1, line])
  return lines.filter(([, line]) => line.replace(AROUND, ''))
}

/**
 * The uids of the list that `erase` has printed. Lines that npm prints before it are left out.
 * @throws an error with the first line that has no uid
 */
export function parseErased(list: string): Set<string> {
  const lines = linesOf(list).filter(([, line]) => !line.startsWith('> '))
  const uids = lines.map(([number, line]) => {
    const [uid = ''] = line.replace(AROUND, '').split(/\s/)
    if (!UUID.test(uid)) throw Error(`line ${number} begins with no uid: ${quote(line)}`)
    return uid.toLowerCase()
  })
  return new Set(uids)
}

const HASHES = ['user_password', 'idempotency_key_hash']

export function withoutHashes(row: Row): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !HASHES.includes(name)))
}

/** An indented line for each attribute but the hashes. No value can send control characters to the terminal. */
export function formatRow(row: Row): string {
  const lines = Object.entries(withoutHashes(row)).map(
    ([name, value]) => `  ${name.padEnd(14)} ${JSON.stringify(value)}`,
  )
  return lines
    .sort()
    .join('\n')
    .replace(/[^\P{C}\n]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
