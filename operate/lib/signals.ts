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
