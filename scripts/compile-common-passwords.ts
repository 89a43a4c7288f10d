// Writes src/shared/common-passwords-list.ts. Run it after an update of @zxcvbn-ts/language-common.
import { writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { dictionary } from '@zxcvbn-ts/language-common'
import { MIN_PASSWORD_CODE_POINTS } from '../src/shared/password.ts'

const COUNT = 10_000

/** The most common passwords that are long enough to be chosen, sorted so that they compress well. */
export const commonPasswords = dictionary['passwords-common']
  .filter((password) => [...password].length >= MIN_PASSWORD_CODE_POINTS)
  .slice(0, COUNT)
  .sort()

if (import.meta.main) {
  const text = Buffer.from(commonPasswords.join('\n'))
  const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } })
  writeFileSync(
    new URL('../src/shared/common-passwords-list.ts', import.meta.url),
    `// The ${COUNT} most common passwords of ${MIN_PASSWORD_CODE_POINTS} characters or more, as base64 of brotli.\n` +
      `// Made by scripts/compile-common-passwords.ts; a test holds the two together.\n` +
      `export default '${packed.toString('base64')}'\n`,
  )
}
