// How a change set is shown, and when a table would lose its data.
import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { describeLosses, formatChanges } from '../lib/changes.ts'

// A change: "+" adds, "-" removes, "~" modifies. Before a property: `#` a reference to a known value, `@` a reference to a
// value that is known during the deploy only, `?` a direct change to such a value.
function change(
  mark: string,
  ResourceType: string,
  Replacement = '',
  properties = '',
  PolicyAction = '',
): ResourceChange {
  return {
    Action: ({ '+': 'Add', '-': 'Remove' } as const)[mark] ?? 'Modify',
    LogicalResourceId: ResourceType === 'Table' ? 'Users' : 'Role',
    ResourceType: ResourceType === 'Table' ? 'AWS::DynamoDB::Table' : 'AWS::IAM::Role',
    ...(Replacement && { Replacement: Replacement as 'True' }),
    ...(PolicyAction && { PolicyAction: PolicyAction as 'Retain' }),
    Details: properties
      .split(' ')
      .filter(Boolean)
      .map((name) => ({
        Target:
          name === 'DeletionPolicy'
            ? { Attribute: name }
            : { Attribute: 'Properties', Name: name.replace(/[@#?]/, '') },
        Evaluation: /^[@?]/.test(name) ? 'Dynamic' : 'Static',
        ChangeSource: /^[@#]/.test(name) ? 'ResourceReference' : 'DirectModification',
      })),
  }
}

const shown: [ResourceChange, string][] = [
  [change('+', 'Role'), '+ Role  AWS::IAM::Role, added'],
  [change('-', 'Role'), '- Role  AWS::IAM::Role, removed'],
  [change('~', 'Role', 'False', 'Policies'), '~ Role  modified (Policies)'],
  [change('~', 'Role', '', 'Policies @Policies Tags'), '~ Role  modified (Policies, Tags)'],
  [change('~', 'Role', '', 'DeletionPolicy'), '~ Role  modified (DeletionPolicy)'],
  [change('~', 'Role', 'True', 'Path'), '! Role  recreated (Path)'],
  [change('~', 'Role', 'False', '@Policies'), '~ Role  perhaps modified (Policies)'],
  [change('~', 'Role', 'False', '?Policies'), '~ Role  modified (Policies)'],
  [change('~', 'Role', 'False', '#Policies'), '~ Role  modified (Policies)'],
  [change('~', 'Role', 'Conditional', '@Path'), '! Role  perhaps recreated (Path)'],
]
for (const [resource, line] of shown) {
  test(`shown as ${line}`, async (t) => {
    const [first, ...rest] = formatChanges([resource]).split('\n')
    t.equal(first, line)
    t.equal(rest.length, line.includes('perhaps') ? 2 : 0, 'perhaps is explained')
  })
}

test('tables come first, in columns; a change of the outputs alone is named', async (t) => {
  const lines = '+ Users  AWS::DynamoDB::Table, added\n+ Role   AWS::IAM::Role, added'
  t.equal(formatChanges([change('+', 'Role'), change('+', 'Table')]), lines)
  const perhaps = 'perhaps: it depends on a value that is known during the deploy only'
  t.equal(
    formatChanges([change('~', 'Role', 'False', '@Path'), change('+', 'Table')]),
    `+ Users  AWS::DynamoDB::Table, added\n~ Role   perhaps modified (Path)\n\n${perhaps}`,
  )
  t.equal(formatChanges([]), 'No resource changes, only the outputs of the stack.')
})

const KEPT = 'Its data would be kept, in a table outside the stack.'
const DELETED = 'Its data would be deleted.'
const EMPTY = 'replaced by an empty one.'
const [newKey, newName] = [change('~', 'Table', 'Conditional', 'KeySchema'), change('~', 'Table', 'True', 'TableName')]
const losses: [string, ResourceChange, string | undefined, string][] = [
  ['an added table', change('+', 'Table'), 'Delete', ''],
  ['a changed setting', change('~', 'Table', 'False', 'TimeToLive'), 'Delete', ''],
  ['another resource that is removed', change('-', 'Role', '', '', 'Delete'), 'Delete', ''],
  ['a new key, which CloudFormation calls conditional', newKey, 'Retain', `would be ${EMPTY} ${KEPT}`],
  ['a new name', { ...newName, PolicyAction: 'ReplaceAndDelete' }, 'Retain', `would be ${EMPTY} ${DELETED}`],
  ['another change', change('~', 'Table', 'Conditional', 'BillingMode'), 'Delete', `might be ${EMPTY} ${DELETED}`],
  ['a removed table that is kept', change('-', 'Table', '', '', 'Retain'), undefined, `would be removed. ${KEPT}`],
  ['a removed table', change('-', 'Table'), undefined, `would be removed. ${DELETED}`],
]
for (const [what, resource, UpdateReplacePolicy, loss] of losses) {
  test(`what a table loses: ${what}`, async (t) => {
    const Users = { Type: 'AWS::DynamoDB::Table', Properties: {}, UpdateReplacePolicy } as never
    t.deepEqual(describeLosses([resource], { Resources: { Users }, Outputs: {} }), loss ? [`Users ${loss}`] : [])
  })
}
