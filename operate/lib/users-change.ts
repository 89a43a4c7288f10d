// Finds people, and erases or corrects them: shows whom a list means, asks once, and says what was done.
import { text as readText } from 'node:stream/consumers'
import { CommandError, wrap } from './command.ts'
import { setSignalAction } from './signals.ts'
import { ask, type Consent, confirm } from './terminal.ts'
import { type Entry, formatRow, linesOf, parseEntry, type Row } from './users-list.ts'
import { eraseRow, moveRow, readRows, scanPages, type Table } from './users-table.ts'

type Action = 'find' | 'erase' | 'correct'
/** A row, and for `correct` its new address. */
type Change = { row: Row; to: string | undefined }

/** Resolves to true if every line of the list has a row and all that was asked for is done. */
export async function changePeople(table: Table, action: Action, consent: Consent): Promise<boolean> {
  const { entries, mistakes } = await readEntries(action)
  const rows = await findRows(table, entries)
  // What `erase` prints on stdout is the list of whom it has erased.
  const show = action === 'find' ? console.log : console.error
  const changes: Change[] = []
  let isComplete = !mistakes.length
  for (const entry of entries) {
    const meant = rows.filter((row) => isMeant(row, entry))
    const obstacle = obstacleOf(entry, meant, rows)
    show([titleOf(entry), ...meant.map(formatRow), ...(obstacle ? [`  ${obstacle}`] : [])].join('\n'))
    if (obstacle) isComplete = false
    else
      changes.push(
        ...meant.filter((row) => !changes.some((change) => change.row === row)).map((row) => ({ row, to: entry.to })),
      )
  }
  show(
    `\n${entries.length + mistakes.length} asked for, ${changes.length} of them ${action === 'find' ? 'found' : `to ${action}`}.`,
  )
  for (const mistake of mistakes) console.error(wrap(mistake))
  if (action === 'find') return isComplete
  if (mistakes.length) throw new CommandError('Nothing was changed. Correct these lines first.')
  if (!changes.length) throw new CommandError('Nothing was changed.')
  await confirm(`${action === 'erase' ? 'Erase' : 'Correct'} ${changes.length} of them?`, consent)
  return (await applyChanges(table, changes)) && isComplete
}

/** The entries that are typed or read from stdin, and a sentence for each line that is none. */
async function readEntries(action: Action): Promise<{ entries: Entry[]; mistakes: string[] }> {
  const isCorrection = action === 'correct'
  const list = process.stdin.isTTY ? await typeList(isCorrection) : await readText(process.stdin)
  const lines = linesOf(list).map(([number, line]) => ({ number, entry: parseEntry(line, isCorrection) }))
  if (!lines.length) throw new CommandError('The list is empty. Nothing was changed.')
  return {
    entries: lines.flatMap(({ entry }) => ('value' in entry ? entry.value : [])),
    mistakes: lines.flatMap(({ number, entry }) => ('error' in entry ? `Line ${number}: ${entry.error}.` : [])),
  }
}

async function typeList(isCorrection: boolean): Promise<string> {
  const lines: string[] = []
  for (;;) {
    const first = await ask(isCorrection ? 'Old address (Enter to end): ' : 'E-mail address or uid (Enter to end): ')
    if (!first.trim()) return lines.join('\n')
    lines.push(isCorrection ? `${first}\t${await ask('New address: ')}` : first)
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
  let exitStatus = 0
  setSignalAction((status) => {
    exitStatus = status
  })
  let done = 0
  const summary = () => `${changes[0]?.to ? 'Corrected' : 'Erased'}: ${done} of ${changes.length}.`
  try {
    for (const { row, to } of changes) {
      if (exitStatus) throw new CommandError('Interrupted: the others are as they were.', exitStatus)
      const isDone = to ? await moveRow(table, row, to) : await eraseRow(table, row)
      if (isDone) done++
      if (!isDone)
        console.error(wrap(`${row.user_email} has changed since it was shown, and stays as it is. Try again.`))
      else if (!to) console.log(`${row.uid}\t${new Date().toISOString()}`)
    }
  } finally {
    console.error(summary())
  }
  return done === changes.length
}
