// Starts the API on this machine: the checks whose failure Sandbox would not explain, then `arc sandbox`.
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { CommandError, runCommand } from './lib/command.ts'
import { checkTypes, readProject } from './lib/project.ts'

const PORT = process.env.PORT || '3333'
const ARC_HOST = process.env.ARC_HOST || '127.0.0.1'
const { ATTEMPTS_PER_SOURCE } = process.env

await runCommand(async () => {
  if (!/^\d+$/.test(PORT) || Number(PORT) < 1 || Number(PORT) > 65535) {
    throw new CommandError(`PORT is ${PORT}. It must be a whole number from 1 to 65535.`)
  }
  if (ATTEMPTS_PER_SOURCE && ATTEMPTS_PER_SOURCE !== 'off') {
    throw new CommandError(
      `ATTEMPTS_PER_SOURCE is ${ATTEMPTS_PER_SOURCE}. It can be off. A number is a setting: attempts-per-source in app.arc.`,
    )
  }
  if (ARC_HOST.includes(':')) {
    throw new CommandError(
      `ARC_HOST is ${ARC_HOST}. Sandbox does not work on IPv6. Use 0.0.0.0, or an IPv4 address of this machine.`,
    )
  }
  const failure = await tryToListen(Number(PORT), ARC_HOST)
  if (failure === 'EADDRINUSE') {
    throw new CommandError(`Port ${PORT} is in use. Choose another one: set PORT, for example to 4000.`)
  }
  if (failure) {
    throw new CommandError(`This machine cannot listen on ${ARC_HOST}:${PORT} (${failure}). Check ARC_HOST and PORT.`)
  }
  // Sandbox runs in this process, so that a signal to this process stops it. src/plugins/sandbox/index.ts reads the command when it loads.
  const arcFile = createRequire(import.meta.url).resolve('@architect/architect/src/index.js')
  process.argv = [process.execPath, arcFile, 'sandbox', '--no-update-notifier']
  await readProject()
  checkTypes()
  const { default: arc } = await import('@architect/architect/src/index.js')
  if (!(await arc())) process.exit(1)
})

/** The code of the error if the port is not free or the host is not of this machine. */
function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
