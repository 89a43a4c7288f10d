// What every command does: parse its arguments, print one sentence if it fails, wrap long lines.
import type { Stage } from '../../src/plugins/architect.ts'
import type { Result } from '../../src/shared/result.ts'
import { type AwsError, explainError, needsExplanation } from './explain.ts'

/** `name` is that of a stack of its own, or empty. `words` are neither a stage nor an option. */
export type CommandLine = {
  stage: Stage
  name: string
  flags: string[]
  options: Record<string, string>
  words: string[]
}

/** What a command takes besides a stage: flags, options such as name=NAME, and words, which `usage` describes. */
export type Grammar = { flags?: string[]; options?: string[]; usage?: string }

/** A failure that the operator can correct. Its message says what was wrong and what to do. */
export class CommandError extends Error {
  readonly exitStatus: number
  constructor(message: string, exitStatus = 1) {
    super(message)
    this.exitStatus = exitStatus
  }
}

/** Runs a command. If it throws, prints one sentence, without the stack, and ends the process. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  // A reader such as `head` may end before the last line.
  process.stdout.on('error', () => process.exit(1))
  await main().catch((error: Partial<CommandError & AwsError>) => {
    const place = error.place ?? { region: 'the region of app.arc' }
    console.error(wrap(needsExplanation(error) ? explainError(error, place) : String(error.message)))
    process.exit(error.exitStatus ?? 1)
  })
}

/**
 * Parses the arguments of a command, which are all plain words: npm and PowerShell take away what has dashes.
 * @throws an error with the line to type if an argument has a dash or is unknown, or if npm has kept an option for itself
 */
export function parseCommandLine(command: string, args: string[], grammar: Grammar, env = process.env): CommandLine {
  const kept = keptByNpm(env)
  const isPlain = !kept.length && !args.some((arg) => arg.startsWith('-'))
  const words = isPlain ? args : meantBy(args, kept, grammar)
  const parsed = parseWords(words, grammar)
  const lineOf = (...rest: string[]) => `  npm run ${[command, ...rest].filter(Boolean).join(' ')}`
  if ('error' in parsed) {
    const { flags = [], options = [], usage = '' } = grammar
    const optional = [...options.map((name) => `${name}=${name.toUpperCase()}`), ...flags].map((word) => `[${word}]`)
    const choices = STAGES.map((stage) => lineOf(stage, usage, ...optional))
    throw new CommandError([`${parsed.error}. Type one of:`, ...choices].join('\n'))
  }
  if (isPlain) return parsed.value
  throw new CommandError(`Options are plain words: npm takes away what has dashes. Type this:\n${lineOf(...words)}`)
}

const STAGES: Stage[] = ['staging', 'production']

export function isStage(text: string): text is Stage {
  return (STAGES as string[]).includes(text)
}

function parseWords(words: string[], { flags = [], options = [], usage }: Grammar): Result<CommandLine, string> {
  const stages = words.filter(isStage)
  const pairs = words
    .map((word) => /^([a-z-]+)=(.*)$/s.exec(word) ?? [])
    .filter(([, name = '']) => options.includes(name))
  const isKnown = (word: string) => isStage(word) || flags.includes(word) || pairs.some(([pair]) => pair === word)
  const rest = words.filter((word) => !isKnown(word))
  const [stage] = stages
  const empty = pairs.find(([, , value]) => !value)
  if (!stage) return { error: rest.length && !usage ? `"${rest[0]}" is not a stage` : 'Name one stage' }
  if (stages.length > 1) return { error: `Name one stage, not ${stages.length}: ${stages.join(' ')}` }
  if (rest.length && !usage) return { error: `"${rest[0]}" is not an option` }
  if (empty) return { error: `"${empty[0]}" has no value` }
  const found: Record<string, string> = Object.fromEntries(pairs.map(([, name, value]) => [name, value]))
  if (pairs.length > Object.keys(found).length) return { error: 'An option is there twice' }
  if (!/^[a-z0-9-]*$/i.test(found.name ?? ''))
    return { error: `"name=${found.name}" may have letters, digits and hyphens only` }
  const value = { stage, name: found.name ?? '', flags: words.filter((word) => flags.includes(word)) }
  return { value: { ...value, options: found, words: rest } }
}

/** One of another command is refused, too: `deploy --diff` must not deploy. */
const OF_ALL_COMMANDS = [
  'name',
  'erased',
  'table',
  'no-smoke',
  'allow-data-loss',
  'new-table',
  'diff',
  'hashes',
  'dry-run',
]

/**
 * The options that npm has taken for its own: it passes them on in the environment only. `--no-smoke` is an empty `smoke`.
 * `yes` is left out: npm knows it, and without the word nothing is changed.
 */
function keptByNpm(env: NodeJS.ProcessEnv): [name: string, value: string][] {
  return [...STAGES, ...OF_ALL_COMMANDS].flatMap((name): [string, string][] => {
    const isNegative = name.startsWith('no-')
    const value = env[`npm_config_${name.replace(/^no-/, '').replaceAll('-', '_')}`]
    const isOff = value === '' || value === 'false'
    return value !== undefined && isOff === isNegative ? [[name, isNegative ? 'true' : value]] : []
  })
}

/** The words that were meant: `--name alice` and `--name=alice` are name=alice, `--no-smoke` is no-smoke. */
function meantBy(
  args: string[],
  kept: [name: string, value: string][],
  { flags = [], options = [] }: Grammar,
): string[] {
  const words = args.map((arg) => arg.replace(/^-+/, ''))
  // npm 10 keeps `--name alice` as name=true, and passes alice on.
  const isValue = (word: string) => !isStage(word) && ![...flags, ...options].includes(word) && !word.includes('=')
  for (const [name, value] of kept) {
    if (!options.includes(name)) words.push(name, ...(value === 'true' ? [] : [value]))
    else if (value === 'true') words.splice(Math.max(words.findLastIndex(isValue), 0), 0, name)
    else words.push(`${name}=${value}`)
  }
  const joined = words.join('\n').replace(new RegExp(`^(${options.join('|')})\\n`, 'gm'), '$1=')
  return joined.split('\n').filter(Boolean)
}

/** Wraps text at 80 columns. A line that begins with a blank is a command, and stays whole. */
export function wrap(text: string): string {
  return text.replace(/^\S.{80,}$/gm, (line) => line.replace(/(.{1,80})( |$)/g, '$1\n').trimEnd())
}
