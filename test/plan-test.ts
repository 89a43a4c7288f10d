// What `npm run plan` prints.
import test from 'tape'
import { packageStack, plan, THIRD_TABLE } from './_plan.ts'

test('npm run plan writes the template, and says what it read from it', async (t) => {
  const edit = { files: { 'src/http/post-signup/config.arc': '@aws\nmemory 512\ntimeout 9\n' } }
  const { status, output, template } = await plan('production', edit)
  t.equal(status, 0, output)
  const { Resources, Outputs } = (await packageStack('production', edit)).template
  t.deepEqual([template?.Resources, template?.Outputs], [Resources, Outputs])
  for (const sentence of [
    '/signup; 50 requests per second, bursts of 100; POST from *',
    'nodejs24.x, 512 MB, at most 9 s',
    'dynamodb:PutItem and dynamodb:GetItem on MathaiUsersTable',
    'at most 100 writes and 100 reads per second; kept and protected if the stack is deleted',
    'at most 100 writes and 100 reads per second; deleted with the stack',
    'kept for 30 days',
    'Outputs: API, ApiId, SignupApiUrl, UsersTableName',
  ]) {
    t.ok(output.includes(sentence), sentence)
  }
  t.notOk(output.includes('undefined'))
})

test('npm run plan prints all wrong settings, and no more', async (t) => {
  const { status, output } = await plan('staging', {
    manifest: (manifest) => `${manifest}\n@limits\nrequest-bust 5\nrequest-burst 0\n`,
  })
  t.equal(status, 1)
  t.match(output, /^app\.arc has wrong settings:\n@limits request-bust .*\n@limits request-burst .*\n$/)
})

test('a third table without rights stops npm run plan, which names the line to add', async (t) => {
  const { status, output } = await plan('production', { manifest: THIRD_TABLE })
  t.equal(status, 1)
  for (const part of [
    'No function may use the table mathai_scores',
    'src/plugins/stack/role.ts',
    "mathai_scores: ['dynamodb:GetItem'],",
  ]) {
    t.ok(output.includes(part), part)
  }
  t.match(output, /\nThere is no plan for production: see above\.\n$/)
})

test('an e-mail address without quotes stops the plan with the hint', async (t) => {
  const { status, output } = await plan('production', {
    manifest: (text) => `${text}\n@alarms\nproduction ops@example.org\n`,
  })
  t.equal(status, 1)
  t.ok(output.includes('Put an e-mail address in quotes: "ops@example.org"'), output)
})
