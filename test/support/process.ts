import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Collects what a process prints. The function returns all of it so far. */
export function gatherOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = ''
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  return () => output
}

/** Runs a command in a folder. Resolves to its exit status and everything it printed. */
export async function run(command: string, folder: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, { cwd: folder, shell: true, env: { ...process.env, ...env } })
  const output = gatherOutput(child)
  const [status] = await once(child, 'close')
  return { status: status as number | null, output: output() }
}

/** Runs a function for each item, a few at once. Resolves to the results in the order of the items. */
export async function inTurn<Item, Result>(
  items: Item[],
  atOnce: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = [...items.entries()]
  const actInTurn = async () => {
    for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await act(next[1])
  }
  await Promise.all(Array.from({ length: atOnce }, actInTurn))
  return results
}
