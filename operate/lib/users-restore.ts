// Copies into the users table what it has lost, from its backup or from another table.
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb'
import { CommandError } from './command.ts'
import { type AwsError, isTemporary } from './explain.ts'
import { setSignalAction } from './signals.ts'
import { type Consent, confirm } from './terminal.ts'
import { parseErased, type Row } from './users-list.ts'
import { addRow, scanPages, type Table } from './users-table.ts'

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const POLL_MS = 5000

/**
 * Copies each row that is missing: neither its address nor its uid is there, and it was not erased on purpose. `source` is a
 * moment, from whose backup AWS makes a new table, or the name of a table. Resolves to true if no row failed.
 */
export async function restore(
  table: Table,
  source: string,
  erasedFile: string | undefined,
  consent: Consent,
): Promise<boolean> {
  const erased = readErased(erasedFile)
  if (!/^\d{4}-\d/.test(source)) return copyMissing(table, { ...table, name: source }, erased, consent)
  if (!MOMENT.test(source) || Number.isNaN(Date.parse(source))) {
    throw new CommandError(
      `${source} is no moment with its zone. Write it like 2026-11-25T12:00:00Z or 2026-11-25T13:00:00+01:00.`,
    )
  }
  const copy = { ...table, name: `${table.name}-restored-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}` }
  await confirm(`Make the table ${copy.name} as ${table.name} was at ${source}, and copy what is missing now?`, consent)
  await makeTable(table, new Date(source), copy.name)
  await untilActive(copy, consent.command.replace(source, copy.name))
  return copyMissing(table, copy, erased, { ...consent, isSure: true })
}

function readErased(file: string | undefined): Set<string> {
  if (!file) return new Set()
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
  return (await client.send(new DescribeTableCommand({ TableName }))).Table ?? {}
}

/** Counts what would become of each row, asks, and copies those that are missing. */
async function copyMissing(table: Table, from: Table, erased: Set<string>, consent: Consent): Promise<boolean> {
  const { KeySchema = [], DeletionProtectionEnabled } = await describe(from)
  const key = KeySchema.map(({ AttributeName }) => AttributeName).join()
  if (from.name === table.name) throw new CommandError(`${from.name} is the table of the stack itself.`)
  if (key !== 'user_email')
    throw new CommandError(`${from.name} has the key ${key}. Only a table with the key user_email can be copied.`)

  const emails = new Set<string>()
  const uids = new Set<unknown>()
  for await (const page of scanPages(table)) {
    for (const { user_email, uid } of page) {
      emails.add(user_email)
      uids.add(uid)
    }
  }
  const fateOf = ({ user_email, uid }: Row) => {
    if (emails.has(user_email)) return 'address there'
    if (uid !== undefined && uids.has(uid)) return 'uid there'
    return erased.has(String(uid).toLowerCase()) ? 'erased' : 'missing'
  }
  const counts: Record<string, number> = { missing: 0, 'address there': 0, 'uid there': 0, erased: 0 }
  for await (const page of scanPages(from)) for (const row of page) counts[fateOf(row)] = (counts[fateOf(row)] ?? 0) + 1
  console.error(`${from.name}: ${describeCounts(counts)}.`)
  if (!counts.missing) {
    console.error('There is nothing to copy.')
    return true
  }
  await confirm(`Copy the ${counts.missing} missing into ${table.name}?`, consent)

  const { missing, ...others } = counts
  const result: Record<string, number> = { copied: 0, ...others, failed: 0 }
  let exitStatus = 0
  setSignalAction((status) => {
    exitStatus = status
  })
  const copy = async (row: Row) => {
    const isCopied = await addRow(table, row).catch((error: Error) => {
      if (/AccessDenied|ResourceNotFound/.test(error.name)) throw error
      console.error(`${row.uid}: ${error.name}`)
      return undefined
    })
    const fate = isCopied === undefined ? 'failed' : isCopied ? 'copied' : 'address there'
    result[fate] = (result[fate] ?? 0) + 1
  }
  for await (const page of scanPages(from)) {
    if (exitStatus) break
    await Promise.all(page.filter((row) => fateOf(row) === 'missing').map(copy))
  }
  console.error(`${describeCounts(result)}.`)
  const interrupted = 'Interrupted. Type the command again: what was copied is not copied twice.'
  if (exitStatus) throw new CommandError(interrupted, exitStatus)
  const region = await table.client.config.region()
  const command = (args: string) => `  aws dynamodb ${args} --table-name ${from.name} --region ${region}`
  console.error(`${from.name} stays. If you do not need it any more:`)
  if (DeletionProtectionEnabled) console.error(command('update-table --no-deletion-protection-enabled'))
  console.error(command('delete-table'))
  return !result.failed
}

function describeCounts(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}
