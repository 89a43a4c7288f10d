// Watches CloudFormation while it works. How an operation ended is read from its events alone: the status of a stack may lag behind
// them or run ahead, and each look sees a beginning of them.
import { setTimeout } from 'node:timers/promises'
import type { StackEvent } from '@aws-sdk/client-cloudformation'
import type { Account } from './aws.ts'
import { CommandError } from './command.ts'
import { type AwsError, explainError, isTemporary } from './explain.ts'
import { awsCommand, type Target } from './stack-states.ts'

const STACK = 'AWS::CloudFormation::Stack'
/** Reasons that only repeat others. */
const NO_REASON =
  /^(|User Initiated|Delete requested.*|Resource \w+ cancelled.*|The following resource\(s\) failed.*|Rollback (requested|complete).*)$/
const SUCCESS = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/
const END = /^((CREATE|UPDATE|IMPORT)_COMPLETE|DELETE_(COMPLETE|FAILED)|(UPDATE|IMPORT)_ROLLBACK_(COMPLETE|FAILED))$/
/** A roll-back or a deletion usually follows these. */
const PERHAPS_END = /^((CREATE|UPDATE)_FAILED|ROLLBACK_(COMPLETE|FAILED))$/

/** An operation on a stack: the token of its events, and the newest event before it. */
type Operation = { stackId: string; token: string; since: string | undefined }
/** How an operation ended, with the reasons that were given. `events` are all since it began, whatever caused them. */
type Result = { isDone: boolean; status: string; reasons: string[]; events: StackEvent[] }

/**
 * Prints each event of an operation as it happens, until the operation has ended. There is no time limit.
 * @throws the last error if AWS cannot be reached for `patienceSeconds`, or if nothing begins within `beginSeconds`
 */
export async function watchStack(
  account: Pick<Account, 'readEvents' | 'region'>,
  { stackId, token, since }: Operation,
  {
    print = console.log,
    pauseMs = 2000,
    patienceSeconds = 120,
    restSeconds = 60,
    silenceSeconds = 10,
    beginSeconds = 0,
  } = {},
): Promise<Result> {
  const events: StackEvent[] = []
  const shown = new Set<string>()
  const started = Date.now()
  let lastAnswer = started
  let lastEvent = started
  let lastLine = started
  const show = (line: string) => {
    lastLine = Date.now()
    print(line)
  }
  for (;;) {
    try {
      const next = await account.readEvents(stackId, events.at(-1)?.EventId ?? since)
      lastAnswer = Date.now()
      if (next.length) lastEvent = lastAnswer
      for (const event of next) {
        events.push(event)
        const line = formatEvent(event, events[0]?.Timestamp)
        // A resource begins twice: when it is asked for, and when it is made.
        const key = line.replace(/^ *\d+ s/, '')
        if (!shown.has(key)) show(line)
        shown.add(key)
      }
      const isAtRest = Date.now() - lastEvent >= restSeconds * 1000
      const end = findEnd(events, token, isAtRest)
      if (end) return { ...end, events, reasons: [...new Set(events.flatMap((event) => reasonOf(event) ?? []))] }
      if (beginSeconds && !events.length && Date.now() - started > beginSeconds * 1000) {
        throw new CommandError(`Nothing has begun within ${beginSeconds} s.`)
      }
      if (Date.now() - lastLine >= silenceSeconds * 1000) show(describeWait(events, started))
    } catch (error) {
      const waited = Date.now() - lastAnswer
      if (!isTemporary(error as AwsError) || waited > patienceSeconds * 1000) throw error
      if (Date.now() - lastLine >= silenceSeconds * 1000)
        show(`${explainError(error as AwsError, account).replace(/ Try again.*/, '')} Trying again…`)
    }
    await setTimeout(pauseMs)
  }
}

/**
 * How the operation with this token ended. undefined if it has not, as far as these events say: it begins with an event of the stack
 * that has its token, and ends with the next one that is an end. Only its token proves success: a roll-back may have another one,
 * or none.
 */
