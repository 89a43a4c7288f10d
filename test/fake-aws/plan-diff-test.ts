// `npm run plan production -- --diff` against a fake AWS account that was deployed to before.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import test from 'tape'
import { startFakeAws } from '../../local/aws.ts'
import { run } from '../../local/process.ts'
import { copyProject, type Project } from '../../local/project.ts'

const MANIFEST = readFileSync(new URL('../../app.arc', import.meta.url), 'utf8').replace(
  '@static',
  'mathai_scores\n  uid *String\n\n@static',
)
const ROLE = readFileSync(new URL('../../src/plugins/stack/role.ts', import.meta.url), 'utf8').replace(
  '  mathai_users:',
  "  mathai_scores: ['dynamodb:GetItem'],\n  mathai_users:",
)
const HANDLER = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"

let aws: Awaited<ReturnType<typeof startFakeAws>>
let project: Project

test('if nothing is deployed, --diff says so', async (t) => {
  aws = await startFakeAws()
  project = await copyProject({
    manifest: () => MANIFEST.replace('post /signup', 'get /health\npost /signup'),
    files: { 'src/plugins/stack/role.ts': ROLE, 'src/http/get-health/index.ts': HANDLER },
  })
  const { status, output, lines } = await diff()
  t.equal(status, 0, output)
  t.ok(output.includes('PostSignupHTTPLambda'), 'it prints the plan, too')
  t.deepEqual(lines, ['Nothing is deployed yet: everything of the plan would be new.'])
  t.notOk(actions().includes('CreateChangeSet'))
})

test('after a deploy, another build of the same code changes nothing', async (t) => {
  // What `arc env` does. The variable is in the account only, and the deploy gives it to each function.
  await fetch(aws.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSSM.PutParameter' },
    body: JSON.stringify({ Name: '/mathai/production/GREETING', Value: 'hello' }),
  })
  const deploy = await run('node scripts/deploy.ts production --no-smoke', project.folder, aws.env)
  t.equal(deploy.status, 0, deploy.output)
  t.ok([...aws.objects.values()].some((bytes) => bytes.includes('"GREETING":"hello"')))
  aws.calls.length = 0
  const { status, output, lines } = await diff()
  t.equal(status, 0, output)
  t.deepEqual(lines, ['The next deploy would change nothing in MathaiProduction.'])
})

test('--diff names a changed setting', async (t) => {
  const { status, lines } = await diff({ manifest: `${manifest()}\n@limits\nlog-retention-days 90\n` })
  t.equal(status, 0)
  t.deepEqual(lines, [
    'The next deploy would change MathaiProduction:',
    '~ ApiLogs         AWS::Logs::LogGroup  modified (RetentionInDays)',
    '~ GetHealthLogs   AWS::Logs::LogGroup  modified (RetentionInDays)',
    '~ PostSignupLogs  AWS::Logs::LogGroup  modified (RetentionInDays)',
  ])
})

test('--diff names changed code', async (t) => {
  const files = { 'src/http/get-health/index.ts': HANDLER.replace('ok', 'well') }
  const { status, lines } = await diff({ files })
  t.equal(status, 0)
  t.deepEqual(lines, [
    'The next deploy would change MathaiProduction:',
    '~ GetHealthHTTPLambda  AWS::Serverless::Function  modified (code)',
  ])
  await writeFile(join(project.folder, 'src/http/get-health/index.ts'), HANDLER)
})

test('--diff names an added and a removed function', async (t) => {
  const { status, output, lines } = await diff({
    manifest: manifest().replace('get /health', 'get /state'),
    files: { 'src/http/get-state/index.ts': HANDLER },
  })
  t.equal(status, 0, output)
  t.deepEqual(lines, [
    'The next deploy would change MathaiProduction:',
    '- GetHealthHTTPLambda  AWS::Serverless::Function  removed',
    '- GetHealthLogs        AWS::Logs::LogGroup        removed',
    '+ GetStateHTTPLambda   AWS::Serverless::Function  added',
    '+ GetStateLogs         AWS::Logs::LogGroup        added',
    '~ HTTP                 AWS::Serverless::HttpApi   modified (DefinitionBody)',
    '~ Role                 AWS::IAM::Role             modified (Policies)',
  ])
  await rm(join(project.folder, 'src/http/get-state'), { recursive: true })
})

