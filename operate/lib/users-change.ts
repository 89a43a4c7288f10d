// Finds people, and erases or corrects them: shows whom a list means, asks once, and says what was done.
import { fstatSync } from 'node:fs'
import { text as readText } from 'node:stream/consumers'
import { CommandError, wrap } from './command.ts'
import { noteSignal } from './signals.ts'
import { ask, type Consent, confirm } from './terminal.ts'
import { type Entry, formatRow, linesOf, parseEntry, type Row } from './users-list.ts'
import { eraseRow, moveRow, readRows, scanPages, type Table } from './users-table.ts'

type Action = 'find' | 'erase' | 'correct'
/** A row, and for `correct` its new address. */
type Change = { row: Row; to: string | undefined }

/** Resolves to true if every line of the list has a row and all that was asked for is done. */
export async function changePeople(table: Table, action: Action, { isSure, command }: Consent): Promise<boolean> {
  const { entries, mistakes } = await readEntries(action)
  const rows = await findRows(table, entries)
  // What `erase` prints on stdout is the list of whom it has erased.
  const show = action === 'find' ? console.log : console.error
  const changes: Change[] = []
  const left: string[] = []
  for (const entry of entries) {
    const meant = rows.filter((row) => isMeant(row, entry))
    const obstacle = obstacleOf(entry, meant, rows)
    show([titleOf(entry), ...meant.map(formatRow), ...(obstacle ? [`  ${obstacle}`] : [])].join('\n'))
    if (obstacle) left.push(entry.text)
    else
      changes.push(
        ...meant.filter((row) => !changes.some((change) => change.row === row)).map((row) => ({ row, to: entry.to })),
      )
  }
  const purpose = action === 'find' ? 'found' : `to ${action}`
  show(`\n${entries.length + mistakes.length} asked for, ${changes.length} of them ${purpose}.`)
  if (left.length) show(wrap(`Not ${purpose}: ${few(left, ', ')}.`))
  if (mistakes.length) console.error(wrap(few(mistakes, '\n')))
  if (action === 'find') return !left.length && !mistakes.length
  if (mistakes.length) throw new CommandError('Nothing was changed. Correct these lines first.')
  if (!changes.length) throw new CommandError('Nothing was changed.')
  // Whoever types a list has not seen yet whom it means.
  const consent = { isSure: isSure && !process.stdin.isTTY, command }
  await confirm(`${action === 'erase' ? 'Erase' : 'Correct'} ${changes.length} of them?`, consent)
  return (await applyChanges(table, changes)) && !left.length
}

/** The first ten of a list. */
function few(texts: string[], separator: string): string {
  const more = texts.length > 10 ? [`and ${texts.length - 10} more`] : []
  return [...texts.slice(0, 10), ...more].join(separator)
}

/** The entries that are typed or read from stdin, and a sentence for each line that is none. */
async function readEntries(action: Action): Promise<{ entries: Entry[]; mistakes: string[] }> {
  const isCorrection = action === 'correct'
  if (process.stdin.isTTY) return { entries: await typeEntries(isCorrection), mistakes: [] }
  if (fstatSync(0).isDirectory()) throw new CommandError('The list is a folder. Nothing was changed.')
  const lines = linesOf(await readText(process.stdin))
  if (!lines.length) throw new CommandError('The list is empty. Nothing was changed.')
  const entries: Entry[] = []
  const mistakes: string[] = []
  for (const [number, line] of lines) {
    const entry = parseEntry(line, isCorrection)
    if ('error' in entry) mistakes.push(`Line ${number}: ${entry.error}.`)
    else if (isCorrection && entries.some(({ email, to }) => email === entry.value.email || to === entry.value.to))
      mistakes.push(`Line ${number}: one of its addresses is in an earlier line, too.`)
    else entries.push(entry.value)
  }
  return { entries, mistakes }
}

async function typeEntries(isCorrection: boolean): Promise<Entry[]> {
  const entries: Entry[] = []
  for (;;) {
    const first = await ask(isCorrection ? 'Old address (Enter to end): ' : 'E-mail address or uid (Enter to end): ')
    if (!first.trim() && entries.length) return entries
    if (!first.trim()) throw new CommandError('The list is empty. Nothing was changed.')
    const entry = parseEntry(isCorrection ? `${first}\t${await ask('New address: ')}` : first, isCorrection)
    if ('value' in entry) entries.push(entry.value)
    else console.error(wrap(`${entry.error}. It is left out.`))
  }
}

/** The rows that entries mean, and those that have a new address of theirs. */
async function findRows(table: Table, entries: Entry[]): Promise<Row[]> {
  const emails = new Set(entries.flatMap(({ email, to }) => [email, to].filter((address) => address !== undefined)))
  const uids = new Set(entries.flatMap(({ uid }) => uid ?? []))
  if (!uids.size) return readRows(table, [...emails])
  // No index has the uid, so the whole table is read.
  const rows: Row[] = []
  for await (const page of scanPages(table)) {
    rows.push(...page.filter((row) => emails.has(row.user_email) || uids.has(String(row.uid).toLowerCase())))
  }
  return rows
}

function isMeant(row: Row, { email, uid }: Entry): boolean {
  return uid ? String(row.uid).toLowerCase() === uid : row.user_email === email
}

/** Why nothing can be done for an entry, if that is so. */
function obstacleOf({ email, to }: Entry, meant: Row[], rows: Row[]): string | undefined {
  if (!meant.length) return 'There is no such row.'
  if (!to) return undefined
  if (to === email) return 'The new address is the same.'
  return rows.some(({ user_email }) => user_email === to) ? `${to} has a row already.` : undefined
}

function titleOf({ text, email, to }: Entry): string {
  if (to) return `${email} -> ${to}`
  return email && email !== text ? `${text} means ${email}` : text
}

/** Changes one row after the other, so that an interruption leaves none half done. Resolves to true if all are changed. */
async function applyChanges(table: Table, changes: Change[]): Promise<boolean> {
  const interrupted = noteSignal()
  // An error of stdout must not end the process before it is told who is not in the list.
  process.stdout.removeAllListeners('error').on('error', () => {})
  let done = 0
  const summary = () => `${changes[0]?.to ? 'Corrected' : 'Erased'}: ${done} of ${changes.length}.`
  try {
    for (const { row, to } of changes) {
      if (interrupted()) throw new CommandError('Interrupted: the others are as they were.', interrupted())
      const isDone = to ? await moveRow(table, row, to) : await eraseRow(table, row)
      if (isDone) done++
      if (!isDone)
        console.error(wrap(`${row.user_email} has changed since it was shown, and stays as it is. Try again.`))
      else if (!to) await printErased(row)
    }
  } finally {
    console.error(summary())
    if (!changes[0]?.to && process.stdout.isTTY)
      console.error('Append the lines with a uid to erased.txt, so that a restore leaves these people out.')
  }
  return done === changes.length
}

/**
 * Prints one line of the list of the erased.
 * @throws an error with that line if it cannot be printed, for example on a full disk
 */
async function printErased({ uid }: Row): Promise<void> {
  const line = `${uid}\t${new Date().toISOString()}`
  const error = await new Promise((resolve) => process.stdout.write(`${line}\n`, resolve))
  if (error)
    throw new CommandError(
      `The list cannot be written (${(error as Error).message}). The last one that was erased, and is not in it:\n${line}`,
    )
}
