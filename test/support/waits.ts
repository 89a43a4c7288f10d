import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

/**
 * Runs a function. Resolves to its result, and to the milliseconds of each wait and time limit that it has begun meanwhile: they are
 * exact, however busy the machine is.
 */
export async function recordWaits<Result>(run: () => Promise<Result>): Promise<{ result: Result; waits: number[] }> {
  const waits: number[] = []
  const { setTimeout } = timers
  const { timeout } = AbortSignal
  timers.setTimeout = ((ms: number, ...rest: []) => {
    waits.push(ms)
    return setTimeout(ms, ...rest)
  }) as typeof setTimeout
  AbortSignal.timeout = (ms) => {
    waits.push(ms)
    return timeout.call(AbortSignal, ms)
  }
  // What was imported by name is replaced, too.
  syncBuiltinESMExports()
  try {
    return { result: await run(), waits }
  } finally {
    Object.assign(timers, { setTimeout })
    AbortSignal.timeout = timeout
    syncBuiltinESMExports()
  }
}
