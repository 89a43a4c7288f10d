import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Stage } from '../src/plugins/architect.ts'

/** Reads `--staging` (the default) or `--production`, or ends the process with a sentence. */
export function readStage(words: string[]): Stage {
  const unknown = words.filter((word) => !['--staging', '--production'].includes(word))
  if (unknown.length) stop(`Unknown option ${unknown.join(' ')}: there are --staging and --production.`)
  return words.includes('--production') ? 'production' : 'staging'
}

/** Runs `arc deploy` for a stage. Resolves to whether it succeeded, and to what it printed where that is not shown. */
export async function arcDeploy(stage: Stage, options = '', env: NodeJS.ProcessEnv = {}) {
  const show = options.includes('--dry-run') ? 'pipe' : 'inherit'
  // Hydration would run an unlocked `npm install` inside a dependency; the bundle needs none.
  const child = spawn(`arc deploy --no-hydrate --${stage} ${options}`, {
    shell: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', show, show],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
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
