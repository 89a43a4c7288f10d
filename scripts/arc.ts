import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import inventory from '@architect/inventory'
import type { Inventory, Stage } from '../src/plugins/architect.ts'

/** The file of the `arc` command. */
export const ARC = createRequire(import.meta.url).resolve('@architect/architect/src/index.js')

/** The words of a command: the stage, `--name NAME`, and options of the command itself. Ends the process if one is wrong. */
export function readWords(command: string, flags: string[] = []) {
  const words = process.argv.slice(2)
  const stages = words.map((word) => word.replace(/^--/, '')).filter(isStage)
  const name = words.includes('--name') ? words[words.indexOf('--name') + 1] : undefined
  const unknown = words.filter(
    (word) => !isStage(word.replace(/^--/, '')) && word !== '--name' && word !== name && !flags.includes(word),
  )
  const [stage, ...more] = stages
  if (!stage || more.length || unknown.length || (words.includes('--name') && !name)) {
    const reason = unknown.length ? `There is no option ${unknown.join(' ')}.` : 'Say one stage.'
    stop(`${reason} Choose one of:\n  npm run ${command} staging\n  npm run ${command} production`)
  }
  return { stage, name, flags: flags.filter((flag) => words.includes(flag)) }
}

function isStage(word: string): word is Stage {
  return word === 'staging' || word === 'production'
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

/**
 * Runs `arc deploy`. Resolves to whether it succeeded, and to everything it printed.
 * Hydration is off: it would run an unlocked `npm install` inside a dependency, and the bundle needs none.
 */
export async function arcDeploy(words: string[], options: { show: boolean; env?: NodeJS.ProcessEnv }) {
  const child = spawn(process.execPath, [ARC, 'deploy', '--no-hydrate', ...words], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const [stream, shown] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    stream.on('data', (chunk) => {
      output += chunk
      if (options.show) shown.write(chunk)
    })
  }
  const [status] = await once(child, 'close')
  return { ok: status === 0, output }
}

/** Ends the process as failed, with a sentence. */
export function stop(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
