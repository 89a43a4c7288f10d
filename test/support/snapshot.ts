import { readFileSync, writeFileSync } from 'node:fs'
import type { Test } from 'tape'

/** Compares a text with a file that a person has read. If the change is wanted, writes the file anew: see CONTRIBUTING.md. */
export function matchesSnapshot(t: Test, file: URL, text: string): void {
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(file, text)
  const name = file.pathname.split('/').at(-1)
  const [lines, expected] = [text.split('\n'), readFileSync(file, 'utf8').split('\n')]
  // Only where they begin to differ: a transcript has hundreds of lines.
  const first = expected.findIndex((line, index) => line !== lines[index])
  const around = (all: string[]) => ({
    count: all.length,
    lines: first < 0 ? [] : all.slice(Math.max(first - 3, 0), first + 6),
  })
  t.deepEqual(around(lines), around(expected), first < 0 ? `as in ${name}` : `line ${first + 1} of ${name}`)
}
