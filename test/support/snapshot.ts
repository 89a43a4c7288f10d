import { readFileSync, writeFileSync } from 'node:fs'
import type { Test } from 'tape'

/** Compares a text with a file that a person has read. If the change is wanted, writes the file anew: see CONTRIBUTING.md. */
export function matchesSnapshot(t: Test, file: URL, text: string): void {
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(file, text)
  const [found, read] = [text, readFileSync(file, 'utf8')].map((one) => one.split('\n'))
  const first = found?.findIndex((line, index) => line !== read?.[index]) ?? 0
  const around = (lines: string[] = []) => lines.slice(Math.max(first - 3, 0), first + 6)
  if (found?.join() === read?.join()) t.pass(`as in ${file.pathname.split('/').at(-1)}`)
  else t.deepEqual(around(found), around(read), `line ${first + 1} of ${file.pathname.split('/').at(-1)}`)
}
