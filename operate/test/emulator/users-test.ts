// `npm run users` in an emulated AWS account: addresses that a shell would change, and rows that change meanwhile. users-snapshot.txt has
// what each command prints and does to the table.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import test from 'tape'
import { createTable } from '../../../test/support/dynamodb.ts'
import { copyProject, type Project } from '../../../test/support/project.ts'
import { matchesSnapshot } from '../../../test/support/snapshot.ts'
import { statementsOf } from '../support/deployer.ts'
import { readOutputs, startScript } from './_deploy.ts'
import { type Emulator, ministackPath, startEmulator } from './_ministack.ts'

const skip = !ministackPath
const HASH = `$2b$12$${'h'.repeat(53)}`
const uidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

let emulator: Emulator
let project: Project
let TableName: string
let client: DynamoDBDocument

const put = (user_email: string, number: number, table = TableName, more = {}) =>
  client.put({ TableName: table, Item: { user_email, uid: uidOf(number), user_password: HASH, ...more } })

/** Runs `npm run users` with a list on stdin. What it prints on stdout begins with a bar. */
async function run(args: string, list = '', env: NodeJS.ProcessEnv = {}) {
  const script = startScript(emulator, project, `operate/users.ts ${args}`, env)
  let stdout = ''
  script.child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  script.child.stdin.end(list)
  const { status, output } = await script.end()
  const rest = output.split('\n').filter((line) => !line || !stdout.split('\n').includes(line))
  return {
    status,
    output: [
      ...rest,
      ...stdout
        .trimEnd()
        .split('\n')
        .map((line) => line && `| ${line}`),
    ].join('\n'),
  }
}

/** The rows of the users table, each as one line. */
async function readTable(): Promise<string[]> {
  const { Items = [] } = await client.scan({ TableName })
  return Items.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort()
}

test('a stack with people is there, and tables with what was lost', { skip }, async (t) => {
  emulator = await startEmulator({ auth: true })
  project = await copyProject()
  const { status, output } = await startScript(emulator, project, 'operate/deploy.ts production no-smoke').end()
  t.equal(status, 0, output)
  TableName = readOutputs(output).usersTable
  const database = new DynamoDB(emulator.config)
  client = DynamoDBDocument.from(database)
  const people = ['ada', 'ada$x', "o'brien", '`id`', 'gone', 'twice'].map((name) => `${name}@example.com`)
  for (const [index, email] of [...people, 'eve@xn--bcher-kva.example'].entries()) await put(email, index)
  await createTable(database, 'backup', 'user_email')
  for (const [email, number] of [
    ['ada', 0],
    ['ada$x', 1],
    ['lost', 50],
    ['erased', 51],
  ] as const)
    await put(`${email}@example.com`, number, 'backup')
  await createTable(database, 'python', 'uid')
  await put('Grace@Example.com ', 60, 'python', { user_age: '17', date_created: '2024-05-06T07:08:09' })
  for (const [email, number] of [
    ['twice2', 61],
    ['TWICE2', 62],
    ['ada', 63],
  ] as const)
    await put(`${email}@example.com`, number, 'python')
  await put('nobody', 64, 'python')
  await writeFile(join(project.folder, 'erased.txt'), `${uidOf(51)}\t2026-11-25T12:00:00Z\r\n`)
})

const WITH_BOM = `\ufeffAda@Example.com\r\n\r\n ada$x@example.com \neve@BÜCHER.example\n${uidOf(2)}\nnobody@example.com\n`
/** The commands in their order, and their lists. */
const STEPS: [args: string, list?: string, who?: 'deployer' | 'reader'][] = [
  ['production find', WITH_BOM],
  ['production find', 'ada@example.com\n'],
  ['production erase', "o'brien@example.com\n"],
  ['production correct yes', 'ada@example.com\tx@example.com\neve@bücher.example\tx@example.com\n'],
  ['production erase yes', "o'brien@example.com\nnot an address\n"],
  ...['', '\n\r\n \n', 'nobody@example.com\n', uidOf(999)].map((list): [string, string] => [
    'production erase yes',
    list,
  ]),
  ['production erase yes', `GONE@example.com\ntwice@example.com\n${uidOf(5)}\nnobody@example.com\n`],
  ['production correct yes', "ada$x@example.com\tada@example.com\no'brien@example.com\tO'Brien@Example.com\n"],
  ['production correct yes', 'ada$x@example.com\tada$y@example.com\n'],
  ['production export'],
  ['production export hashes'],
  ['production restore backup erased=erased.txt'],
  ['production restore backup yes erased=erased.txt'],
  ['production restore backup yes erased=erased.txt'],
  ['production restore python yes erased=none'],
  ...['2026-11-25T12:00:00', '2026-13-45T12:00:00Z', '2026-11-25', '2026-02-30T12:00:00Z', '2099-01-01T00:00:00Z'].map(
    (moment): [string] => [`production restore ${moment} yes erased=none`],
  ),
  ['production restore NOW erased=none'],
  ['production restore NOW yes erased=none'],
  ['staging find', 'ada@example.com'],
  ['production name=nobody find', 'ada@example.com'],
  ['production'],
  ['production find yes'],
  ['production erase ada@example.com'],
  ['production restore'],
  ['production restore old yes'],
  ['production restore old erased=none.txt'],
  ['production restore nowhere yes erased=none'],
  ['production erase yes', 'ada@example.com', 'reader'],
  ['production find', 'ada@example.com', 'deployer'],
]

