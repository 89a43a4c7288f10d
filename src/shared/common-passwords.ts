import { createHash } from 'node:crypto'
import filter from './common-passwords-filter.ts'

// A Bloom filter: half the size of the passwords themselves and, unlike them compressed, ready without being unpacked.
// With 19 bits and 13 positions a password it takes about one other password in 10,000 for a common one.
export const FILTER_BYTES = 24_000
const POSITIONS = 13

const bytes = Buffer.from(filter, 'base64')

/** True for each of the most common passwords, in whatever case: NIST SP 800-63B, 3.1.1.2 has them refused. */
export function isCommonPassword(password: string): boolean {
  return filterPositions(password).every((bit) => (bytes[bit >> 3] ?? 0) & (1 << (bit & 7)))
}

/** The bits of the filter that stand for a password. */
export function filterPositions(password: string): number[] {
  const digest = createHash('sha256').update(password.toLowerCase()).digest()
  const [start, step] = [digest.readUInt32BE(0), digest.readUInt32BE(4)]
  return Array.from({ length: POSITIONS }, (_, index) => (start + index * step) % (FILTER_BYTES * 8))
}
