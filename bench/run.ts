// What a sign-up costs and how fast it is, beside what one would use instead. --json prints figures, --chart draws.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { drawChart } from './chart.ts'
import { BARE, buildContestants, OURS } from './contestants.ts'
import { costOfMillion } from './cost.ts'
import { measureGrowth } from './growth.ts'
import { measureHashes } from './hash.ts'
import { measureSignups } from './signups.ts'
import { SSM_DELAY, startStandIn } from './stand-in.ts'
import { round } from './statistics.ts'

const ROUNDS = 15
const progress = (text: string) =>
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)

const standIn = await startStandIn()
const { contestants, remove } = await buildContestants(standIn.port)
const hashes = measureHashes(ROUNDS, progress)
const signups = await measureSignups(contestants, standIn, ROUNDS, progress)
const [ours] = contestants
const [mine] = signups
if (!ours || !mine?.hash) throw Error('the first contestant is ours')
const growth = await measureGrowth(ours, [0, 10_000, 100_000], ROUNDS, progress)
const bare = signups.find(({ name }) => name === BARE)
const hash = mine.hash
const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`
const cost = [512, 1152, 1769, 3008].map((megabytes) => costOfMillion(mine.warm, megabytes))
await standIn.stop()
await remove()
progress('done\n')

const figures = {
  date: new Date().toISOString().slice(0, 10),
  machine,
  ssmDelay: SSM_DELAY,
  hashes,
  signups,
  growth,
  cost,
}
const peers = signups.filter(({ name }) => name !== BARE)
if (process.argv.includes('--json')) console.log(JSON.stringify(figures, null, 2))
else printTables()
if (process.argv.includes('--chart')) {
  const drawn = drawChart(
    peers.map(({ name, load, first }) => ({ name, value: load + first - hash })),
    'First sign-up of a fresh process, beyond the hash',
  )
  writeFileSync(new URL('cold.svg', import.meta.url), drawn)
}

function printTables(): void {
  console.log(
    `${figures.date}, ${machine}. Medians of ${ROUNDS}, in milliseconds. SSM answers after ${SSM_DELAY} ms.\n`,
  )
  console.log('| hash, cost 12 | first | warm |\n|---|---|---|')
  for (const [name, { first, warm }] of Object.entries(hashes))
    console.log(`| ${name} | ${round(first)} | ${round(warm)} |`)
  console.log(
    '\n| | bundle KB | load | first sign-up | beyond the hash | warm sign-up | calls, first | calls, warm |\n|---|---|---|---|---|---|---|---|',
  )
  for (const { name, kilobytes, load, first, warm, firstCalls, warmCalls } of signups) {
    const times =
      name === BARE
        ? '| | | | | |'
        : `${round(first)} | ${round(load + first - hash)} | ${round(warm)} | ${tally(firstCalls)} | ${tally(warmCalls)} |`
    console.log(`| ${name} | ${round(kilobytes)} | ${round(load)} | ${times}`)
  }
  const rest = growth[0]?.rest ?? 0
  console.log(
    `\nAll but the hash of a warm ${OURS}: ${round(rest)}, which is ${round((rest / hash) * 100)} % of the hash.`,
  )
  console.log(
    `Load of ${OURS}: ${round((mine?.load ?? 0) / (bare?.load ?? 1), 2)} times that of the ${BARE}.`,
  )
  console.log('\n| users in the table | all but the hash | calls |\n|---|---|---|')
  for (const { size, rest, calls } of growth) console.log(`| ${size} | ${round(rest, 2)} | ${calls} |`)
  console.log(
    '\n| MB | ms | $ per million, Lambda | $ per million, all | sign-ups per second at 1,000 at once |\n|---|---|---|---|---|',
  )
  for (const { megabytes, ms, lambda, total, perSecond } of cost) {
    console.log(
      `| ${megabytes} | ${round(ms, 0)} | ${round(lambda, 2)} | ${round(total, 2)} | ${round(perSecond, 0)} |`,
    )
  }
}

function tally(calls: string[]): string {
  return [...new Set(calls)]
    .map((call) => `${calls.filter((other) => other === call).length} ${call}`)
    .join(', ')
}
