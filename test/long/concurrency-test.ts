import bcrypt from 'bcrypt'
import test from 'tape'
import { ada } from '../support/client.ts'
import { startDynamoDB } from '../support/dynamodb.ts'
import { loadHandler } from '../support/handler.ts'
import { buildBundle, lambdaEnvironment, signUpEvent, startLambda } from '../support/lambda.ts'
import { captureLog } from '../support/log.ts'

test('of 50 concurrent sign-ups with one address one succeeds, and 50 with different addresses all succeed', async (t) => {
  const dynamodb = await startDynamoDB()
  const { respond, deps } = await loadHandler(dynamodb.port)
  const signUpAll = (count: number, email: (index: number) => string) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        respond(signUpEvent({ ...ada, user_email: email(index), user_password: `password no. ${index}` }), deps),
      ),
    )
  await captureLog(async () => {
    const answers = await signUpAll(50, () => 'one@example.com')
    const winners = answers.flatMap(({ statusCode }, index) => (statusCode === 201 ? [index] : []))
    t.equal(winners.length, 1, 'one 201')
    t.equal(answers.filter(({ statusCode }) => statusCode === 409).length, 49, '49 409')
    const user = await dynamodb.user('one@example.com')
    const verified: number[] = []
    for (const index of answers.keys()) {
      if (await bcrypt.compare(`password no. ${index}`, String(user?.user_password))) verified.push(index)
    }
    t.deepEqual(verified, winners, "the stored hash is of the winner's password only")
    t.equal(user?.uid, JSON.parse(String(answers[winners[0] ?? -1]?.body)).uid)

    // In Lambda each has a process. Here all share one, which would make more of them wait for DynamoDB too long.
    for (let group = 0; group < 10; group++) {
      const others = await signUpAll(50, (index) => `user${group}-${index}@example.com`)
      t.deepEqual([...new Set(others.map(({ statusCode }) => statusCode))], [201], `50 distinct ones, group ${group}`)
    }
    t.equal(await dynamodb.countUsers(), 501)
  })
  await dynamodb.stop()
})

test('a process killed at 50 random moments leaves the row absent or complete', async (t) => {
  const dynamodb = await startDynamoDB()
  const bundle = await buildBundle()
  const environment = lambdaEnvironment(dynamodb.port)
  // The moments are spread over the time that a sign-up takes on this machine.
  const timed = await startLambda(bundle.file, environment)
  const { ms } = await timed.invoke(signUpEvent({ ...ada, user_email: 'timed@example.com' }))
  await timed.stop()
  let stored = 0
  for (let index = 0; index < 50; index++) {
    const lambda = await startLambda(bundle.file, environment)
    const user_email = `killed${index}@example.com`
    const answer = lambda.invoke(signUpEvent({ ...ada, user_email })).catch(() => {})
    await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, Math.random() * ms * 1.5))])
    await lambda.stop()
    const user = await dynamodb.user(user_email)
    if (!user) continue
    stored++
    const keys = ['date_created', 'last_logged_in', 'uid', 'user_email', 'user_name', 'user_password']
    t.deepEqual(Object.keys(user).sort(), keys)
    t.ok(await bcrypt.compare(ada.user_password, String(user.user_password)))
  }
  t.ok(stored > 0 && stored < 50, `${stored} of 50 were stored`)
  t.comment(`killed 50 times: ${stored} rows complete, ${50 - stored} absent`)
  await dynamodb.stop()
  await bundle.remove()
})
