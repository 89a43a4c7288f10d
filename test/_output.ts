import type { ChildProcess } from 'node:child_process'

/** Gathers what a process prints, and gives all of it so far. */
export function gatherOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = ''
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  return () => output
}
