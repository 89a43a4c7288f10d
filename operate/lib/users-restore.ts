// Copies into the users table what it has lost, from its backup or from another table.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb'
import { CommandError, wrap } from './command.ts'
import { type AwsError, isTemporary } from './explain.ts'
import { noteSignal, setSignalAction } from './signals.ts'
import { type Consent, confirm } from './terminal.ts'
import { parseErased, type Row } from './users-list.ts'
import { convertOldRow } from './users-old.ts'
import { addRow, scanPages, type Table } from './users-table.ts'

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const POLL_MS = 5000

/**
 * Copies each row that is missing: neither its address nor its uid is there, and it was not erased on purpose. `source` is a
 * moment, from whose backup AWS makes a new table, or the name of a table. Resolves to true if no row failed.
 */
export async function restore(table: Table, source: string, erasedFile: string, consent: Consent): Promise<boolean> {
  const erased = readErased(erasedFile)
  if (!/^\d{4}-\d/.test(source)) return copyMissing(table, { ...table, name: source }, erased, consent)
  if (!isMoment(source)) {
    throw new CommandError(
      `${source} is no moment of the past with its zone. Write it like 2026-11-25T12:00:00Z or 2026-11-25T13:00:00+01:00.`,
    )
  }
  const copy = { ...table, name: `${table.name}-restored-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}` }
  await confirm(`Make the table ${copy.name} as ${table.name} was at ${source}, and copy what is missing now?`, consent)
  await makeTable(table, new Date(source), copy.name)
  await untilActive(copy, consent.command.replace(source, copy.name))
  return copyMissing(table, copy, erased, { ...consent, isSure: true })
}

/** True for an ISO 8601 date and time with its zone that exists and is over. */
function isMoment(text: string): boolean {
  const [, year, month, day] = /^(\d+)-(\d+)-(\d+)/.exec(text)?.map(Number) ?? []
  const daysOfMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return MOMENT.test(text) && Number(day) <= daysOfMonth && Date.parse(text) <= Date.now()
}

function readErased(file: string): Set<string> {
  if (file === 'none') return new Set()
  try {
    return parseErased(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CommandError(`The list of erased people, ${file}, cannot be read: ${(error as Error).message}`)
  }
}

/**
 * Makes a table as another one was at a moment.
 * @throws if there is no backup of that moment
 */
async function makeTable({ client, name }: Table, RestoreDateTime: Date, TargetTableName: string): Promise<void> {
  const input = {
    SourceTableName: name,
    TargetTableName,
    RestoreDateTime,
    BillingModeOverride: 'PAY_PER_REQUEST',
  } as const
  try {
    await client.send(new RestoreTableToPointInTimeCommand(input))
  } catch (error) {
    if ((error as Error).name === 'PointInTimeRecoveryUnavailableException')
      throw new CommandError(`${name} has no backups.`)
    if ((error as Error).name !== 'InvalidRestoreTimeException') throw error
    const { ContinuousBackupsDescription } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: name }),
    )
    const backups = ContinuousBackupsDescription?.PointInTimeRecoveryDescription
    const [from, to] = [backups?.EarliestRestorableDateTime, backups?.LatestRestorableDateTime].map((date) =>
      date?.toISOString(),
    )
    throw new CommandError(`${name} can be restored to a moment from ${from} to ${to}.`)
  }
}

/** Waits without a limit until a table can be used, which takes AWS 20 minutes and more. `command` goes on after Ctrl-C. */
async function untilActive(table: Table, command: string): Promise<void> {
  setSignalAction((exitStatus) => {
    console.error(`\nAWS goes on with ${table.name}. Copy its rows later:\n  ${command}`)
    process.exit(exitStatus)
  })
  const started = Date.now()
  let lastReport = started
  for (;;) {
    const status = await describe(table).then(
      (found) => found.TableStatus,
      (error: AwsError) => {
        if (isTemporary(error)) return error.name
        throw error
      },
    )
    if (status === 'ACTIVE') return
    if (Date.now() - lastReport >= 30_000) {
      lastReport = Date.now()
      console.error(`${Math.round((lastReport - started) / 1000)} s: ${table.name} is ${status}`)
    }
    await setTimeout(POLL_MS)
  }
}

async function describe({ client, name: TableName }: Table): Promise<TableDescription> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table ?? {}
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error
    throw new CommandError(`There is no table ${TableName} in ${await client.config.region()}.`)
  }
}

/** What becomes of a row of the backup. */
type Fate = 'missing' | 'whose address is there' | 'whose uid is there' | 'erased' | OldFate
/** Besides, what makes a row of the old system's table unfit to be copied. */
type OldFate = 'without an address or a hash' | 'of an address that has several'

