// What is about to be deployed, and the change set that would do it.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { toLogicalID } from '@architect/utils'
import type { Inventory, Template } from '../../src/plugins/architect.ts'
import { readSettings, type Settings } from '../../src/plugins/settings.ts'
import { requireResource, tableId } from '../../src/plugins/stack/template.ts'
import { USERS_TABLE } from '../../src/plugins/this-app.ts'
import { type Account, bucketName, type ChangeSet, type ChangeSetName, openAccount } from './aws.ts'
import { CommandError, type CommandLine } from './command.ts'
import { boundaryLines, explainDenial, stackOfDeployer } from './explain.ts'
import { packageStack, zipFunctions } from './packaging.ts'
import { checkTypes, readProject } from './project.ts'
import { noteSignal } from './signals.ts'
import { advise, awsCommand, stateOf, type Target } from './stack-states.ts'
import { findStuck } from './watch.ts'

/** Which stack, and the flags of the command, so that it can be repeated. */
type Deploy = Pick<CommandLine, 'stage' | 'name' | 'flags'> & { table?: string | undefined }

/** What is about to be deployed, and where. */
export type Deployment = {
  /** Its name in app.arc. */
  app: string
  account: Account
  target: Target
  settings: Settings
  template: Template
  bucket: string
  zips: Map<string, Uint8Array>
  isNew: boolean
}
/** A change set that can be executed, and the newest event of its stack. */
export type ReadyChangeSet = ChangeSet & { name: ChangeSetName; stackId: string; since: string | undefined }

/**
 * From the command line to what is to be deployed: reads and packages the project, opens the account, and looks at the stack.
 * @throws if something must be done by hand before
 */
export async function prepareDeployment({ stage, name, flags, table }: Deploy): Promise<Deployment> {
  const project = await readProject(stage)
  const { app, aws, _project } = project.inv
  checkTypes()
  const settings = readSettings(_project.arc)
  const target = targetOf({ stage, name, flags }, app, aws)
  const account = await openAccount(aws)
  requireBoundary(account, settings)
  const isNew = (await requireRest(account, target)) === 'absent'
  if (table && flags.includes('new-table')) throw new CommandError('Say table=NAME or new-table, not both.')
  if (table || !flags.includes('new-table')) await requireTable(account, target, { isNew, table })
  const packaged = await packageStack(project, stage, name, await account.readVariables(app, stage))
  const bucket = (!isNew && (await account.readBucket(target.stackName))) || bucketName([app, stage, name], account)
  return { app, account, target, settings, bucket, isNew, ...zipFunctions(packaged, bucket) }
}

/** @throws if the role of deployer.yaml would make a role without its boundary, which IAM refuses in the middle of a deploy */
function requireBoundary({ identity }: Account, { role }: Settings): void {
  const stack = stackOfDeployer(identity)
  if (!stack || role['permissions-boundary']) return
  throw new CommandError(`${identity} makes roles with its boundary only. Add to app.arc:\n${boundaryLines(stack)}`)
}

/** @throws if the stack is at work, or if it needs a hand */
async function requireRest(account: Account, target: Target): Promise<'absent' | 'live'> {
  const { StackStatus: status, StackStatusReason: reason } = (await account.describeStack(target.stackName)) ?? {}
  const state = stateOf(status)
  if (state === 'absent' || state === 'live') return state
  const stuck = state === 'stuck' ? findStuck(await account.readEvents(target.stackName)) : []
  throw new CommandError(advise(target, { status, reason, stuck }))
}

/**
 * A new stack would make a new, empty table, and everybody could sign up again.
 * @throws if an earlier stack of this name has left its users and none of these tables is chosen, or if the chosen one cannot be used
 */
