import type { Template } from '../src/plugins/architect.ts'
import { functionsOf } from '../src/plugins/stack/template.ts'
import { stop } from './arc.ts'
import {
  type CallCloudFormation,
  type Change,
  type DeployedTemplate,
  readChanges,
  readTemplate,
} from './cloudformation.ts'

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
const MAXIMUM_BYTES = 51_200
const NOTHING = /didn't contain changes|No updates are to be performed/
const TABLE = 'AWS::DynamoDB::Table'

/** Prints what a deploy of the template would change. Sets the exit status 2 if a table would be replaced or removed. */
export async function printDiff(call: CallCloudFormation, template: Template, stackName: string): Promise<void> {
  try {
    const deployed = await readTemplate(call, stackName)
    if (!deployed) return console.log('\nNothing is deployed yet: everything of the plan would be new.')
    const body = JSON.stringify(withDeployedValues(template, deployed))
    if (Buffer.byteLength(body) > MAXIMUM_BYTES) {
      stop(
        `\nThe template has ${Buffer.byteLength(body)} bytes. CloudFormation compares at most ${MAXIMUM_BYTES} ` +
          'without an upload, so that --diff cannot say what would change.',
      )
    }
    const { status, reason, changes } = await readChanges(call, stackName, body)
    if (NOTHING.test(reason)) return console.log(`\nThe next deploy would change nothing in ${stackName}.`)
    if (status !== 'CREATE_COMPLETE') stop(`\nThere is no diff: the change set is ${status}. ${reason}`)
    if (!changes.length) return console.log(`\nThe next deploy would change the outputs of ${stackName} only.`)
    print(changes, stackName)
    for (const change of changes.filter(isTable)) warn(change, template, deployed)
  } catch (error) {
    const { message, service } = error as Error & { service?: string }
    if (!service) throw error
    stop(`\nThere is no diff: ${message.replace(/^@aws-lite.+?: .+?: /, '')}`)
  }
}

/** Each deploy has a new description and uploads all code anew. A change of the code shows in its SHA-256. */
function withDeployedValues(template: Template, deployed: DeployedTemplate): DeployedTemplate {
  const [[, anyFunction] = []] = functionsOf(deployed)
  for (const [name, { Properties }] of functionsOf(template)) {
    const { CodeUri } = (deployed.Resources[name] ?? anyFunction)?.Properties ?? {}
    Properties.CodeUri = CodeUri
  }
  return { ...template, ...(deployed.Description && { Description: deployed.Description }) }
}

function print(changes: Change[], stackName: string): void {
  console.log(`\nThe next deploy would change ${stackName}:\n`)
  const tablesFirst = [...changes].sort((a, b) => Number(isTable(b)) - Number(isTable(a)))
  const names = Math.max(...changes.map(({ LogicalResourceId }) => LogicalResourceId.length))
  const types = Math.max(...changes.map(({ ResourceType }) => ResourceType.length))
  const lines = tablesFirst.map((change) => {
    const { LogicalResourceId: name, ResourceType: type } = change
    const { mark, what } = describeChange(change)
    return `${mark} ${name.padEnd(names)}  ${type.padEnd(types)}  ${what}`
  })
  console.log(lines.join('\n'))
  if (lines.some((line) => line.includes('  perhaps '))) {
    console.log('\nperhaps: it depends on a value that is known during the deploy only')
  }
}

/** A mark and words for what would happen to a resource, with the names of its changed properties. */
function describeChange(change: Change): { mark: string; what: string } {
  const { Action, Replacement, Details } = change
  if (Action === 'Add') return { mark: '+', what: 'added' }
  if (Action === 'Remove') return { mark: '-', what: 'removed' }
  const properties = ` (${changedProperties(change).join(', ')})`
  if (isReplaced(change)) return { mark: '!', what: `replaced${properties}` }
  if (Replacement === 'Conditional') return { mark: '!', what: `perhaps replaced${properties}` }
  // It refers to a resource that changes, but the value that it takes from there may stay the same.
  const isReference = Details.every(
    ({ Evaluation, ChangeSource }) => Evaluation === 'Dynamic' && ChangeSource !== 'DirectModification',
  )
  return { mark: '~', what: `${isReference ? 'perhaps modified' : 'modified'}${properties}` }
}

function changedProperties({ ResourceType, Details }: Change): string[] {
  const names = Details.map(({ Target: { Attribute, Name } }) => Name || Attribute)
    // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1185: added to a change of Metadata.
    .filter((name) => name !== 'UpdatePolicy' && name !== 'CreationPolicy')
    .map((name) => (name === 'Metadata' && ResourceType.endsWith('::Function') ? 'code' : name))
  return [...new Set(names)]
}

function isTable({ ResourceType }: Change): boolean {
  return ResourceType === TABLE
}

/** CloudFormation calls a new key "Conditional", but DynamoDB cannot change the key of a table. */
function isReplaced(change: Change): boolean {
  return change.Replacement === 'True' || (isTable(change) && changedProperties(change).includes('KeySchema'))
}

/** Warns if a table would be replaced or removed. */
function warn(change: Change, template: Template, deployed: Template): void {
  const { Action, LogicalResourceId: name, Replacement, PolicyAction } = change
  const isRemoved = Action === 'Remove'
  if (!isRemoved && !isReplaced(change) && Replacement !== 'Conditional') return
  const what = isRemoved ? 'removed' : `${isReplaced(change) ? '' : 'perhaps '}replaced by an empty one`
  // CloudFormation does not say it if the replacement is conditional.
  const policy =
    PolicyAction ??
    (isRemoved ? deployed.Resources[name]?.DeletionPolicy : template.Resources[name]?.UpdateReplacePolicy)
  const fate = policy?.includes('Retain') ? 'kept, in a table outside the stack' : 'deleted'
  console.error(`\nWarning: ${name} would be ${what}. Its data would be ${fate}.`)
  process.exitCode = 2
}
