import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RequestLog } from '../../src/shared/log.ts'
import { connect, readUsers } from './dynamodb.ts'
import { atExit } from './leftovers.ts'
import { gatherOutput } from './process.ts'
import { copyProject, type Edit } from './project.ts'
import { freePorts } from './server.ts'

type Options = Edit & { tablesPort?: number; env?: NodeJS.ProcessEnv; command?: string[] }

/** What `npm start` runs. */
export const NPM_START = ['operate/launch.cjs', 'operate/start.ts']

/** Sandbox on free ports, in a copy of the project: a bare `arc sandbox`, or another command of Node. */
export async function startSandbox({
  tablesPort,
  env,
  command = ['node_modules/@architect/architect/src/index.js', 'sandbox'],
  ...edit
}: Options = {}) {
  // On a busy machine a hash takes longer than the ten seconds that the function has in AWS.
  const config = { 'src/http/post-signup/config.arc': '@aws\nmemory 1769\ntimeout 60\n' }
  const project = await copyProject({ ...edit, files: { ...config, ...edit.files } })
  const [http, free, internal] = await freePorts(3)
  const tables = Number(tablesPort ?? free)
  const child = spawn(process.execPath, command, {
    cwd: project.folder,
    env: {
      ...process.env,
      PORT: `${http}`,
      ARC_TABLES_PORT: `${tables}`,
      ARC_INTERNAL_PORT: `${internal}`,
      NO_UPDATE_NOTIFIER: '1',
      // Every `arc deploy` pauses the file watcher of every Sandbox that has the same temporary folder.
      TMPDIR: project.folder,
      ...(tablesPort && { ARC_DB_EXTERNAL: 'true' }),
      ...env,
    },
  })
  const output = gatherOutput(child)
  const closed = once(child, 'close')
  closed.then(atExit(() => child.kill()))
  /** Resolves once the output of Sandbox has this pattern. */
  async function printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(output())) {
      await Promise.race([
        once(child.stdout, 'data'),
        closed.then(() => Promise.reject(Error(`Sandbox ended:\n${output()}`))),
      ])
    }
  }
  await printed(/File watcher now looking/).catch(async (error) => {
    await project.remove()
    throw error
  })

  const dynamodb = connect(tables)
  const [, app] = /@app\s+(\S+)/.exec(await readFile(join(project.folder, 'app.arc'), 'utf8')) ?? []
  return {
    url: `http://127.0.0.1:${http}`,
    pid: child.pid as number,
    folder: project.folder,
    /** All that Sandbox and the handler have printed so far. */
    output,
    printed,
    /** The log lines of the requests so far. */
    log: () =>
      output()
        .split('\n')
        .filter((line) => line.startsWith('{"'))
        .map((line): RequestLog => JSON.parse(line)),
    ...readUsers(dynamodb, `${app}-staging-mathai_users`),
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      await closed
      await project.remove()
    },
  }
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>
