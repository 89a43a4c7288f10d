// The command blocks of operate/README.md, cut from it and run by bash in an emulated AWS account, with addresses that a shell
// would change.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import test from 'tape'
import { readUsers } from '../../../test/support/dynamodb.ts'
import { run } from '../../../test/support/process.ts'
import { copyProject, type Project } from '../../../test/support/project.ts'
import { readOutputs, startScript } from './_deploy.ts'
import { type Emulator, ministackPath, startEmulator } from './_ministack.ts'

const AWS = process.env.AWS_CLI ?? 'aws'
const hasCli = /^aws-cli\/2/.test(String(spawnSync(AWS, ['--version']).stdout))
const skip = !ministackPath || !hasCli
if (!hasCli) console.log('skipped: the blocks of operate/README.md need AWS CLI 2. Install it, or set AWS_CLI.')

const guide = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```sh( tested)?\n([\s\S]*?)^```$/gm)].map(([, mark, block = '']) => ({
  mark,
  block,
}))

/** What begins a block that is not run, and why. */
const NOT_RUN: [string, string][] = [
  ['npm run plan production', 'deploy-test.ts runs these commands'],
  ['aws cloudformation detect-stack-drift', 'MiniStack cannot detect a drift'],
  ['npm run deploy production table=', 'deploy-test.ts runs this command'],
  ['npm run users production find\n', 'these ask at a terminal: users-test.ts'],
  ['npm run users production restore mathai_users', 'users-test.ts has an old table'],
  ['aws dynamodb list-backups', 'MiniStack makes no backup of a table that is deleted'],
]

let emulator: Emulator
let project: Project
let client: DynamoDBDocument
let users: ReturnType<typeof readUsers>

/** Runs the block that has this text, after the first one, which sets the variables. */
async function runBlock(text: string) {
  const found = blocks.find(({ mark, block }) => mark && block.includes(text))
  const cli = `aws() { ${AWS} --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }`
  const file = join(project.folder, 'block.sh')
  await writeFile(file, ['set -euo pipefail', cli, blocks[0]?.block, found?.block ?? 'no such block'].join('\n'))
  return run('bash block.sh < /dev/null', project.folder, { ...emulator.env, AWS_PAGER: '' })
}

test('each block of the guide is run here, or is listed with the reason', async (t) => {
  const others = blocks.filter(({ mark }) => !mark).map(({ block }) => block)
  t.equal(others.length, NOT_RUN.length)
  for (const [index, [start]] of NOT_RUN.entries()) t.ok(others[index]?.startsWith(start), others[index])
})

test('a stack with alarms and people is there, and the variables of the guide are those of it', { skip }, async (t) => {
  emulator = await startEmulator()
  project = await copyProject({ manifest: (text) => `${text}\n@alarms\nproduction "ops@example.org"\n` })
  const { status, output } = await startScript(emulator, project, 'operate/deploy.ts production no-smoke').end()
  t.equal(status, 0, output)
  const { usersTable: TableName } = readOutputs(output)
  client = DynamoDBDocument.from(new DynamoDB(emulator.config))
  users = readUsers(new DynamoDB(emulator.config), TableName)
  const people = [
    "o'brien@example.com",
    '`touch x`@example.com',
    '`id`@example.com',
    'ada$x@example.com',
    'ada@example.com',
  ]
  for (const [index, user_email] of people.entries()) {
    await client.put({
      TableName,
      Item: { user_email, uid: `00000000-0000-4000-8000-00000000000${index}`, user_password: '$2b$' },
    })
  }
  const variables = await runBlock('export AWS_REGION')
  t.equal(variables.status, 0, variables.output)
  t.ok(variables.output.includes(TableName))
})

test('find, erase, correct and export do what the guide says, to whom the lists name', { skip }, async (t) => {
  await writeFile(join(project.folder, 'list.txt'), "\ufeffO'Brien@example.com\r\n\r\n`id`@example.com\r\n")
  await writeFile(join(project.folder, 'corrections.txt'), 'ada$x@example.com\tada.x@example.com\n')
  const { status, output } = await runBlock('npm run users production find <')
  t.equal(status, 0, output)
  const read = (name: string) => readFile(join(project.folder, name), 'utf8')
  t.deepEqual(
    (await read('erased.txt')).match(/^0{8}\S+/gm)?.map((uid) => uid.at(-1)),
    ['0', '2'],
  )
  const rows = (await read('users.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(rows.map(({ user_email }) => user_email).sort(), [
    '`touch x`@example.com',
    'ada.x@example.com',
    'ada@example.com',
  ])
  t.notOk(JSON.stringify(rows).includes('$2b$'), 'no hashes')
  t.equal(await users.countUsers(), 3)
})

test('restore says what it would do', { skip }, async (t) => {
  const { status, output } = await runBlock('npm run users production restore')
  t.equal(status, 1)
  t.match(
    output.replaceAll('\n', ' '),
    /Nothing was changed\. Make the table \S+ as \S+ was at 2026-11-25T12:00:00Z, and copy what is missing now\?/,
  )
})

test('the blocks about logs and alarms run', { skip }, async (t) => {
  for (const text of ['aws logs tail', 'set-alarm-state', 'aws sns subscribe']) {
    const { status, output } = await runBlock(text)
    t.equal(status, 0, output)
  }
})

test('destroying the stack deletes the code, and keeps the users', { skip }, async (t) => {
  const { status, output } = await runBlock('delete-stack')
  t.equal(status, 0, output)
  t.match(output, /remove_bucket: mathai-production-/)
  t.equal(await users.countUsers(), 3)
  await emulator.stop()
  await project.remove()
})
