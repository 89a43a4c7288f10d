import { execFileSync } from 'node:child_process'
import { median } from './statistics.ts'

const IMPLEMENTATIONS = { bcryptjs: "require('bcryptjs').hash", native: "require('bcrypt').hash" }

/** The first and a warm hash at cost 12 of a fresh process, by bcryptjs and by a native bcrypt. */
export function measureHashes(rounds: number, progress: (text: string) => void) {
  const samples = Object.fromEntries(Object.keys(IMPLEMENTATIONS).map((name) => [name, [] as number[][]]))
  for (let round = 0; round < rounds; round++) {
    progress(`hashes, round ${round + 1} of ${rounds}`)
    for (const [name, hash] of Object.entries(IMPLEMENTATIONS)) samples[name]?.push(sample(hash))
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, times]) => [
      name,
      { first: median(times.map(([first = 0]) => first)), warm: median(times.map(([, warm = 0]) => warm)) },
    ]),
  )
}

function sample(hash: string): number[] {
  const program = `
    const hash = ${hash}
    const time = async () => { const started = performance.now(); await hash('engine of 1837', 12); return performance.now() - started }
    time().then(async (first) => console.log(JSON.stringify([first, await time()])))`
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }))
}
