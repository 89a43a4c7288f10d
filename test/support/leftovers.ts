const leftovers = new Set<() => void>()

process.on('exit', () => {
  for (const remove of leftovers) remove()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** Registers what must not outlive this process, even if a test fails. Call the result once it is gone. */
export function removeAtExit(remove: () => void): () => void {
  leftovers.add(remove)
  return () => void leftovers.delete(remove)
}
