// What every command does: parse its arguments, print one sentence if it fails, wrap long lines.
import { parseArgs } from 'node:util'
import type { Stage } from '../../src/plugins/architect.ts'

export type CommandLine = { stage: Stage; name: string; flags: string[] }

/** A failure that the operator can correct. Its message says what was wrong and what to do. */
export class CommandError extends Error {
  readonly exitStatus: number
  constructor(message: string, exitStatus = 1) {
    super(message)
    this.exitStatus = exitStatus
  }
}

/** Runs a command. If it throws, prints the message without the stack, and ends the process. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  await main().catch((error: Partial<CommandError>) => {
    console.error(wrap(String(error.message)))
    process.exit(error.exitStatus ?? 1)
  })
}

/**
 * Parses the arguments of a command: one stage, as `production` or `--production`, `--name NAME`, and its own flags.
 * @throws an error that names the commands to choose from
 */
export function parseCommandLine(command: string, args: string[], flags: string[]): CommandLine {
  const names = ['staging', 'production', ...flags]
  const options = {
    name: { type: 'string' },
    ...Object.fromEntries(names.map((name) => [name, { type: 'boolean' }])),
  } as const
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const stages = [...positionals, ...Object.keys(values).filter(isStage)]
    const [stage = ''] = stages
    if (stages.length > 1) throw Error(`Name one stage, not ${stages.length}: ${stages.join(' ')}`)
    if (!isStage(stage)) throw Error('Name one stage')
    return { stage, name: String(values.name ?? ''), flags: flags.filter((flag) => flag in values) }
  } catch (error) {
    const [reason] = (error as Error).message.split(/\.(?:\s|$)/)
    throw new CommandError(`${reason}. Choose one of:\n  npm run ${command} staging\n  npm run ${command} production`)
  }
}

export function isStage(text: string): text is Stage {
  return text === 'staging' || text === 'production'
}

/** Wraps text at 80 columns. A line that begins with a blank is a command, and stays whole. */
export function wrap(text: string): string {
  return text.replace(/^\S.{80,}$/gm, (line) => line.replace(/(.{1,80})( |$)/g, '$1\n').trimEnd())
}
