// `npm run deploy` in an emulated AWS account that checks rights: what changes, what is refused, what goes wrong, and what
// the deployed API may do.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { CloudFormation } from '@aws-sdk/client-cloudformation'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { S3 } from '@aws-sdk/client-s3'
import test from 'tape'
import { ada, signUp } from '../../../test/support/client.ts'
import { readUsers } from '../../../test/support/dynamodb.ts'
import { run } from '../../../test/support/process.ts'
import { copyProject, type Project } from '../../../test/support/project.ts'
import { type Statement, statementsOf } from '../support/deployer.ts'
import { BROKEN, deploy, destroy, readOutputs, STACK_PLUGIN, startScript, withResources } from './_deploy.ts'
import { type Emulator, ministackPath, startEmulator } from './_ministack.ts'

const skip = !ministackPath
if (skip) console.log('skipped: these tests need MiniStack. Install it from PyPI, or set MINISTACK.')

const HANDLER = 'src/http/post-signup/index.ts'
const NAMES = ['MathaiSignupAttemptsTable', 'MathaiUsersTable', 'ApiLogs', 'HTTP', 'PostSignupHTTPLambda', 'Role']

let emulator: Emulator
let project: Project
let manifest: string
let plugin: string
let handler: string
let deployer: NodeJS.ProcessEnv
let cloudFormation: CloudFormation
let api: { url: string; usersTable: string }

const person = (name: string) => ({ ...ada, user_email: `${name}@example.com` })
const users = () => readUsers(new DynamoDB(emulator.config), api.usersTable)
const edit = (path: string, text: string) => writeFile(join(project.folder, path), text)
const runScript = (command: string, env: NodeJS.ProcessEnv = deployer) =>
  startScript(emulator, project, `operate/${command}`, env).end()

test('a first deploy shows what it makes, makes it, and signs somebody up, with the rights of deployer.yaml', {
  skip,
}, async (t) => {
  emulator = await startEmulator({ auth: true })
  cloudFormation = new CloudFormation(emulator.config)
  deployer = await emulator.createUser(rights())
  project = await copyProject()
  const read = (path: string) => readFile(join(project.folder, path), 'utf8')
  manifest = await read('app.arc')
  plugin = await read(STACK_PLUGIN)
  handler = await read(HANDLER)
  const { status, output } = await deploy(emulator, project, 'production', deployer)
  t.equal(status, 0, output)
  t.match(
    output,
    /^Deploying MathaiProduction as a new stack to us-east-1 in the account 0{12}\nas arn:aws:iam::0{12}:user\/\S+\.$/m,
  )
  for (const name of NAMES) {
    t.match(output, RegExp(`^\\+ ${name} +AWS::\\S+, added$`, 'm'))
    t.match(output, RegExp(`^ +\\d+ s  ${name} +CREATE_COMPLETE$`, 'm'))
  }
  t.match(output, /^pass {2}smoke-test@example\.com is signed up/m)
  t.match(output, /\nMathaiProduction is deployed to us-east-1 in the account 0{12}\.\nIt took \d+ s\.\n$/)
  t.equal(stripVTControlCharacters(output), output, 'no control characters in a log file')
  api = readOutputs(output, emulator)
  t.equal((await users().user('smoke-test@example.com'))?.user_name, 'Smoke test')
})

test('the role has each right that it needs: without one, a sign-up, a retry or the count of attempts fails', {
  skip,
}, async (t) => {
  const key = { 'idempotency-key': 'key' }
  const first = await signUp(api, person('retry'), key)
  for (const [action, name, headers, status] of [
    ['PutItem', 'put', {}, 500],
    ['GetItem', 'retry', key, 500],
    ['UpdateItem', 'update', {}, 201],
  ] as const) {
    const restore = await emulator.denyRight(`dynamodb:${action}`)
    t.equal((await signUp(api, person(name), headers)).status, status, action)
    await restore()
  }
  t.equal((await signUp(api, person('put'))).status, 201)
  t.equal((await signUp(api, person('retry'), key)).body.uid, first.body.uid)
  const logged = (await readLogs()).filter(({ skipped }) => skipped)
  const uid = (await users().user('update@example.com'))?.uid
  t.deepEqual([logged.length, logged[0]?.uid, logged[0]?.skipped], [1, uid, ['attempts: AccessDeniedException']])
})

