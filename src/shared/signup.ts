import { createHash, randomUUID } from 'node:crypto'
import { countAttempt } from './attempts.ts'
import { isBreached } from './breached-password.ts'
import { hashPassword } from './password.ts'
import type { Signup } from './signup-request.ts'
import { insertUser } from './users.ts'

/** Where a sign-up comes from, and the key by which its sender may repeat it. */
export type Origin = { sourceIp: string; idempotencyKey?: string | undefined }

export type SignupResult = Measured &
  (
    | { outcome: 'created'; uid: string }
    | { outcome: 'email_taken' | 'breached_password' }
    | { outcome: 'too_many_attempts'; retryAfter: number }
  )
/** Milliseconds, and the guards that could not be asked. */
type Measured = { hash_ms?: number; store_ms?: number; skipped?: string[] }

/** The parts that reach outside the process or take long; a test may hand in others. */
export type Parts = typeof parts
const parts = { countAttempt, isBreached, hashPassword, insertUser }

/**
 * Signs a person up: counts the attempt, hashes the password, stores the user.
 * @throws {DatabaseUnavailable} where it is not known whether the user was stored
 */
export async function signUp(signup: Signup, origin: Origin, use: Parts = parts): Promise<SignupResult> {
  const skipped: string[] = []
  // A guard that is down must not become the outage.
  const orSkip = (guard: string) => () => void skipped.push(guard)

  const retryAfter = await use.countAttempt(origin.sourceIp).catch(orSkip('attempts'))
  if (retryAfter) return { outcome: 'too_many_attempts', retryAfter }
  const breachesUrl = process.env.BREACHED_PASSWORDS_URL
  if (
    breachesUrl &&
    (await use.isBreached(signup.password, breachesUrl).catch(orSkip('breached_passwords')))
  ) {
    return { outcome: 'breached_password' }
  }
  const started = performance.now()
  const user_password = await use.hashPassword(signup.password)
  const hashed = performance.now()
  const uid = await use.insertUser(newUser(signup, user_password, origin.idempotencyKey))
  const measured = {
    hash_ms: milliseconds(hashed - started),
    store_ms: milliseconds(performance.now() - hashed),
    ...(skipped.length && { skipped }),
  }
  return uid ? { outcome: 'created', uid, ...measured } : { outcome: 'email_taken', ...measured }
}

function newUser({ email, name, age, school }: Signup, user_password: string, idempotencyKey?: string) {
  return {
    user_email: email,
    uid: randomUUID(),
    user_name: name,
    user_password,
    ...(age !== undefined && { user_age: age }),
    ...(school !== undefined && { user_school: school }),
    date_created: new Date().toISOString(),
    last_logged_in: null,
    ...(idempotencyKey && {
      idempotency_key_hash: createHash('sha256').update(idempotencyKey).digest('hex'),
    }),
  }
}

function milliseconds(duration: number): number {
  return Math.round(duration * 10) / 10
}
