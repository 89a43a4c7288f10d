// What an operator sees while CloudFormation works, and when a deploy counts as done.
import type { StackEvent } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { describeKeptTables, findStuck, formatEvent, watchStack } from '../lib/watch.ts'

const start = new Date('2026-01-01T00:00:00Z')
const TABLE = 'AWS::DynamoDB::Table'
const TYPES: Record<string, string> = { S: 'AWS::CloudFormation::Stack', Users: TABLE, Attempts: TABLE }
let count = 0

/** Events such as "Role UPDATE_FAILED: no", a second after one another. Those of another deploy begin with `theirs`. */
function events(...lines: string[]): StackEvent[] {
  return lines.map((line) => {
    const [, theirs, id = '', status, reason = ''] = /^(theirs )?(\w+) (\w+)(?:: (.*))?$/s.exec(line) ?? []
    count++
    return {
      StackId: 'arn:stack',
      StackName: 'S',
      EventId: `${count}`,
      Timestamp: new Date(start.getTime() + count * 1000),
      LogicalResourceId: id,
      PhysicalResourceId: `${id}-X`,
      ResourceType: TYPES[id] ?? 'AWS::IAM::Role',
      ResourceStatus: status as 'CREATE_COMPLETE',
      ResourceStatusReason: reason,
      ClientRequestToken: theirs ? 'theirs' : 'mine',
    }
  })
}

/** Watches a stack that has one of these states, and these new events, at each look. The last state stays. */
async function watch(looks: ([status: string, ...lines: string[]] | Error)[], patienceSeconds = 0) {
  const lines: string[] = []
  const seen: StackEvent[] = []
  let status = ''
  const account = {
    async describeStack() {
      const look = looks.shift() ?? [status]
      if (look instanceof Error) throw look
      status = look[0]
      seen.push(...events(...look.slice(1)))
      return { StackStatus: status } as never
    },
    async readEvents(_stack: string, since?: string) {
      return seen.slice(seen.findIndex(({ EventId }) => EventId === since) + 1)
    },
  }
  const options = { print: (line: string) => void lines.push(line), pauseMs: 1, patienceSeconds }
  const result = await watchStack(account, { stackId: 'arn:stack', token: 'mine', since: undefined }, options)
  return { ...result, status, lines }
}

