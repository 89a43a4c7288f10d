// Questions at the terminal.
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { CommandError, wrap } from './command.ts'

/**
 * Asks at the terminal. What is printed on stdout stays the result of the command. Ctrl-D is an empty answer.
 * @throws if Ctrl-C is pressed
 */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const interrupted = once(terminal, 'SIGINT').then(() => {
    throw new CommandError('\nInterrupted. Nothing was changed.', 130)
  })
  try {
    return await Promise.race([terminal.question(wrap(question)), interrupted])
  } catch (error) {
    if ((error as Error).name === 'AbortError') return ''
    throw error
  } finally {
    terminal.close()
  }
}

/** Whether the operator has said `yes` with the command, and the command without that word. */
export type Consent = { isSure: boolean; command: string }

/**
 * Asks once whether to go on. Without a terminal there is no question: the word `yes` in the command is the answer.
 * @throws if the answer is no
 */
export async function confirm(question: string, { isSure, command }: Consent): Promise<void> {
  if (isSure) return
  if (!process.stdin.isTTY)
    throw new CommandError(`Nothing was changed. ${question} If so, add the word yes:\n  ${command}`)
  const answer = await ask(`${question} Type yes: `)
  if (answer.trim() !== 'yes') throw new CommandError('Nothing was changed.')
}
