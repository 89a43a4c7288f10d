// What an operator reads if AWS has no backup of the moment. The copying: operate/test/emulator/users-test.ts.
import test from 'tape'
import { restore } from '../lib/users-restore.ts'
import type { Table } from '../lib/users-table.ts'

/** The error of a restore to a moment, if AWS refuses it with the error of this name. */
async function errorOf(name: string): Promise<string> {
  const window = {
    EarliestRestorableDateTime: new Date('2026-11-01T00:00:00Z'),
    LatestRestorableDateTime: new Date('2026-11-28T00:00:00Z'),
  }
  const client = {
    async send(command: object) {
      if (command.constructor.name === 'RestoreTableToPointInTimeCommand') throw Object.assign(Error(name), { name })
      return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: window } }
    },
  }
  const table = { client, name: 'Users' } as unknown as Table
  return restore(table, '2026-10-01T00:00:00Z', 'none', { isSure: true, command: '' }).then(
    () => 'none',
    ({ message }) => message,
  )
}

test('a restore that AWS refuses names the moments that there are', async (t) => {
  t.equal(await errorOf('PointInTimeRecoveryUnavailableException'), 'Users has no backups.')
  const moments = 'Users can be restored to a moment from 2026-11-01T00:00:00.000Z to 2026-11-28T00:00:00.000Z.'
  t.equal(await errorOf('InvalidRestoreTimeException'), moments)
  t.equal(await errorOf('LimitExceededException'), 'LimitExceededException', 'other errors are not changed')
})

test('Ctrl-C while AWS makes the table names the command that goes on with it', async (t) => {
  const printed: string[] = []
  const { error } = console
  const { exit } = process
  console.error = (line) => void printed.push(line)
  const ended = new Promise<number>((resolve) => {
    process.exit = ((status: number) => resolve(status)) as typeof exit
  })
  const client = {
    async send(command: { constructor: { name: string } }) {
      if (command.constructor.name !== 'DescribeTableCommand') return {}
      process.emit('SIGINT')
      return new Promise(() => {})
    },
  }
  const table = { client, name: 'Users' } as unknown as Table
  const source = '2026-10-01T00:00:00Z'
  restore(table, source, 'none', { isSure: true, command: `npm run users production restore ${source} yes` })
  t.equal(await ended, 130)
  Object.assign(process, { exit })
  console.error = error
  const line =
    /^\nAWS goes on with (Users-restored-\d{14})\. Copy its rows later:\n {2}npm run users production restore (.*) yes$/
  const [, made, copied] = line.exec(printed[0] ?? '') ?? []
  t.ok(made && made === copied, printed.join())
})
