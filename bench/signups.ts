import { setTimeout } from 'node:timers/promises'
import { signUpEvent, startLambda } from '../test/support/lambda.ts'
import { type DatabaseProxy, type Fault, pass } from '../test/support/proxy.ts'
import type { Candidate } from './candidates.ts'

/** Milliseconds that SSM takes to answer a Lambda in its region. */
export const SSM_MS = 20
/** Sign-ups between the first of a process and the one that counts as warm. */
const WARM_UP = 2

/** One sign-up: its hash, its wait for DynamoDB and SSM, and everything else, which add up to its time. */
type Timing = { hashMs: number; databaseMs: number; overheadMs: number; calls: string[] }
/** `startMs` is from the start of the process until the runtime is up, `loadMs` the load of the candidate's file. */
type Sample = { startMs: number; loadMs: number; first: Timing; warm: Timing }
export type Measured = Sample & { candidate: Candidate }

/** The medians for each candidate. In each round, each candidate has its turn in a process of its own. */
export async function measureSignups(
  candidates: Candidate[],
  proxy: DatabaseProxy,
  rounds: number,
): Promise<Measured[]> {
  const samples: Measured[] = []
  for (let round = 1; round <= rounds; round++) {
    // Each round starts with another one: the first runs after a pause, which slows it down.
    const start = round % candidates.length
    for (const candidate of [...candidates.slice(start), ...candidates.slice(0, start)]) {
      console.error(`round ${round} of ${rounds}: ${candidate.name}`)
      samples.push({ candidate, ...(await measure(candidate, proxy)) })
    }
  }
  return candidates.map((candidate) => summarize(candidate, samples))
}

let count = 0

async function measure(candidate: Candidate, proxy: DatabaseProxy): Promise<Sample> {
  const began = performance.now()
  const lambda = await startLambda(candidate.file, candidate.environment, candidate.python)
  const initMs = performance.now() - began
  const signUp = async () => {
    const database = watch(proxy)
    const user = { user_email: `bench${count++}@example.com`, user_password: 'engine of 1837', user_name: 'Ada' }
    const { status, ms, log } = await lambda.invoke(signUpEvent(user))
    if (status !== 201 || !log.hash_ms) throw Error(`${candidate.name} answered ${status}\n${lambda.output()}`)
    const databaseMs = database.ms()
    const calls = proxy.calls().map(({ operation }) => operation)
    return { hashMs: log.hash_ms, databaseMs, overheadMs: ms - log.hash_ms - databaseMs, calls }
  }
  try {
    const first = await signUp()
    for (let i = 0; i < WARM_UP; i++) await signUp()
    return { startMs: initMs - lambda.load, loadMs: lambda.load, first, warm: await signUp() }
  } finally {
    await lambda.stop()
  }
}

/** Counts the calls from now on and the time that they take. Answers for SSM, too. */
function watch(proxy: DatabaseProxy) {
  let total = 0
  const timed =
    (answer: Fault): Fault =>
    async (exchange) => {
      const started = performance.now()
      await answer(exchange)
      total += performance.now() - started
    }
  proxy.inject({ '*': timed(pass), GetParametersByPath: timed(answerTableNames) })
  return { ms: () => total }
}

const answerTableNames: Fault = async ({ response }) => {
  await setTimeout(SSM_MS)
  const Parameters = [
    { Name: '/Bench/tables/mathai_users', Value: 'users' },
    { Name: '/Bench/tables/mathai_signup_attempts', Value: 'attempts' },
  ]
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ Parameters }))
}

/** All that use one implementation of bcrypt on one CPU share one hash time: the median of all of them. */
function summarize(candidate: Candidate, samples: Measured[]): Measured {
  const own = samples.filter((sample) => sample.candidate === candidate)
  const sameHash = samples.filter((sample) => sample.candidate.hash === candidate.hash)
  const signup = (which: 'first' | 'warm') => ({
    hashMs: medianOf(sameHash.map((sample) => sample[which].hashMs)),
    databaseMs: medianOf(own.map((sample) => sample[which].databaseMs)),
    overheadMs: medianOf(own.map((sample) => sample[which].overheadMs)),
    calls: own[0]?.[which].calls ?? [],
  })
  return {
    candidate,
    startMs: medianOf(own.map(({ startMs }) => startMs)),
    loadMs: medianOf(own.map(({ loadMs }) => loadMs)),
    first: signup('first'),
    warm: signup('warm'),
  }
}

/** The middle one of an odd number of values, with one decimal, so that the sums of a table are exact. */
function medianOf(values: number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  return Math.round(middle * 10) / 10
}
