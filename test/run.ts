// Runs the tests whose file name holds one of the words given (all of them without), and prints a line for each.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import tape from 'tape'

type Row = {
  type: string
  name?: string
  ok?: boolean
  skip?: unknown
  at?: string
  actual?: unknown
  expected?: unknown
}

const words = process.argv.slice(2)
const files = globSync('**/*-test.ts', { cwd: import.meta.dirname })
  .filter((file) => !words.length || words.some((word) => file.includes(word)))
  .sort()
if (!files.length) throw Error(`No test file has ${words.join(' or ')} in its name`)

const counts = { passed: 0, failed: 0, skipped: 0 }
const current = { name: '', failures: [] as Row[], skip: false, started: 0 }
tape.createStream({ objectMode: true }).on('data', (row: Row) => {
  if (row.type === 'test') {
    Object.assign(current, {
      name: row.name,
      failures: [],
      skip: Boolean(row.skip),
      started: performance.now(),
    })
  }
  if (row.type === 'assert' && !row.ok) current.failures.push(row)
  if (row.type === 'end' && current.name) report()
})

function report(): void {
  const { name, failures, skip, started } = current
  const result = failures.length ? 'failed' : skip ? 'skipped' : 'passed'
  counts[result]++
  const mark = { failed: '✗', skipped: '-', passed: '✓' }[result]
  console.log(`${mark} ${name} (${Math.round(performance.now() - started)} ms)`)
  for (const { name, at, actual, expected } of failures) console.log({ name, at, actual, expected })
  current.name = ''
}

tape.onFinish(() => {
  const { passed, failed, skipped } = counts
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed || !passed ? 1 : 0
})

for (const file of files) await import(join(import.meta.dirname, file))
