import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect, countItems } from './_dynamodb.ts'
import { gatherOutput } from './_output.ts'
import { freePorts } from './_ports.ts'
import { copyProject } from './_project.ts'

type Options = { editManifest?: (manifest: string) => string; tablesPort?: number; env?: NodeJS.ProcessEnv }

/** `arc sandbox` as a person starts it, on free ports, in a copy of the project. */
export async function startSandbox({ editManifest, tablesPort, env }: Options = {}) {
  const project = await copyProject(editManifest)
  const [http, free, internal] = await freePorts(3)
  // Amazon's DynamoDB Local, where dynamodb-local/run.ts has started one.
  const external = tablesPort ?? process.env.DYNAMODB_PORT
  const tables = Number(external ?? free)
  const child = spawn(process.execPath, [join(project.folder, 'node_modules/.bin/arc'), 'sandbox'], {
    cwd: project.folder,
    env: {
      ...process.env,
      PORT: `${http}`,
      ARC_TABLES_PORT: `${tables}`,
      ARC_INTERNAL_PORT: `${internal}`,
      NO_UPDATE_NOTIFIER: '1',
      ...(external && { ARC_DB_EXTERNAL: 'true' }),
      ...env,
    },
  })
  const output = gatherOutput(child)
  const until = Promise.withResolvers<void>()
  child.stdout.on('data', () => {
    if (output().includes('File watcher now looking')) until.resolve()
  })
  const closed = once(child, 'close')
  closed.then(() => until.reject(Error(`Sandbox ended:\n${output()}`)))
  await until.promise.catch(async (error) => {
    await project.remove()
    throw error
  })

  const dynamodb = await connect(tables)
  const TableName = 'mathai-staging-mathai_users'
  return {
    url: `http://127.0.0.1:${http}`,
    /** All that Sandbox and the handler have printed so far. */
    output,
    async user(user_email: string): Promise<Record<string, unknown> | undefined> {
      return (await dynamodb.GetItem({ TableName, Key: { user_email }, ConsistentRead: true })).Item
    },
    countUsers: () => countItems(dynamodb, TableName),
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      await closed
      await project.remove()
    },
  }
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>
