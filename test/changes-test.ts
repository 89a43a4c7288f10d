// How a change set is shown, and when a table would lose its data.
import type { ResourceChange } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { describeLosses, formatChanges } from '../scripts/lib/changes.ts'

type Detail = NonNullable<ResourceChange['Details']>[number]
const direct = (Name: string): Detail => ({
  Target: { Attribute: 'Properties', Name },
  Evaluation: 'Static',
  ChangeSource: 'DirectModification',
})
const reference = (Name: string): Detail => ({
  ...direct(Name),
  Evaluation: 'Dynamic',
  ChangeSource: 'ResourceReference',
})
const table = (change: Partial<ResourceChange>): ResourceChange => ({
  LogicalResourceId: 'Users',
  ResourceType: 'AWS::DynamoDB::Table',
  ...change,
})
const role = (change: Partial<ResourceChange>): ResourceChange => ({
  LogicalResourceId: 'Role',
  ResourceType: 'AWS::IAM::Role',
  ...change,
})

for (const [what, change, line] of [
  ['added', role({ Action: 'Add' }), '+ Role  AWS::IAM::Role, added'],
  ['removed', role({ Action: 'Remove' }), '- Role  AWS::IAM::Role, removed'],
  [
    'modified',
    role({ Action: 'Modify', Replacement: 'False', Details: [direct('Policies')] }),
    '~ Role  modified (Policies)',
  ],
  [
    'modified twice in one property',
    role({ Action: 'Modify', Details: [direct('Policies'), reference('Policies'), direct('Tags')] }),
    '~ Role  modified (Policies, Tags)',
  ],
  [
    'modified in an attribute that is no property',
    role({ Action: 'Modify', Details: [{ Target: { Attribute: 'DeletionPolicy' }, Evaluation: 'Static' }] }),
    '~ Role  modified (DeletionPolicy)',
  ],
  ['recreated', role({ Action: 'Modify', Replacement: 'True', Details: [direct('Path')] }), '! Role  recreated (Path)'],
  [
    'perhaps modified, because it refers to what changes',
    role({ Action: 'Modify', Replacement: 'False', Details: [reference('Policies')] }),
    '~ Role  perhaps modified (Policies)',
  ],
  [
    'perhaps recreated',
    role({ Action: 'Modify', Replacement: 'Conditional', Details: [reference('Path')] }),
    '! Role  perhaps recreated (Path)',
  ],
] as [string, ResourceChange, string][]) {
  test(`a resource is ${what}`, async (t) => {
    const [first, ...rest] = formatChanges([change]).split('\n')
    t.equal(first, line)
    t.equal(rest.length, line.includes('perhaps') ? 2 : 0, 'perhaps is explained')
  })
}

test('tables come first, in columns; a change of the outputs alone is named', async (t) => {
  const changes = [role({ Action: 'Add' }), table({ Action: 'Add' })]
  t.equal(formatChanges(changes), '+ Users  AWS::DynamoDB::Table, added\n+ Role   AWS::IAM::Role, added')
  t.equal(formatChanges([]), 'No resource changes, only the outputs of the stack.')
})

const keyChange: ResourceChange = { Action: 'Modify', Replacement: 'Conditional', Details: [direct('KeySchema')] }
for (const [what, change, policy, losses] of [
  ['an added table', table({ Action: 'Add' }), 'Delete', []],
  [
    'a changed ceiling',
    table({ Action: 'Modify', Replacement: 'False', Details: [direct('OnDemandThroughput')] }),
    'Delete',
    [],
  ],
  ['another resource that is removed', role({ Action: 'Remove', PolicyAction: 'Delete' }), 'Delete', []],
  [
    'a new key, which CloudFormation calls conditional',
    table(keyChange),
    'Retain',
    ['Users would be replaced by an empty one. Its data would be kept, in a table outside the stack.'],
  ],
  [
    'a new name, with the policy of CloudFormation',
    table({ Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndDelete', Details: [direct('TableName')] }),
    'Retain',
    ['Users would be replaced by an empty one. Its data would be deleted.'],
  ],
  [
    'a conditional change of something else',
    table({ Action: 'Modify', Replacement: 'Conditional', Details: [direct('BillingMode')] }),
    'Delete',
    ['Users might be replaced by an empty one. Its data would be deleted.'],
  ],
  [
    'a removed table that is kept',
    table({ Action: 'Remove', PolicyAction: 'Retain' }),
    undefined,
    ['Users would be removed. Its data would be kept, in a table outside the stack.'],
  ],
  ['a removed table', table({ Action: 'Remove' }), undefined, ['Users would be removed. Its data would be deleted.']],
] as [string, ResourceChange, string, string[]][]) {
  test(`what a table loses: ${what}`, async (t) => {
    const Users = { Type: 'AWS::DynamoDB::Table', Properties: {}, UpdateReplacePolicy: policy as 'Retain' }
    t.deepEqual(describeLosses([change], { Resources: { Users }, Outputs: {} }), losses)
  })
}
