import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { IAM } from '@aws-sdk/client-iam'
import { atExit } from '../../../test/support/leftovers.ts'
import { gatherOutput } from '../../../test/support/process.ts'
import { freePorts } from '../../../test/support/server.ts'

const START_SECONDS = 60
/** Those of the root user. */
const ROOT = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }

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
  const { port, stop } = await startMinistack(auth)
  const endpoint = `http://127.0.0.1:${port}`
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ROOT.AWS_ACCESS_KEY_ID, secretAccessKey: ROOT.AWS_SECRET_ACCESS_KEY },
  }
  const iam = new IAM(config)
  return {
    /** The configuration of a client of AWS's SDK. */
    config,
    /** The environment of a deploy into this account. */
    env: { ...ROOT, AWS_ENDPOINT_URL: endpoint },
    /** The URL on this machine of the API with this ID. */
    apiUrl: (id: string) => `${endpoint}/_aws/execute-api/${id}/$default`,
    denyRight: (action: string) => denyRight(iam, action),
    createUser: (statements: object[]) => createUser(iam, statements),
    stop,
  }
}

export type Emulator = Awaited<ReturnType<typeof startEmulator>>

async function startMinistack(auth: boolean) {
  const [port = 0] = await freePorts(1)
  const folder = mkdtempSync(join(tmpdir(), 'ministack-'))
  const child = spawn(ministackPath ?? 'ministack', {
    // A function inherits this environment and runs on the first `node` of the PATH.
    env: {
      ...ROOT,
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
  const cancelCleanUp = atExit(() => {
    child.kill('SIGKILL')
    removeFolder()
  })

  async function stop(): Promise<void> {
    child.kill()
    await closed
    removeFolder()
    cancelCleanUp()
  }
  await untilHealthy(port, ended.signal).catch(async (error) => {
    await stop()
    throw Error(`${error.message}:\n${output()}`)
  })
  return { port, stop }
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

/** Makes a user with these rights. Resolves to the environment of its keys. */
async function createUser(iam: IAM, Statement: object[]): Promise<typeof ROOT> {
  const UserName = `user-${randomBytes(4).toString('hex')}`
  await iam.createUser({ UserName })
  await iam.putUserPolicy({
    UserName,
    PolicyName: 'Rights',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  })
  const { AccessKey } = await iam.createAccessKey({ UserName })
  return { AWS_ACCESS_KEY_ID: `${AccessKey?.AccessKeyId}`, AWS_SECRET_ACCESS_KEY: `${AccessKey?.SecretAccessKey}` }
}

/** Denies an action to all roles. Resolves to a function that allows it again. */
async function denyRight(iam: IAM, Action: string): Promise<() => Promise<void>> {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action, Resource: '*' }],
  })
  const { Roles = [] } = await iam.listRoles({})
  const policies = Roles.map(({ RoleName }) => ({ RoleName, PolicyName: 'Denied' }))
  for (const policy of policies) await iam.putRolePolicy({ ...policy, PolicyDocument })
  return async () => {
    for (const policy of policies) await iam.deleteRolePolicy(policy)
  }
}
