// What each status of a stack means, and what to do about it.
import { StackStatus } from '@aws-sdk/client-cloudformation'
import test from 'tape'
import { advise, STACK_STATES, stateOf } from '../lib/stack-states.ts'

const target = { stackName: 'S', command: 'npm run deploy staging', cliOptions: '--region R' }
const DEPLOY = '  npm run deploy staging'
const cloudFormation = (args: string, more = '') => `  aws cloudformation ${args} --stack-name S${more} --region R`
const SHOW = cloudFormation('describe-stacks', ' --query "Stacks[0].[StackStatus,Outputs]"')

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

test('after a table was taken in and the update failed, nothing is called live', async (t) => {
  const status = 'UPDATE_ROLLBACK_COMPLETE'
  t.match(
    advise(target, { status, isOnlyTable: true }),
    /^S has its users table and nothing else: the API is not there\./,
  )
})

const REMOVE = `${cloudFormation('delete-stack')}\n${cloudFormation('wait stack-delete-complete')}\n${DEPLOY}`
const RESUME = cloudFormation('continue-update-rollback')
const advice: Record<string, string> = {
  DELETE_COMPLETE: `Nothing is deployed: the first deploy of S failed, and CloudFormation has removed what it made. Correct the cause, then:\n${DEPLOY}`,
  UPDATE_ROLLBACK_COMPLETE: `The previous version of S is live. Correct the cause, then:\n${DEPLOY}`,
  UPDATE_IN_PROGRESS: `Another operation on S has not ended (UPDATE_IN_PROGRESS). When it has, deploy again. See how far it is:\n${SHOW}`,
  ROLLBACK_COMPLETE: `Nothing is deployed: the first deploy of S failed, and its remains are in the way. Remove them, then deploy again:\n${REMOVE}`,
  DELETE_FAILED: `The deletion of S failed. Delete it again, if need be with --retain-resources for what cannot be deleted, then deploy again:\n${REMOVE}`,
  UPDATE_FAILED: `An update of S failed, and its roll-back was turned off. Roll it back, then deploy again:\n${cloudFormation('rollback-stack')}\n${DEPLOY}`,
  UPDATE_ROLLBACK_FAILED: `The roll-back of S is stuck at Role HTTP. Correct the reason and continue it:\n${RESUME}
If the reason cannot be corrected, for example because the old code is gone, leave these resources as they are:
${cloudFormation('continue-update-rollback', ' --resources-to-skip Role HTTP')}\nThen deploy again:\n${DEPLOY}`,
  IMPORT_ROLLBACK_FAILED: `An import into S failed, and so did its roll-back. Its events say why:\n${cloudFormation('describe-stack-events')}\nCorrect that, then deploy again:\n${DEPLOY}`,
  THAWING: `S is THAWING, which this command does not know. It was frozen. See more:\n${SHOW}`,
}
for (const [status, lines] of Object.entries(advice)) {
  test(`${status}: the advice`, async (t) => {
    t.equal(advise(target, { status, reason: 'It was frozen.', stuck: ['Role', 'HTTP'] }), lines)
  })
}

test('without names of resources and without a reason, the advice is complete, too', async (t) => {
  t.match(advise(target, { status: 'UPDATE_ROLLBACK_FAILED' }), /stuck\. .*--resources-to-skip LOGICAL_IDS /s)
  t.equal(
    advise(target, { status: 'THAWING' }),
    `S is THAWING, which this command does not know. AWS gives no reason. See more:\n${SHOW}`,
  )
})
