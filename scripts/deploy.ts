// Deploys to the AWS account of the credentials in the environment or in ~/.aws, and checks what it has deployed.
import { setTimeout } from 'node:timers/promises'
import { openAccount, type Stack, type StackEvent } from '../src/plugins/deployed-stack.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { formatOutputs } from '../src/plugins/stack/outputs.ts'
import { arcDeploy, failureOf, readProject, readWords, requireRegion, stackNameOf, stop } from './arc.ts'
import { chooseCredentials, explainMissing, explainRejected, nameOf, withoutClient } from './credentials.ts'
import { explain, explainDenial, isDeployed, missingRight } from './explain.ts'
import { smoke } from './smoke.ts'
import { checkTypes } from './tools.ts'

const WAIT_FOR_ROLLBACK_SECONDS = 600
const WAIT_FOR_NEW_API_SECONDS = 60

const started = performance.now()
const { stage, name, flags } = readWords('deploy', ['no-smoke'])
const inv = await readProject()
const { aws, _project } = inv
requireRegion(inv)
checkTypes()

const stackName = stackNameOf(inv, stage, name)
const credentials = chooseCredentials(aws.profile)
const account = await openAccount(aws).catch((error) => stop(explainMissing(error.message, credentials)))
const before = await readStack()
console.log(`Deploying ${stackName} to ${placeOf(before)} with ${nameOf(credentials)}.`)

const words = [`--${stage}`, ...(name ? ['--name', name] : [])]
const { ok, output } = await arcDeploy(words, { show: true, env: { OUTPUTS_ARE_PRINTED_LATER: 'true' } })
const message = failureOf(output)
const after = await readStack()
if (/No updates are to be performed/.test(message)) {
  console.log('Nothing has changed since the last deploy.')
} else if (!ok && isDeployed(before, after)) {
  console.log(`The stack is deployed, but Architect failed afterwards. ${await reasonOf(message)}`)
} else if (!ok) {
  stop(`\n${await explanation()}`)
}
await finish(after)

/** Reads the stack, once CloudFormation has rolled it back: Architect does not wait for that. */
async function readStack(): Promise<Stack | undefined> {
  const end = Date.now() + WAIT_FOR_ROLLBACK_SECONDS * 1000
  for (let isFirst = true; ; isFirst = false) {
    const stack = await account.stack(stackName).catch(async ({ message }) => {
      return stop(`The stack ${stackName} cannot be read. ${await reasonOf(message)}`)
    })
    if (!/ROLLBACK\w*_IN_PROGRESS/.test(stack?.StackStatus ?? '') || Date.now() > end) return stack
    if (isFirst) console.log('CloudFormation is rolling back. This command waits for it.')
    await setTimeout(1000)
  }
}

async function explanation(): Promise<string> {
  const command = `npm run deploy ${stage}${name ? ` -- --name ${name}` : ''}`
  const { chosenBy, profile } = credentials
  const cliOptions = `--region ${aws.region}${chosenBy === 'app.arc' ? ` --profile ${profile}` : ''}`
  const events = after ? await readEvents() : []
  return explain({ stackName, command, cliOptions, before, after, events, reason: await reasonOf(message) })
}

async function readEvents(): Promise<StackEvent[]> {
  try {
    return await account.lastEvents(stackName)
  } catch (error) {
    console.log(`\nThe events of the stack cannot be read. ${await reasonOf((error as Error).message)}`)
    return []
  }
}

/** The region, and the account as soon as the stack names it. */
function placeOf(stack: Stack | undefined): string {
  const [, , , , accountId] = stack?.StackId.split(':') ?? []
  return accountId ? `${aws.region} in the account ${accountId}` : aws.region
}

/** An error of AWS or of Architect as a sentence, with what helps if that is known. */
async function reasonOf(error: string): Promise<string> {
  // S3 does not say who may not do what.
  const [, action] = /S3\.(\w+): (unknown error|Access Denied)/.exec(error) ?? []
  if (action) {
    const identity = await account.identity().catch(() => nameOf(credentials))
    return missingRight(identity, action === 'HeadObject' ? 's3:GetObject or s3:ListBucket' : `s3:${action}`)
  }
  return explainRejected(error, credentials) ?? explainDenial(error) ?? withoutClient(error)
}

/** Tests what is deployed, and ends with what the operator needs next. */
async function finish(stack: Stack | undefined): Promise<void> {
  const url = stack?.outputs.find(({ OutputKey }) => OutputKey === 'SignupApiUrl')?.OutputValue
  if (!stack || !url) return stop(`${stackName} has no output SignupApiUrl: has Architect changed?`)
  const origins = readSettings(_project.arc).cors[stage]
  const passed =
    flags.includes('no-smoke') || (await smoke(url, { origins, patienceSeconds: WAIT_FOR_NEW_API_SECONDS }))
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(formatOutputs(stack))
  console.log(`${stackName} is deployed to ${placeOf(stack)}. It took ${seconds} s.`)
  if (!passed) stop(`The smoke test failed. Repeat it:\n  npm run smoke ${url} ${stage}`)
}