test('what each command prints, and what it changes, is in users-snapshot.txt', { skip }, async (t) => {
  const reader = { Effect: 'Allow', Action: ['cloudformation:DescribeStacks', 'dynamodb:GetItem'], Resource: '*' }
  const who = {
    deployer: await emulator.createUser(statementsOf('Policy')),
    reader: await emulator.createUser([reader]),
  }
  const written: string[] = []
  for (const [args, list, name] of STEPS) {
    const before = await readTable()
    // MiniStack has no history: the new table is as the live one is now.
    const { status, output } = await run(args.replace('NOW', new Date().toISOString()), list, name && who[name])
    const after = await readTable()
    const gone = before.filter((row) => !after.includes(row)).map((row) => `- ${row}`)
    const added = after.filter((row) => !before.includes(row)).map((row) => `+ ${row}`)
    const typed = [`$ npm run users ${args}`, ...(list ? [`< ${JSON.stringify(list)}`] : [])]
    // Rows come in any order.
    const lines = args.includes('export') ? output.trim().split('\n').sort() : [output.trim()]
    written.push([...typed, ...lines, `exit status ${status}`, ...gone, ...added, ''].join('\n'))
  }
  const text = written
    .join('\n')
    .replaceAll(HASH, 'HASH')
    .replaceAll(TableName, 'TABLE')
    .replace(/-restored-\d{14}/g, '-restored-N')
    .replace(/user-\w+/g, 'user-NAME')
    .replaceAll(new Date().toISOString().slice(0, 10), 'TODAY')
    .replace(/TODAYT[\d:.]+Z/g, 'NOW')
  matchesSnapshot(t, new URL('users-snapshot.txt', import.meta.url), text)
})

test('Ctrl-C in the middle of an erase of 2,000 people tells how many are erased, and lists them', {
  skip,
}, async (t) => {
  const people = Array.from({ length: 2000 }, (_, index) => index + 1000)
  for (let start = 0; start < people.length; start += 25) {
    const requests = people
      .slice(start, start + 25)
      .map((number) => ({ PutRequest: { Item: { user_email: `p${number}@example.com`, uid: uidOf(number) } } }))
    await client.batchWrite({ RequestItems: { [TableName]: requests } })
  }
  const before = await readTable()
  const script = startScript(emulator, project, 'operate/users.ts production erase yes')
  script.child.stdin.end(people.map((number) => `p${number}@example.com\n`).join(''))
  await script.printed(RegExp(`${uidOf(1010)}\t`))
  script.child.kill('SIGINT')
  const { status, output } = await script.end()
  t.equal(status, 130)
  const [, done] = /Erased: (\d+) of 2000\.\nInterrupted: the others are as they were\.\n$/.exec(output) ?? []
  t.ok(Number(done) >= 10 && Number(done) < 2000, output.slice(-200))
  t.equal(before.length - (await readTable()).length, Number(done), 'as many rows are gone')
  t.equal(output.match(/^0{8}-\S+\t/gm)?.length, Number(done), 'and listed')
})

const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux')
if (!skip && !hasScript) console.log('skipped: the test of the questions needs `script` of util-linux')

test('at a terminal it asks for addresses, shows them, and asks once', { skip: skip || !hasScript }, async (t) => {
  await put('typed@example.com', 70)
  const typed = async (keys: string[]) => {
    const command = `${process.execPath} operate/launch.cjs operate/users.ts production erase`
    const program: [string, string, ...string[]] = ['script', '--quiet', '--return', '--command', command, '/dev/null']
    const script = startScript(emulator, project, 'x', { SHELL: '/bin/sh' }, program)
    for (const [index, key] of keys.entries()) {
      await script.printed(RegExp(`((Enter to end\\): |Type yes: )[\\s\\S]*){${index + 1}}`))
      await setTimeout(100)
      script.child.stdin.write(key)
    }
    return script.end()
  }
  const no = await typed(['typed@example.com\r', '\r', 'no\r'])
  t.equal(no.status, 1)
  t.match(no.output, /Nothing was changed\.\s*$/)
  const interrupted = await typed(['typed@example.com\r', '\x03'])
  t.equal(interrupted.status, 130, interrupted.output)
  t.ok((await readTable()).join().includes('typed@'))
  const yes = await typed(['Typed@example.com\r', '\r', 'yes\r'])
  t.equal(yes.status, 0, yes.output)
  t.match(yes.output, /Typed@example\.com means typed@example\.com/)
  t.notOk((await readTable()).join().includes('typed@'))
})

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})
