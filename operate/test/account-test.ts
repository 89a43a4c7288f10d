// The commands in an account of AWS whose answers come late, in two pages and only after a failure: what is asked, compared whole, and
// what an operator reads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { type Api, startInProcess } from '../../test/support/api.ts'
import { connect, createTable, type DynamoDB, startDynamoDB } from '../../test/support/dynamodb.ts'
import { gatherOutput, inTurn } from '../../test/support/process.ts'
import { copyProject } from '../../test/support/project.ts'
import { startServer } from '../../test/support/server.ts'
import { withEverySetting } from '../../test/support/settings.ts'
import { matchesSnapshot } from '../../test/support/snapshot.ts'
import { startAws } from './support/aws.ts'

type Account = Awaited<ReturnType<typeof startAws>>['account']
type Result = { status: number | null; output: string; account: Account; changeSets: string[] }

/** These take less than a minute. `npm run test:long` has all. */
const QUICK = /^(a first|a table|an update|the smoke|the answer|an earlier|Ctrl-C at s3|erased|a uid)/

let api: Api
let wrongApi: Awaited<ReturnType<typeof startServer>>
let dynamodb: DynamoDB

/** How a command runs: with a clock that is a hundred times faster, with a host that is the right API, or until Ctrl-C at an action. */
type How = { isHasty?: boolean; hostOfApi?: string; interruptAt?: string }
type Situation = [command: string, arrange: (account: Account) => void, how?: How]

const PROFILES = ['environment', 'of-app-arc'].map((name) => {
  return `[profile ${name}]\naws_access_key_id = KEY-OF-${name}\naws_secret_access_key = x\n`
})

/** What a command loads first. */
function preload({ isHasty, hostOfApi }: How): string {
  const code = `const { now } = Date
    const { fetch } = globalThis
    const start = now()
    if (${isHasty}) Date.now = () => start + (now() - start) * 100
    globalThis.fetch = (url, init) => fetch(String(url).replace('${hostOfApi}', '${api.url}'), init)`
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}

