// Watches CloudFormation while it works.
import { setTimeout } from 'node:timers/promises'
import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation'
import type { Account } from './aws.ts'
import { type AwsError, isTemporary } from './explain.ts'
import { awsCommand, stateOf, type Target } from './stack-states.ts'

const STACK = 'AWS::CloudFormation::Stack'
const NO_REASON = /^(|Resource \w+ cancelled.*|The following resource\(s\) failed.*|Rollback (requested|complete).*)$/

/** An operation on a stack: the token of its events, and the newest event before it. */
type Operation = { stackId: string; token: string; since: string | undefined }
type Result = { isDone: boolean; stack: Stack | undefined; events: StackEvent[] }

/**
 * Prints each event of an operation as it happens, until the operation has ended: it is done only if the stack has an
 * event of success with its token. There is no time limit.
 * @throws the last error if AWS cannot be reached for `patienceSeconds`
 */
export async function watchStack(
  account: Pick<Account, 'readEvents' | 'describeStack'>,
  { stackId, token, since }: Operation,
  { print = console.log, pauseMs = 2000, patienceSeconds = 120 } = {},
): Promise<Result> {
  const events: StackEvent[] = []
  let newest = since
  let lastAnswer = Date.now()
  let lastStatus: string | undefined
  for (;;) {
    try {
      // Read before the events: if it is at rest, no event follows.
      const stack = await account.describeStack(stackId)
      const next = await account.readEvents(stackId, newest)
      lastAnswer = Date.now()
      newest = next.at(-1)?.EventId ?? newest
      for (const event of next.filter(({ ClientRequestToken }) => ClientRequestToken === token)) {
        events.push(event)
        print(formatEvent(event, events[0]?.Timestamp))
      }
      if (events.some(isSuccess)) return { isDone: true, stack, events }
      // A failed first create is at rest for a moment before it is deleted.
      const isAtRest = stateOf(stack?.StackStatus) !== 'working' && stack?.StackStatus === lastStatus
      if (isAtRest && events.length) return { isDone: false, stack, events }
      lastStatus = stack?.StackStatus
    } catch (error) {
      if (!isTemporary(error as AwsError) || Date.now() - lastAnswer > patienceSeconds * 1000) throw error
    }
    await setTimeout(pauseMs)
  }
}

/** The resources that failed after the roll-back had begun. */
export function findStuck(events: StackEvent[]): string[] {
  const start = events.findLastIndex(({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS')
  const failed = events.slice(start + 1).filter((event) => event.ResourceType !== STACK && isFailure(event))
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
        `The table ${name} is kept, and empty unless somebody has signed up. An administrator may delete it:\n` +
        `${awsCommand(target, `dynamodb update-table --table-name ${name} --no-deletion-protection-enabled`)}\n` +
        awsCommand(target, `dynamodb delete-table --table-name ${name}`),
    )
}

/** At most 80 columns for most resources: seconds since the start, resource, state. The reason of a failure stands below. */
export function formatEvent(event: StackEvent, start: Date | undefined): string {
  const { LogicalResourceId = '', ResourceStatus, ResourceStatusReason = '', Timestamp } = event
  const seconds = Math.round((Number(Timestamp) - Number(start)) / 1000)
  const line = `${String(seconds).padStart(5)} s  ${LogicalResourceId.padEnd(26)} ${ResourceStatus}`
  const reason = ResourceStatusReason.replace(/(.{1,70})(?:\s|$)/g, '\n         $1')
  return isFailure(event) ? line + reason : line
}

/** Cancelled resources, and the stack that counts the others, have no reason of their own. */
function isFailure({ ResourceStatus, ResourceStatusReason = '' }: StackEvent): boolean {
  return /FAILED|ROLLBACK/.test(String(ResourceStatus)) && !NO_REASON.test(ResourceStatusReason)
}

function isSuccess({ ResourceType, ResourceStatus }: StackEvent): boolean {
  return ResourceType === STACK && /^(CREATE|UPDATE)_COMPLETE$/.test(String(ResourceStatus))
}
