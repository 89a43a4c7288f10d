import bcrypt from 'bcrypt'
import type { Parts } from '../src/shared/signup.ts'
import { lambdaEnvironment } from './_lambda.ts'

/**
 * The handler in this process, on the DynamoDB of this port, with a hash that costs little. The modules read the
 * environment as they load, so a process can have it on one port only.
 */
export async function loadHandler(port: number) {
  Object.assign(process.env, lambdaEnvironment(port))
  const { respond } = await import('../src/http/post-signup/index.ts')
  const { insertUser } = await import('../src/shared/users.ts')
  const { countAttempt } = await import('../src/shared/attempts.ts')
  const parts: Parts = {
    countAttempt,
    insertUser,
    isBreached: async () => false,
    hashPassword: (password) => bcrypt.hash(password, 4),
  }
  return { respond, parts }
}

/** Gathers what is printed while something runs. */
export async function captureLog(run: () => Promise<void>): Promise<string> {
  const lines: unknown[][] = []
  const { log } = console
  console.log = (...line) => void lines.push(line)
  try {
    await run()
  } finally {
    console.log = log
  }
  return JSON.stringify(lines)
}