/** Runs a command in an account and a project of its own. `arrange` says what is there. */
async function runIn([command, arrange, how = {}]: Situation): Promise<Result> {
  const project = await copyProject({
    manifest: (text) => withEverySetting(text).replace('@aws\n', '@aws\nprofile of-app-arc\n'),
    files: { 'list.txt': `${uidOf(7)}\n`, 'aws-config': PROFILES.join('') },
  })
  const { account, url, changeSets, stop } = await startAws(dynamodb.port)
  account.outputs = { API: api.url, ApiId: 'abc123', SignupApiUrl: `${api.url}/signup`, UsersTableName: 'users' }
  arrange(account)
  const env = {
    ...process.env,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${preload(how)}`,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_PROFILE: 'environment',
    AWS_CONFIG_FILE: join(project.folder, 'aws-config'),
  }
  const child = spawn(`exec node operate/${command}`, { cwd: project.folder, shell: true, env })
  let { interruptAt } = how
  account.onAsked = (name) => {
    if (!interruptAt || !name.startsWith(interruptAt)) return false
    interruptAt = undefined
    return child.kill('SIGINT')
  }
  const print = gatherOutput(child)
  const [status] = (await once(child, 'close')) as [number]
  await stop()
  await project.remove()
  const output = print()
    .replace(/\d[.\d]* ?s\b/g, 'N s')
    .replaceAll(api.url, 'API-URL')
    .replaceAll(wrongApi.url, 'WRONG-API-URL')
    .replace(/made \S+,/g, 'made DATE,')
    .replace(/\t20\S+Z$/gm, '\tDATE')
    .replace(/^ *(N s)? *waiting for .*\n/gim, '')
  return { status, output, account, changeSets: changeSets() }
}

const uidOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`
const put = (TableName: string, number: number) => {
  const Item = { user_email: `p${number}@example.com`, uid: uidOf(number), user_password: '$2b$12$hash' }
  return dynamodb.client.put({ TableName, Item })
}
const change = (Action: 'Add' | 'Modify' | 'Remove', LogicalResourceId: string, type: string): ResourceChange => ({
  Action,
  LogicalResourceId,
  ResourceType: `AWS::${type}`,
})
const ROLE = change('Add', 'Role', 'IAM::Role')
const HTTP = change('Add', 'HTTP', 'ApiGatewayV2::Api')
const LOST = { ...change('Remove', 'MathaiUsersTable', 'DynamoDB::Table'), PolicyAction: 'Delete' } as const
const live = (account: Account) => {
  account.stack = { status: 'UPDATE_COMPLETE', template: '"s3://the-bucket/x.zip"', outputs: account.outputs }
  account.buckets.set('the-bucket', new Map())
  account.changes = [ROLE, HTTP]
}
/** It has an address on every machine. */
const DOMAIN = 'https://localhost'
const withDomain = (account: Account) => {
  Object.assign(account.outputs, { DomainTarget: 'd-1.example', SignupApiUrl: `${DOMAIN}/signup` })
  live(account)
}
const withWrongApi = (account: Account) => {
  account.outputs.API = wrongApi.url
  live(account)
}
const withStatus = (status: string) => (account: Account) => {
  account.stack = { status, template: '', outputs: {} }
}
const withUsersIn = (table: string) => (account: Account) => {
  account.outputs.UsersTableName = table
  live(account)
}

/** The command, what is there, and how it runs. */
const SITUATIONS: Record<string, Situation> = {
  'a first deploy, with a domain and alarms': [
    'deploy.ts staging',
    (account) => {
      account.changes = [ROLE, HTTP, change('Add', 'AlarmTopic', 'SNS::Topic')]
      const names = ['staging/A', 'staging/B', 'production/A']
      account.variables = Object.fromEntries(names.map((name) => [`/mathai/${name}`, `of ${name}`]))
      account.events = ['S CREATE_IN_PROGRESS', 'Role CREATE_COMPLETE', 'HTTP CREATE_COMPLETE', 'S CREATE_COMPLETE']
      account.outputs.DomainTarget = 'd-1.execute-api.eu-west-3.amazonaws.com'
      account.outputs.SignupApiUrl = 'https://staging.signup.invalid/signup'
    },
  ],
  'a table of the second page would lose its data: nothing is changed, and no code is uploaded': [
    'deploy.ts production',
    (account) => {
      live(account)
      account.changes = [ROLE, HTTP, LOST]
    },
  ],
  'with allow-data-loss it goes on, and with no-smoke nothing is asked of the API': [
    'deploy.ts staging allow-data-loss no-smoke',
    (account) => {
      account.outputs.API = 'http://127.0.0.1:1'
      live(account)
      account.changes = [LOST]
    },
  ],
  'diff shows that loss, and deletes its change set': [
    'plan.ts production diff',
    (account) => {
      live(account)
      account.changes = [ROLE, HTTP, LOST]
    },
  ],
  'an update fails: the reason, what is live, and the code in the bucket of the stack': [
    'deploy.ts production name=alice',
    (account) => {
      live(account)
      const back = ['S UPDATE_ROLLBACK_IN_PROGRESS', 'Role UPDATE_COMPLETE', 'S UPDATE_ROLLBACK_COMPLETE']
      account.events = ['S UPDATE_IN_PROGRESS', 'Role UPDATE_FAILED: it is no use', ...back]
    },
  ],
  'the smoke test fails: the deploy fails, too, and says that this version is live': [
    'deploy.ts production',
    withWrongApi,
    { isHasty: true },
  ],
  'the answer to the execution is lost: its events tell how it ended': [
    'deploy.ts staging',
    (account) => {
      live(account)
      account.lost = ['cloudformation:ExecuteChangeSet']
    },
  ],
  'a roll-back is stuck: the resources are named': [
    'deploy.ts production',
    (account) => {
      withStatus('UPDATE_ROLLBACK_FAILED')(account)
      account.answers['cloudformation:DescribeStackEvents'] = () => ({
        StackEvents: [
          { LogicalResourceId: 'HTTP', ResourceStatus: 'UPDATE_FAILED', ResourceStatusReason: 'no', EventId: '2' },
          { LogicalResourceId: 'S', ResourceStatus: 'UPDATE_ROLLBACK_IN_PROGRESS', EventId: '1' },
        ],
      })
    },
  ],
  'another deploy is under way': ['deploy.ts staging', withStatus('UPDATE_IN_PROGRESS')],
  'an earlier stack has left its users: each table is named, and nothing is changed': [
    'deploy.ts production name=left',
    () => {},
  ],
  'the domain has a record, and does not answer': ['deploy.ts staging', withDomain, { isHasty: true }],
  'the domain answers, and the URL of the API does not': [
    'deploy.ts staging',
    (account) => {
      withDomain(account)
      account.outputs.API = wrongApi.url
    },
    { isHasty: true, hostOfApi: DOMAIN },
  ],
  'a version without changes is tested, too': [
    'deploy.ts staging',
    (account) => {
      withWrongApi(account)
      const StatusReason = "The submitted information didn't contain changes."
      account.answers['cloudformation:DescribeChangeSet'] = () => ({ Status: 'FAILED', StatusReason })
    },
    { isHasty: true },
  ],
  'Ctrl-C at cloudformation:DescribeChangeSet': [
    'deploy.ts staging name=alice',
    live,
    { interruptAt: 'cloudformation:DescribeChangeSet' },
  ],
  'Ctrl-C at s3:PUT': [
    'deploy.ts staging name=bob',
    (account) => {
      account.changes = [ROLE, HTTP]
    },
    { interruptAt: 's3:PUT' },
  ],
  'Ctrl-C at cloudformation:ExecuteChangeSet': [
    'deploy.ts staging name=alice',
    live,
    { interruptAt: 'cloudformation:ExecuteChangeSet' },
  ],
  'people of a named stack': ['users.ts production name=alice erase < list.txt', live],
  'erased, although each first answer is lost': ['users.ts production erase yes < list.txt', withUsersIn('erase')],
  'a folder is no list of people': ['users.ts production erase yes < .', live],
  'a uid is looked for in all pages of the table': ['users.ts production find < list.txt', live],
  'rows are restored from all pages of a table, those that are there from no page': [
    'users.ts production restore old yes erased=none',
    withUsersIn('into'),
  ],
  'all pages of the table are exported, without hashes': ['users.ts production export', live],
}

test('what each command prints, and asks of AWS, is in account-snapshot.txt', async (t) => {
  api = await startInProcess(['https://staging.math.ai', 'http://*'])
  wrongApi = await startServer((request, response) => void request.resume().on('end', () => response.end('{}')))
  dynamodb = await startDynamoDB()
  for (const name of ['old', 'into', 'erase']) await createTable(connect(dynamodb.port), name, 'user_email')
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
    await put('old', number)
    for (const name of ['users', 'into', 'erase']) if (number > 3) await put(name, number)
  }
  const LEFT = 'MathaiProductionLeft-MathaiUsersTable'
  // Of this stack, and of others whose names are alike.
  for (const name of [
    `${LEFT}-1`,
    `${LEFT}-2`,
    'MathaiProductionLeftover-MathaiUsersTable-1',
    'MathaiStagingAlice-MathaiUsersTable-1',
  ])
    await createTable(connect(dynamodb.port), name, 'user_email')
  await dynamodb.client.put({ TableName: `${LEFT}-2`, Item: { user_email: 'ada@example.com' } })
  const file = new URL('account-snapshot.txt', import.meta.url)
  const sections = new Map(
    readFileSync(file, 'utf8')
      .split(/^(?=# )/m)
      .map((section) => [section.split('\n')[0]?.slice(2), section]),
  )
  const entries = Object.entries(SITUATIONS).filter(([what]) => process.env.LONG || QUICK.test(what))
  const results = await inTurn(entries, 6, ([, situation]) => runIn(situation))
  for (const [index, [what, [command]]] of entries.entries()) {
    const { status, output, account, changeSets } = results[index] as Result
    // Of the first, everything is compared; of the others, what is asked.
    const asked = index ? [`asked: ${namesOf(account.requests)}`] : account.requests
    const lines = [`# ${what}`, `$ ${command}`, output, `exit status ${status}`, ...asked]
    sections.set(what, `${[...lines, `change sets: ${changeSets.length}`].join('\n')}\n\n`)
  }
  const text = Object.keys(SITUATIONS).map((what) => sections.get(what))
  matchesSnapshot(t, file, text.join(''))
  const [first] = results
  const { Resources } = JSON.parse(String(first?.account.stack?.template))
  const { A, B } = Resources.PostSignupHTTPLambda.Properties.Environment.Variables
  t.deepEqual([A, B], ['of staging/A', 'of staging/B'], 'the variables of both pages, and of this stage')
  t.deepEqual(
    [...(first?.account.buckets.values() ?? [])].map(({ size }) => size),
    [1],
    'the code is in the bucket',
  )
})

/** The actions and buckets that were asked, each once, in their order. */
function namesOf(requests: string[]): string {
  const names = requests.map((text) => text.split(' as ')[0]?.replace(/\?.*/, ''))
  return names.filter((name, index) => name !== names[index - 1]).join(', ')
}

test('all that was started stops', async () => {
  await api.stop()
  await wrongApi.stop()
  await dynamodb.stop()
})