async function requireTable(
  account: Account,
  { stackName, command }: Target,
  { isNew, table }: { isNew: boolean; table?: string | undefined },
): Promise<void> {
  if (table && !isNew) throw new CommandError(`${stackName} is there, with its users table. Deploy it without table=.`)
  if (!isNew) return
  const tables = await account.findTables(`${stackName}-${tableId(USERS_TABLE)}-`)
  const chosen = tables.find(({ name }) => name === table)
  if (chosen?.key === 'user_email' || (!tables.length && !table)) return
  if (chosen) throw new CommandError(`${table} has the key ${chosen.key}. It must have the key user_email.`)
  const lines = tables.map(({ line }) => line).join('\n')
  const missing = table && `There is no table ${table} of an earlier ${stackName}.`
  if (missing && !tables.length) throw new CommandError(missing)
  const again = (word: string) => `  ${command.replace(/\bplan\b/, 'deploy')} ${word}`
  throw new CommandError(
    `${missing ? `${missing} ` : ''}Nothing was changed. ${stackName} is not there, but users of an earlier one are:\n${lines}\n` +
      'A new stack would begin with a new, empty table, and every address would be free again. To go on with a table:\n' +
      `${again(`table=${tables[0]?.name ?? 'NAME'}`)}\nTo begin with a new one:\n${again('new-table')}`,
    2,
  )
}

/** The stack of a deploy, as Architect names it. */
export function targetOf({ stage, name, flags }: Deploy, app: string, { region, profile }: Inventory['aws']): Target {
  return {
    stackName: [app, stage, name].map(toLogicalID).join(''),
    command: ['npm run deploy', stage, ...(name ? [`name=${name}`] : []), ...flags].join(' '),
    cliOptions: `--region ${region}${profile ? ` --profile ${profile}` : ''}`,
  }
}

export const INTERRUPTED = 'Interrupted. The change set is deleted, and nothing of it was executed.'

/**
 * Makes a change set, which changes nothing yet. If a signal comes meanwhile, it is deleted first. undefined if a deploy
 * would change nothing. With the name of a table it only takes that one in, as the users table of a new stack.
 * @throws if CloudFormation refuses the template
 */
export async function makeChangeSet(
  { account, target, template, settings, isNew }: Deployment,
  TableName?: string,
): Promise<ReadyChangeSet | undefined> {
  const LogicalResourceId = tableId(USERS_TABLE)
  const table = TableName && {
    template: { Resources: { [LogicalResourceId]: requireResource(template, LogicalResourceId) } },
    ResourcesToImport: [{ ResourceType: 'AWS::DynamoDB::Table', LogicalResourceId, ResourceIdentifier: { TableName } }],
  }
  // CloudFormation refuses to delete a change set that it is still making: an interruption has to wait.
  const interrupted = noteSignal('Interrupted: waiting for CloudFormation, to delete the change set…')
  const name = { StackName: target.stackName, ChangeSetName: `deploy-${randomUUID()}` }
  const stackId = await account.createChangeSet(name, table ? table.template : template, {
    isNew,
    Tags: settings.tags,
    ResourcesToImport: table ? table.ResourcesToImport : undefined,
  })
  let changeSet = await account.describeChangeSet(name)
  for (let looks = 1; /_(PENDING|IN_PROGRESS)$/.test(changeSet.status); looks++) {
    if (looks % 10 === 0) console.error('Waiting for CloudFormation to make the change set…')
    await setTimeout(1000)
    changeSet = await account.describeChangeSet(name)
  }
  const { arn, status, reason } = changeSet
  const since = (await account.readEvents(stackId)).at(-1)?.EventId
  const validation = await account.readValidation(name)
  if (status === 'CREATE_COMPLETE' && !interrupted()) {
    if (validation.length) console.error(['AWS warns:', ...validation, ''].join('\n'))
    return { ...changeSet, name, stackId, since }
  }
  await account.deleteChangeSet(name)
  if (interrupted()) throw new CommandError(INTERRUPTED, interrupted())
  if (/didn't contain changes|No updates are to be performed/.test(reason)) return undefined
  const sentence = explainDenial(reason) ?? `CloudFormation refuses the template: ${reason || 'it gives no reason.'}`
  const query = awsCommand(target, `cloudformation list-hook-results --target-type CHANGE_SET --target-id ${arn}`)
  const more =
    !validation.length && /hook/i.test(reason) ? [`A hook of your company may say more:\n${query}`] : validation
  throw new CommandError([sentence, ...more].join('\n'))
}
