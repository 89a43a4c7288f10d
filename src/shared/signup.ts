import { createHash, randomUUID } from 'node:crypto'
import { countAttempt } from './attempts.ts'
import { isBreached } from './breached-password.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { Signup } from './signup-request.ts'
import { insertUser, type User } from './users.ts'

/** Who sends a sign-up: the source address, and the Idempotency-Key of the request. */
type Caller = { sourceIp: string; idempotencyKey?: string | undefined }

type Outcome =
  | { outcome: 'created'; uid: string }
  | { outcome: 'email_taken' | 'breached_password' | 'idempotency_key_reused' }
  | { outcome: 'too_many_attempts'; retryAfter: number }

/** How long the hash and the write took, in milliseconds. */
type Times = { hash_ms?: number; store_ms?: number }
/** The checks that failed, each with the name of its error. */
type Skipped = { skipped?: string[] }
export type SignupResult = Outcome & Times & Skipped

/** What reaches outside the process or takes long. Tests may pass their own. */
export type Dependencies = typeof dependencies
const dependencies = { countAttempt, isBreached, hashPassword, verifyPassword, insertUser }

/**
 * Signs a person up: counts the attempt, asks whether the password is in a breach, hashes it, stores the user.
 * @throws {DatabaseUnavailable} if it is not known whether the user was stored
 */
export async function signUp(signup: Signup, caller: Caller, deps: Dependencies = dependencies): Promise<SignupResult> {
  const failed: string[] = []
  /** Runs a check. If it fails, for whatever reason, the sign-up goes on without it. */
  const tryCheck = <Answer>(name: string, check: Promise<Answer>) =>
    check.catch((error: Error) => void failed.push(`${name}: ${error.name}`))
  const skipped = (): Skipped => (failed.length ? { skipped: failed } : {})

  const attempt = await tryCheck('attempts', deps.countAttempt(caller.sourceIp))
  if (attempt?.outcome === 'too_many_attempts') return { ...attempt, ...skipped() }
  const breached = await tryCheck('breached_passwords', deps.isBreached(signup.password))
  if (breached) return { outcome: 'breached_password', ...skipped() }

  const started = performance.now()
  const passwordHash = await deps.hashPassword(signup.password)
  const hashed = performance.now()
  const user = createUser(signup, passwordHash, caller.idempotencyKey)
  const inserted = await deps.insertUser(user)
  const times = { hash_ms: round(hashed - started), store_ms: round(performance.now() - hashed) }

  const outcome: Outcome =
    inserted.outcome === 'stored'
      ? { outcome: 'created', uid: user.uid }
      : await answerExisting(signup, user, inserted.existing, deps)
  return { ...outcome, ...times, ...skipped() }
}

/** The address has an account. Only a retry of the same sign-up, with the same key, gets the answer of the first one. */
async function answerExisting(signup: Signup, user: User, existing: User, deps: Dependencies): Promise<Outcome> {
  const hasSameKey = user.idempotency_key_hash && user.idempotency_key_hash === existing.idempotency_key_hash
  if (!hasSameKey) return { outcome: 'email_taken' }
  return (await isSameSignup(signup, user, existing, deps))
    ? { outcome: 'created', uid: existing.uid }
    : { outcome: 'idempotency_key_reused' }
}

/** True if every field equals the stored one. If not, a 201 would suggest that the new password was stored. */
async function isSameSignup({ password }: Signup, user: User, existing: User, deps: Dependencies): Promise<boolean> {
  return (
    user.user_name === existing.user_name &&
    user.user_age === existing.user_age &&
    user.user_school === existing.user_school &&
    (await deps.verifyPassword(password, existing.user_password))
  )
}

function createUser({ email, name, age, school }: Signup, user_password: string, idempotencyKey?: string): User {
  return {
    user_email: email,
    uid: randomUUID(),
    user_name: name,
    user_password,
    ...(age !== undefined && { user_age: age }),
    ...(school !== undefined && { user_school: school }),
    date_created: new Date().toISOString(),
    last_logged_in: null,
    ...(idempotencyKey && { idempotency_key_hash: createHash('sha256').update(idempotencyKey).digest('hex') }),
  }
}

/** Milliseconds with one decimal. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
