// What a person sees of `npm start`, and what local code gets to see of the person's machine.
import { networkInterfaces } from 'node:os'
import test from 'tape'
import { ada, signUp } from './_client.ts'
import { startDynamoDB } from './_dynamodb.ts'
import { startFaultProxy } from './_fault-proxy.ts'
import { copyProject, run } from './_project.ts'
import { startSandbox } from './_sandbox.ts'

const REAL_ACCOUNT = {
  AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_PROFILE: 'real',
}

test('it starts clean, and the curl it prints signs a person up', async (t) => {
  const sandbox = await startSandbox({ env: { ...REAL_ACCOUNT, AWS_PROFILE: '' } })
  // Sandbox takes our test's link to node_modules for a global installation.
  const output = sandbox.output().replace(/.*Possible global install.*/, '')
  for (const noise of [/warn/i, /deprecat/i, /credential/i, /IMDS/, /error/i, /Reparsing/]) {
    t.notOk(noise.test(output), `no ${noise}`)
  }
  const [curl = ''] = /curl .*\\\n.*/.exec(output) ?? []
  const { status, output: answer } = await run(`${curl} --silent`, '.')
  t.equal(status, 0, curl)
  t.match(answer, /^\{"uid":"[0-9a-f-]{36}"\}$/)
  await sandbox.stop()
})

test('it listens on this machine only', async (t) => {
  const sandbox = await startSandbox()
  const address = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)
  if (!address) t.comment('skipped: this machine has no address that others could reach')
  else
    await fetch(sandbox.url.replace('127.0.0.1', address.address)).then(
      () => t.fail('reached'),
      (error) => t.equal(error.cause.code, 'ECONNREFUSED'),
    )
  await sandbox.stop()
})

test('real credentials never reach local code', async (t) => {
  const dynamodb = await startDynamoDB()
  const proxy = await startFaultProxy(dynamodb.port)
  const sandbox = await startSandbox({
    tablesPort: proxy.port,
    env: { ...REAL_ACCOUNT, ARC_DB_EXTERNAL: 'true' },
  })
  t.equal((await signUp(sandbox, ada)).status, 201)
  const operations = new Set(proxy.calls().map(({ operation }) => operation))
  t.ok(operations.has('PutItem') && operations.has('CreateTable'), [...operations].join())
  t.ok(proxy.calls().every(({ authorization }) => authorization.includes('Credential=local/')))
  await sandbox.stop()
  await proxy.stop()
  await dynamodb.stop()
})

test('code that does not compile ends it with a sentence', async (t) => {
  const broken = startSandbox({
    editManifest: (manifest) => manifest.replace('esbuild.cjs', 'no-such-file.cjs'),
  })
  await broken.then(
    () => t.fail('it started'),
    (error) => t.match(error.message, /did not compile: see the esbuild error above/),
  )
})

test('npm start checks the types first', async (t) => {
  const project = await copyProject()
  const { status, output } = await run(
    'echo "const x: string = 1; export default x" > src/shared/wrong.ts && npm start',
    project.folder,
  )
  t.notEqual(status, 0)
  t.match(output, /wrong\.ts.*Type 'number' is not assignable to type 'string'/)
  await project.remove()
})
