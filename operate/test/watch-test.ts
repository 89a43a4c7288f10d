// What an operator sees while CloudFormation works, and when a deploy counts as done.
import type { StackEvent } from '@aws-sdk/client-cloudformation'
import fc from 'fast-check'
import test from 'tape'
import { describeKeptTables, findStuck, formatEvent, watchStack } from '../lib/watch.ts'

const start = new Date('2026-01-01T00:00:00Z')
const TABLE = 'AWS::DynamoDB::Table'
const TYPES: Record<string, string> = { S: 'AWS::CloudFormation::Stack', Users: TABLE, Attempts: TABLE }
let count = 0

/** Events such as "Role UPDATE_FAILED: no", a second after one another. Those of another deploy begin with `theirs`. */
function events(...lines: string[]): StackEvent[] {
  return lines.map((line) => {
    const [, whose, id = '', status, reason = ''] = /^(theirs |none )?(\w+) (\w+)(?:: (.*))?$/s.exec(line) ?? []
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
      ClientRequestToken: whose ? whose.trim() : 'mine',
    }
  })
}

const OLD = events('S UPDATE_COMPLETE')

/**
 * Watches a stack that has these new events, or gives this error, at each look. Looks after the last one find nothing new. The clock
 * stands still, but for a second before each look.
 */
async function watch(looks: (StackEvent[] | Error)[], options = {}) {
  const lines: string[] = []
  const seen = [...OLD]
  const { now } = Date
  let seconds = 0
  Date.now = () => start.getTime() + seconds * 1000
  const account = {
    region: 'R',
    async readEvents(_stack: string, since?: string) {
      seconds++
      const look = looks.shift() ?? []
      if (look instanceof Error) throw look
      seen.push(...look)
      return seen.slice(seen.findIndex(({ EventId }) => EventId === since) + 1)
    },
  }
  const print = (line: string) => void lines.push(line)
  const operation = { stackId: 'arn:stack', token: 'mine', since: OLD[0]?.EventId }
  try {
    const result = await watchStack(account, operation, { print, pauseMs: 0, ...options })
    return { ...result, lines, left: looks.length, seconds }
  } catch (error) {
    throw Object.assign(error as Error, { seconds })
  } finally {
    Date.now = now
  }
}

/**
 * What AWS is known to write: an operation, its end, `done` if it succeeds, the reasons that an operator must read, and its events.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html, and the recordings of localstack/localstack
 */
