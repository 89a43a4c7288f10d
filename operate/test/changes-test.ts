// How a change set is shown, and when a table would lose its data.
import type { Replacement, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { describeLosses, formatChanges } from '../lib/changes.ts'

const ROLE: ResourceChange = { LogicalResourceId: 'Role', ResourceType: 'AWS::IAM::Role' }
const USERS: ResourceChange = { LogicalResourceId: 'Users', ResourceType: 'AWS::DynamoDB::Table' }

const add = (resource: ResourceChange): ResourceChange => ({ ...resource, Action: 'Add', Details: [] })
const remove = (resource: ResourceChange): ResourceChange => ({ ...resource, Action: 'Remove', Details: [] })
const modify = (resource: ResourceChange, Replacement: Replacement, ...Details: ResourceChangeDetail[]) => ({
  ...resource,
  ...({ Action: 'Modify', Replacement, Details } satisfies ResourceChange),
})
const REFERENCE = { ChangeSource: 'ResourceReference' } as const
/** The value is known during the deploy only. */
const LATE = { Evaluation: 'Dynamic' } as const
const property = (Name: string, how: ResourceChangeDetail = {}): ResourceChangeDetail => ({
  Target: { Attribute: 'Properties', Name },
  Evaluation: 'Static',
  ChangeSource: 'DirectModification',
  ...how,
})
const DELETION_POLICY: ResourceChangeDetail = { ...property(''), Target: { Attribute: 'DeletionPolicy' } }
const LATE_REFERENCE = { ...REFERENCE, ...LATE }

const shown: [ResourceChange, string][] = [
  [add(ROLE), '+ Role  AWS::IAM::Role, added'],
  [remove(ROLE), '- Role  AWS::IAM::Role, removed'],
  [modify(ROLE, 'False', property('Policies')), '~ Role  modified (Policies)'],
  [
    modify(ROLE, 'False', property('Policies'), property('Policies', LATE_REFERENCE), property('Tags')),
    '~ Role  modified (Policies, Tags)',
  ],
  [modify(ROLE, 'False', DELETION_POLICY), '~ Role  modified (DeletionPolicy)'],
  [modify(ROLE, 'True', property('Path')), '! Role  recreated (Path)'],
  [modify(ROLE, 'False', property('Policies', LATE_REFERENCE)), '~ Role  perhaps modified (Policies)'],
  [modify(ROLE, 'False', property('Policies', LATE)), '~ Role  modified (Policies)'],
  [modify(ROLE, 'False', property('Policies', REFERENCE)), '~ Role  modified (Policies)'],
  [modify(ROLE, 'Conditional', property('Path', LATE_REFERENCE)), '! Role  perhaps recreated (Path)'],
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
  t.equal(formatChanges([add(ROLE), add(USERS)]), lines)
  const perhaps = 'perhaps: it depends on a value that is known during the deploy only'
  t.equal(
    formatChanges([modify(ROLE, 'False', property('Path', LATE_REFERENCE)), add(USERS)]),
    `+ Users  AWS::DynamoDB::Table, added\n~ Role   perhaps modified (Path)\n\n${perhaps}`,
  )
  t.equal(formatChanges([]), 'No resource changes, only the outputs of the stack.')
})

const KEPT = 'Its data would be kept, in a table outside the stack.'
const DELETED = 'Its data would be deleted.'
const EMPTY = 'replaced by an empty one.'
const newKey = modify(USERS, 'Conditional', property('KeySchema'))
const newName: ResourceChange = { ...modify(USERS, 'True', property('TableName')), PolicyAction: 'ReplaceAndDelete' }
const losses: [string, ResourceChange, string | undefined, string][] = [
  ['an added table', add(USERS), 'Delete', ''],
  ['a changed setting', modify(USERS, 'False', property('TimeToLive')), 'Delete', ''],
  ['another resource that is removed', { ...remove(ROLE), PolicyAction: 'Delete' }, 'Delete', ''],
  ['a new key, which CloudFormation calls conditional', newKey, 'Retain', `would be ${EMPTY} ${KEPT}`],
  ['a new name', newName, 'Retain', `would be ${EMPTY} ${DELETED}`],
  ['another change', modify(USERS, 'Conditional', property('BillingMode')), 'Delete', `might be ${EMPTY} ${DELETED}`],
  [
    'a removed table that is kept',
    { ...remove(USERS), PolicyAction: 'Retain' },
    undefined,
    `would be removed. ${KEPT}`,
  ],
  ['a removed table', remove(USERS), undefined, `would be removed. ${DELETED}`],
]
for (const [what, resource, UpdateReplacePolicy, loss] of losses) {
  test(`what a table loses: ${what}`, async (t) => {
    const Users = { Type: 'AWS::DynamoDB::Table', Properties: {}, UpdateReplacePolicy } as never
    t.deepEqual(describeLosses([resource], { Resources: { Users }, Outputs: {} }), loss ? [`Users ${loss}`] : [])
  })
}
