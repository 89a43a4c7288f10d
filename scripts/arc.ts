import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import inventory from '@architect/inventory'
import { toLogicalID } from '@architect/utils'
import { type Inventory, type Stage, wordsOf } from '../src/plugins/architect.ts'

/** The file of the `arc` command. */
export const ARC = createRequire(import.meta.url).resolve('@architect/architect/src/index.js')

/** What Architect prints in front of the message of an error. */
const FAILED = 'deploy failed!'
const STACK_LINE = /^ +at .*[:)]/

/**
 * The words of a command: the stage, as `production` or `--production`, `--name NAME`, and options of the command itself.
 * Ends the process with a sentence if one is wrong.
 */
export function readWords(command: string, flags: string[] = []) {
  const names = ['staging', 'production', ...flags]
  try {
    const { values, positionals } = parseArgs({
      options: { name: { type: 'string' }, ...Object.fromEntries(names.map((name) => [name, { type: 'boolean' }])) },
      allowPositionals: true,
    })
    const stages = [...positionals, ...Object.keys(values).filter(isStage)]
    const [stage = ''] = stages
    if (stages.length !== 1 || !isStage(stage)) throw Error(`Say one stage${stage && `, not ${stages.join(' ')}`}.`)
    const { name } = values as { name?: string }
    return { stage, name, flags: flags.filter((flag) => flag in values) }
  } catch (error) {
    const [reason] = (error as Error).message.split(/\.(?:\s|$)/)
    return stop(`${reason}. Choose one of:\n  npm run ${command} staging\n  npm run ${command} production`)
  }
}

function isStage(word: string): word is Stage {
  return word === 'staging' || word === 'production'
}

/** The name of the stack, as Architect makes it. */
export function stackNameOf({ app }: Inventory, stage: Stage, name = ''): string {
  return [app, stage, name].map(toLogicalID).join('')
}

/** Reads app.arc and everything that it refers to. Ends the process with a sentence if something in it is wrong. */
export async function readProject(): Promise<Inventory> {
  // Architect refuses such a path, but does not say which part of it is wrong.
  if (/[^\x20-\x7e]/.test(process.cwd())) {
    stop(
      `The path of this project, ${process.cwd()}, must have ASCII characters only. Move the project to another folder.`,
    )
  }
  try {
    const { inv } = await inventory({})
    return inv
  } catch (error) {
    const { message } = error as Error
    const sentences = message
      .split('\n')
      .filter((line) => !/^ {4}at |^(Plugin|Validation|Manifest) errors?:$/.test(line))
      .map((line) => line.replace(/^- (Runtime plugin 'undefined' failed: )?/, ''))
      .map((line) =>
        line.replace(/^.*pragma "@.*illegal character.*$/, '$&. Put an e-mail address in quotes: "ops@example.org"'),
      )
    return stop([...new Set(sentences)].join('\n'))
  }
}

/** Ends the process with a sentence if app.arc names no region: Architect would deploy to one of its own choice. */
export function requireRegion({ _project }: Inventory): void {
  const hasRegion = _project.arc.aws?.some((line) => wordsOf(line)[0] === 'region')
  if (!hasRegion) stop('app.arc names no region. Add a line such as "region us-east-1" below @aws.')
}

/**
 * Runs `arc deploy`. Resolves to whether it succeeded, and to everything it printed. Shows the output up to the first error,
 * without stack traces. The caller prints the error.
 * Hydration is off: it would run an unlocked `npm install` inside a dependency, and the bundle needs none.
 */
export async function arcDeploy(words: string[], options: { show: boolean; env?: NodeJS.ProcessEnv }) {
  const child = spawn(process.execPath, [ARC, 'deploy', '--no-hydrate', ...words], {
    // Without CI, Architect writes a spinner and hides the cursor, although its output is a pipe.
    env: { ...process.env, CI: 'true', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const [stream, print] of [
    [child.stdout, console.log],
    [child.stderr, console.error],
  ] as const) {
    createInterface(stream).on('line', (line) => {
      output += `${line}\n`
      if (options.show && !output.includes(FAILED) && !STACK_LINE.test(line)) print(line)
    })
  }
  const [status] = await once(child, 'close')
  return { ok: status === 0, output: stripVTControlCharacters(output) }
}

/** The error message in what a failed `arc deploy` printed. Architect prints it twice, the second time with the stack. */
export function failureOf(output: string): string {
  const [first = '', ...rest] = (output.split(FAILED)[1] ?? '').trim().split('\n')
  const second = rest.findIndex((line) => line.endsWith(first))
  return [first, ...rest.slice(0, second < 0 ? undefined : second)].join('\n')
}

/** Ends the process as failed, with a sentence. */
export function stop(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