test('a new key of a table ends with status 2 and what becomes of the data', async (t) => {
  const { status, lines } = await diff({
    manifest: manifest()
      .replace('user_email *String', 'uid *String')
      .replace('source_window *', 'source *')
      .concat('\n@limits\nlog-retention-days 90\n'),
  })
  t.equal(status, 2)
  t.deepEqual(lines.slice(1, 4), [
    '! MathaiSignupAttemptsTable  AWS::DynamoDB::Table  replaced (KeySchema, AttributeDefinitions)',
    '! MathaiUsersTable           AWS::DynamoDB::Table  replaced (KeySchema, AttributeDefinitions)',
    '~ ApiLogs                    AWS::Logs::LogGroup   modified (RetentionInDays)',
  ])
  t.deepEqual(lines.slice(-2), [
    'Warning: MathaiSignupAttemptsTable would be replaced by an empty one. Its data would be deleted.',
    'Warning: MathaiUsersTable would be replaced by an empty one. Its data would be kept, in a table outside the stack.',
  ])
})

test('a removed table ends with status 2, a modified one does not', async (t) => {
  const removed = await diff({ manifest: manifest().replace('mathai_scores\n  uid *String\n', '') })
  t.equal(removed.status, 2)
  t.equal(removed.lines[1], '- MathaiScoresTable     AWS::DynamoDB::Table       removed')
  t.equal(removed.lines.at(-1), 'Warning: MathaiScoresTable would be removed. Its data would be deleted.')
  const modified = await diff({ manifest: manifest().replace('  expires_at TTL\n', '') })
  t.equal(modified.status, 0)
  t.deepEqual(modified.lines.slice(1), [
    '~ MathaiSignupAttemptsTable  AWS::DynamoDB::Table  modified (TimeToLiveSpecification)',
  ])
})

test('a template that is too long for a change set is not sent', async (t) => {
  const origins = Array.from({ length: 2000 }, (_, number) => `https://origin-${number}.math.ai`)
  const { status, lines } = await diff({
    manifest: manifest().replace('production *', `production ${origins.join(' ')}`),
  })
  t.equal(status, 1)
  t.match(lines[0] ?? '', /^The template has \d+ bytes. CloudFormation compares at most 51200 without an upload/)
  t.notOk(actions().includes('CreateChangeSet'))
})

test('if the change set fails, --diff says why and deletes it', async (t) => {
  const running = start()
  const changeSet = await untilChangeSet(running)
  changeSet.StatusReason = 'Transform AWS::Serverless-2016-10-31 failed'
  const { status, lines } = await running.ended
  t.equal(status, 1)
  t.deepEqual(lines, ['There is no diff: the change set is FAILED. Transform AWS::Serverless-2016-10-31 failed'])
  t.equal(actions().at(-1), 'DeleteChangeSet')
  t.equal(aws.changeSets.size, 0)
})

