import { createHash, randomUUID } from 'node:crypto'
import { registerAttempt } from './attempts.ts'
import { isBreached } from './breached-password.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { Signup } from './signup-request.ts'
import { insertUser, type User } from './users.ts'

/** Who sends a sign-up: the source address, and the Idempotency-Key of the request. */
export type Caller = { sourceIp: string; idempotencyKey?: string | undefined }

export type SignupResult = Measurements &
  (
    | { outcome: 'created'; uid: string }
    | { outcome: 'email_taken' | 'breached_password' | 'idempotency_key_reused' }
    | { outcome: 'too_many_attempts'; retryAfter: number }
  )
/** Milliseconds, and the checks that were unreachable. */
type Measurements = { hash_ms?: number; store_ms?: number; skipped?: string[] }

/** What reaches outside the process or takes long. Tests may pass their own. */
export type Dependencies = typeof dependencies
const dependencies = { registerAttempt, isBreached, hashPassword, verifyPassword, insertUser }

/**
 * Signs a person up: registers the attempt, hashes the password, stores the user.
 * @throws {DatabaseUnavailable} if it is not known whether the user was stored
 */
export async function signUp(signup: Signup, caller: Caller, deps: Dependencies = dependencies): Promise<SignupResult> {
  const measured: Measurements = {}

  const attempt = await skipIfDown('attempts', () => deps.registerAttempt(caller.sourceIp), measured)
  if (attempt?.allowed === false) {
    return { outcome: 'too_many_attempts', retryAfter: attempt.retryAfter, ...measured }
  }
  const breached = await skipIfDown('breached_passwords', () => deps.isBreached(signup.password), measured)
  if (breached) return { outcome: 'breached_password', ...measured }

  const started = performance.now()
  const passwordHash = await deps.hashPassword(signup.password)
  const hashed = performance.now()
  const user = newUser(signup, passwordHash, caller.idempotencyKey)
  const inserted = await deps.insertUser(user)
  measured.hash_ms = round(hashed - started)
  measured.store_ms = round(performance.now() - hashed)

  if (inserted.outcome === 'stored') return { outcome: 'created', uid: user.uid, ...measured }
  const { existing } = inserted
  const isRetry = user.idempotency_key_hash && user.idempotency_key_hash === existing.idempotency_key_hash
  if (!isRetry) return { outcome: 'email_taken', ...measured }
  const isSame =
    user.user_name === existing.user_name &&
    user.user_age === existing.user_age &&
    user.user_school === existing.user_school &&
    (await deps.verifyPassword(signup.password, existing.user_password))
  return isSame
    ? { outcome: 'created', uid: existing.uid, ...measured }
    : { outcome: 'idempotency_key_reused', ...measured }
}

/** Runs a check. If it is unreachable, the sign-up goes on without it: resolves to undefined, and `skipped` names it. */
async function skipIfDown<Result>(
  check: string,
  run: () => Promise<Result>,
  measured: Measurements,
): Promise<Result | undefined> {
  try {
    return await run()
  } catch {
    measured.skipped = [...(measured.skipped ?? []), check]
    return undefined
  }
}

function newUser({ email, name, age, school }: Signup, user_password: string, idempotencyKey?: string): User {
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

/** Milliseconds with one decimal. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
