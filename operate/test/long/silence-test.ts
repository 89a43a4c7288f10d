// An endpoint of AWS that takes the connection and never answers, as behind a firewall that drops packets.
import test from 'tape'
import { run } from '../../../test/support/process.ts'
import { copyProject } from '../../../test/support/project.ts'
import { startServer } from '../../../test/support/server.ts'

test('a silent endpoint ends a command with a sentence, within the time limit of a call', async (t) => {
  const silent = await startServer(() => {})
  const project = await copyProject()
  const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_PROFILE: '' }
  const env = { ...keys, AWS_ENDPOINT_URL: silent.url, AWS_MAX_ATTEMPTS: '1' }
  const started = Date.now()
  const { status, output } = await run('node operate/plan.ts staging diff', project.folder, env)
  t.equal(status, 1)
  t.match(output, /^AWS cannot be reached in us-east-1 \(ETIMEDOUT\)\./m)
  t.ok(Date.now() - started < 60_000, `after ${Date.now() - started} ms`)
  await silent.stop()
  await project.remove()
})
