// How a change set is made, and what becomes of it if nobody wants it.
import test from 'tape'
import { type Deployment, makeChangeSet, targetOf } from '../lib/deployment.ts'

type Look = { status: string; reason?: string; arn?: string }

/** Makes a change set in an account that answers with these states of it. */
async function make(looks: Look[], onLook: (look: Look) => void = () => {}, validation: string[] = []) {
  const deleted: string[] = []
  const account = {
    createChangeSet: async () => 'arn:stack',
    describeChangeSet: async () => {
      const look = looks.shift()
      if (!look) throw Error('looked too often')
      onLook(look)
      return { reason: '', changes: [], ...look }
    },
    deleteChangeSet: async ({ ChangeSetName }: { ChangeSetName: string }) => void deleted.push(ChangeSetName),
    readValidation: async () => validation,
    readEvents: async () => ['first', 'second', 'last'].map((EventId) => ({ EventId })),
  }
  const rest = {
    target: { stackName: 'S', cliOptions: '--region R' },
    template: {},
    settings: { tags: [] },
    isNew: false,
  }
  const deployment = { account, ...rest } as unknown as Deployment
  const result = await makeChangeSet(deployment).then(
    (found) => ({ found }),
    (error) => ({ error }),
  )
  return { ...result, deleted }
}

test('the stack of a deploy has the name of the app, the stage and its own, and its command can be repeated', async (t) => {
  t.deepEqual(targetOf({ stage: 'production', name: '', flags: [] }, 'math-ai', { region: 'R' } as never), {
    stackName: 'MathAiProduction',
    command: 'npm run deploy production',
    cliOptions: '--region R',
  })
  const flags = ['no-smoke', 'allow-data-loss']
  t.deepEqual(targetOf({ stage: 'staging', name: 'alice', flags }, 'mathai', { region: 'R', profile: 'P' } as never), {
    stackName: 'MathaiStagingAlice',
    command: 'npm run deploy staging name=alice no-smoke allow-data-loss',
    cliOptions: '--region R --profile P',
  })
})

test('a change set that is ready knows the newest event', async (t) => {
  const result = await make([{ status: 'CREATE_PENDING' }, { status: 'CREATE_COMPLETE' }])
  if (!('found' in result) || !result.found) return t.fail('there is no change set')
  t.deepEqual([result.found.stackId, result.found.since, result.deleted], ['arn:stack', 'last', []])
  t.match(result.found.name.ChangeSetName, /^deploy-[0-9a-f-]{36}$/)
})

test('a change set without changes is deleted, and none is returned', async (t) => {
  for (const reason of ["The submitted information didn't contain changes.", 'No updates are to be performed.']) {
    const { deleted, ...result } = await make([{ status: 'FAILED', reason }])
    t.deepEqual([result, deleted.length], [{ found: undefined }, 1])
  }
})

test('a template that CloudFormation refuses ends with its reason, and leaves no change set', async (t) => {
  for (const [reason, message] of [
    [
      'Transform AWS::Serverless-2016-10-31 failed with: X',
      'CloudFormation refuses the template: Transform AWS::Serverless-2016-10-31 failed with: X',
    ],
    [
      'User: arn:aws:iam::1:user/ada is not authorized to perform: cloudformation:CreateChangeSet on resource: x',
      /^arn:aws:iam::1:user\/ada may not do cloudformation:CreateChangeSet\./,
    ],
  ] as const) {
    const result = await make([{ status: 'FAILED', reason }])
    const { message: actual } = 'error' in result ? result.error : Error('no error')
    if (typeof message === 'string') t.equal(actual, message)
    else t.match(actual, message)
    t.equal(result.deleted.length, 1)
  }
})

test('the reasons of a validation stand below the one of the change set, which names its kind only', async (t) => {
  const reason = 'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]'
  const line = 'MathaiUsersTable: the name is taken (AWS::EarlyValidation::ResourceExistence)'
  const result = await make([{ status: 'FAILED', reason }], undefined, [line])
  const { message } = 'error' in result ? result.error : Error('no error')
  t.equal(message, `CloudFormation refuses the template: ${reason}\n${line}`)
})

test('a change set that a hook refuses without a reason names the command that shows it', async (t) => {
  const result = await make([{ status: 'FAILED', reason: 'The following hook(s) failed: [X]', arn: 'arn:set' }])
  const { message } = 'error' in result ? result.error : Error('no error')
  t.match(message, /list-hook-results --target-type CHANGE_SET --target-id arn:set --region R$/)
})

for (const [signal, exitStatus] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} while the change set is made waits for it, deletes it and ends`, async (t) => {
    const looks = [{ status: 'CREATE_IN_PROGRESS' }, { status: 'CREATE_COMPLETE' }]
    const result = await make(looks, ({ status }) => {
      if (status === 'CREATE_IN_PROGRESS') process.emit(signal)
    })
    const { message, exitStatus: actual } = 'error' in result ? result.error : Error('no error')
    t.deepEqual(
      [message, actual],
      ['Interrupted. The change set is deleted, and nothing of it was executed.', exitStatus],
    )
    t.equal(result.deleted.length, 1)
  })
}
