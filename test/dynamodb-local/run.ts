// Runs the contract and attempts tests on Amazon's own DynamoDB Local instead of Sandbox's. Needs Java and Maven.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../support/server.ts'

const missing = ['java -version', 'mvn -version'].filter((command) => spawnSync(command, { shell: true }).status !== 0)
if (missing.length) {
  console.log(`skipped: DynamoDB Local needs Java and Maven, and ${missing.join(' and ')} failed`)
} else {
  const jars = join(import.meta.dirname, '../../node_modules/.cache/dynamodb-local')
  const fetched = spawnSync(
    'mvn',
    ['--quiet', '--batch-mode', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`],
    { cwd: import.meta.dirname, stdio: 'inherit' },
  )
  if (fetched.status) throw Error('Maven could not fetch DynamoDB Local: see above')
  for (const file of ['contract', 'attempts']) await runOn(jars, file)
}

/** Runs one test file on a DynamoDB of its own. */
async function runOn(jars: string, file: string): Promise<void> {
  const [port = 0] = await freePorts(1)
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner'
  const server = spawn(
    'java',
    [`-Djava.library.path=${jars}`, '-cp', join(jars, '*'), main, '-inMemory', '-sharedDb', '-port', `${port}`],
    {
      // It leaves a file where it runs.
      cwd: jars,
      stdio: 'ignore',
    },
  )
  const closed = once(server, 'close')
  await untilItListens(port)
  console.log(`\n${file}-test.ts on DynamoDB Local`)
  const tests = spawn(process.execPath, [join(import.meta.dirname, '../run.ts'), file], {
    stdio: 'inherit',
    env: { ...process.env, DYNAMODB_PORT: `${port}` },
  })
  const [status] = await once(tests, 'close')
  server.kill()
  await closed
  if (status) process.exitCode = 1
}

async function untilItListens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const listens = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (listens) return
    await setTimeout(100)
  }
  throw Error('DynamoDB Local did not start within a minute')
}
