// What a person sees of `npm start`, and what local code can see of the machine.
import { mkdir } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { ada, signUp } from './support/client.ts'
import { startDynamoDB } from './support/dynamodb.ts'
import { run } from './support/process.ts'
import { copyProject, type Edit } from './support/project.ts'
import { startProxy } from './support/proxy.ts'
import { NPM_START, startSandbox } from './support/sandbox.ts'
import { freePorts, startServer } from './support/server.ts'

const REAL_ACCOUNT = {
  AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_PROFILE: 'real',
}

for (const command of [NPM_START, ['node_modules/.bin/arc', 'sandbox']]) {
  const name = command === NPM_START ? 'npm start' : 'npx arc sandbox'

  test(`${name} starts clean, listens on this machine only, and stops with a signal`, async (t) => {
    const sandbox = await startSandbox({ command, env: { ...REAL_ACCOUNT, AWS_PROFILE: '' } })
    // Sandbox believes that our link to node_modules is a global installation.
    const output = sandbox.output().replace(/.*Possible global install.*/, '')
    for (const noise of [/warn/i, /deprecat/i, /DEP0/, /credential/i, /IMDS/, /error/i, /Reparsing/, /undefined/]) {
      t.notOk(noise.test(output), `no ${noise}`)
    }
    const [curl = ''] = /curl .*\\\n.*/.exec(output) ?? []
    const { status, output: answer } = await run(`${curl} --silent`, '.')
    t.equal(status, 0, curl)
    t.match(answer, /^\{"uid":"[0-9a-f-]{36}"\}$/, 'the curl that it prints signs a person up')

    const address = Object.values(networkInterfaces())
      .flat()
      .find((entry) => entry?.family === 'IPv4' && !entry.internal)
    if (!address) t.comment('skipped: this machine has no address that others could reach')
    else await isRefused(t, sandbox.url.replace('127.0.0.1', address.address))

    await sandbox.stop()
    await isRefused(t, sandbox.url)
  })

  test(`${name}: real credentials never reach local code`, async (t) => {
    const dynamodb = await startDynamoDB()
    const proxy = await startProxy(dynamodb.port)
    const env = REAL_ACCOUNT
    const sandbox = await startSandbox({ command, tablesPort: proxy.port, env })
    t.equal((await signUp(sandbox, ada)).status, 201)
    const operations = new Set(proxy.calls().map(({ operation }) => operation))
    t.ok(operations.has('PutItem') && operations.has('CreateTable'), [...operations].join())
    t.ok(proxy.calls().every(({ authorization }) => authorization.includes('Credential=local/')))
    await sandbox.stop()
    await proxy.stop()
    await dynamodb.stop()
  })
}

test('code that does not compile ends Sandbox with a sentence', async (t) => {
  const broken = startSandbox({ manifest: (manifest) => manifest.replace('esbuild.cjs', 'no-such-file.cjs') })
  await broken.then(
    () => t.fail('it started'),
    (error) => t.match(error.message, /did not compile: see the esbuild error above/),
  )
})

const situations: [string, () => Edit, NodeJS.ProcessEnv, RegExp][] = [
  [
    'PORT is not a number',
    () => ({}),
    { PORT: 'abc' },
    /^PORT is abc\. It must be a whole number from 1 to 65535\.\n$/,
  ],
  [
    'PORT is too large',
    () => ({}),
    { PORT: '80000' },
    /^PORT is 80000\. It must be a whole number from 1 to 65535\.\n$/,
  ],
  [
    'a setting is wrong',
    () => ({ manifest: (manifest) => `${manifest}\n@limits\nrequest-bust 5\n` }),
    { PORT: '' },
    /^app\.arc has wrong settings:\n@limits request-bust 5: is not a setting; there are .*attempts-window-minutes\n$/s,
  ],
  [
    'the types are wrong',
    () => ({ files: { 'src/shared/wrong.ts': 'export const wrong: string = 1\n' } }),
    { PORT: '' },
    /^src\/shared\/wrong\.ts.*Type 'number' is not assignable to type 'string'/,
  ],
]

for (const [what, edit, env, sentence] of situations) {
  test(`if ${what}, npm start stops with a sentence`, async (t) => {
    const [port = 0] = await freePorts(1)
    const project = await copyProject(edit())
    const { status, output } = await run('node scripts/start.ts', project.folder, {
      ...env,
      PORT: env.PORT || `${port}`,
    })
    t.equal(status, 1)
    t.match(output, sentence)
    t.notOk(output.includes('    at '), 'no stack')
    await project.remove()
  })
}

test('if the port is in use, npm start stops with a sentence', async (t) => {
  const { port, stop } = await startServer(() => {})
  const { status, output } = await run('node scripts/start.ts', process.cwd(), { PORT: `${port}` })
  t.equal(status, 1)
  t.equal(output, `Port ${port} is in use. Choose another one: set PORT, for example to 4000.\n`)
  await stop()
})

test('if the path of the project is not ASCII, npm start stops with a sentence', async (t) => {
  const project = await copyProject()
  const folder = join(project.folder, 'José')
  await mkdir(folder)
  const [port] = await freePorts(1)
  const { status, output } = await run('node ../scripts/start.ts', folder, { PORT: `${port}` })
  t.equal(status, 1)
  t.match(output, /^The path of this project, .*José, must have ASCII\s+characters only\. Move the project.*\n$/s)
  await project.remove()
})

async function isRefused(t: Test, url: string): Promise<void> {
  await fetch(url).then(
    () => t.fail(`${url} answers`),
    (error) => t.equal(error.cause.code, 'ECONNREFUSED', url),
  )
}
