// `npm run users` in an emulated AWS account: addresses that a shell would change, and rows that change meanwhile.
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import test from 'tape'
import { readUsers } from '../../../test/support/dynamodb.ts'
import { copyProject, type Project } from '../../../test/support/project.ts'
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
let users: ReturnType<typeof readUsers>

const put = (user_email: string, number: number, more = {}) =>
  client.put({
    TableName,
    Item: { user_email, uid: uidOf(number), user_name: 'N', user_password: HASH, last_logged_in: null, ...more },
  })

/** Runs `npm run users` with a list on stdin. `stdout` is what it prints there. */
async function run(args: string, list = '', env: NodeJS.ProcessEnv = {}) {
  const script = startScript(emulator, project, `operate/users.ts ${args}`, env)
  let stdout = ''
  script.child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  script.child.stdin.end(list)
  const { status, output } = await script.end()
  return { status, output: output.replace(/^\w+ in us-east-1, account \d+, table\n\S+\n\n/, ''), stdout }
}

/** The table is as it was before. */
async function isUnchanged(t: test.Test, act: () => Promise<void>): Promise<void> {
  const before = (await client.scan({ TableName })).Items
  await act()
  t.deepEqual((await client.scan({ TableName })).Items, before, 'nothing was changed')
}

test('a stack with people is there', { skip }, async (t) => {
  emulator = await startEmulator({ auth: true })
  project = await copyProject()
  const { status, output } = await startScript(emulator, project, 'operate/deploy.ts production no-smoke').end()
  t.equal(status, 0, output)
  TableName = readOutputs(output).usersTable
  client = DynamoDBDocument.from(new DynamoDB(emulator.config))
  users = readUsers(new DynamoDB(emulator.config), TableName)
  const people = [
    'ada@example.com',
    'ada$x@example.com',
    "o'brien@example.com",
    '`id`@example.com',
    'eve@bücher.example',
  ]
  for (const [index, email] of people.entries()) await put(email.replace('bücher', 'xn--bcher-kva'), index)
})

test('find shows whom a list means without hashes, and names who is not there', { skip }, async (t) => {
  const { status, stdout } = await run(
    'production find',
    `\ufeffAda@Example.com\r\n\r\n ada$x@example.com \neve@BÜCHER.example\n${uidOf(2)}\nnobody@example.com\n`,
  )
  t.equal(status, 1, 'somebody is not there')
  t.match(
    stdout,
    /^Ada@Example\.com means ada@example\.com\n {2}last_logged_in null\n {2}uid +"00000000-0000-4000-8000-000000000000"\n/,
  )
  for (const line of [
    'ada$x@example.com\n  last',
    'means eve@xn--bcher-kva.example',
    `"o'brien@example.com"`,
    'nobody@example.com\n  There is no such row.',
    '5 asked for, 4 of them found.',
  ])
    t.ok(stdout.includes(line), `${line}\n${stdout}`)
  t.notOk(stdout.includes(HASH))
  t.equal((await run('production find', 'ada@example.com\n')).status, 0)
})

test('without the word yes, or with a wrong line, nothing is changed', { skip }, async (t) => {
  await isUnchanged(t, async () => {
    const list = "o'brien@example.com\n"
    const { status, output, stdout } = await run('production erase', list)
    t.deepEqual([status, stdout], [1, ''])
    t.ok(
      output.endsWith(
        '\nNothing was changed. Erase 1 of them? If so, add the word yes:\n  npm run --silent users production erase yes < list.txt >> erased.txt\n',
      ),
      output,
    )
    const folder = await run('production erase yes < .', '')
    t.deepEqual([folder.status, folder.stdout], [1, ''])
    const twice = 'ada@example.com\tx@example.com\neve@bücher.example\tx@example.com\n'
    t.match(
      (await run('production correct yes', twice)).output,
      /Line 2: one of its addresses is in an earlier line, too\.\n/,
    )
    const wrong = await run('production erase yes', `${list}not an address\n`)
    t.equal(wrong.status, 1)
    t.match(
      wrong.output,
      /Line 2: "not an address" is neither an e-mail address nor a uid\.\nNothing was changed\. Correct these lines first\.\n$/,
    )
    for (const list of ['', '\n\r\n \n', 'nobody@example.com\n', '00000000-0000-4000-8000-999999999999']) {
      t.equal((await run('production erase yes', list)).status, 1, JSON.stringify(list))
    }
  })
})

test('erase erases exactly those of the list, and prints their uids and the date for a later restore', {
  skip,
}, async (t) => {
  await put('gone@example.com', 90)
  await put('twice@example.com', 91)
  const { status, output, stdout } = await run(
    'production erase yes',
    `GONE@example.com\ntwice@example.com\n${uidOf(91)}\nnobody@example.com\n`,
  )
  t.equal(status, 1, 'nobody@example.com is not there')
  t.match(stdout, RegExp(`^${uidOf(90)}\t\\d{4}-\\d\\d-\\d\\dT\\S+Z\n${uidOf(91)}\t\\S+Z\n$`))
  t.match(output, /\nErased: 2 of 2\.\n/)
  t.equal(await users.countUsers(), 5)
})

