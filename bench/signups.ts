import { ada } from '../test/_client.ts'
import { signUpEvent, startLambda } from '../test/_lambda.ts'
import { BARE, type Contestant } from './contestants.ts'
import type { StandIn } from './stand-in.ts'
import { median } from './statistics.ts'

export type SignupFigures = {
  name: string
  kilobytes: number
  load: number
  first: number
  warm: number
  firstCalls: string[]
  warmCalls: string[]
  /** What the handler's own log line says of the warm sign-up's hash; ours only. */
  hash?: number
}

type Sample = Omit<SignupFigures, 'name' | 'kilobytes'>

/** Each contestant in a fresh process, one after the other, as often as asked: load, first sign-up, warm sign-up. */
export async function measureSignups(
  contestants: Contestant[],
  standIn: StandIn,
  rounds: number,
  progress: (text: string) => void,
) {
  const samples = new Map<Contestant, Sample[]>(contestants.map((contestant) => [contestant, []]))
  for (let round = 0; round < rounds; round++) {
    progress(`sign-ups, round ${round + 1} of ${rounds}`)
    for (const contestant of contestants) samples.get(contestant)?.push(await sample(contestant, standIn))
  }
  return contestants.map((contestant) => summarize(contestant, samples.get(contestant) ?? []))
}

let count = 0

async function sample({ name, bundle, environment }: Contestant, standIn: StandIn): Promise<Sample> {
  const lambda = await startLambda(bundle, environment)
  const { load } = lambda
  if (name === BARE) {
    await lambda.stop()
    return { load, first: Number.NaN, warm: Number.NaN, firstCalls: [], warmCalls: [] }
  }
  const signUp = async () => {
    standIn.takeCalls()
    const { status, ms, log } = await lambda.invoke(
      signUpEvent({ ...ada, user_email: `bench${count++}@example.com` }),
    )
    if (status !== 201) throw Error(`${name} answered ${status}\n${lambda.output()}`)
    return { ms, hash: log.hash_ms, calls: standIn.takeCalls() }
  }
  const first = await signUp()
  await signUp()
  const warm = await signUp()
  await lambda.stop()
  return {
    load,
    first: first.ms,
    warm: warm.ms,
    firstCalls: first.calls,
    warmCalls: warm.calls,
    ...(warm.hash && { hash: warm.hash }),
  }
}

function summarize({ name, kilobytes }: Contestant, samples: Sample[]): SignupFigures {
  const of = (figure: 'load' | 'first' | 'warm' | 'hash') =>
    median(samples.map((sample) => sample[figure] ?? Number.NaN))
  const [{ firstCalls, warmCalls, hash } = { firstCalls: [], warmCalls: [] }] = samples
  return {
    name,
    kilobytes,
    load: of('load'),
    first: of('first'),
    warm: of('warm'),
    firstCalls,
    warmCalls,
    ...(hash && { hash: of('hash') }),
  }
}
