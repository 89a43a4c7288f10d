import type { Resource } from '../src/plugins/architect.ts'

const MAXIMUM_BYTES = 51_200
const CHANGES_PER_PAGE = 2
const WRONG_CODE_URI =
  "Transform AWS::Serverless-2016-10-31 failed with: 'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key'"
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set."

/** What a change of a property does to a table. The lists of AWS: its schema of AWS::DynamoDB::Table. */
const RECREATION: Record<string, string> = { TableName: 'Always', KeySchema: 'Conditionally' }

export type ChangeSet = { isComplete: boolean; StatusReason: string; changes: object[] }
type Resources = Record<string, Resource & Record<string, unknown>>

/** The answer of CloudFormation to a call for a change set of a stack with this template. An error has a code. */
export function answerChangeSet(
  action: 'CreateChangeSet' | 'DescribeChangeSet' | 'DeleteChangeSet',
  parameters: Record<string, string>,
  template: string,
  changeSets: Map<string, ChangeSet>,
): object {
  const { ChangeSetName: name = '', TemplateBody = '', NextToken = 0 } = parameters
  const changeSet = changeSets.get(name)
  if (action === 'CreateChangeSet') {
    if (Buffer.byteLength(TemplateBody) > MAXIMUM_BYTES)
      return refuse('ValidationError', `'templateBody' must have length less than ${MAXIMUM_BYTES}`)
    if (!Object.values(parameters).includes('CAPABILITY_IAM'))
      return refuse('InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_IAM]')
    const [before, after] = [template, TemplateBody].map((text) => JSON.parse(text))
    const changes = changesBetween(before.Resources, after.Resources)
    const isChanged = changes.length > 0 || !isSame({ ...before, Resources: {} }, { ...after, Resources: {} })
    const hasCode = Object.values<Resource>(after.Resources).every(
      ({ Type, Properties }) => Type !== 'AWS::Serverless::Function' || /^s3:/.test(Properties.CodeUri),
    )
    const StatusReason = hasCode ? (isChanged ? '' : NO_CHANGES) : WRONG_CODE_URI
    changeSets.set(name, { isComplete: false, StatusReason, changes })
    return { Id: name }
  }
  if (action === 'DeleteChangeSet') {
    if (changeSet?.isComplete === false)
      return refuse('InvalidChangeSetStatus', 'Cannot delete ChangeSet in status CREATE_IN_PROGRESS')
    changeSets.delete(name)
    return {}
  }
  if (!changeSet) return refuse('ChangeSetNotFound', `ChangeSet [${name}] does not exist`)
  const { isComplete, StatusReason, changes } = changeSet
  // In AWS this takes seconds. Here the second call sees a complete one.
  changeSet.isComplete = true
  if (!isComplete) return { Status: 'CREATE_IN_PROGRESS', Changes: [] }
  const next = Number(NextToken) + CHANGES_PER_PAGE
  return {
    Status: StatusReason ? 'FAILED' : 'CREATE_COMPLETE',
    StatusReason,
    Changes: changes.slice(Number(NextToken), next).map((ResourceChange) => ({ ResourceChange })),
    ...(next < changes.length && { NextToken: next }),
  }
}

function refuse(Code: string, Message: string) {
  return { Code, Message }
}

/** Unlike AWS, this leaves SAM's resources as they are, and does not follow references to a changed resource. */
function changesBetween(before: Resources, after: Resources): object[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => {
    const [old, planned] = [before[name], after[name]]
    const LogicalResourceId = name
    if (!old) return [{ Action: 'Add', LogicalResourceId, ResourceType: planned?.Type }]
    if (!planned) {
      const PolicyAction = old.DeletionPolicy ?? 'Delete'
      return [{ Action: 'Remove', LogicalResourceId, ResourceType: old.Type, PolicyAction }]
    }
    const details = detailsOf(old, planned)
    if (!details.length) return []
    const recreation = details.map(({ Target }) => Target.RequiresRecreation)
    const Replacement = recreation.includes('Always')
      ? 'True'
      : recreation.includes('Conditionally')
        ? 'Conditional'
        : 'False'
    return [
      {
        Action: 'Modify',
        LogicalResourceId,
        ResourceType: planned.Type,
        Replacement,
        ...(Replacement === 'True' && {
          PolicyAction: `ReplaceAnd${planned.UpdateReplacePolicy ?? 'Delete'}`,
        }),
        Details: details,
      },
    ]
  })
}

function detailsOf(old: Resources[string], planned: Resources[string]) {
  const detail = (Target: { Attribute: string; Name?: string; RequiresRecreation: string }) => ({
    Target,
    Evaluation: 'Static',
    ChangeSource: 'DirectModification',
  })
  const properties = changedKeys(old.Properties, planned.Properties).map((Name) => {
    const RequiresRecreation = (planned.Type === 'AWS::DynamoDB::Table' && RECREATION[Name]) || 'Never'
    return detail({ Attribute: 'Properties', Name, RequiresRecreation })
  })
  const attributes = changedKeys(old, planned).filter((name) => name !== 'Properties')
  return [...properties, ...attributes.map((Attribute) => detail({ Attribute, RequiresRecreation: 'Never' }))]
}

function changedKeys(old: Record<string, unknown>, planned: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(planned)])
  return [...keys].filter((key) => !isSame(old[key], planned[key]))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** XML as AWS writes it: a list has a `member` for each item. */
export function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => toXml({ member })).join('')
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, child]) => `<${name}>${toXml(child)}</${name}>`)
      .join('')
  }
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
