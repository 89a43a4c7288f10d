import type { Stack, StackEvent } from '../src/plugins/deployed-stack.ts'

/** A deploy that failed: the stack before and after it, the events since, and the reason that Architect gave. */
export type Failure = {
  stackName: string
  command: string
  /** What each command of the AWS CLI needs: the region, and the profile of app.arc. */
  cliOptions: string
  before: Stack | undefined
  after: Stack | undefined
  events: StackEvent[]
  reason: string
}

/** What Architect says about each stack that did not end well. */
const STACK_FAILED = 'Deployment failed'

/** True if the deploy has made or updated the stack, even if Architect failed afterwards. */
export function isDeployed(before: Stack | undefined, after: Stack | undefined): boolean {
  const isNew = String(lastChange(after)) !== String(lastChange(before))
  return isNew && /^(CREATE|UPDATE)_COMPLETE$/.test(after?.StackStatus ?? '')
}

/** What failed and why, and then what to do. */
export function explain(failure: Failure): string {
  const { after, reason } = failure
  if (!after || (isLive(after) && reason !== STACK_FAILED)) return explainRefusal(failure)
  return [...listFailures(failure), ...missingRights(failure), explainState(failure, after)].join('\n')
}

/** True if the stack runs a version that was deployed. */
function isLive(stack: Stack | undefined): boolean {
  return /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack?.StackStatus ?? '')
}

function explainState(failure: Failure, { StackStatus }: Stack): string {
  const { stackName, command, events } = failure
  switch (StackStatus) {
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
      return [
        `Nothing is deployed: the first deploy of ${stackName} failed. Correct the reasons above, remove the failed stack, and deploy again:`,
        cli(failure, `cloudformation delete-stack --stack-name ${stackName}`),
        cli(failure, `cloudformation wait stack-delete-complete --stack-name ${stackName}`),
        `  ${command}`,
        ...keptTables(events).flatMap((table) => explainTable(failure, table)),
      ].join('\n')
    case 'UPDATE_ROLLBACK_COMPLETE':
      return `The previous version of ${stackName} is live. Correct the reasons above and deploy again.`
    case 'UPDATE_ROLLBACK_FAILED':
      return (
        `The roll-back of ${stackName} failed. These resources are stuck: ${stuck(events)}. ` +
        `Correct the reasons above and continue the roll-back. Then deploy again:\n` +
        cli(failure, `cloudformation continue-update-rollback --stack-name ${stackName}`)
      )
    default:
      return explainProgress(failure, StackStatus)
  }
}

function explainProgress(failure: Failure, status: string): string {
  const { stackName, reason } = failure
  const summary = /can not be updated/.test(reason)
    ? 'Another deploy is running'
    : 'This command stopped waiting after 10 minutes, but nothing is lost'
  const look = `describe-stacks --stack-name ${stackName} --query "Stacks[0].[StackStatus,Outputs]"`
  return (
    `${summary}: CloudFormation is still working on ${stackName} (${status}). See how far it is:\n` +
    cli(failure, `cloudformation ${look}`)
  )
}

/** Architect stopped before it changed the stack. */
function explainRefusal({ stackName, before, reason }: Failure): string {
  const live = isLive(before) ? ' The previous version is live.' : ''
  return `${stackName} was not deployed.${live} ${reason || 'See above.'}`
}

const DENIAL =
  /User: (\S+) is not authorized to perform: "?([\w:]+)"?(?: on resource: \S+)?(?: ((?:because|with) [^.\n(]+))?/

/** Who lacks which right, if a message of AWS is about that. */
export function explainDenial(message: string): string | undefined {
  const [, identity, right, because = ''] = DENIAL.exec(message) ?? []
  return identity && right && missingRight(identity, right, because.trim())
}

/** What helps an identity that lacks a right. */
export function missingRight(identity: string, right: string, because = ''): string {
  return (
    `${identity} may not do ${right}${because && `, ${because}`}. deployer.yaml grants what a deploy needs: ` +
    'an administrator deploys it, and you deploy with its role. docs/operating.md has the commands.'
  )
}

function missingRights({ events }: Failure): string[] {
  const denials = events.map(({ ResourceStatusReason = '' }) => explainDenial(ResourceStatusReason))
  return [...new Set(denials.filter((denial) => denial !== undefined))]
}

function listFailures({ events }: Failure): string[] {
  const failed = events.filter(isFailure)
  const lines = failed.map((event) => {
    return `  ${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason}`
  })
  return lines.length ? ['What failed, oldest first:', ...lines, ''] : []
}

/** Cancelled resources, and the stack that counts the others, have no reason of their own. */
function isFailure({ ResourceStatus, ResourceStatusReason = '' }: StackEvent): boolean {
  return (
    /FAILED|ROLLBACK/.test(ResourceStatus) &&
    ResourceStatusReason !== '' &&
    !/^(Resource \w+ cancelled|The following resource\(s\) failed)/.test(ResourceStatusReason)
  )
}

/** The resources that failed after the roll-back had begun. */
function stuck(events: StackEvent[]): string {
  const start = events.findLastIndex(({ ResourceStatus }) => ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS')
  const failed = events.slice(start + 1).filter(isFailure)
  return [...new Set(failed.map(({ LogicalResourceId }) => LogicalResourceId))].join(', ')
}

/** The tables that the failed deploy has made and CloudFormation has not deleted. */
function keptTables(events: StackEvent[]): string[] {
  const kept = new Set<string>()
  for (const { ResourceType, ResourceStatus, PhysicalResourceId = '' } of events) {
    if (ResourceType !== 'AWS::DynamoDB::Table') continue
    if (ResourceStatus === 'CREATE_COMPLETE') kept.add(PhysicalResourceId)
    if (ResourceStatus === 'DELETE_COMPLETE') kept.delete(PhysicalResourceId)
  }
  return [...kept]
}

function explainTable(failure: Failure, table: string): string[] {
  return [
    `The table ${table} is kept, and empty unless somebody has signed up. An administrator may delete it:`,
    cli(failure, `dynamodb update-table --table-name ${table} --no-deletion-protection-enabled`),
    cli(failure, `dynamodb delete-table --table-name ${table}`),
  ]
}

function cli({ cliOptions }: Failure, words: string): string {
  return `  aws ${words} ${cliOptions}`
}

function lastChange(stack: Stack | undefined): Date | undefined {
  return stack?.LastUpdatedTime ?? stack?.CreationTime
}
