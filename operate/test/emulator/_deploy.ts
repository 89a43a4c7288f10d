import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { CloudFormation, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation'
import { paginateListObjectsV2, S3, type S3ClientConfig } from '@aws-sdk/client-s3'
import { gatherOutput } from '../../../test/support/process.ts'
import type { Project } from '../../../test/support/project.ts'
import type { Emulator } from './_ministack.ts'
import { importRoutes } from './_routes.ts'

/** An edit of src/plugins/stack/index.ts that adds these resources to the template, as an object in JavaScript. */
export function withResources(text: string, resources: string): string {
  return text.replace('  addOutputs(template, domain)', `$&\n  Object.assign(template.Resources, ${resources})`)
}
export const STACK_PLUGIN = 'src/plugins/stack/index.ts'

/** A resource that CloudFormation cannot make: its function is not there. */
export const BROKEN = `{ Broken: { Type: 'AWS::Lambda::EventInvokeConfig', DependsOn: 'PostSignupHTTPLambda',
  Properties: { FunctionName: 'no-such-function', Qualifier: '$LATEST' } } }`

/** Starts a script of a project in the account of the emulator. The URLs of its APIs lead to this machine. */
export function startScript(
  emulator: Emulator,
  { folder }: Project,
  command: string,
  env: NodeJS.ProcessEnv = {},
  [program, ...args] = [process.execPath, 'operate/launch.cjs', ...command.split(' ')],
) {
  const redirect = `const { fetch } = globalThis
    globalThis.fetch = (url, init) =>
      fetch(String(url).replace(/^https:..(\\w+)[.]execute-api[.][^/]+/, ${JSON.stringify(emulator.apiUrl('$1'))}), init)`
  const child = spawn(String(program), args, {
    cwd: folder,
    env: {
      ...process.env,
      ...emulator.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=data:text/javascript,${encodeURIComponent(redirect)}`,
      ...env,
    },
  })
  const output = gatherOutput(child)
  const closed = once(child, 'close') as Promise<[number | null]>
  return {
    child,
    output,
    /** Resolves once the output has this pattern, or the script has ended. */
    async printed(pattern: RegExp): Promise<void> {
      while (!pattern.test(output()) && child.exitCode === null) await setTimeout(20)
    },
    async end() {
      const [status] = await closed
      return { status, output: output() }
    },
  }
}

/** `npm run deploy` with the smoke test. MiniStack gets the routes of the API as soon as the stack is complete. */
export async function deploy(emulator: Emulator, project: Project, args: string, env?: NodeJS.ProcessEnv) {
  const script = startScript(emulator, project, `operate/deploy.ts ${args}`, env)
  await script.printed(/^ApiId: /m)
  const [, stackName] = /^Deploying (\w+) /m.exec(script.output()) ?? []
  if (stackName && /^ApiId: /m.test(script.output())) await importRoutes(emulator, stackName)
  return script.end()
}

/** The API and the users table that a deploy has printed. In an emulator, the API has a URL of this machine. */
export function readOutputs(output: string, emulator?: Emulator): { url: string; usersTable: string } {
  const read = (name: string) => RegExp(`^${name}: (.*)`, 'm').exec(output)?.[1] ?? ''
  return { url: emulator?.apiUrl(read('ApiId')) ?? read('API'), usersTable: read('UsersTableName') }
}

/** Deletes a stack and its bucket. Resolves when both are gone. */
export async function destroy(config: S3ClientConfig, StackName: string, Bucket: string): Promise<void> {
  const client = new CloudFormation(config as object)
  await client.deleteStack({ StackName })
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 900, minDelay: 1, maxDelay: 5 }, { StackName })
  await deleteBucket(config, Bucket)
}

/** Deletes a bucket with what is in it. */
export async function deleteBucket(config: S3ClientConfig, Bucket: string): Promise<void> {
  const s3 = new S3(config)
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const { Key } of Contents) await s3.deleteObject({ Bucket, Key })
  }
  await s3.deleteBucket({ Bucket })
}
