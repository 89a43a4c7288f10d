// Deploys a stage to the AWS account of the credentials: shows what changes, changes it, and checks the API from outside.
import { lookup } from 'node:dns/promises'
import { TOPIC } from '../src/plugins/stack/alarms.ts'
import { describeLosses, formatChanges } from './lib/changes.ts'
import { CommandError, parseCommandLine, runCommand, wrap } from './lib/command.ts'
import {
  type Deployment,
  INTERRUPTED,
  makeChangeSet,
  prepareDeployment,
  type ReadyChangeSet,
} from './lib/deployment.ts'
import { type AwsError, explainDenial, explainError, isLost } from './lib/explain.ts'
import { noteSignal, setSignalAction } from './lib/signals.ts'
import { smokeTest } from './lib/smoke.ts'
import { advise, showStack } from './lib/stack-states.ts'
import { describeKeptTables, findStuck, watchStack } from './lib/watch.ts'

const GRAMMAR = { options: ['name', 'table'], flags: ['no-smoke', 'allow-data-loss', 'new-table'] }

const started = performance.now()
await runCommand(async () => {
  const { stage, name, flags, options } = parseCommandLine('deploy', process.argv.slice(2), GRAMMAR)
  const deployment = await prepareDeployment({ stage, name, flags, table: options.table })
  const { account, target, settings, isNew } = deployment
  const place = `${account.region} in the account ${account.id}`
  console.log(`Deploying ${target.stackName}${isNew ? ' as a new stack' : ''} to ${place}\nas ${account.identity}.\n`)
  if (options.table) await takeIn(deployment, options.table)
  const changeSet = await makeChangeSet({ ...deployment, isNew: isNew && !options.table })
  if (changeSet) {
    console.log(`${formatChanges(changeSet.changes)}\n`)
    if (!flags.includes('allow-data-loss')) await stopOnLoss(deployment, changeSet)
    await upload(deployment, changeSet)
    await execute(deployment, changeSet, Boolean(options.table))
  } else console.log('Nothing has changed since the last deploy.')

  // Nothing is half done from here on.
  setSignalAction((exitStatus) => process.exit(exitStatus))
  const { Outputs = [] } = (await account.describeStack(target.stackName)) ?? {}
  const outputs = Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  for (const [key, value] of Object.entries(outputs)) console.log(`${key}: ${value}`)
  const hasPassed = flags.includes('no-smoke') || (await testOutputs(outputs, settings.cors[stage]))
  if (changeSet?.changes.some(({ LogicalResourceId }) => LogicalResourceId === TOPIC)) {
    console.log(
      // https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html: the token of the confirmation is valid for two days.
      wrap(`AWS sends an e-mail to ${settings.alarms[stage]}: confirm it within two days, or no alarm is ever sent.`),
    )
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`${target.stackName} is deployed to ${place}.\nIt took ${seconds} s.`)
  if (hasPassed) return
  throw new CommandError(
    `The smoke test failed, and this version is live. Repeat the test:\n  npm run smoke ${outputs.API} ${stage}\n` +
      'The log of the function says more: see "Reading the logs" in operate/README.md. To go back, deploy the commit before this one.',
  )
})

/** Makes the stack of a table that an earlier one has left. From then on it is an ordinary stack, and every deploy an update. */
async function takeIn(deployment: Deployment, table: string): Promise<void> {
  const changeSet = await makeChangeSet(deployment, table)
  if (!changeSet) return
  console.log(`Taking in the table ${table}:\n\n${formatChanges(changeSet.changes)}\n`)
  await execute(deployment, changeSet)
}

/** @throws if a table would lose its data. The change set is deleted then */
async function stopOnLoss({ account, template }: Deployment, { name, changes }: ReadyChangeSet): Promise<void> {
  const losses = describeLosses(changes, template)
  if (!losses.length) return
  await account.deleteChangeSet(name)
  const advice = 'Nothing was changed. To go on with an empty table, deploy with allow-data-loss.'
  throw new CommandError([...losses, advice].join('\n'), 2)
}

/** Uploads the code. If that fails or a signal comes meanwhile, the change set is deleted, and nothing goes on. */
async function upload({ account, bucket, zips, settings }: Deployment, { name }: ReadyChangeSet): Promise<void> {
  const interrupted = noteSignal('Interrupted: waiting for the upload to end, to delete the change set…')
  const failure = await account.upload(bucket, zips, settings.tags).catch((error: AwsError) => error)
  if (!failure && !interrupted()) return
  await account.deleteChangeSet(name)
  throw interrupted() ? new CommandError(INTERRUPTED, interrupted()) : failure
}

/** Executes a change set and watches it until it is complete. */
async function execute({ account, target }: Deployment, changeSet: ReadyChangeSet, isOnlyTable = false): Promise<void> {
  const goesOn = `CloudFormation goes on with ${target.stackName}. See how far it is:\n${showStack(target)}`
  setSignalAction((exitStatus) => {
    console.error(`\n${wrap(`This command stopped watching. ${goesOn}`)}`)
    process.exit(exitStatus)
  })
  // If the answer is lost, the operation may have begun: its events tell.
  const lost = await account.executeChangeSet(changeSet.name).then(
    () => undefined,
    async (error: AwsError) => {
      if (isLost(error)) return error
      await account.deleteChangeSet(changeSet.name).catch(() => {})
      throw error
    },
  )
  if (lost) console.error(`${explainError(lost, account)}\nIt may have begun nevertheless.\n`)
  const operation = { ...changeSet, token: changeSet.name.ChangeSetName }
  const options = lost && { beginSeconds: 60 }
  const { isDone, status, reasons, events } = await watchStack(account, operation, options).catch((error) => {
    const isGone = /does not exist/.test(error.message)
    const more = isGone ? `Somebody has deleted ${target.stackName}.` : `Perhaps ${goesOn}`
    throw new CommandError(`${explainError(error, account)}\n${more}`)
  })
  if (isDone) return
  const denials = new Set(reasons.map(explainDenial))
  const silence = reasons.length ? [] : ['AWS gave no reason. Perhaps somebody cancelled it.']
  const advice = advise(target, { status, stuck: findStuck(events), isOnlyTable })
  const paragraphs = ['', ...denials, ...silence, advice, ...describeKeptTables(target, events)]
  throw new CommandError(paragraphs.filter((paragraph) => paragraph !== undefined).join('\n'))
}

/** Tests the API at its own URL, and at its domain if that has a DNS record. */
async function testOutputs(
  { API, SignupApiUrl, DomainTarget }: Record<string, string>,
  origins: string[],
): Promise<boolean> {
  const options = { origins, patienceSeconds: 60 }
  const isOwnUrlRight = await smokeTest(String(API), options)
  if (!DomainTarget) return isOwnUrlRight
  const { hostname } = new URL(String(SignupApiUrl))
  if (await lookup(hostname).catch(() => undefined)) {
    console.log(`At ${hostname}:`)
    return (await smokeTest(`https://${hostname}`, options)) && isOwnUrlRight
  }
  console.log(`${hostname} has no DNS record yet. Make it:\n  ${hostname} CNAME ${DomainTarget}`)
  return isOwnUrlRight
}
