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