/** Counts what would become of each row, asks, and copies those that are missing. */
async function copyMissing(table: Table, from: Table, erased: Set<string>, consent: Consent): Promise<boolean> {
  if (from.name === table.name) throw new CommandError(`${from.name} is the table of the stack itself.`)
  const { KeySchema = [], DeletionProtectionEnabled } = await describe(from)
  const key = KeySchema.map(({ AttributeName }) => AttributeName).join()
  if (key !== 'user_email' && key !== 'uid') {
    throw new CommandError(
      `${from.name} has the key ${key}. It must have the key user_email, or uid as the old system's table.`,
    )
  }
  const convert = key === 'uid' ? await readOldTable(from) : (row: Row) => row
  const fateOfLive = await readFates(table, erased)
  const fateOf = (row: Row | OldFate): Fate => (typeof row === 'string' ? row : fateOfLive(row))
  const fates: Record<Fate, number> = {
    missing: 0,
    'whose address is there': 0,
    'whose uid is there': 0,
    erased: 0,
    ...(key === 'uid' && { 'without an address or a hash': 0, 'of an address that has several': 0 }),
  } as Record<Fate, number>
  const shown: string[] = []
  for await (const page of scanPages(from)) {
    for (const row of page.map(convert)) {
      const fate = fateOf(row)
      fates[fate]++
      if (typeof row === 'object' && fate === 'missing' && shown.length < 20) shown.push(`  ${row.user_email}`)
    }
  }
  console.error(wrap(`${from.name}: ${describeCounts(fates)}.`))
  if (fates.missing > shown.length) shown.push(`  and ${fates.missing - shown.length} more`)
  if (shown.length) console.error(['Missing are:', ...shown].join('\n'))
  if (fates.missing) await confirm(`Copy the ${fates.missing} missing into ${table.name}?`, consent)
  const { copied, taken, failed } = await copyRows(table, from, (raw) => {
    const row = convert(raw)
    return typeof row === 'object' && fateOf(row) === 'missing' ? [row] : []
  })
  const { missing, ...others } = fates
  console.error(
    wrap(
      `${describeCounts({ copied, ...others, 'whose address is there': others['whose address is there'] + taken, failed })}.`,
    ),
  )
  if (copied + taken + failed < missing) {
    throw new CommandError('Interrupted. Type the command again: what was copied is not copied twice.', 130)
  }
  const region = await table.client.config.region()
  const command = (args: string) => `  aws dynamodb ${args} --table-name ${from.name} --region ${region}`
  const unprotect = DeletionProtectionEnabled ? [command('update-table --no-deletion-protection-enabled')] : []
  const advice = `${from.name} stays. If you do not need it any more:`
  console.error([advice, ...unprotect, command('delete-table')].join('\n'))
  return !failed
}

/** Reads the old system's table. The function converts a row of it, or says why it cannot be copied. */
async function readOldTable(from: Table): Promise<(row: Row) => Row | OldFate> {
  const rows = new Map<string, number>()
  for await (const page of scanPages(from)) {
    for (const { user_email } of page.flatMap((row) => convertOldRow(row) ?? [])) {
      rows.set(user_email, (rows.get(user_email) ?? 0) + 1)
    }
  }
  return (old) => {
    const row = convertOldRow(old)
    if (!row) return 'without an address or a hash'
    return rows.get(row.user_email) === 1 ? row : 'of an address that has several'
  }
}

/** Reads the live table. The function says what becomes of a row of the backup. */
async function readFates(table: Table, erased: Set<string>): Promise<(row: Row) => Fate> {
  const emails = new Set<string>()
  const uids = new Set<unknown>()
  for await (const page of scanPages(table)) {
    for (const { user_email, uid } of page) {
      emails.add(user_email)
      if (uid !== undefined) uids.add(uid)
    }
  }
  return ({ user_email, uid }) => {
    if (emails.has(user_email)) return 'whose address is there'
    if (uids.has(uid)) return 'whose uid is there'
    return erased.has(String(uid).toLowerCase()) ? 'erased' : 'missing'
  }
}

/** Copies rows page by page. Ctrl-C ends it after a page. */
async function copyRows(table: Table, from: Table, missingOf: (row: Row) => Row[]) {
  const counts = { copied: 0, taken: 0, failed: 0 }
  const interrupted = noteSignal()
  for await (const page of scanPages(from)) {
    if (interrupted()) break
    await Promise.all(
      page.flatMap(missingOf).map(async (row) => {
        try {
          counts[(await addRow(table, row)) ? 'copied' : 'taken']++
        } catch (error) {
          // Without a right, or without the table, no other row can be copied.
          if (/AccessDenied|ResourceNotFound/.test((error as Error).name)) throw error
          console.error(`${row.uid}: ${(error as Error).name}`)
          counts.failed++
        }
      }),
    )
  }
  return counts
}

function describeCounts(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}
