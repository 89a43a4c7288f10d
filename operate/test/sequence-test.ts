// What `npm run test:aws` writes of an account: nothing that says whose it was.
import test from 'tape'
import { describeSequence } from './support/sequence.ts'

const reasons: [reason: string, written: string][] = [
  [
    'User: arn:aws:sts::123456789012:assumed-role/Ada/ada@example.com is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/S-Role-1A2B3C4D5E6F because no identity-based policy allows it',
    'User: ARN is not authorized to perform: iam:CreateRole on resource: ARN because no identity-based policy allows it',
  ],
  ['Table MathaiTest-MathaiUsersTable-X is in use', 'Table NAME is in use'],
  ['the bucket mathaitest-1 of account 123456789012', 'the bucket NAME of account ID'],
  [
    '(Service: Lambda, Status Code: 404, Request ID: 52e9c7b7-77d0-4b1f-81ac-5b3f1e0ac4f5)',
    '(Service: Lambda, Status Code: 404, Request ID: ID)',
  ],
  ['(RequestToken: 8ABCDEF0123456789, HandlerErrorCode: NotFound)', '(RequestToken: ID, HandlerErrorCode: NotFound)'],
  ['Subscribed ops@example.org', 'Subscribed EMAIL'],
]
for (const [ResourceStatusReason, reason] of reasons) {
  test(`written: ${reason.slice(0, 60)}`, async (t) => {
    const event = { StackName: 'MathaiTest', ResourceStatusReason } as never
    t.equal(describeSequence([event])[0]?.reason, reason)
  })
}

test('a step has seconds since the start, and the numbers of the tokens', async (t) => {
  const step = (second: number, ClientRequestToken?: string) =>
    ({
      StackName: 'S',
      LogicalResourceId: second ? 'Role' : 'S',
      ResourceType: 'T',
      ResourceStatus: 'CREATE_COMPLETE',
      Timestamp: new Date(second * 1000),
      ClientRequestToken,
    }) as never
  const common = { type: 'T', status: 'CREATE_COMPLETE' }
  t.deepEqual(describeSequence([step(0, 'a'), step(3), step(5, 'b')]), [
    { second: 0, name: 'STACK', token: 0, ...common },
    { second: 3, name: 'Role', ...common },
    { second: 5, name: 'Role', token: 1, ...common },
  ])
})