const SEQUENCES = `
a first create | CREATE_COMPLETE done |
  S CREATE_IN_PROGRESS: User Initiated; Users CREATE_IN_PROGRESS; Users CREATE_IN_PROGRESS: Resource creation Initiated
  Users CREATE_COMPLETE; S CREATE_COMPLETE
a first create that fails | DELETE_COMPLETE | no
  S CREATE_IN_PROGRESS: User Initiated; Role CREATE_FAILED: no; Users CREATE_FAILED: Resource creation cancelled
  S CREATE_FAILED: The following resource(s) failed to create: [Role].
  S DELETE_IN_PROGRESS: Delete requested by OnFailure policy.; Users DELETE_SKIPPED; S DELETE_COMPLETE
a first create that is rolled back and then removed | DELETE_COMPLETE | no
  S CREATE_IN_PROGRESS; Role CREATE_FAILED: no; S ROLLBACK_IN_PROGRESS: Rollback requested by user.; S ROLLBACK_COMPLETE
  S DELETE_IN_PROGRESS; S DELETE_COMPLETE
a first create that fails as a whole | DELETE_COMPLETE | [Error] /Outputs/API: wrong
  S CREATE_IN_PROGRESS; Role CREATE_COMPLETE; S DELETE_IN_PROGRESS: [Error] /Outputs/API: wrong; Role DELETE_COMPLETE; S DELETE_COMPLETE
a first create whose remains stay | DELETE_FAILED | no,in use
  S CREATE_IN_PROGRESS; Role CREATE_FAILED: no; S CREATE_FAILED; S DELETE_IN_PROGRESS; Role DELETE_FAILED: in use
  S DELETE_FAILED: The following resource(s) failed to delete: [Role].
an update | UPDATE_COMPLETE done |
  S UPDATE_IN_PROGRESS; Role UPDATE_COMPLETE; S UPDATE_COMPLETE_CLEANUP_IN_PROGRESS; S UPDATE_COMPLETE
an update that fails | UPDATE_ROLLBACK_COMPLETE | no
  S UPDATE_IN_PROGRESS; Role UPDATE_FAILED: no
  S UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [Role].; Role UPDATE_COMPLETE
  S UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS; S UPDATE_ROLLBACK_COMPLETE
an update that somebody cancels | UPDATE_ROLLBACK_COMPLETE |
  S UPDATE_IN_PROGRESS; Role UPDATE_IN_PROGRESS; theirs S UPDATE_ROLLBACK_IN_PROGRESS: User Initiated; theirs S UPDATE_ROLLBACK_COMPLETE
an update whose roll-back is stuck | UPDATE_ROLLBACK_FAILED | no,again
  S UPDATE_IN_PROGRESS; Role UPDATE_FAILED: no; S UPDATE_ROLLBACK_IN_PROGRESS; Role UPDATE_FAILED: again
  S UPDATE_ROLLBACK_FAILED: The following resource(s) failed to update: [Role].
an import | IMPORT_COMPLETE done |
  S IMPORT_IN_PROGRESS; Users IMPORT_COMPLETE; S IMPORT_COMPLETE
an import that fails | IMPORT_ROLLBACK_COMPLETE | no
  S IMPORT_IN_PROGRESS; Users IMPORT_FAILED: no; S IMPORT_ROLLBACK_IN_PROGRESS; S IMPORT_ROLLBACK_COMPLETE
`
for (const sequence of SEQUENCES.trim().split(/\n(?! )/)) {
  const [head = '', ...rest] = sequence.split('\n')
  const [what, end = '', reasons] = head.split('|').map((part) => part.trim())
  const [status, isDone] = [end.split(' ')[0], end.endsWith('done')]
  const lines = rest.flatMap((line) => line.trim().split('; '))
  test(`${what}: however it is cut into looks, its end is right and not early`, async (t) => {
    const cuts = fc.array(fc.nat(lines.length), { maxLength: 6 }).map((indexes) => indexes.sort((a, b) => a - b))
    // An automatic roll-back or deletion may be an operation of its own. Success always has our token.
    const withoutToken = fc.array(fc.boolean(), { minLength: lines.length, maxLength: lines.length })
    // Others may begin as soon as ours has ended.
    const after = fc.constantFrom([], ['theirs S UPDATE_IN_PROGRESS', 'theirs S UPDATE_COMPLETE'])
    await fc.assert(
      fc.asyncProperty(cuts, withoutToken, after, async (indexes, without, more) => {
        const marked = lines.map((line, index) =>
          without[index] && index && !isDone ? line.replace(/^(theirs )?/, 'none ') : line,
        )
        const all = events(...marked, ...more)
        const looks = [0, ...indexes, all.length].map((end, index, ends) => all.slice(ends[index - 1] ?? 0, end))
        const needed = looks.findIndex((_, index) => looks.slice(0, index + 1).flat().length >= lines.length)
        const result = await watch([...looks, []])
        if (result.isDone !== isDone || result.status !== status) throw Error(`${result.isDone} ${result.status}`)
        if (looks.length + 1 - result.left !== needed + 1)
          throw Error(`it ended after ${looks.length + 1 - result.left} looks`)
        if (result.reasons.join() !== reasons) throw Error(result.reasons.join())
      }),
      { numRuns: 100 },
    )
    t.pass(status)
  })
}

test('each event is a line when it happens, and none is there twice', async (t) => {
  const { lines } = await watch([
    events('S UPDATE_IN_PROGRESS', 'Role UPDATE_IN_PROGRESS'),
    events('Role UPDATE_IN_PROGRESS: Resource creation Initiated', 'Role UPDATE_COMPLETE'),
    events('S UPDATE_COMPLETE'),
  ])
  t.deepEqual(lines, [
    '    0 s  S                          UPDATE_IN_PROGRESS',
    '    1 s  Role                       UPDATE_IN_PROGRESS',
    '    3 s  Role                       UPDATE_COMPLETE',
    '    4 s  S                          UPDATE_COMPLETE',
  ])
})

test("a hook's rule is printed, and is a reason", async (t) => {
  const refusal = events('Users CREATE_IN_PROGRESS').map((event) => ({
    ...event,
    HookType: 'Company::Tables::Rule',
    HookStatus: 'HOOK_COMPLETE_FAILED' as const,
    HookFailureMode: 'FAIL' as const,
    HookStatusReason: 'A table needs backups',
  }))
  const { reasons, lines } = await watch([
    [...events('S CREATE_IN_PROGRESS'), ...refusal],
    events(
      'Users CREATE_FAILED: The following hook(s) failed: [Company::Tables::Rule]',
      'S DELETE_IN_PROGRESS',
      'S DELETE_COMPLETE',
    ),
  ])
  t.ok(reasons.includes('Company::Tables::Rule: A table needs backups'))
  t.ok(lines.join().includes('A table needs backups'))
})

