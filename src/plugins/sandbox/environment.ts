import { delimiter, dirname } from 'node:path'

// Architect reads these after it has loaded the plugins, and does not tell a plugin which command it runs.
if (process.argv[2] === 'sandbox') {
  // Real credentials never reach local code, and none are searched for (offline that takes seconds).
  process.env.AWS_ACCESS_KEY_ID = 'local'
  process.env.AWS_SECRET_ACCESS_KEY = 'local'
  for (const name of ['AWS_SESSION_TOKEN', 'AWS_PROFILE']) delete process.env[name]
  // Sandbox would listen on every interface.
  process.env.ARC_HOST ??= '127.0.0.1'
  // Handlers run on the Node that Sandbox runs on, not on the first that is installed.
  process.env.PATH = dirname(process.execPath) + delimiter + process.env.PATH
  // The deprecations are those of Sandbox's own code: nothing here could mend them.
  process.noDeprecation = true
}