test('each event is a line when it happens', async (t) => {
  const { isDone, lines } = await watch([
    ['UPDATE_IN_PROGRESS', 'S UPDATE_IN_PROGRESS', 'Role UPDATE_IN_PROGRESS'],
    ['UPDATE_IN_PROGRESS', 'Role UPDATE_COMPLETE'],
    ['UPDATE_IN_PROGRESS', 'S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
    ['UPDATE_COMPLETE', 'S UPDATE_COMPLETE'],
  ])
  t.ok(isDone)
  t.deepEqual(lines, [
    '    0 s  S                          UPDATE_IN_PROGRESS',
    '    1 s  Role                       UPDATE_IN_PROGRESS',
    '    2 s  Role                       UPDATE_COMPLETE',
    '    3 s  S                          UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    '    4 s  S                          UPDATE_COMPLETE',
  ])
})

test('a line has at most 80 columns, and so has each line of a reason', async (t) => {
  const reason = `User: arn:aws:iam::123456789012:user/ada is not authorized to perform: iam:CreateRole ${'because '.repeat(20)}`
  const [event] = events(`HTTPApiGatewayDefaultStage UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: ${reason}`)
  const [line = '', ...more] = formatEvent(event as StackEvent, start).split('\n')
  t.ok(more.length && [line, ...more].every(({ length }) => length <= 80), [line, ...more].join('\n'))
  t.equal(more.map((text) => text.trim()).join(' '), reason.trim())
})

test('reasons that only repeat others are left out, and so are those of what went well', async (t) => {
  const reasons = ['The following resource(s) failed to create: [Role].', 'Rollback requested', 'Rollback complete']
  const stack = reasons.map((reason) => `S ROLLBACK_IN_PROGRESS: ${reason}`)
  const role = ['CREATE_FAILED: Resource creation cancelled', 'CREATE_FAILED', 'CREATE_COMPLETE: a reason']
  for (const event of events(...stack, ...role.map((text) => `Role ${text}`))) {
    t.notOk(formatEvent(event, start).includes('\n'), event.ResourceStatusReason)
  }
})

test("another deploy's success is not this one's, and its events are not shown", async (t) => {
  const { isDone, status, lines } = await watch([
    ['UPDATE_IN_PROGRESS', 'S UPDATE_IN_PROGRESS', 'Role UPDATE_FAILED: no'],
    ['UPDATE_COMPLETE', 'S UPDATE_ROLLBACK_COMPLETE', 'theirs S UPDATE_IN_PROGRESS', 'theirs S UPDATE_COMPLETE'],
  ])
  t.deepEqual([isDone, status, lines.length], [false, 'UPDATE_COMPLETE', 3])
  t.equal(lines[1], '    1 s  Role                       UPDATE_FAILED\n         no')
})

test('a stack that is at rest before its first event is not the end', async (t) => {
  const idle: [string] = ['UPDATE_COMPLETE']
  const { isDone } = await watch([idle, idle, idle, ['UPDATE_COMPLETE', 'S UPDATE_IN_PROGRESS', 'S UPDATE_COMPLETE']])
  t.ok(isDone)
})

test('a failed first create ends when it is removed', async (t) => {
  const result = await watch([
    ['CREATE_IN_PROGRESS', 'S CREATE_IN_PROGRESS'],
    ['CREATE_FAILED', 'Role CREATE_FAILED: no'],
    ['DELETE_IN_PROGRESS', 'S DELETE_IN_PROGRESS'],
    ['DELETE_COMPLETE', 'S DELETE_COMPLETE'],
  ])
  t.deepEqual([result.isDone, result.status, result.events.length], [false, 'DELETE_COMPLETE', 4])
})

const failed = (more: object) => Object.assign(Error('lost'), more)

test('if AWS cannot be reached for a while, the watching goes on; if longer, it ends with the last error', async (t) => {
  for (const error of [failed({ code: 'ECONNRESET', $metadata: {} }), failed({ name: 'Throttling' })]) {
    const looks = ['UPDATE_IN_PROGRESS', 'S UPDATE_IN_PROGRESS'] as [string, string]
    t.ok((await watch([looks, error, ['UPDATE_COMPLETE', 'S UPDATE_COMPLETE']], 60)).isDone)
  }
  const endless = Array.from({ length: 1000 }, () => failed({ code: 'ENOTFOUND', $metadata: {} }))
  const denied = [failed({ $metadata: { httpStatusCode: 403 } })]
  t.equal(await watch(endless, 0.01).catch(({ message }) => message), 'lost')
  t.equal(await watch(denied, 60).catch(({ message }) => message), 'lost')
})

test('the resources at which a roll-back is stuck are those that failed since it began', async (t) => {
  const stuck = events(
    'HTTP UPDATE_FAILED: Warnings found during import',
    'S UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [HTTP].',
    'Role UPDATE_FAILED: Rate exceeded',
    'ApiLogs UPDATE_FAILED: Resource update cancelled',
    'S UPDATE_ROLLBACK_FAILED: Internal failure',
  )
  t.deepEqual(findStuck(stuck), ['Role'])
})

test('a table that a failed deploy has made and kept is named, with the commands that delete it', async (t) => {
  const made = ['Users CREATE_COMPLETE', 'Attempts CREATE_COMPLETE', 'Role CREATE_COMPLETE']
  const kept = events(...made, 'Attempts DELETE_COMPLETE', 'Users DELETE_SKIPPED')
  t.deepEqual(describeKeptTables({ stackName: 'S', command: '', cliOptions: '--region R' }, kept), [
    `The table Users-X is kept, and empty unless somebody has signed up. An administrator may delete it:
  aws dynamodb update-table --table-name Users-X --no-deletion-protection-enabled --region R
  aws dynamodb delete-table --table-name Users-X --region R`,
  ])
})
