import { delimiter, dirname } from 'node:path'

/** Sets what Architect reads after it has loaded the plugins. */
export function prepareProcess(): void {
  // Real credentials never reach local code, and Sandbox does not search for any (offline that takes seconds).
  process.env.AWS_ACCESS_KEY_ID = 'local'
  process.env.AWS_SECRET_ACCESS_KEY = 'local'
  for (const name of ['AWS_SESSION_TOKEN', 'AWS_PROFILE']) delete process.env[name]
  // An empty variable counts as unset. By default Sandbox listens on every interface.
  if (process.env.PORT === '') delete process.env.PORT
  process.env.ARC_HOST ||= '127.0.0.1'
  // Handlers run on the Node that Sandbox runs on, not on the first that is installed.
  process.env.PATH = dirname(process.execPath) + delimiter + process.env.PATH
  // The deprecation warnings are about Sandbox's own code.
  process.noDeprecation = true
}