test('the bucket belongs to the stack, and public access is blocked', { skip }, async (t) => {
  const s3 = new S3(emulator.config)
  const Bucket = 'mathai-production-000000000000-us-east-1-an'
  const { Buckets } = await s3.listBuckets({})
  t.deepEqual([Buckets?.length, Buckets?.[0]?.Name], [1, Bucket])
  const { Contents = [] } = await s3.listObjectsV2({ Bucket })
  const { ServerSideEncryption } = await s3.headObject({ Bucket, Key: String(Contents[0]?.Key) })
  t.equal(ServerSideEncryption, 'AES256')
})

test('changed code, a new route, a setting and a variable of `arc env` are shown, then deployed', {
  skip,
}, async (t) => {
  await mkdir(join(project.folder, 'src/http/get-health'))
  await edit('src/http/get-health/index.ts', 'export const handler = async () => ({ statusCode: 204 })\n')
  await edit(
    'app.arc',
    `${manifest.replace('post /signup', 'post /signup\nget /health')}\n@limits\nlog-retention-days 90\n`,
  )
  await edit(HANDLER, `${handler}\nexport const changed = 1\n`)
  const env = await run('echo n | npx arc env --add --env production GREETING hello', project.folder, emulator.env)
  t.equal(env.status, 0, env.output)
  const lines = [
    /^\+ GetHealthHTTPLambda +AWS::Lambda::Function, added$/m,
    /^\+ GetHealthLogs +AWS::Logs::LogGroup, added$/m,
    /^~ PostSignupHTTPLambda +modified \((Code|Environment|LoggingConfig)[^)]*\)$/m,
    / ApiLogs +\S.* \(RetentionInDays\)$/m,
  ]
  const diff = await runScript('plan.ts production diff')
  t.equal(diff.status, 0, diff.output)
  t.match(diff.output, /\nThe next deploy would change MathaiProduction:\n/)
  for (const line of lines) t.match(diff.output, line)
  t.deepEqual(await openChangeSets(), [])

  const { status, output } = await deploy(emulator, project, 'production', deployer)
  t.equal(status, 0, output)
  for (const line of lines) t.match(output, line)
  const { TemplateBody } = await cloudFormation.getTemplate({ StackName: 'MathaiProduction' })
  t.match(String(TemplateBody), /"GREETING":\s*"hello"/)
  t.equal((await fetch(`${api.url}/health`)).status, 204)
  await edit('app.arc', manifest)
  await edit(HANDLER, handler)
})

test('a failed first deploy leaves nothing but the table of production, which it names', { skip }, async (t) => {
  await edit(STACK_PLUGIN, withResources(plugin, BROKEN))
  const { status, output } = await runScript('deploy.ts production name=first no-smoke')
  t.equal(status, 1)
  t.match(output, /^ +\d+ s {2}Broken +CREATE_FAILED$/m)
  t.match(
    output,
    /\nNothing is deployed: the first deploy of MathaiProductionFirst failed, and\nCloudFormation has rem/,
  )
  const [, table] = /^The table (MathaiProductionFirst-MathaiUsersTable-\w+) is kept/m.exec(output) ?? []
  t.ok(table, output)
  t.ok(output.endsWith(`\n  aws dynamodb delete-table --table-name ${table} --region us-east-1\n`))
  await cloudFormation.describeStacks({ StackName: 'MathaiProductionFirst' }).then(
    () => t.fail('the stack is there'),
    ({ message }) => t.match(message, /does not exist/),
  )
  await edit(STACK_PLUGIN, plugin)
})

test('each right of a deploy is needed, and a denial names it and whose it is', { skip }, async (t) => {
  const changes = ['CreateChangeSet', 'DescribeChangeSet', 'DescribeStackEvents', 'DescribeStacks', 'ExecuteChangeSet']
  const actions = [
    ...changes.map((name) => `cloudformation:${name}`),
    ...['CreateBucket', 'PutObject'].map((name) => `s3:${name}`),
    'ssm:GetParametersByPath',
  ]
  for (const [index, action] of actions.entries()) {
    const user = await emulator.createUser(rights(action))
    const { status, output } = await runScript(`deploy.ts staging name=denied${index} no-smoke`, user)
    t.equal(status, 1, action)
    const denial = RegExp(`arn:aws:iam::0{12}:user/user-\\w+ may not do ${action}[., ].*operate/deployer\\.yaml grants`)
    t.match(output.replaceAll('\n', ' '), denial, action)
  }
})

