// What each status of a stack means, and what to do about it.
/** The stack of a deploy, and what the advice about it needs. */
export type Target = {
  stackName: string
  /** The deploy, as it was typed. */
  command: string
  /** What each command of the AWS CLI needs: the region, and the profile of app.arc. */
  cliOptions: string
}

/** What AWS says of a stack, and the resources that a roll-back could not restore. */
type Situation = { status?: string | undefined; reason?: string | undefined; stuck?: string[]; isOnlyTable?: boolean }

/** Every status of a stack, by what it means. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
export const STACK_STATES = {
  // REVIEW_IN_PROGRESS: a change set for a new stack was made and not executed.
  absent: ['REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'],
  live: ['CREATE', 'UPDATE', 'UPDATE_ROLLBACK', 'IMPORT', 'IMPORT_ROLLBACK'].map((name) => `${name}_COMPLETE`),
  working: [
    ...['CREATE', 'ROLLBACK', 'DELETE', 'UPDATE', 'UPDATE_COMPLETE_CLEANUP', 'UPDATE_ROLLBACK'],
    ...['UPDATE_ROLLBACK_COMPLETE_CLEANUP', 'IMPORT', 'IMPORT_ROLLBACK'],
  ].map((name) => `${name}_IN_PROGRESS`),
  unfinished: ['CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'],
  undeleted: ['DELETE_FAILED'],
  halfUpdated: ['UPDATE_FAILED'],
  stuck: ['UPDATE_ROLLBACK_FAILED'],
  halfImported: ['IMPORT_ROLLBACK_FAILED'],
}
type State = keyof typeof STACK_STATES | 'unknown'

/** undefined is the status of a stack that is not there. */
export function stateOf(status: string | undefined): State {
  if (status === undefined) return 'absent'
  const found = Object.entries(STACK_STATES).find(([, statuses]) => statuses.includes(status))
  return (found?.[0] as State | undefined) ?? 'unknown'
}

/** What to do with a stack. A status that is newer than this file says what AWS says. */
export function advise(target: Target, situation: Situation): string {
  const { stackName, command } = target
  const { status = 'DELETE_COMPLETE', reason = 'AWS gives no reason.', stuck = [], isOnlyTable } = situation
  const stackCommand = (name: string, more = '') =>
    awsCommand(target, `cloudformation ${name} --stack-name ${stackName}${more}`)
  const remove = `${stackCommand('delete-stack')}\n${stackCommand('wait stack-delete-complete')}`
  const resources = stuck.join(' ') || 'LOGICAL_IDS'
  const advice: Record<State, string> = {
    absent: `Nothing is deployed: the first deploy of ${stackName} failed, and CloudFormation has removed what it made. Correct the cause, then:`,
    live: isOnlyTable
      ? `${stackName} has its users table and nothing else: the API is not there. Correct the cause, then:`
      : `The previous version of ${stackName} is live. Correct the cause, then:`,
    working: `Another operation on ${stackName} has not ended (${status}). When it has, deploy again. See how far it is:\n${showStack(target)}`,
    unfinished: `Nothing is deployed: the first deploy of ${stackName} failed, and its remains are in the way. Remove them, then deploy again:\n${remove}`,
    undeleted: `The deletion of ${stackName} failed. Delete it again, if need be with --retain-resources for what cannot be deleted, then deploy again:\n${remove}`,
    halfUpdated: `An update of ${stackName} failed, and its roll-back was turned off. Roll it back, then deploy again:\n${stackCommand('rollback-stack')}`,
    stuck:
      `The roll-back of ${stackName} is stuck${stuck.length ? ` at ${resources}` : ''}. Correct the reason and continue it:\n${stackCommand('continue-update-rollback')}\n` +
      'If the reason cannot be corrected, for example because the old code is gone, leave these resources as they are:\n' +
      `${stackCommand('continue-update-rollback', ` --resources-to-skip ${resources}`)}\nThen deploy again:`,
    halfImported: `An import into ${stackName} failed, and so did its roll-back. Its events say why:\n${stackCommand('describe-stack-events')}\nCorrect that, then deploy again:`,
    unknown: `${stackName} is ${status}, which this command does not know. ${reason} See more:\n${showStack(target)}`,
  }
  const state = stateOf(status)
  return state === 'working' || state === 'unknown' ? advice[state] : `${advice[state]}\n  ${command}`
}

/** The command of the AWS CLI that shows how far a stack is. */
export function showStack(target: Target): string {
  const query = '--query "Stacks[0].[StackStatus,Outputs]"'
  return awsCommand(target, `cloudformation describe-stacks --stack-name ${target.stackName} ${query}`)
}

/** An indented command of the AWS CLI, for the account and region of a stack. */
export function awsCommand({ cliOptions }: Target, args: string): string {
  return `  aws ${args} ${cliOptions}`
}
