// Runs test files and prints a line for each test: those of `npm test`, or those of the folders and files that are named.
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

const names = process.argv.slice(2)
const patterns = names.length
  ? names.flatMap((name) => [`${name}/*-test.ts`, `${name}-test.ts`])
  : ['*-test.ts', 'browser/*-test.ts']
const files = globSync(patterns, { cwd: import.meta.dirname }).sort()
if (!files.length) throw Error(`There is no test ${names.join(' or ')}`)

const counts = { passed: 0, failed: 0, skipped: 0 }
const current = { name: '', failures: [] as Row[], skip: false, started: 0 }
tape.createStream({ objectMode: true }).on('data', (row: Row | string) => {
  if (typeof row === 'string') return console.log(`  ${row}`)
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
  const result = resultOf(failures, skip)
  counts[result]++
  const mark = { failed: '✗', skipped: '-', passed: '✓' }[result]
  console.log(`${mark} ${name} (${Math.round(performance.now() - started)} ms)`)
  for (const { name, at, actual, expected } of failures) console.log({ name, at, actual, expected })
  current.name = ''
}

function resultOf(failures: Row[], skip: boolean) {
  if (failures.length) return 'failed'
  return skip ? 'skipped' : 'passed'
}

tape.onFinish(() => {
  const { passed, failed, skipped } = counts
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  // A test that failed may have left something running. Otherwise nothing keeps the process alive.
  if (failed || !(passed || skipped)) process.exit(1)
})

for (const file of files) await import(join(import.meta.dirname, file))
