// What a change set would change, in words, and which tables would lose their data.
import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import type { Template } from '../../src/plugins/architect.ts'

/** A line for each change, tables first: `+` for an added resource, `-` for a removed, `!` for a recreated, `~` for a modified one. */
export function formatChanges(changes: ResourceChange[]): string {
  if (!changes.length) return 'No resource changes, only the outputs of the stack.'
  const tablesFirst = [...changes].sort((a, b) => Number(isTable(b)) - Number(isTable(a)))
  const width = Math.max(...changes.map(({ LogicalResourceId = '' }) => LogicalResourceId.length))
  const lines = tablesFirst.map((change) => {
    const { mark, what } = describeChange(change)
    return `${mark} ${String(change.LogicalResourceId).padEnd(width)}  ${what}`
  })
  const perhaps = '\n\nperhaps: it depends on a value that is known during the deploy only'
  return lines.join('\n') + (lines.some((line) => / perhaps /.test(line)) ? perhaps : '')
}

/** A sentence for each table that would lose its data, or might. The template is the new one. */
export function describeLosses(changes: ResourceChange[], template: Template): string[] {
  return changes.filter(isTable).flatMap((change) => {
    const { Action, LogicalResourceId: name = '', Replacement, PolicyAction } = change
    const isRemoved = Action === 'Remove'
    if (!isRemoved && !isRecreated(change) && Replacement !== 'Conditional') return []
    const what = isRemoved
      ? 'would be removed'
      : `${isRecreated(change) ? 'would' : 'might'} be replaced by an empty one`
    // CloudFormation does not name the policy if the replacement is conditional.
    const policy = PolicyAction ?? (isRemoved ? 'Delete' : template.Resources[name]?.UpdateReplacePolicy)
    const fate = policy?.includes('Retain') ? 'kept, in a table outside the stack' : 'deleted'
    return [`${name} ${what}. Its data would be ${fate}.`]
  })
}

/** What would happen to a resource, with the names of its changed properties. */
function describeChange(change: ResourceChange): { mark: string; what: string } {
  const { Action, Replacement, Details = [], ResourceType } = change
  if (Action === 'Add') return { mark: '+', what: `${ResourceType}, added` }
  if (Action === 'Import') return { mark: '+', what: `${ResourceType}, taken in as it is` }
  if (Action === 'Remove') return { mark: '-', what: `${ResourceType}, removed` }
  const properties = ` (${changedProperties(change).join(', ')})`
  if (isRecreated(change)) return { mark: '!', what: `recreated${properties}` }
  if (Replacement === 'Conditional') return { mark: '!', what: `perhaps recreated${properties}` }
  // It refers to a resource that changes, but the value that it takes from there may stay the same.
  const isReference = Details.every(
    ({ Evaluation, ChangeSource }) => Evaluation === 'Dynamic' && ChangeSource !== 'DirectModification',
  )
  return { mark: '~', what: `${isReference ? 'perhaps modified' : 'modified'}${properties}` }
}

function changedProperties({ Details = [] }: ResourceChange): string[] {
  return [...new Set(Details.map(({ Target }) => Target?.Name || String(Target?.Attribute)))]
}

function isTable({ ResourceType }: ResourceChange): boolean {
  return ResourceType === 'AWS::DynamoDB::Table'
}

/** CloudFormation calls a new key "Conditional", but DynamoDB cannot change the key of a table. */
function isRecreated(change: ResourceChange): boolean {
  return change.Replacement === 'True' || (isTable(change) && changedProperties(change).includes('KeySchema'))
}
