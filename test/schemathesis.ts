// Compares the API with openapi.yaml: Schemathesis generates requests from the document and checks the answers.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from './support/sandbox.ts'

const schemathesis = process.env.SCHEMATHESIS ?? 'schemathesis'
const examples = process.argv[2] ?? '200'

if (spawnSync(schemathesis, ['--version']).status !== 0) {
  console.log('skipped: Schemathesis is not installed. Set SCHEMATHESIS to its path, or add it to PATH')
} else {
  const sandbox = await startSandbox({ manifest: (manifest) => `${manifest}\n@limits\nattempts-per-source off\n` })
  const options = ['--url', sandbox.url, '--checks', 'all', '--max-examples', examples, '--continue-on-failure']
  // The settings are in schemathesis.toml of the project's folder.
  const cwd = join(import.meta.dirname, '..')
  // Hypothesis, the generator of Schemathesis, would keep its files in this folder.
  const env = { ...process.env, HYPOTHESIS_STORAGE_DIRECTORY: join(tmpdir(), 'mathai-signup-hypothesis') }
  const child = spawn(schemathesis, ['run', 'openapi.yaml', ...options], { cwd, env, stdio: 'inherit' })
  const [status] = await once(child, 'close')
  await sandbox.stop()
  process.exitCode = status ?? 1
}
