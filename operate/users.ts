// Finds, erases, corrects, exports and restores people in the users table of a stage. Needs an administrator's rights: the role
// of deployer.yaml cannot read a row.
import { once } from 'node:events'
import { type Account, openAccount } from './lib/aws.ts'
import { CommandError, type CommandLine, parseCommandLine, runCommand } from './lib/command.ts'
import { targetOf } from './lib/deployment.ts'
import { readProject } from './lib/project.ts'
import { changePeople } from './lib/users-change.ts'
import { withoutHashes } from './lib/users-list.ts'
import { restore } from './lib/users-restore.ts'
import { scanPages, type Table } from './lib/users-table.ts'

/** The options of each action, besides the name of a stack. */
const ACTIONS = {
  find: [],
  erase: ['yes'],
  correct: ['yes'],
  export: ['hashes'],
  restore: ['yes', 'erased'],
} satisfies Record<string, string[]>
type Action = keyof typeof ACTIONS

await runCommand(async () => {
  const commandLine = parseCommandLine('users', process.argv.slice(2), {
    usage: 'find|erase|correct|export|restore',
    options: ['name', 'erased'],
    flags: ['yes', 'hashes'],
  })
  const { stage, name, flags, options } = commandLine
  const { action, source } = readAction(commandLine)
  const { inv } = await readProject(stage)
  const account = await openAccount(inv.aws)
  const { stackName } = targetOf({ stage, name, flags: [] }, inv.app, inv.aws)
  const table = await findTable(account, stackName)
  console.error(`${stackName} in ${account.region}, account ${account.id}, table\n${table.name}\n`)
  const consent = { isSure: flags.includes('yes'), command: commandWithYes(commandLine) }
  if (action === 'export') await exportRows(table, flags.includes('hashes'))
  else if (action === 'restore')
    process.exitCode = (await restore(table, source, String(options.erased), consent)) ? 0 : 1
  else process.exitCode = (await changePeople(table, action, consent)) ? 0 : 1
})

/** What is to be done, and for `restore` from where. */
function readAction({ words, flags, options }: CommandLine): { action: Action; source: string } {
  const [action = '', source = '', more] = words
  if (!isAction(action)) {
    throw new CommandError(
      `Say what to do, one of ${Object.keys(ACTIONS).join(', ')}:\n  npm run users production find`,
    )
  }
  const takes: string[] = ['name', ...ACTIONS[action]]
  const foreign = [...flags, ...Object.keys(options)].find((option) => !takes.includes(option))
  if (foreign) throw new CommandError(`${action} has no option "${foreign}".`)
  if (action === 'restore') {
    const example = '  npm run users production restore 2026-11-25T12:00:00Z erased=erased.txt'
    if (!source || more) throw new CommandError(`Say one moment, or one table:\n${example}`)
    if (options.erased) return { action, source }
    throw new CommandError(
      `Say who was erased: the file that erase has made, or "erased=none" if nobody was. Otherwise these people come back.\n${example}`,
    )
  }
  if (!source) return { action, source }
  const file = `npm run users production ${action} < list.txt`
  throw new CommandError(
    `Type addresses when you are asked, or put them into a file: a shell changes some of them.\n  ${file}`,
  )
}

function isAction(word: string): word is Action {
  return Object.hasOwn(ACTIONS, word)
}

/** The command as it was typed, with the word that replaces the question. */
function commandWithYes({ stage, options, words }: CommandLine): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  const [action] = words
  const files = action === 'restore' ? [] : action === 'erase' ? ['< list.txt >> erased.txt'] : ['< list.txt']
  return [
    action === 'erase' ? 'npm run --silent users' : 'npm run users',
    stage,
    ...words,
    'yes',
    ...pairs,
    ...files,
  ].join(' ')
}

async function findTable(account: Account, stackName: string): Promise<Table> {
  const stack = await account.describeStack(stackName)
  const name = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'UsersTableName')?.OutputValue
  if (name) return { client: account.dynamodb, name }
  const state = stack ? `is ${stack.StackStatus} and has no users table` : 'is not there'
  throw new CommandError(`The stack ${stackName} ${state} in ${account.region}, account ${account.id}.`)
}

/** Prints each row as one line of JSON. */
async function exportRows(table: Table, hasHashes: boolean): Promise<void> {
  // A full disk, or a reader such as `head` that ends before the last row.
  process.stdout.removeAllListeners('error').on('error', ({ message }) => {
    console.error(`The rows cannot be written: ${message}`)
    process.exit(1)
  })
  let count = 0
  let lastReport = Date.now()
  for await (const page of scanPages(table)) {
    const lines = page.map((row) => `${JSON.stringify(hasHashes ? row : withoutHashes(row))}\n`)
    if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain')
    count += page.length
    if (Date.now() - lastReport < 5000) continue
    lastReport = Date.now()
    console.error(`${count} rows so far`)
  }
  console.error(`${count} rows, ${hasHashes ? 'with the hashes of their passwords: encrypt them' : 'without hashes'}.`)
}
