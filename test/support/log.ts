/** Runs a function. Resolves to its result and to what it printed. */
export async function captureLog<Result>(run: () => Promise<Result>): Promise<{ result: Result; printed: string }> {
  const lines: unknown[][] = []
  const { log } = console
  console.log = (...line) => void lines.push(line)
  try {
    return { result: await run(), printed: JSON.stringify(lines) }
  } finally {
    console.log = log
  }
}
