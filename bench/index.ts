// What a sign-up takes and costs, compared with alternatives. `write` updates bench/README.md.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { startDynamoDB } from '../test/support/dynamodb.ts'
import { startProxy } from '../test/support/proxy.ts'
import { buildCandidates } from './candidates.ts'
import * as cost from './cost.ts'
import { type Measured, measureSignups, SSM_MS } from './signups.ts'

/** Odd, so that a median is a measured value. */
const ROUNDS = 11
const DOCUMENT = new URL('./README.md', import.meta.url)

const python = findPython()
const dynamodb = await startDynamoDB()
const proxy = await startProxy(dynamodb.port)
const { candidates, remove } = await buildCandidates(proxy.port, python)
const measured = await measureSignups(candidates, proxy, ROUNDS)
await remove()
await proxy.stop()
await dynamodb.stop()

const date = new Date().toISOString().slice(0, 10)
const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`
const [ours] = measured
if (!ours) throw Error('nothing was measured')

const report = writeReport(ours)
console.log(report)
if (process.argv.includes('write')) {
  const document = readFileSync(DOCUMENT, 'utf8')
  const tables = /(?<=<!-- bench -->\n).*(?=<!-- \/bench -->)/s
  const updated = document.replace(tables, () => `${report}\n`)
  writeFileSync(DOCUMENT, updated)
}

function writeReport(ours: Measured): string {
  const { warm } = ours
  const share = (hashMs: number) => `${((hashMs / sumOf(warm)) * 100).toFixed(1)} %`
  return `**The hash is ${share(warm.hashMs)} of a warm sign-up.** Waiting for the local DynamoDB is ${share(warm.databaseMs)}, and everything else ${share(warm.overheadMs)}.

Medians of ${ROUNDS} rounds on ${date}, in milliseconds: ${machine}. SSM is set to answer after ${SSM_MS} ms.
${python ? '' : '\nThe replaced system was not measured: BENCH_PYTHON is no Python with boto3 and bcrypt.\n'}
### A warm sign-up, at 1,769 MB

${table(
  '| | hash | DynamoDB | everything else | sum | calls |',
  measured.map(({ candidate, warm }) => [
    nameOf(candidate),
    ...[warm.hashMs, warm.databaseMs, warm.overheadMs, sumOf(warm)].map((ms) => format(ms)),
    tally(warm.calls),
  ]),
)}

### The first sign-up of a process, at 1,769 MB

${table(
  '| | bundle | start | load | hash | DynamoDB, SSM | everything else | sum | calls |',
  measured.map(({ candidate, startMs, loadMs, first }) => [
    nameOf(candidate),
    candidate.kilobytes ? `${candidate.kilobytes} KB` : '',
    ...[startMs, loadMs, first.hashMs, first.databaseMs, first.overheadMs].map((ms) => format(ms)),
    format(startMs + loadMs + sumOf(first)),
    tally(first.calls),
  ]),
)}

### What this API costs

${writeCosts(timesOf(ours))}`
}

function writeCosts(times: cost.Times): string {
  const { newAccounts, largeBodies } = cost.costOfAttack(times)
  const perSecond = cost.FUNCTIONS_AT_ONCE / (times.warmMs / 1000)
  return `${table('| what | US dollars |', [
    ['1,000 sign-ups in a month, each of which starts a process', cost.costOfSignups(1000, 1, times).toFixed(3)],
    ['a month in which nobody signs up, with 100,000 users in the table', cost.costOfUsers(100_000).toFixed(3)],
    ['an hour of new accounts at the throttle of 50 requests per second', newAccounts.toFixed(2)],
    ['an hour of 6 MB bodies at that throttle', largeBodies.toFixed(2)],
  ])}

A new AWS account runs at most ${cost.FUNCTIONS_AT_ONCE} functions at once: here ${perSecond.toFixed(0)} sign-ups per second.`
}

function timesOf({ startMs, loadMs, first, warm }: Measured): cost.Times {
  return { initMs: startMs + loadMs, firstMs: sumOf(first), warmMs: sumOf(warm) }
}

function sumOf({ hashMs, databaseMs, overheadMs }: Measured['warm']): number {
  return hashMs + databaseMs + overheadMs
}

function nameOf({ name, hash }: Measured['candidate']): string {
  return `${name}, ${hash}`
}

function tally(calls: string[]): string {
  return [...new Set(calls)].map((call) => `${calls.filter((other) => other === call).length} ${call}`).join(', ')
}

function table(head: string, rows: string[][]): string {
  const columns = head.split('|').length - 2
  return [head, `|${' --- |'.repeat(columns)}`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
}

function format(ms: number): string {
  return ms.toFixed(1)
}

/** A Python that can run the replaced system, if there is one. */
function findPython(): string | undefined {
  const python = process.env.BENCH_PYTHON ?? 'python3'
  return spawnSync(python, ['-c', 'import boto3, bcrypt']).status === 0 ? python : undefined
}
