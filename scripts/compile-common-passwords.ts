// Writes src/shared/common-passwords-filter.ts. Run it after an update of @zxcvbn-ts/language-common.
import { writeFileSync } from 'node:fs'
import { dictionary } from '@zxcvbn-ts/language-common'
import { FILTER_BYTES, filterPositions } from '../src/shared/common-passwords.ts'
import { MIN_PASSWORD_CODE_POINTS } from '../src/shared/password.ts'

const COUNT = 10_000

/** The most common passwords that are long enough to be chosen. */
export const commonPasswords = dictionary['passwords-common']
  .filter((password) => [...password].length >= MIN_PASSWORD_CODE_POINTS)
  .slice(0, COUNT)

/** The Bloom filter that has them, in base64. */
export function compileFilter(): string {
  const filter = Buffer.alloc(FILTER_BYTES)
  for (const bit of commonPasswords.flatMap(filterPositions))
    filter.writeUInt8((filter[bit >> 3] ?? 0) | (1 << (bit & 7)), bit >> 3)
  return filter.toString('base64')
}

if (import.meta.main) {
  writeFileSync(
    new URL('../src/shared/common-passwords-filter.ts', import.meta.url),
    `// The ${COUNT} most common passwords of ${MIN_PASSWORD_CODE_POINTS} characters or more, as a Bloom filter.\n` +
      `// Made by scripts/compile-common-passwords.ts; a test holds the two together.\n` +
      `export default '${compileFilter()}'\n`,
  )
}
