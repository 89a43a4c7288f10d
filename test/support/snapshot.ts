import { readFileSync, writeFileSync } from 'node:fs'
import type { Test } from 'tape'

/** Compares a text with a file that a person has read. If the change is wanted, writes the file anew: see CONTRIBUTING.md. */
export function matchesSnapshot(t: Test, file: URL, text: string): void {
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(file, text)
  t.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'), `as in ${file.pathname.split('/').at(-1)}`)
}
