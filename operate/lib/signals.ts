// Ctrl-C and its relatives.
const EXIT_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/**
 * Sets what a signal does from now on, in place of what it did before: Architect's listeners would end the process. `act`
 * gets the exit status that the signal asks for.
 */
export function setSignalAction(act: (exitStatus: number) => void): void {
  for (const [signal, exitStatus] of Object.entries(EXIT_STATUS)) {
    process.removeAllListeners(signal).on(signal, () => act(exitStatus))
  }
}

/**
 * Notes a signal from now on, so that what is under way can end first, and says so if there is a sentence. The function returns the exit
 * status that the signal asks for, or 0.
 */
export function noteSignal(sentence = ''): () => number {
  let asked = 0
  setSignalAction((exitStatus) => {
    if (sentence) console.error(`\n${sentence}`)
    asked = exitStatus
  })
  return () => asked
}
