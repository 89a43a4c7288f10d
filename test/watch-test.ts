// What an operator sees while CloudFormation works, and when a deploy counts as done.
import type { StackEvent } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { describeKeptTables, findStuck, formatEvent, watchStack } from '../scripts/lib/watch.ts'

const STACK = 'AWS::CloudFormation::Stack'
const start = new Date('2026-01-01T00:00:00Z')
let count = 0

/** An event of this deploy, a second after the one before. */
function event(id: string, type: string, status: string, reason = '', token = 'mine'): StackEvent {
  count++
  return {
    StackId: 'arn:stack',
    StackName: 'S',
    EventId: `${count}`,
    Timestamp: new Date(start.getTime() + count * 1000),
    LogicalResourceId: id,
    PhysicalResourceId: `${id}-X`,
    ResourceType: type,
    ResourceStatus: status as 'CREATE_COMPLETE',
    ResourceStatusReason: reason,
    ClientRequestToken: token,
  }
}

/** Watches a stack whose states and events follow one another, one at each look. The last ones stay. */
async function watch(
  looks: { status?: string; reason?: string; events?: StackEvent[]; error?: Error }[],
  patienceSeconds = 0,
) {
  const lines: string[] = []
  const seen: StackEvent[] = []
  let look: (typeof looks)[number] = {}
  const account = {
    async describeStack() {
      look = looks.shift() ?? { ...look, events: [] }
      if (look.error) throw look.error
      return look.status ? ({ StackStatus: look.status, StackStatusReason: look.reason } as never) : undefined
    },
    async readEvents(_stack: string, since?: string) {
      seen.push(...(look.events ?? []))
      return seen.slice(seen.findIndex(({ EventId }) => EventId === since) + 1)
    },
  }
  const options = { print: (line: string) => void lines.push(line), pauseMs: 1, patienceSeconds }
  const result = await watchStack(account, { stackId: 'arn:stack', token: 'mine', since: undefined }, options)
  return { ...result, lines }
}

const failed = (code: string) => Object.assign(Error('lost'), { code, $metadata: {} })
const begun = () => event('S', STACK, 'UPDATE_IN_PROGRESS')
const done = () => event('S', STACK, 'UPDATE_COMPLETE')

test('each event is a line when it happens, with its reason if it failed', async (t) => {
  count = 0
  const { isDone, lines } = await watch([
    { status: 'UPDATE_IN_PROGRESS', events: [begun(), event('Role', 'AWS::IAM::Role', 'UPDATE_IN_PROGRESS')] },
    { status: 'UPDATE_IN_PROGRESS' },
    { status: 'UPDATE_COMPLETE', events: [event('Role', 'AWS::IAM::Role', 'UPDATE_COMPLETE'), done()] },
  ])
  t.ok(isDone)
  t.deepEqual(lines, [
    '    0 s  S                          UPDATE_IN_PROGRESS',
    '    1 s  Role                       UPDATE_IN_PROGRESS',
    '    2 s  Role                       UPDATE_COMPLETE',
    '    3 s  S                          UPDATE_COMPLETE',
  ])
})