test('correct moves a row with its uid, and only to a free address', { skip }, async (t) => {
  await isUnchanged(t, async () => {
    const taken = await run(
      'production correct yes',
      "ada$x@example.com\tada@example.com\no'brien@example.com\tO'Brien@Example.com\n",
    )
    t.equal(taken.status, 1)
    t.match(
      taken.output,
      /ada@example\.com has a row already\.[\s\S]*The new address is the same\.[\s\S]*Nothing was changed\.\n$/,
    )
  })
  const before = await users.user('ada$x@example.com')
  const { status, output } = await run('production correct yes', 'ada$x@example.com\tada$y@example.com\n')
  t.equal(status, 0, output)
  t.match(output, /\nCorrected: 1 of 1\.\n$/)
  t.deepEqual(await users.user('ada$y@example.com'), { ...before, user_email: 'ada$y@example.com' })
  t.notOk(await users.user('ada$x@example.com'))
  t.ok(await users.user('ada@example.com'), 'the row that a shell would have meant is there')
})

test('export has a line of JSON for each row, without hashes unless they are asked for', { skip }, async (t) => {
  const { status, stdout } = await run('production export')
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual([status, rows.length], [0, 5])
  t.notOk(stdout.includes(HASH))
  t.ok((await run('production export hashes')).stdout.includes(HASH))
})

test('restore copies what is missing, and neither whom somebody erased nor who has another address now', {
  skip,
}, async (t) => {
  await new DynamoDB(emulator.config).createTable({
    TableName: 'old',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'user_email', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'user_email', AttributeType: 'S' }],
  })
  const old: [string, number][] = [
    ['ada@example.com', 0],
    ['ada$x@example.com', 1],
    ['lost@example.com', 50],
    ['erased@example.com', 51],
  ]
  for (const [user_email, number] of old)
    await client.put({ TableName: 'old', Item: { user_email, uid: uidOf(number), user_password: HASH } })
  await writeFile(join(project.folder, 'erased.txt'), `${uidOf(51)}\t2026-11-25T12:00:00Z\r\n`)
  await isUnchanged(t, async () => {
    const { status, output } = await run('production restore old erased=erased.txt')
    t.equal(status, 1)
    t.match(
      output,
      /^old: 1 missing, 1 whose address is there, 1 whose uid is there, 1 erased\.\nMissing are:\n {2}lost@example\.com\nNothing was changed\. Copy the 1 missing/,
    )
    t.ok(output.endsWith('add the word yes:\n  npm run users production restore old yes erased=erased.txt\n'), output)
  })
  const { status, output } = await run('production restore old yes erased=erased.txt')
  t.equal(status, 0, output)
  t.match(
    output,
    /\n1 copied, 1 whose address is there, 1 whose uid is there, 1 erased, 0 failed\.\nold stays\..*\n {2}aws dynamodb delete-table --table-name old --region us-east-1\n$/,
  )
  t.equal((await users.user('lost@example.com'))?.user_password, HASH)
  t.match((await run('production restore old yes erased=erased.txt')).output, /\n0 copied, /)
})

test('restore copies what can be used from the table of the system before this one', { skip }, async (t) => {
  await new DynamoDB(emulator.config).createTable({
    TableName: 'python',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'uid', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'uid', AttributeType: 'S' }],
  })
  const old = [
    [
      60,
      { user_email: 'Grace@Example.com ', user_password: HASH, user_age: '17', date_created: '2024-05-06T07:08:09' },
    ],
    [61, { user_email: 'twice@example.com', user_password: HASH }],
    [62, { user_email: 'TWICE@example.com', user_password: HASH }],
    [63, { user_email: 'ada@example.com', user_password: HASH }],
    [64, { user_email: 'nobody' }],
  ] as const
  for (const [number, row] of old) await client.put({ TableName: 'python', Item: { uid: uidOf(number), ...row } })
  const { status, output } = await run('production restore python yes erased=none')
  t.equal(status, 0, output)
  t.match(
    output.replaceAll('\n', ' '),
    / 1 copied, 1 whose address is there, 0 whose uid is there, 0 erased, 1 without an address or a hash, 2 of an address that has several, 0 failed\. /,
  )
  t.deepEqual(await users.user('grace@example.com'), {
    user_email: 'grace@example.com',
    uid: uidOf(60),
    user_password: HASH,
    date_created: '2024-05-06T07:08:09.000Z',
    last_logged_in: null,
  })
  await client.delete({ TableName, Key: { user_email: 'grace@example.com' } })
})

