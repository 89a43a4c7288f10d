const cleanUps = new Set<() => void>()

process.on('exit', () => {
  for (const cleanUp of cleanUps) cleanUp()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** Runs `cleanUp` when this process exits, even if a test fails. Returns a function that cancels it. */
export function atExit(cleanUp: () => void): () => void {
  cleanUps.add(cleanUp)
  return () => void cleanUps.delete(cleanUp)
}