export function findEnd(
  events: StackEvent[],
  token: string,
  isAtRest: boolean,
): Pick<Result, 'isDone' | 'status'> | undefined {
  const ofStack = events.filter(({ ResourceType }) => ResourceType === STACK)
  const begin = ofStack.findIndex(({ ClientRequestToken }) => ClientRequestToken === token)
  // Without any event that has our token, an end counts once it lasts.
  if (begin < 0 && !isAtRest) return undefined
  const own = ofStack.slice(Math.max(begin, 0))
  const end = own.find(({ ResourceStatus = '' }) => END.test(ResourceStatus)) ?? (isAtRest ? own.at(-1) : undefined)
  const status = String(end?.ResourceStatus)
  if (!END.test(status) && !PERHAPS_END.test(status)) return undefined
  return { isDone: SUCCESS.test(status) && end?.ClientRequestToken === token, status }
}

/** The resources that failed after the roll-back had begun. */
export function findStuck(events: StackEvent[]): string[] {
  const start = events.findLastIndex(({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS')
  const failed = events.slice(start + 1).filter((event) => event.ResourceType !== STACK && reasonOf(event))
  return [...new Set(failed.map(({ LogicalResourceId = '' }) => LogicalResourceId))]
}

/** A paragraph for each table that an operation has made and CloudFormation has not deleted. */
export function describeKeptTables(target: Target, events: StackEvent[]): string[] {
  const tables = events.filter(({ ResourceType }) => ResourceType === 'AWS::DynamoDB::Table')
  const namesWith = (status: string) =>
    tables.filter(({ ResourceStatus }) => ResourceStatus === status).map((event) => event.PhysicalResourceId)
  const deleted = namesWith('DELETE_COMPLETE')
  return [...new Set(namesWith('CREATE_COMPLETE'))]
    .filter((name) => !deleted.includes(name))
    .map(
      (name) =>
        `The table ${name} is kept, and empty unless somebody has signed up. To go on with it, if the stack is gone:\n` +
        `  ${target.command} table=${name}\nAn administrator may delete it:\n` +
        `${awsCommand(target, `dynamodb update-table --table-name ${name} --no-deletion-protection-enabled`)}\n` +
        awsCommand(target, `dynamodb delete-table --table-name ${name}`),
    )
}

/** At most 80 columns for most resources: seconds since the start, resource, state. The reason of a failure stands below. */
export function formatEvent(event: StackEvent, start: Date | undefined): string {
  const { LogicalResourceId = '', ResourceStatus, Timestamp } = event
  const seconds = Math.round((Number(Timestamp) - Number(start)) / 1000)
  const reason = reasonOf(event)?.replace(/(.{1,70})(?:\s|$)/g, '\n         $1') ?? ''
  return `${String(seconds).padStart(5)} s  ${LogicalResourceId.padEnd(26)} ${ResourceStatus}${reason}`
}

/**
 * Why something failed. The rule of a hook has an event of its own. If a create fails as a whole, the event that begins the deletion of
 * the stack has the reason.
 */
function reasonOf(event: StackEvent): string | undefined {
  const { ResourceType, ResourceStatus = '', ResourceStatusReason = '', HookType, HookStatus, HookStatusReason } = event
  if (HookStatus === 'HOOK_COMPLETE_FAILED' && event.HookFailureMode === 'FAIL')
    return `${HookType}: ${HookStatusReason}`
  const isFailure =
    /FAILED|ROLLBACK/.test(ResourceStatus) || (ResourceType === STACK && ResourceStatus === 'DELETE_IN_PROGRESS')
  return isFailure && !NO_REASON.test(ResourceStatusReason) ? ResourceStatusReason : undefined
}

/** What CloudFormation is doing, by its last events. */
function describeWait(events: StackEvent[], started: number): string {
  const last = new Map(
    events.map(({ LogicalResourceId = '', ResourceStatus = '' }) => [LogicalResourceId, ResourceStatus]),
  )
  const open = [...last].filter(([, status]) => status.endsWith('_IN_PROGRESS')).map(([name]) => name)
  const what = open.length ? open.slice(-3).join(', ') : 'CloudFormation to begin'
  return `${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  waiting for ${what}`
}
