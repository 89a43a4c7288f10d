import bcrypt from 'bcryptjs'

/** Hashes as this API does, and logs the time as it does. */
export async function hashPassword(password: string): Promise<string> {
  const started = performance.now()
  const hash = await bcrypt.hash(password, 12)
  console.log(JSON.stringify({ hash_ms: performance.now() - started }))
  return hash
}
