// Runs a command while Sandbox serves the API. API_URL is its address.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startSandbox } from '../test/support/sandbox.ts'

const [command = '', ...args] = process.argv.slice(2)
const sandbox = await startSandbox()
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, API_URL: sandbox.url } })
const [status] = await once(child, 'close')
await sandbox.stop()
process.exitCode = status ?? 1