test('a change that depends on another one is a "perhaps"', async (t) => {
  const change = (name: string, more: object) => ({
    Action: 'Modify',
    LogicalResourceId: name,
    ResourceType: 'AWS::Lambda::Function',
    Replacement: 'False',
    ...more,
  })
  const detail = (Name: string, ChangeSource: string) => ({
    Target: { Attribute: 'Properties', Name },
    Evaluation: 'Dynamic',
    ChangeSource,
  })
  const role = detail('Role', 'ResourceAttribute')
  const direct = detail('Timeout', 'DirectModification')
  // CloudFormation adds the two policies to a change of Metadata.
  const attributes = ['Metadata', 'UpdatePolicy', 'CreationPolicy'].map((Attribute) => ({
    Target: { Attribute },
    Evaluation: 'Static',
  }))
  const running = start()
  const changeSet = await untilChangeSet(running)
  changeSet.StatusReason = ''
  changeSet.changes = [
    change('A', { Details: [role] }),
    change('B', { Details: [role, direct, role] }),
    change('C', { Details: [role], Replacement: 'Conditional' }),
    change('D', { Details: [role], Replacement: 'True' }),
    change('E', { Details: attributes }),
    change('MathaiUsersTable', {
      ResourceType: 'AWS::DynamoDB::Table',
      Replacement: 'Conditional',
      Details: [detail('TableName', 'ResourceReference')],
    }),
  ]
  const { status, output, lines } = await running.ended
  t.equal(status, 2, output)
  t.deepEqual(lines.slice(1), [
    '! MathaiUsersTable  AWS::DynamoDB::Table   perhaps replaced (TableName)',
    '~ A                 AWS::Lambda::Function  perhaps modified (Role)',
    '~ B                 AWS::Lambda::Function  modified (Role, Timeout)',
    '! C                 AWS::Lambda::Function  perhaps replaced (Role)',
    '! D                 AWS::Lambda::Function  replaced (Role)',
    '~ E                 AWS::Lambda::Function  modified (code)',
    'perhaps: it depends on a value that is known during the deploy only',
    'Warning: MathaiUsersTable would be perhaps replaced by an empty one. Its data would be kept, in a table outside the stack.',
  ])
})

test('if CloudFormation refuses a call, --diff says why', async (t) => {
  const running = start()
  await untilChangeSet(running)
  aws.changeSets.clear()
  const { status, lines } = await running.ended
  t.equal(status, 1)
  t.match(lines.join(), /^There is no diff: ChangeSet \[plan-\d+\] does not exist$/)
})

test('Ctrl-C deletes the change set before the process ends', async (t) => {
  const running = start()
  await untilChangeSet(running)
  running.child.kill('SIGINT')
  const { status, lines } = await running.ended
  t.equal(status, 130)
  t.deepEqual(lines, ['Interrupted: the change set is deleted first.'])
  t.equal(actions().at(-1), 'DeleteChangeSet')
  t.equal(aws.changeSets.size, 0)
})

test('all that was started stops', async () => {
  await aws.stop()
  await project.remove()
})

test('without credentials, --diff ends with one sentence', async (t) => {
  const { folder, remove } = await copyProject()
  const environment = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HOME: folder }
  const { status, output } = await run('node scripts/plan.ts production --diff', folder, environment)
  t.equal(status, 1)
  t.ok(output.includes('No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and'), output)
  await remove()
})

type Change = { manifest?: string; files?: Record<string, string> }

function manifest(): string {
  return MANIFEST.replace('post /signup', 'get /health\npost /signup')
}

/** Runs `plan --diff` with this change of the project. */
async function diff({ manifest: appArc = manifest(), files = {} }: Change = {}) {
  await writeFile(join(project.folder, 'app.arc'), appArc)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(project.folder, path)), { recursive: true })
    await writeFile(join(project.folder, path), content)
  }
  const result = await start().ended
  await writeFile(join(project.folder, 'app.arc'), manifest())
  if (aws.changeSets.size) throw Error('The change set was not deleted')
  const others = actions().filter((action) => !/^(Get|Describe)|^(Create|Delete)ChangeSet$/.test(action))
  if (others.length) throw Error(`The plan called ${others.join(', ')}`)
  return result
}

/** `lines` is what it prints after the plan. */
function start() {
  aws.calls.length = 0
  const child = spawn(process.execPath, ['scripts/plan.ts', 'production', '--diff'], {
    cwd: project.folder,
    env: { ...process.env, ...aws.env },
  })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([output, errors, [status]]) => {
      const [, afterPlan = ''] = output.split(/\nOutputs: .+\n/)
      return { status, output: output + errors, lines: `${afterPlan}\n${errors}`.split('\n').filter(Boolean) }
    },
  )
  return { child, ended }
}

/** @throws if it ends without making a change set */
async function untilChangeSet({ child }: ReturnType<typeof start>) {
  while (child.exitCode === null) {
    const [changeSet] = aws.changeSets.values()
    if (changeSet) return changeSet
    await setTimeout(10)
  }
  throw Error('There was no change set')
}

function actions(): string[] {
  return aws.calls.map(({ action }) => action)
}
