import { brotliDecompressSync } from 'node:zlib'
import list from './common-passwords-list.ts'

const passwords = `\n${brotliDecompressSync(Buffer.from(list, 'base64'))}\n`

/** True for one of the most common passwords, in whatever case: NIST SP 800-63B, 3.1.1.2 has them refused. */
export function isCommonPassword(password: string): boolean {
  return passwords.includes(`\n${password.toLowerCase()}\n`)
}
