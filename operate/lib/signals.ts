const EXIT_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** Says what a signal does from now on, with the exit status that it asks for. Architect's listeners would end the process. */
export function onSignal(act: (exitStatus: number) => void): void {
  for (const [signal, exitStatus] of Object.entries(EXIT_STATUS)) {
    process.removeAllListeners(signal).on(signal, () => act(exitStatus))
  }
}
