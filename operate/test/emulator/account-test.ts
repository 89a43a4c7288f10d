// The whole way in one account: deploy, the contract over the network, a repeat, a failed update, and the end of it all.
// `npm run test:emulator` runs it in MiniStack, `npm run test:aws` in the account of your credentials, which costs cents.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CloudFormation, paginateListStacks } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { STS } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import test from 'tape'
import { ada, signUp } from '../../../test/support/client.ts'
import { run } from '../../../test/support/process.ts'
import { copyProject, type Project } from '../../../test/support/project.ts'
import { bucketName } from '../../lib/aws.ts'
import { describeSequence } from '../support/sequence.ts'
import {
  BROKEN,
  deleteBucket,
  deploy,
  destroy,
  readOutputs,
  STACK_PLUGIN,
  startScript,
  withResources,
} from './_deploy.ts'
import { type Emulator, ministackPath, startEmulator } from './_ministack.ts'

const isAws = process.env.TARGET === 'aws'
const skip = !isAws && !ministackPath
const name = `test${randomBytes(3).toString('hex')}`
const StackName = `MathaiStagingTest${name.slice(4)}`
const PRODUCTION = `MathaiProductionTest${name.slice(4)}`
/** The restore takes AWS half an hour: `npm run test:aws LONG=yes`. */
const skipLong = skip || (isAws && !process.env.LONG)
const FUNCTIONS = 'src/plugins/stack/functions.ts'

/** undefined in AWS. */
let emulator: Emulator | undefined
let config: Emulator['config']
let project: Project
let api = { url: '', usersTable: '' }
let region = ''

test('a first deploy, with its smoke test', { skip }, async (t) => {
  project = await copyProject({ manifest: (manifest) => `${manifest}\n@limits\nattempts-per-source off\n` })
  region = /^region (\S+)/m.exec(await readFile(join(project.folder, 'app.arc'), 'utf8'))?.[1] ?? ''
  if (!isAws) emulator = await startEmulator({ auth: true })
  const credentials = emulator?.config.credentials ?? (await fromNodeProviderChain({ clientConfig: { region } })())
  config = { ...emulator?.config, region, credentials } as Emulator['config']
  console.log(`The stack is ${StackName} in ${region}. If this test is stopped, delete the stack, and then its bucket.`)
  // Lambda then reports what each request took.
  await editFile(FUNCTIONS, (text) => text.replace("SystemLogLevel: 'WARN'", "SystemLogLevel: 'INFO'"))
  const { status, output } = await deployStack()
  t.equal(status, 0, output)
  api = readOutputs(output, emulator)
})

test('a first create that fails leaves nothing of a staging stack', { skip }, async (t) => {
  const edited = join(project.folder, STACK_PLUGIN)
  const plugin = await readFile(edited, 'utf8')
  await writeFile(edited, withResources(plugin, BROKEN))
  const { status, output } = await deployStack('broken')
  t.equal(status, 1)
  t.match(
    output.replaceAll('\n', ' '),
    /Nothing is deployed: the first deploy of \w+ failed, and CloudFormation has removed/,
  )
  t.notOk(/ is kept/.test(output), 'no table of staging is kept')
  await writeFile(edited, plugin)
  const { Account: id = '' } = await new STS(config).getCallerIdentity({})
  await deleteBucket(config, bucketName(['mathai', 'staging', `${name}broken`], { id, region }))
})

test('a denial names the right and who lacks it', { skip }, async (t) => {
  const env = emulator ? await emulator.createUser([IDENTITY]) : await federate()
  if (!env) return console.log('skipped: only the keys of an IAM user can make a session with fewer rights')
  const { status, output } = await deployStack('denied', env)
  t.equal(status, 1)
  t.match(output.replaceAll('\n', ' '), /^.*arn:aws:\S+ may not do cloudformation:DescribeStacks[,.]/s)
})

test('the contract tests of Sandbox pass over the network', { skip }, async (t) => {
  const API = JSON.stringify({ ...api, region })
  const command = `"${process.execPath}" "${join(import.meta.dirname, '../../../test/run.ts')}" contract`
  const { status, output } = await run(command, process.cwd(), { ...emulator?.env, API })
  t.equal(status, 0, output)
})

test('a repeat changes nothing', { skip }, async (t) => {
  const { status, output } = await deployStack()
  t.equal(status, 0, output)
  t.match(output, /^Nothing has changed since the last deploy\.$/m)
})

test('production leaves its users, a new stack takes them in, and who was erased by mistake is restored', {
  skip: skipLong,
}, async (t) => {
  const stage = `production name=${name}`
  const { Account: id = '' } = await new STS(config).getCallerIdentity({})
  const bucket = bucketName(['mathai', 'production', name], { id, region })
  const first = await runDeploy(stage)
  t.equal(first.status, 0, first.output)
  const { usersTable } = readOutputs(first.output, emulator)
  await destroy(config, PRODUCTION, bucket)
  t.equal((await runDeploy(stage)).status, 2, 'the next deploy stops')
  const second = await runDeploy(`${stage} table=${usersTable}`)
  t.equal(second.status, 0, second.output)
  t.equal(readOutputs(second.output, emulator).usersTable, usersTable)

  const client = DynamoDBDocument.from(new DynamoDB(config))
  const Key = { user_email: 'smoke-test@example.com' }
  const moment = new Date()
  const isRestorable = async () => {
    const { ContinuousBackupsDescription } = await new DynamoDB(config).describeContinuousBackups({
      TableName: usersTable,
    })
    const latest = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.LatestRestorableDateTime
    return !isAws || Number(latest) > Number(moment)
  }
  while (!(await isRestorable())) await setTimeout(10_000)
  // MiniStack has no history: there, the new table is as the live one is now.
  if (isAws) await client.delete({ TableName: usersTable, Key })
  const restored = await runCommand(`operate/users.ts ${stage} restore ${moment.toISOString()} yes erased=none`)
  t.equal(restored.status, 0, restored.output)
  t.ok((await client.get({ TableName: usersTable, Key })).Item, 'the person is there')

  const [copy = ''] = /\S+-restored-\d{14}/.exec(restored.output) ?? []
  await destroy(config, PRODUCTION, bucket)
  for (const TableName of [usersTable, copy]) {
    t.ok(TableName.includes(PRODUCTION), `${TableName} is of this run`)
    await new DynamoDB(config).updateTable({ TableName, DeletionProtectionEnabled: false })
    await new DynamoDB(config).deleteTable({ TableName })
  }
})

