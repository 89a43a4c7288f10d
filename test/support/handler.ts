import { createRequire } from 'node:module'
import bcrypt from 'bcrypt'
import type { Dependencies } from '../../src/shared/signup.ts'
import { lambdaEnvironment } from './lambda.ts'

/**
 * The handler in this process, with the DynamoDB on this port and a cheap hash. The modules read the environment when
 * they load, so a process can use one port only.
 */
export async function loadHandler(port: number) {
  Object.assign(process.env, lambdaEnvironment(port))
  turnOffRetries()
  const { respond } = await import('../../src/http/post-signup/index.ts')
  const { insertUser } = await import('../../src/shared/users.ts')
  const { countAttempt } = await import('../../src/shared/attempts.ts')
  const deps: Dependencies = {
    countAttempt,
    insertUser,
    isBreached: async () => false,
    hashPassword: (password) => bcrypt.hash(password, 4),
    verifyPassword: (password, hash) => bcrypt.compare(password, hash),
  }
  return { respond, deps }
}

/** Does what esbuild.cjs does to the bundle: the AWS client sends a call once. */
function turnOffRetries(): void {
  const require = createRequire(createRequire(import.meta.url).resolve('@architect/functions'))
  const client = require('@aws-lite/client')
  const module = require.cache[require.resolve('@aws-lite/client')]
  if (module) module.exports = (config: object) => client({ ...config, retries: 0 })
}
