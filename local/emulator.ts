import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import awsLite from '@aws-lite/client'
import { type List, members } from '../src/plugins/deployed-stack.ts'
import { type CallAws, startAdapter } from './emulator-adapter.ts'
import { removeAtExit } from './leftovers.ts'
import { gatherOutput, run } from './process.ts'
import { freePorts } from './server.ts'

const START_SECONDS = 60
/** Those of the root user. `connect` uses them too. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }

/** The executable of MiniStack, an emulator of AWS. undefined if it is not installed. */
export const ministackPath =
  process.env.MINISTACK ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'ministack'))
    .find(existsSync)

/**
 * An AWS account in MiniStack, with nothing in it. With `auth` it checks signatures and IAM policies.
 * @throws if MiniStack does not start
 */
export async function startEmulator({ auth = false } = {}) {
  const { port, folder, stop } = await startMinistack(auth)
  const url = `http://127.0.0.1:${port}`
  const client = await awsLite({
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    region: 'us-east-1',
    endpoint: url,
  })
  const callAws: CallAws = async <T>(call: Parameters<CallAws>[0]) => (await client(call)).payload as T
  const adapter = await startAdapter(port, callAws)
  return {
    /** The port of every service: `connect(port)` reads its DynamoDB. */
    port,
    /** The environment that makes `arc` use this account. */
    env: { ...CREDENTIALS, AWS_ENDPOINT_URL: adapter.url, NO_UPDATE_NOTIFIER: '1' },
    callAws,
    /** The URL on this machine, without a path, of the API whose URL a deploy printed. */
    apiUrl(printed: string): string {
      const [, id] = /https:\/\/(\w+)\.execute-api\./.exec(printed) ?? []
      if (!id) throw Error(`The deploy printed no URL of an API:\n${printed}`)
      return `${url}/_aws/execute-api/${id}/$default`
    },
    functionProcesses: () => functionProcesses(folder),
    logRecords: () => logRecords(callAws),
    removeRight: (action: string) => removeRight(callAws, action),
    async stop(): Promise<void> {
      await adapter.stop()
      await stop()
    },
  }
}

export type Emulator = Awaited<ReturnType<typeof startEmulator>>

async function startMinistack(auth: boolean) {
  const [port = 0] = await freePorts(1)
  const folder = mkdtempSync(join(tmpdir(), 'ministack-'))
  const child = spawn(ministackPath ?? 'ministack', {
    // A function inherits this environment and runs on the first `node` of the PATH.
    env: {
      ...CREDENTIALS,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      TMPDIR: folder,
      GATEWAY_PORT: `${port}`,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      AUTH: `${auth}`,
    },
  })
  const output = gatherOutput(child)
  const ended = new AbortController()
  const closed = once(child, 'close').then(
    () => ended.abort(Error('MiniStack ended')),
    (error) => ended.abort(error),
  )
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const isGone = removeAtExit(() => {
    child.kill('SIGKILL')
    removeFolder()
  })

  async function stop(): Promise<void> {
    child.kill()
    await closed
    removeFolder()
    isGone()
  }
  await untilHealthy(port, ended.signal).catch(async (error) => {
    await stop()
    throw Error(`${error.message}:\n${output()}`)
  })
  return { port, folder, stop }
}

/** The processes of the functions, with the kilobytes of memory that each uses. */
async function functionProcesses(folder: string): Promise<{ pid: number; kilobytes: number }[]> {
  const { output } = await run('ps -eo pid=,rss=,args=', folder)
  const lines = output.split('\n').filter((line) => line.includes(`node ${folder}`))
  return lines.map((line) => {
    const [pid, kilobytes] = line.trim().split(/ +/)
    return { pid: Number(pid), kilobytes: Number(kilobytes) }
  })
}

async function untilHealthy(port: number, ended: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < START_SECONDS * 10; attempt++) {
    ended.throwIfAborted()
    const health = await fetch(`http://127.0.0.1:${port}/_ministack/health`).catch(() => undefined)
    if (health?.ok) return
    await setTimeout(100)
  }
  throw Error(`MiniStack did not start within ${START_SECONDS} seconds`)
}

/** What the functions have logged as JSON so far, the oldest record of each first. */
async function logRecords(callAws: CallAws): Promise<Record<string, unknown>[]> {
  const logs = <T>(action: string, payload: object) =>
    callAws<T>({
      service: 'logs',
      headers: { 'x-amz-target': `Logs_20140328.${action}`, 'content-type': 'application/x-amz-json-1.1' },
      awsjson: false,
      payload,
    })
  const lines: string[] = []
  const { logGroups } = await logs<{ logGroups: { logGroupName: string }[] }>('DescribeLogGroups', {})
  for (const { logGroupName } of logGroups) {
    const { events } = await logs<{ events: { message: string }[] }>('FilterLogEvents', { logGroupName })
    lines.push(...events.map(({ message }) => message))
  }
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

type Policy = { Version: string; Statement: { Action: string | string[] }[] }

/**
 * Removes an action from the policies of all roles. Resolves to a function that restores them.
 * @throws if no role has it
 */
async function removeRight(callAws: CallAws, action: string): Promise<() => Promise<void>> {
  const iam = async <T>(Action: string, query: object = {}): Promise<T> => {
    const call = { service: 'iam', query: { Action, Version: '2010-05-08', ...query } }
    return (await callAws<Record<string, T>>(call))[`${Action}Result`] as T
  }
  const put = (policy: object) => iam('PutRolePolicy', policy)

  const originals: object[] = []
  const { Roles } = await iam<{ Roles: List<{ RoleName: string }> }>('ListRoles')
  for (const { RoleName } of members(Roles)) {
    const { PolicyNames } = await iam<{ PolicyNames: List<string> }>('ListRolePolicies', { RoleName })
    for (const PolicyName of members(PolicyNames)) {
      const name = { RoleName, PolicyName }
      const { PolicyDocument } = await iam<{ PolicyDocument: string }>('GetRolePolicy', name)
      const original = decodeURIComponent(PolicyDocument)
      const policy: Policy = JSON.parse(original)
      if (!policy.Statement.some(({ Action }) => [Action].flat().includes(action))) continue
      await put({ ...name, PolicyDocument: JSON.stringify(without(action, policy)) })
      originals.push({ ...name, PolicyDocument: original })
    }
  }
  if (!originals.length) throw Error(`No role has ${action}`)
  return async () => {
    for (const original of originals) await put(original)
  }
}

function without(action: string, { Version, Statement }: Policy): Policy {
  const rest = Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((name) => name !== action),
  }))
  return { Version, Statement: rest.filter(({ Action }) => Action.length) }
}
