// Runs test files of all rooms, four at once, each in a process of its own, and prints a line for each test. Arguments name
// files or folders of tests; NAME=value sets a variable of the environment. Without arguments: what `npm test` runs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import tape from 'tape'
import { atExit } from './support/leftovers.ts'
import { gatherOutput, inTurn } from './support/process.ts'

/** What tape reports: a test that begins or ends, or an assertion. */
type Row = { type: string; name?: string; ok?: boolean; skip?: unknown; [more: string]: unknown }

const ROOT = join(import.meta.dirname, '..')
const ROOMS = '{test,operate/test,front-end/test}'
const AT_ONCE = 4
/** A file that waits for something that never happens fails after ten minutes. */
const LIMIT_MS = 600_000

const words = process.argv.slice(2)
const names = words.filter((word) => !word.includes('='))
for (const word of words) {
  const [, name, value] = /^(.+?)=(.*)/.exec(word) ?? []
  if (name) process.env[name] = value
}
// Most of the time of a command is that of loading it.
if (!process.env.NODE_COMPILE_CACHE) {
  const cache = mkdtempSync(join(tmpdir(), 'mathai-compiled-'))
  process.env.NODE_COMPILE_CACHE = cache
  atExit(() => rmSync(cache, { recursive: true, force: true }))
}
const files = names.length ? names.flatMap(find) : globSync(`${ROOMS}/*-test.ts`, { cwd: ROOT }).sort()

const MARKS = { passed: '✓', failed: '✗', skipped: '-' }
type Result = keyof typeof MARKS
const counts = { passed: 0, failed: 0, skipped: 0 }
if (files.length === 1) await runHere(String(files[0]))
else {
  await inTurn(files, AT_ONCE, runFile)
  finish()
}

/** The files of a name: `password` is password-test.ts of any room, `emulator` a folder of tests. */
function find(name: string): string[] {
  const patterns = name.endsWith('-test.ts') ? name : [`${ROOMS}/**/${name}-test.ts`, `${ROOMS}/**/${name}/*-test.ts`]
  const found = globSync(patterns, { cwd: ROOT })
  if (!found.length) throw Error(`There is no test ${name}`)
  return found
}

/** Runs a file in a process of its own. */
async function runFile(file: string): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  const output = gatherOutput(child)
  const [status, signal] = await once(child, 'close')
  const [, lines] = /^(.*)\n\d+ passed, \d+ failed(?:, \d+ skipped)?\n$/s.exec(output()) ?? []
  // A file that ends without its summary has failed, too, whatever its tests say.
  const reason = signal ? `killed with ${signal}, perhaps after ${LIMIT_MS / 60_000} minutes` : `exit status ${status}`
  const report = lines?.trimEnd() ?? `${output().trimEnd()}\n✗ ${file} ended before its last test: ${reason}`
  console.log(`\n${file}\n${report}`)
  for (const [result, mark] of Object.entries(MARKS)) {
    counts[result as Result] += report.split('\n').filter((line) => line.startsWith(`${mark} `)).length
  }
}

/** Runs a file in this process. */
async function runHere(file: string): Promise<void> {
  const current = { name: '', failures: [] as Row[], skip: false, started: 0 }
  tape.createStream({ objectMode: true }).on('data', (row: Row | string) => {
    if (typeof row === 'string') return console.log(`  ${row}`)
    const { name = '', skip } = row
    if (row.type === 'test') Object.assign(current, { name, failures: [], skip, started: performance.now() })
    if (row.type === 'assert' && !row.ok) current.failures.push(row)
    if (row.type === 'end' && current.name) {
      report(current)
      current.name = ''
    }
  })
  tape.onFinish(finish)
  await import(pathToFileURL(join(ROOT, file)).href)
}

function report({ name, failures, skip, started }: { name: string; failures: Row[]; skip: boolean; started: number }) {
  const result = failures.length ? 'failed' : skip ? 'skipped' : 'passed'
  counts[result]++
  console.log(`${MARKS[result]} ${name} (${Math.round(performance.now() - started)} ms)`)
  for (const { name, at, actual, expected } of failures) console.log({ name, at, actual, expected })
}

function finish(): void {
  const { passed, failed, skipped } = counts
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  // A test that failed may have left something running. Otherwise nothing keeps the process alive.
  // With NO_SKIPS a tool that is missing is a failure: the weekly run sets it.
  if (failed || (skipped ? process.env.NO_SKIPS : !passed)) process.exit(1)
}
