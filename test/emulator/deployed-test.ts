// The API that a deploy leaves in an emulated AWS account: its rights, its data, its end.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { S3 } from '@aws-sdk/client-s3'
import test from 'tape'
import { ada, signUp } from '../support/client.ts'
import { readUsers } from '../support/dynamodb.ts'
import { copyProject, type Project } from '../support/project.ts'
import { deploy, destroy } from './_deploy.ts'
import { type Emulator, ministackPath, startEmulator } from './_ministack.ts'

const skip = !ministackPath
if (skip) console.log('skipped: these tests need MiniStack. Install it from PyPI, or set MINISTACK.')

let emulator: Emulator
let project: Project
const api = { url: '', usersTable: '' }

test('a production deploy makes an API that signs people up', { skip }, async (t) => {
  emulator = await startEmulator({ auth: true })
  project = await copyProject()
  Object.assign(api, await deployStage('production'))

  const { status, body } = await signUp(api, person('pioneer'))
  t.equal(status, 201)
  t.equal((await users().user('pioneer@example.com'))?.uid, body.uid)
  t.equal((await signUp(api, person('pioneer'))).status, 409)
})

test('the deployed API answers the preflight of a browser', { skip }, async (t) => {
  const headers = { origin: 'https://math.ai', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${api.url}/signup`, { method: 'OPTIONS', headers })
  t.equal(preflight.status, 204)
  t.equal(preflight.headers.get('access-control-allow-methods'), 'POST')
})

test('without the right to PutItem a sign-up fails', { skip }, async (t) => {
  const restore = await emulator.removeRight('dynamodb:PutItem')
  t.equal((await signUp(api, person('put'))).status, 500)
  await restore()
  t.equal((await signUp(api, person('put'))).status, 201)
})

test('without the right to GetItem a retry fails', { skip }, async (t) => {
  const headers = { 'idempotency-key': 'key' }
  const first = await signUp(api, person('get'), headers)
  const restore = await emulator.removeRight('dynamodb:GetItem')
  t.equal((await signUp(api, person('get'), headers)).status, 500)
  await restore()
  const retry = await signUp(api, person('get'), headers)
  t.equal(retry.status, 201)
  t.equal(retry.body.uid, first.body.uid)
})

test('without the right to UpdateItem a sign-up succeeds and its attempt is not counted', {
  skip,
}, async (t) => {
  const restore = await emulator.removeRight('dynamodb:UpdateItem')
  const unchecked = await signUp(api, person('unchecked'))
  await restore()
  const checked = await signUp(api, person('checked'))
  const records = await readLogs()
  const skippedFor = (uid: unknown) => records.find((record) => record.uid === uid)?.skipped
  t.deepEqual(skippedFor(unchecked.body.uid), ['attempts'])
  t.equal(skippedFor(checked.body.uid), undefined)
})

test('a function that was frozen signs people up after the thaw, and its memory stays flat', { skip }, async (t) => {
  const signUps = async (count: number, name: string) => {
    for (let index = 0; index < count; index++) {
      t.equal((await signUp(api, person(`${name}${index}`))).status, 201)
    }
  }
  await signUps(20, 'before')
  const [before] = await emulator.functionProcesses()
  if (!before) throw Error('the function has no process')
  process.kill(before.pid, 'SIGSTOP')
  process.kill(before.pid, 'SIGCONT')
  await signUps(20, 'after')
  const [after] = await emulator.functionProcesses()
  t.equal(after?.pid, before.pid, 'it is the same process')
  t.ok(Number(after?.kilobytes) < before.kilobytes * 1.3, `${before.kilobytes} KB, then ${after?.kilobytes} KB`)
})

test('a deploy adds a function', { skip }, async (t) => {
  const folder = join(project.folder, 'src/http/get-health')
  await mkdir(folder)
  await writeFile(join(folder, 'index.ts'), 'export const handler = async () => ({ statusCode: 204 })\n')
  await editManifest((manifest) => manifest.replace('post /signup', 'post /signup\nget /health'))
  await deployStage('production')
  t.equal((await fetch(`${api.url}/health`)).status, 204)
  t.equal((await signUp(api, person('pioneer'))).status, 409)
})

test('a deploy removes a function, changes a setting and keeps the users', { skip }, async (t) => {
  const count = await users().countUsers()
  await editManifest((manifest) => `${manifest.replace('get /health\n', '')}\n@limits\nattempts-per-source 1\n`)
  // The smoke test would be one sign-up too many.
  t.deepEqual(await deployStage('production --no-smoke'), api)
  t.equal(await users().countUsers(), count)
  t.equal((await fetch(`${api.url}/health`)).status, 404)
  await signUp(api, person('first'))
  t.equal((await signUp(api, person('second'))).status, 429)
})

test('destroying production keeps the users, and nothing else', { skip }, async (t) => {
  const count = await users().countUsers()
  await destroy(emulator.config, 'MathaiProduction', 'mathaiproduction-000000000000-us-east-1')
  t.deepEqual(await tables(), [api.usersTable])
  t.equal(await users().countUsers(), count)
  t.deepEqual((await new S3(emulator.config).listBuckets({})).Buckets ?? [], [])
  t.equal((await fetch(`${api.url}/signup`, { method: 'POST' })).status, 404)
})

test('destroying staging keeps nothing', { skip }, async (t) => {
  await deployStage('staging')
  t.equal((await tables()).length, 3)
  await destroy(emulator.config, 'MathaiStaging', 'mathaistaging-000000000000-us-east-1')
  t.deepEqual(await tables(), [api.usersTable], 'only the table of production')
})

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})

/** @throws if the deploy fails */
async function deployStage(args: string) {
  const { status, output } = await deploy(emulator, project, args)
  if (status !== 0) throw Error(output)
  const [, apiId = ''] = /^ApiId: (\S+)/m.exec(output) ?? []
  const [, usersTable = ''] = /^UsersTableName: (\S+)/m.exec(output) ?? []
  return { url: emulator.apiUrl(apiId), usersTable }
}

async function editManifest(edit: (manifest: string) => string): Promise<void> {
  const manifest = join(project.folder, 'app.arc')
  await writeFile(manifest, edit(await readFile(manifest, 'utf8')))
}

async function tables(): Promise<string[]> {
  return (await new DynamoDB(emulator.config).listTables({})).TableNames ?? []
}

function users() {
  return readUsers(new DynamoDB(emulator.config), api.usersTable)
}

/** What the functions have logged as JSON. */
async function readLogs(): Promise<Record<string, unknown>[]> {
  const logs = new CloudWatchLogs(emulator.config)
  const { logGroups = [] } = await logs.describeLogGroups({})
  const events = await Promise.all(logGroups.map(({ logGroupName }) => logs.filterLogEvents({ logGroupName })))
  const lines = events.flatMap((page) => page.events ?? []).map(({ message = '' }) => message)
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

function person(name: string) {
  return { ...ada, user_email: `${name}@example.com` }
}