test('an update that fails is rolled back, and the API goes on', { skip }, async (t) => {
  await editFile(STACK_PLUGIN, (text) => withResources(text, BROKEN))
  const { status, output } = await deployStack()
  t.equal(status, 1)
  t.match(output, /^ +\d+ s {2}Broken +(CREATE|UPDATE)_FAILED$/m)
  t.match(output.replaceAll('\n', ' '), RegExp(`The previous version of ${StackName} is live\\.`))
  t.equal((await signUp(api, { ...ada, user_email: `after-${name}@example.com` })).status, 201)
})

const testInAws = isAws ? test : () => {}
testInAws('what AWS measured, for bench/README.md', async (t: test.Test) => {
  const reports = await readReports()
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
  const cold = reports.filter(({ initDurationMs }) => initDurationMs)
  console.log(`
| measured by AWS | median | requests |
| --- | --- | --- |
| Init Duration | ${median(cold.map(({ initDurationMs = 0 }) => initDurationMs))} ms | ${cold.length} |
| Duration | ${median(reports.map(({ durationMs }) => durationMs))} ms | ${reports.length} |
| Max Memory Used | ${median(reports.map(({ maxMemoryUsedMB }) => maxMemoryUsedMB))} MB | ${reports.length} |
`)
  t.ok(cold.length)
})

test('the sequences of events are written without a word of the account', { skip }, async (t) => {
  const client = new CloudFormation(config as object)
  const sequences: object[] = []
  for await (const { StackSummaries = [] } of paginateListStacks({ client }, {})) {
    const ours = StackSummaries.filter(
      ({ StackName: found = '' }) => found.startsWith(StackName) || found === PRODUCTION,
    )
    for (const stack of ours) {
      const { StackEvents = [] } = await client.describeStackEvents({ StackName: String(stack.StackId) })
      sequences.push(describeSequence(StackEvents.reverse()))
    }
  }
  t.ok(sequences.length >= 2)
  const text = JSON.stringify(sequences, null, 1)
  const { Account: id = 'none' } = await new STS(config).getCallerIdentity({})
  for (const secret of [id, name, 'arn:']) t.notOk(text.toLowerCase().includes(secret), secret)
  if (!isAws) return
  console.log(text)
  await writeFile('sequences.json', text)
  console.log(
    'This is in sequences.json, too. Please attach it to an issue: operate/test/watch-test.ts can learn from it.',
  )
})

test('the stack and its bucket go, whatever happened before', { skip }, async (t) => {
  const { Account: id = '' } = await new STS(config).getCallerIdentity({})
  await destroy(config, StackName, bucketName(['mathai', 'staging', name], { id, region }))
  t.pass(`${StackName} is gone`)
  await emulator?.stop()
  await project.remove()
})

/** Deploys the stack of this test, or one whose name goes on. */
const deployStack = (more = '', env?: NodeJS.ProcessEnv) => runDeploy(`staging name=${name}${more}`, env)

function runDeploy(args: string, env?: NodeJS.ProcessEnv) {
  return emulator ? deploy(emulator, project, args, env) : runCommand(`operate/deploy.ts ${args}`, env)
}

function runCommand(command: string, env?: NodeJS.ProcessEnv) {
  if (emulator) return startScript(emulator, project, command, env).end()
  return run(`"${process.execPath}" operate/launch.cjs ${command}`, project.folder, env)
}

const IDENTITY = { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }

/** The environment of a session that may do nothing. undefined if these credentials cannot make one. */
async function federate(): Promise<NodeJS.ProcessEnv | undefined> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [IDENTITY] })
  const { Credentials } = await new STS(config)
    .getFederationToken({ Name: name, Policy })
    .catch(() => ({ Credentials: undefined }))
  return (
    Credentials && {
      AWS_PROFILE: '',
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
    }
  )
}

async function editFile(path: string, edit: (text: string) => string): Promise<void> {
  const file = join(project.folder, path)
  await writeFile(file, edit(await readFile(file, 'utf8')))
}

type Report = { durationMs: number; initDurationMs?: number; maxMemoryUsedMB: number }

/** Lambda's reports. CloudWatch has them a few seconds later. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html */
async function readReports(): Promise<Report[]> {
  const logs = new CloudWatchLogs(config)
  const { logGroups = [] } = await logs.describeLogGroups({ logGroupNamePrefix: `${StackName}-PostSignupLogs` })
  const filter = { logGroupName: logGroups[0]?.logGroupName, filterPattern: '{ $.type = "platform.report" }' }
  for (let attempt = 0; attempt < 60; attempt++) {
    const { events = [] } = await logs.filterLogEvents(filter)
    if (events.length) return events.map(({ message = '' }) => JSON.parse(message).record.metrics)
    await setTimeout(2000)
  }
  throw Error('CloudWatch has no report of Lambda')
}