test('an app with a name of its own is deployed with the rights of the line that plan prints', { skip }, async (t) => {
  await edit('app.arc', manifest.replace('@app\nmathai', '@app\nschool-signup'))
  const [, App, Stack] = /with App=(\S+) Stack=(\w+)\.$/m.exec((await runScript('plan.ts production')).output) ?? []
  t.deepEqual([App, Stack], ['school-signup', 'SchoolSignup'])
  const user = await emulator.createUser(rights(undefined, { App: String(App), Stack: String(Stack) }))
  const { status, output } = await deploy(emulator, project, 'production', user)
  t.equal(status, 0, output)
  t.match(output, /\nSchoolSignupProduction is deployed to us-east-1/)
  const denied = await runScript('deploy.ts production')
  t.match(
    denied.output.replaceAll('\n', ' '),
    /may not do cloudformation:DescribeStacks/,
    'with the rights for mathai it is not',
  )
  await destroy(emulator.config, 'SchoolSignupProduction', 'school-signup-production-000000000000-us-east-1-an')
  await edit('app.arc', manifest)
})

test('destroying production keeps the users, and nothing else; destroying staging keeps nothing', {
  skip,
}, async (t) => {
  const count = await users().countUsers()
  const tables = async (stack: string) =>
    (await new DynamoDB(emulator.config).listTables({})).TableNames?.filter((name) => name.startsWith(`${stack}-`))
  t.equal((await deploy(emulator, project, 'staging', deployer)).status, 0)
  t.equal((await tables('MathaiStaging'))?.length, 2)
  await destroy(emulator.config, 'MathaiProduction', 'mathai-production-000000000000-us-east-1-an')
  await destroy(emulator.config, 'MathaiStaging', 'mathai-staging-000000000000-us-east-1-an')
  t.deepEqual([await tables('MathaiProduction'), await tables('MathaiStaging')], [[api.usersTable], []])
  t.equal(await users().countUsers(), count)
  t.equal((await fetch(`${api.url}/signup`, { method: 'POST' })).status, 404)

  for (const command of ['plan.ts production diff', 'deploy.ts production']) {
    const { status, output } = await runScript(command)
    t.equal(status, 2, output)
    t.match(
      output,
      RegExp(`\\n {2}${api.usersTable}, made \\d{4}-\\d\\d-\\S+, rows not known\\n`),
      'the deployer may not read a row',
    )
    t.ok(
      output.endsWith(
        `  npm run deploy production table=${api.usersTable}\nTo begin with a new one:\n  npm run deploy production new-table\n`,
      ),
      output,
    )
  }
  t.match(
    (await runScript('deploy.ts production', emulator.env)).output,
    count ? /, has rows\n/ : /, empty\n/,
    'an administrator may',
  )
  const wrong = await runScript('deploy.ts production table=MathaiProduction-MathaiUsersTable-0')
  t.match(
    wrong.output.replaceAll('\n', ' '),
    /There is no table \S+-0 of an earlier MathaiProduction\. Nothing was changed\./,
  )
  const taken = await deploy(emulator, project, `production table=${api.usersTable}`, deployer)
  t.equal(taken.status, 0, taken.output)
  t.match(taken.output, /^\+ MathaiUsersTable +AWS::DynamoDB::Table, taken in as it is$/m)
  t.equal(readOutputs(taken.output, emulator).usersTable, api.usersTable, 'the stack goes on with that table')
  t.match((await runScript(`deploy.ts production table=${api.usersTable}`)).output, /is there, with its users table/)
})

/** The change sets of production that could still be executed. */
async function openChangeSets() {
  const { Summaries = [] } = await cloudFormation.listChangeSets({ StackName: 'MathaiProduction' })
  return Summaries.filter(({ ExecutionStatus }) => ExecutionStatus === 'AVAILABLE')
}

/** What the functions have logged as JSON. */
async function readLogs(): Promise<Record<string, unknown>[]> {
  const logs = new CloudWatchLogs(emulator.config)
  const { logGroups = [] } = await logs.describeLogGroups({})
  const events = await Promise.all(logGroups.map(({ logGroupName }) => logs.filterLogEvents({ logGroupName })))
  const lines = events.flatMap((page) => page.events ?? []).map(({ message = '' }) => message)
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

/** The rights of deployer.yaml without one. MiniStack 1.5.33 checks those of SSM against all parameters. */
function rights(without?: string, names?: Record<string, string>): Statement[] {
  const statements = statementsOf('Policy', names).map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((name) => name !== without),
    ...(statement.Action === 'ssm:GetParametersByPath' && { Resource: '*' }),
  }))
  return statements.filter(({ Action }) => Action.length)
}

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})