test('a line has at most 80 columns, and so has each line of a reason', async (t) => {
  const reason = `User: arn:aws:iam::123456789012:user/ada is not authorized to perform: iam:CreateRole ${'because '.repeat(20)}`
  const lines = formatEvent(
    event('HTTPApiGatewayDefaultStage', 'T', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', reason),
    start,
  ).split('\n')
  t.ok(lines.length > 2)
  t.ok(
    lines.every((line) => line.length <= 80),
    lines.join('\n'),
  )
  t.equal(
    lines
      .slice(1)
      .map((line) => line.trim())
      .join(' '),
    reason.trim(),
  )
})

test('reasons that only repeat others are left out', async (t) => {
  for (const reason of [
    'Resource creation cancelled',
    'The following resource(s) failed to create: [Role].',
    'Rollback requested',
    'Rollback complete',
    '',
  ]) {
    t.equal(formatEvent(event('S', STACK, 'ROLLBACK_IN_PROGRESS', reason), start).split('\n').length, 1, reason)
  }
  t.equal(formatEvent(event('S', STACK, 'UPDATE_COMPLETE', 'a reason'), start).split('\n').length, 1, 'no failure')
})

test("another deploy's success is not this one's", async (t) => {
  const { isDone, stack, lines } = await watch([
    { status: 'UPDATE_IN_PROGRESS', events: [begun(), event('Role', 'AWS::IAM::Role', 'UPDATE_FAILED', 'no')] },
    {
      status: 'UPDATE_COMPLETE',
      events: [
        event('S', STACK, 'UPDATE_ROLLBACK_COMPLETE'),
        event('S', STACK, 'UPDATE_IN_PROGRESS', '', 'theirs'),
        event('S', STACK, 'UPDATE_COMPLETE', '', 'theirs'),
      ],
    },
  ])
  t.equal(isDone, false)
  t.equal(stack?.StackStatus, 'UPDATE_COMPLETE')
  t.equal(lines.length, 3, 'events of others are not shown')
})

test('a stack that is at rest before its first event is not the end', async (t) => {
  const { isDone } = await watch([
    { status: 'UPDATE_COMPLETE' },
    { status: 'UPDATE_COMPLETE' },
    { status: 'UPDATE_COMPLETE' },
    { status: 'UPDATE_COMPLETE', events: [begun(), done()] },
  ])
  t.ok(isDone)
})

test('a failed first create ends when it is removed', async (t) => {
  const { isDone, stack, events } = await watch([
    { status: 'CREATE_IN_PROGRESS', events: [event('S', STACK, 'CREATE_IN_PROGRESS')] },
    { status: 'CREATE_FAILED', events: [event('Role', 'AWS::IAM::Role', 'CREATE_FAILED', 'no')] },
    { status: 'DELETE_IN_PROGRESS', events: [event('S', STACK, 'DELETE_IN_PROGRESS')] },
    { status: 'DELETE_COMPLETE', events: [event('S', STACK, 'DELETE_COMPLETE')] },
  ])
  t.deepEqual([isDone, stack?.StackStatus, events.length], [false, 'DELETE_COMPLETE', 4])
})

test('if AWS cannot be reached for a while, the watching goes on; if longer, it ends with the last error', async (t) => {
  for (const error of [failed('ECONNRESET'), Object.assign(Error('Rate exceeded'), { name: 'Throttling' })]) {
    const { isDone } = await watch(
      [{ status: 'UPDATE_IN_PROGRESS', events: [begun()] }, { error }, { status: 'UPDATE_COMPLETE', events: [done()] }],
      60,
    )
    t.ok(isDone)
  }
  const endless = Array.from({ length: 1000 }, () => ({ error: failed('ENOTFOUND') }))
  await watch(endless, 0.01).then(
    () => t.fail('it went on'),
    ({ message }) => t.equal(message, 'lost'),
  )
  await watch([{ error: Object.assign(Error('no right'), { $metadata: { httpStatusCode: 403 } }) }], 60).then(
    () => t.fail('it went on'),
    ({ message }) => t.equal(message, 'no right', 'another error ends it at once'),
  )
})

test('the resources at which a roll-back is stuck are those that failed since it began', async (t) => {
  const events = [
    event('HTTP', 'AWS::ApiGatewayV2::Api', 'UPDATE_FAILED', 'Warnings found during import'),
    event('S', STACK, 'UPDATE_ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to update: [HTTP].'),
    event('Role', 'AWS::IAM::Role', 'UPDATE_FAILED', 'Rate exceeded'),
    event('ApiLogs', 'AWS::Logs::LogGroup', 'UPDATE_FAILED', 'Resource update cancelled'),
    event('S', STACK, 'UPDATE_ROLLBACK_FAILED', 'The following resource(s) failed to update: [Role].'),
  ]
  t.deepEqual(findStuck(events), ['Role'])
})

test('a table that a failed deploy has made and kept is named, with the commands that delete it', async (t) => {
  const TABLE = 'AWS::DynamoDB::Table'
  const events = [
    event('Users', TABLE, 'CREATE_COMPLETE'),
    event('Attempts', TABLE, 'CREATE_COMPLETE'),
    event('Role', 'AWS::IAM::Role', 'CREATE_COMPLETE'),
    event('Attempts', TABLE, 'DELETE_COMPLETE'),
    event('Users', TABLE, 'DELETE_SKIPPED'),
  ]
  const target = { stackName: 'S', command: '', cliOptions: '--region R' }
  t.deepEqual(describeKeptTables(target, events), [
    `The table Users-X is kept, and empty unless somebody has signed up. An administrator may delete it:
  aws dynamodb update-table --table-name Users-X --no-deletion-protection-enabled --region R
  aws dynamodb delete-table --table-name Users-X --region R`,
  ])
})
