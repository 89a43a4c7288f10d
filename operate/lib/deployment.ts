// What is about to be deployed, and the change set that would do it.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { toLogicalID } from '@architect/utils'
import type { Inventory, Template } from '../../src/plugins/architect.ts'
import { readSettings, type Settings } from '../../src/plugins/settings.ts'
import { tableId } from '../../src/plugins/stack/template.ts'
import { USERS_TABLE } from '../../src/plugins/this-app.ts'
import { type Account, bucketName, type ChangeSet, type ChangeSetName, openAccount } from './aws.ts'
import { CommandError, type CommandLine } from './command.ts'
import { asCommandError, explainDenial } from './explain.ts'
import { packageStack, zipFunctions } from './packaging.ts'
import { checkTypes, readProject } from './project.ts'
import { setSignalAction } from './signals.ts'
import { advise, stateOf, type Target } from './stack-states.ts'
import { findStuck } from './watch.ts'

/** Which stack, and the flags of the command, so that it can be repeated. */
type Deploy = Pick<CommandLine, 'stage' | 'name' | 'flags'>

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
 * Packages a stage for the account of the credentials, and calls `act` with what is to be deployed. Errors of AWS become
 * sentences.
 */
export async function withDeployment(
  { stage, name, flags }: Deploy,
  act: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const project = await readProject(stage)
  const { app, aws, _project } = project.inv
  checkTypes()
  const target = targetOf({ stage, name, flags }, app, aws)
  const settings = readSettings(_project.arc)
  try {
    const account = await openAccount(aws)
    const [, stack] = /\b(\w+)Deployer\b/.exec(account.identity) ?? []
    if (stack && !settings.role['permissions-boundary']) {
      throw new CommandError(
        `${account.identity} makes roles with its boundary only. Add to app.arc:\n@role\npermissions-boundary ${stack}FunctionBoundary`,
      )
    }
    const { StackStatus, StackStatusReason } = (await account.describeStack(target.stackName)) ?? {}
    const state = stateOf(StackStatus)
    if (state !== 'absent' && state !== 'live') {
      const stuck = state === 'stuck' ? findStuck(await account.readEvents(target.stackName)) : []
      throw new CommandError(advise(target, { status: StackStatus, reason: StackStatusReason, stuck }))
    }
    if (state === 'absent' && !flags.includes('new-table')) await stopIfTablesAreKept(account, target)
    const template = await packageStack(project, stage, name, await account.readVariables(app, stage))
    const bucket =
      (state === 'live' && (await account.readBucket(target.stackName))) || bucketName([app, stage, name], account)
    const zips = zipFunctions(template, bucket)
    await act({ app, account, target, settings, template, bucket, zips, isNew: state === 'absent' })
  } catch (error) {
    throw asCommandError(error as Error, aws)
  }
}

/**
 * A new stack would make a new, empty table, and everybody could sign up again.
 * @throws if an earlier stack of this name has left its users
 */
async function stopIfTablesAreKept(account: Account, { stackName, command }: Target): Promise<void> {
  const tables = await account.findTables(`${stackName}-${tableId(USERS_TABLE)}-`)
  if (!tables.length) return
  throw new CommandError(
    `Nothing was changed. ${stackName} is not there, but users of an earlier one are:\n${tables.join('\n')}\n` +
      'A new stack would begin with a new, empty table, and every address would be free again. To go on with one of these, import it ' +
      `first: see "Destroying a stack" in operate/README.md. To begin with a new table:\n  ${command.replace('plan', 'deploy')} new-table`,
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

/**
 * Makes a change set, which changes nothing yet. If a signal comes meanwhile, it is deleted first. undefined if a deploy
 * would change nothing.
 * @throws if CloudFormation refuses the template
 */
export async function makeChangeSet({
  account,
  target,
  template,
  settings,
  isNew,
}: Deployment): Promise<ReadyChangeSet | undefined> {
  // CloudFormation refuses to delete a change set that it is still making: an interruption has to wait.
  let exitStatus = 0
  setSignalAction((status) => {
    exitStatus = status
  })
  const name = { StackName: target.stackName, ChangeSetName: `deploy-${randomUUID()}` }
  const stackId = await account.createChangeSet(name, template, isNew, settings.tags)
  let changeSet = await account.describeChangeSet(name)
  while (/_(PENDING|IN_PROGRESS)$/.test(changeSet.status)) {
    await setTimeout(1000)
    changeSet = await account.describeChangeSet(name)
  }
  const { status, reason } = changeSet
  const since = (await account.readEvents(stackId)).at(-1)?.EventId
  const validation = await account.readValidation(name)
  if (status === 'CREATE_COMPLETE' && !exitStatus) {
    if (validation.length) console.error(['AWS warns:', ...validation, ''].join('\n'))
    return { ...changeSet, name, stackId, since }
  }
  await account.deleteChangeSet(name)
  if (exitStatus) throw new CommandError('Interrupted. The change set is deleted, and nothing was changed.', exitStatus)
  if (/didn't contain changes|No updates are to be performed/.test(reason)) return undefined
  const sentence = explainDenial(reason) ?? `CloudFormation refuses the template: ${reason || 'it gives no reason.'}`
  throw new CommandError([sentence, ...validation].join('\n'))
}