test('restore to a moment makes a new table, and the same command goes on with it', { skip }, async (t) => {
  // MiniStack has no history: the new table is as the live one is now.
  await client.delete({ TableName, Key: { user_email: 'lost@example.com' } })
  const now = new Date().toISOString()
  for (const [moment, sentence] of [
    ['2026-11-25T12:00:00', /is no moment of the past with its\szone\. Write it like\s2026-11-25T12:00:00Z/],
    ['2026-13-45T12:00:00Z', /is no moment of the past/],
    ['2026-11-25', /is no moment of the past/],
    ['2026-02-30T12:00:00Z', /is no moment of the past/],
    ['2099-01-01T00:00:00Z', /is no moment of the past/],
  ] as const) {
    const refused = await run(`production restore ${moment} yes erased=none`)
    t.equal(refused.status, 1)
    t.match(refused.output, sentence)
  }
  const asked = await run(`production restore ${now} erased=none`)
  t.match(
    asked.output.replaceAll('\n', ' '),
    /^Nothing was changed\. Make the table \S+-restored-\d{14} as \S+ was at /,
  )
  const { status, output } = await run(`production restore ${now} yes erased=none`)
  t.equal(status, 0, output)
  const name = /\S+-restored-\d{14}/.exec(output)?.[0]
  await client.delete({ TableName, Key: { user_email: 'ada@example.com' } })
  t.match((await run(`production restore ${name} yes erased=none`)).output, /\n1 copied, /)
  t.equal((await users.user('ada@example.com'))?.uid, uidOf(0))
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
  const before = await users.countUsers()
  const script = startScript(emulator, project, 'operate/users.ts production erase yes')
  script.child.stdin.end(people.map((number) => `p${number}@example.com\n`).join(''))
  await script.printed(RegExp(`${uidOf(1010)}\t`))
  script.child.kill('SIGINT')
  const { status, output } = await script.end()
  t.equal(status, 130)
  const [, done] = /Erased: (\d+) of 2000\.\nInterrupted: the others are as they were\.\n$/.exec(output) ?? []
  t.ok(Number(done) >= 10 && Number(done) < 2000, output.slice(-200))
  t.equal(before - (await users.countUsers()), Number(done), 'as many rows are gone')
  t.equal(output.match(/^0{8}-\S+\t/gm)?.length, Number(done), 'and listed')
})

test('a stage without a stack, no right, and options that do not fit end with a sentence', { skip }, async (t) => {
  const deployer = await emulator.createUser(statementsOf('Policy'))
  const Action = ['cloudformation:DescribeStacks', 'dynamodb:GetItem']
  const reader = await emulator.createUser([{ Effect: 'Allow', Action, Resource: '*' }])
  for (const [args, sentence, env] of [
    ['staging find', /^The stack MathaiStaging is not there in us-east-1, account 0{12}\.\n$/, {}],
    ['production name=nobody find', /^The stack MathaiProductionNobody is not there/, {}],
    ['production', /^Say what to do, one of find, erase, correct, export, restore:/, {}],
    ['production find yes', /^find has no option "yes"\.\n$/, {}],
    ['production erase ada@example.com', /^Type addresses when you are asked, or put them into a file:/, {}],
    ['production restore', /^Say one moment, or one table:/, {}],
    [
      'production restore old yes',
      /^Say who was erased: the file that erase has made, or "erased=none" if nobody was/,
      {},
    ],
    ['production restore old erased=none.txt', /^The list of erased people, none\.txt, cannot be read:/, {}],
    ['production restore nowhere yes erased=none', /^There is no table nowhere in us-east-1\.\n$/, {}],
    ['production erase yes', /Erased: 0 of 1\. .*may not do dynamodb:DeleteItem/, reader],
    [
      'production find',
      /may not do dynamodb:GetItem.*\n?.*People are handled\s+with\s+the\s+rights\s+of\s+an\s+administrator/,
      deployer,
    ],
  ] as [string, RegExp, NodeJS.ProcessEnv][]) {
    const { status, output } = await run(args, 'ada@example.com\n', env)
    t.equal(status, 1, args)
    t.match(
      output.replace(/\n(?=\S)/g, ' ').replace(/ $/, '\n'),
      RegExp(sentence.source.replace(/\\n\$$/, '\\s*$')),
      args,
    )
  }
})

const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux')
if (!skip && !hasScript) console.log('skipped: the test of the questions needs `script` of util-linux')

test('at a terminal it asks for addresses, shows them, and asks once', { skip: skip || !hasScript }, async (t) => {
  await put('typed@example.com', 70)
  const typed = async (keys: string[]) => {
    const command = `${process.execPath} operate/launch.cjs operate/users.ts production erase`
    const env = { SHELL: '/bin/sh' }
    const script = startScript(emulator, project, 'x', env, [
      'script',
      '--quiet',
      '--return',
      '--command',
      command,
      '/dev/null',
    ])
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
  t.ok(await users.user('typed@example.com'))
  const yes = await typed(['Typed@example.com\r', '\r', 'yes\r'])
  t.equal(yes.status, 0, yes.output)
  t.match(yes.output, /Typed@example\.com means typed@example\.com/)
  t.notOk(await users.user('typed@example.com'))
})

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})
