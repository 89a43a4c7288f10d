import { ada } from '../test/_client.ts'
import { TABLES } from '../test/_dynamodb.ts'
import { signUpEvent, startLambda } from '../test/_lambda.ts'
import type { Contestant } from './contestants.ts'
import { type StandIn, startStandIn } from './stand-in.ts'
import { median } from './statistics.ts'

/** The same warm sign-up with tables of these sizes, in turns. The time is that of all but the hash. */
export async function measureGrowth(
  { bundle, environment }: Contestant,
  sizes: number[],
  rounds: number,
  progress: (text: string) => void,
) {
  const rooms = []
  for (const size of sizes) {
    progress(`a table of ${size} users`)
    const standIn = await startStandIn()
    await fill(standIn, size)
    const lambda = await startLambda(bundle, {
      ...environment,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${standIn.port}`,
    })
    rooms.push({ size, standIn, lambda, rest: [] as number[], calls: 0 })
  }
  for (let round = -1; round < rounds; round++) {
    progress(`growth, round ${Math.max(round, 0) + 1} of ${rounds}`)
    for (const room of rooms) {
      room.standIn.takeCalls()
      const { ms, log } = await room.lambda.invoke(
        signUpEvent({ ...ada, user_email: `growth${round}@example.com` }),
      )
      room.calls = room.standIn.takeCalls().length
      // The first sign-up of a process is a cold one.
      if (round >= 0) room.rest.push(ms - (log.hash_ms ?? Number.NaN))
    }
  }
  for (const { lambda, standIn } of rooms) {
    await lambda.stop()
    await standIn.stop()
  }
  return rooms.map(({ size, rest, calls }) => ({ size, rest: median(rest), calls }))
}

async function fill({ dynamodb }: StandIn, size: number): Promise<void> {
  const item = (index: number) => ({
    PutRequest: {
      Item: { user_email: `user${index}@example.com`, uid: `${index}`, user_password: '$'.repeat(60) },
    },
  })
  for (let start = 0; start < size; start += 25) {
    const items = Array.from({ length: Math.min(25, size - start) }, (_, index) => item(start + index))
    await dynamodb.client.BatchWriteItem({ RequestItems: { [TABLES.USERS_TABLE]: items } })
  }
}
