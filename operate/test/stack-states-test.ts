// What each status of a stack means, and what to do about it.
import { StackStatus } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { matchesSnapshot } from '../../test/support/snapshot.ts'
import { advise, STACK_STATES, stateOf } from '../lib/stack-states.ts'

const target = { stackName: 'S', command: 'npm run deploy staging', cliOptions: '--region R' }
test('every status that AWS knows has one meaning, and each tells what to do', async (t) => {
  t.deepEqual(Object.values(STACK_STATES).flat().sort(), Object.keys(StackStatus).sort())
  for (const status of Object.keys(StackStatus)) t.match(advise(target, { status }), /\bS\b/, status)
})

test('a stack is at work while its status says so, and absent if there is none', async (t) => {
  const working = Object.keys(StackStatus).filter((status) => stateOf(status) === 'working')
  t.deepEqual(
    working,
    Object.keys(StackStatus).filter((status) => /(?<!^REVIEW)_IN_PROGRESS$/.test(status)),
  )
  t.equal(stateOf(undefined), 'absent')
})

test('what to do about each status is in stack-states-snapshot.txt', async (t) => {
  const situations = [
    ...Object.keys(StackStatus).map((status) => ({ status })),
    ...['UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'].map((status) => ({ status, isOnlyTable: true })),
    { status: 'UPDATE_ROLLBACK_FAILED', stuck: ['Role', 'HTTP'] },
    { status: 'THAWING' },
    { status: 'THAWING', reason: 'It was frozen.' },
    {},
  ]
  const texts = situations.map((situation) => `# ${JSON.stringify(situation)}\n${advise(target, situation)}\n`)
  matchesSnapshot(t, new URL('stack-states-snapshot.txt', import.meta.url), texts.join('\n'))
})
