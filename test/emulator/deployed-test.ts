// The real `arc deploy` and `arc destroy` in an emulated AWS account, and the API that they leave there.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'tape'
import { connect, readUsers } from '../../local/dynamodb.ts'
import { type Emulator, ministackPath, startEmulator } from '../../local/emulator.ts'
import { run } from '../../local/process.ts'
import { copyProject, type Project } from '../../local/project.ts'
import { ada, signUp } from '../_client.ts'

const skip = !ministackPath
if (skip) console.log('skipped: these tests need MiniStack. Install it from PyPI, or set MINISTACK.')

let emulator: Emulator
let project: Project
const api = { url: '' }
let usersTable: string | undefined

test('a production deploy makes an API that signs people up', { skip }, async (t) => {
  emulator = await startEmulator({ auth: true })
  project = await copyProject()
  const output = await deploy('production')
  api.url = emulator.apiUrl(output)
  usersTable = tableIn(output)

  const { status, body } = await signUp(api, person('pioneer'))
  t.equal(status, 201)
  const users = readUsers(await connect(emulator.port), String(usersTable))
  t.equal((await users.user('pioneer@example.com'))?.uid, body.uid)
  t.equal((await signUp(api, person('pioneer'))).status, 409)
})

test('the contract tests of Sandbox pass on the deployed API', { skip }, async (t) => {
  await editManifest((manifest) => `${manifest}\n@limits\nattempts-per-source off\n`)
  await deploy('production')
  const API = JSON.stringify({ url: api.url, dynamodbPort: emulator.port, usersTable })
  const runner = join(import.meta.dirname, '../run.ts')
  const { status, output } = await run(`"${process.execPath}" "${runner}" contract`, process.cwd(), {
    API,
  })
  t.equal(status, 0, output)
  t.comment(output.trim().split('\n').at(-1) ?? '')
  await editManifest((manifest) => manifest.replace('\n@limits\nattempts-per-source off\n', ''))
  await deploy('production')
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
  const records = await emulator.logRecords()
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
  await deploy('production')
  t.equal((await fetch(`${api.url}/health`)).status, 204)
  t.equal((await signUp(api, person('pioneer'))).status, 409)
})

test('a deploy removes a function, changes a setting and keeps the users', { skip }, async (t) => {
  const users = await countUsers()
  await editManifest((manifest) => `${manifest.replace('get /health\n', '')}\n@limits\nattempts-per-source 1\n`)
  const output = await deploy('production')
  t.equal(emulator.apiUrl(output), api.url)
  t.equal(tableIn(output), usersTable)
  t.equal(await countUsers(), users)
  t.equal((await fetch(`${api.url}/health`)).status, 404)
  await signUp(api, person('first'))
  t.equal((await signUp(api, person('second'))).status, 429)
})

test('destroying production keeps the users, and nothing else', { skip }, async (t) => {
  const users = await countUsers()
  await destroy('--production')
  t.deepEqual(await tables(), [usersTable])
  t.equal(await countUsers(), users)
  t.equal((await fetch(`${api.url}/signup`, { method: 'POST' })).status, 404)
  await emulator.stop()
})

// In an account of its own: after the destruction of one stage, Architect 12 cannot destroy the other.
test('destroying staging keeps nothing', { skip }, async (t) => {
  emulator = await startEmulator()
  await deploy('staging')
  t.equal((await tables()).length, 2)
  await destroy('')
  t.deepEqual(await tables(), [])
})

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})

/** @throws if the deploy fails */
async function deploy(stage: 'production' | 'staging'): Promise<string> {
  const { status, output } = await run(`node scripts/deploy.ts ${stage} --no-smoke`, project.folder, emulator.env)
  if (status !== 0) throw Error(output)
  return output
}

/** @throws if Architect does not say that it destroyed the stack: it can exit with 0 without doing so */
async function destroy(stage: '--production' | ''): Promise<void> {
  const command = `npx arc destroy --app mathai ${stage} --force --now`
  const { output } = await run(command, project.folder, emulator.env)
  if (!output.includes('Successfully destroyed')) throw Error(output)
}

async function editManifest(edit: (manifest: string) => string): Promise<void> {
  const manifest = join(project.folder, 'app.arc')
  await writeFile(manifest, edit(await readFile(manifest, 'utf8')))
}

async function tables(): Promise<string[]> {
  const dynamodb = await connect(emulator.port)
  return (await dynamodb.ListTables({})).TableNames ?? []
}

async function countUsers(): Promise<number> {
  return readUsers(await connect(emulator.port), String(usersTable)).countUsers()
}

function tableIn(output: string): string | undefined {
  return /UsersTableName: (\S+)/.exec(output)?.[1]
}

function person(name: string) {
  return { ...ada, user_email: `${name}@example.com` }
}