test('a failed first create that nobody deletes is the end after a minute', async (t) => {
  const looks = [events('S CREATE_IN_PROGRESS', 'Role CREATE_FAILED: no'), events('S CREATE_FAILED')]
  const { isDone, status, seconds } = await watch(looks)
  t.deepEqual([isDone, status, seconds], [false, 'CREATE_FAILED', 62])
})

test('if the answer to the execution was lost and nothing begins, the watching ends', async (t) => {
  const { message, seconds } = await watch([], { beginSeconds: 60 }).catch((error) => error)
  t.deepEqual([message, seconds], ['Nothing has begun within 60 s.', 61])
})

test('without any event that has our token, an end that lasts is the end, and no success', async (t) => {
  for (const end of ['none S UPDATE_ROLLBACK_COMPLETE', 'theirs S UPDATE_COMPLETE']) {
    const { isDone, seconds } = await watch([events('none S UPDATE_IN_PROGRESS', end)])
    t.deepEqual([isDone, seconds], [false, 61], end)
  }
  t.notOk((await watch([events('S UPDATE_IN_PROGRESS', 'theirs S UPDATE_COMPLETE')])).isDone, "another's success")
})

test('a wait without news says every ten seconds what it waits for', async (t) => {
  const begin = events('S UPDATE_IN_PROGRESS', 'A UPDATE_IN_PROGRESS', 'A UPDATE_COMPLETE', 'Role UPDATE_IN_PROGRESS')
  const { lines } = await watch([begin, ...Array(24).fill([]), events('S UPDATE_COMPLETE')])
  t.deepEqual(lines.slice(4, -1), ['   11 s  waiting for S, Role', '   21 s  waiting for S, Role'])
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

const failed = (more: object) => Object.assign(Error('lost'), more)

test('if AWS cannot be reached for two minutes, the watching ends with the last error, and not earlier', async (t) => {
  const errors = [{ code: 'ECONNRESET', $metadata: {} }, { name: 'Throttling' }, { $metadata: { httpStatusCode: 503 } }]
  for (const error of errors.map(failed)) {
    const long = [...Array(130).fill([]), events('Role UPDATE_IN_PROGRESS'), ...Array(130).fill([])]
    const looks = [events('S UPDATE_IN_PROGRESS'), ...long, ...Array(119).fill(error), events('S UPDATE_COMPLETE')]
    const { isDone, lines } = await watch(looks)
    t.ok(isDone)
    t.ok(lines.filter((line) => /Trying again…$/.test(line)).length >= 11, 'it says so every ten seconds')
  }
  const endless = Array(1000).fill(failed({ code: 'ENOTFOUND', $metadata: {} }))
  const { message, seconds } = await watch(endless).catch((error) => error)
  t.deepEqual([message, seconds], ['lost', 121])
  const denied = await watch([failed({ $metadata: { httpStatusCode: 403 } })]).catch((error) => error)
  t.deepEqual([denied.message, denied.seconds], ['lost', 1])
})

test('the resources at which a roll-back is stuck are those that failed since it began', async (t) => {
  const stuck = events(
    'HTTP UPDATE_FAILED: Warnings found during import',
    'S UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [HTTP].',
    'Role UPDATE_FAILED: Rate exceeded',
    'ApiLogs UPDATE_FAILED: Resource update cancelled',
    'S UPDATE_ROLLBACK_FAILED: Internal failure',
  )
  const earlier = events('S UPDATE_ROLLBACK_IN_PROGRESS', 'Users UPDATE_FAILED: long ago', 'S UPDATE_ROLLBACK_FAILED')
  t.deepEqual(findStuck([...earlier, ...stuck]), ['Role'])
})

test('a table that a failed deploy has made and kept is named, with the commands that delete it', async (t) => {
  const made = ['Users CREATE_COMPLETE', 'Attempts CREATE_COMPLETE', 'Role CREATE_COMPLETE']
  const kept = events(...made, 'Attempts DELETE_COMPLETE', 'Users DELETE_SKIPPED')
  t.deepEqual(
    describeKeptTables({ stackName: 'S', command: 'npm run deploy production', cliOptions: '--region R' }, kept),
    [
      `The table Users-X is kept, and empty unless somebody has signed up. To go on with it, if the stack is gone:
  npm run deploy production table=Users-X
An administrator may delete it:
  aws dynamodb update-table --table-name Users-X --no-deletion-protection-enabled --region R
  aws dynamodb delete-table --table-name Users-X --region R`,
    ],
  )
})
