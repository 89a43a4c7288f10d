// What a person sees of `npm start`, and what local code can see of the machine.
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import test, { type Test } from 'tape'
import { ada, signUp } from '../../test/support/client.ts'
import { startDynamoDB } from '../../test/support/dynamodb.ts'
import { run } from '../../test/support/process.ts'
import { copyProject } from '../../test/support/project.ts'
import { startProxy } from '../../test/support/proxy.ts'
import { NPM_START, startSandbox } from '../../test/support/sandbox.ts'
import { freePorts, startServer } from '../../test/support/server.ts'

/** What a shell of a developer may have: none of it must reach local code. */
const SECRETS = Object.fromEntries(
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN', 'AWS_PROFILE']
    .concat(['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONFIG_FILE'])
    .concat(['AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_SHARED_CREDENTIALS_FILE', 'GITHUB_TOKEN', 'NPM_TOKEN'])
    .map((name) => [name, `secret-${name}`]),
)
const SHOW_ENVIRONMENT = `export const handler = async () => ({ statusCode: 200, body: JSON.stringify(process.env) })\n`

/** An address of this machine that others could reach, if it has one. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address
if (!ADDRESS) console.log('skipped: this machine has no address that others could reach')

for (const [name, command] of [
  ['npm start', NPM_START],
  ['npx arc sandbox', ['node_modules/@architect/architect/src/index.js', 'sandbox']],
] as const) {
  test(`${name} starts clean, is reached from this machine only, and gets no real credentials`, async (t) => {
    const dynamodb = await startDynamoDB()
    const proxy = await startProxy(dynamodb.port)
    const env = { ...SECRETS, ARC_HOST: '' }
    const edit = {
      manifest: (text: string) => text.replace('@http\n', '@http\nget /environment\n'),
      files: { 'src/http/get-environment/index.ts': SHOW_ENVIRONMENT },
    }
    const sandbox = await startSandbox({ ...edit, command: [...command], tablesPort: proxy.port, env })
    // Sandbox believes that our link to node_modules is a global installation.
    const output = sandbox.output().replace(/.*Possible global install.*/, '')
    for (const noise of [/warn/i, /deprecat/i, /DEP0/, /credential/i, /IMDS/, /error/i, /Reparsing/, /undefined/]) {
      t.notOk(noise.test(output), `no ${noise}`)
    }
    if (command === NPM_START) t.equal(stripVTControlCharacters(output), output, 'a log file has no escape sequences')
    await sandbox.printed(/-d '.*\n/)
    const [curl = ''] = /curl .*\\\n.*\n\n$/.exec(sandbox.output()) ?? []
    const { status, output: answer } = await run(`${curl.trim()} --silent`, '.')
    t.equal(status, 0, curl)
    t.match(answer, /^\{"uid":"[0-9a-f-]{36}"\}$/, 'the curl that it prints signs a person up')

    const operations = new Set(proxy.calls().map(({ operation }) => operation))
    t.ok(operations.has('PutItem') && operations.has('CreateTable'), [...operations].join())
    t.ok(proxy.calls().every(({ authorization }) => authorization.includes('Credential=local/')))
    const seen = await (await fetch(`${sandbox.url}/environment`)).text()
    t.ok(seen.includes('ARC_ENV'))
    t.deepEqual(seen.match(/secret-\w+/g) ?? [], [], 'no secret reaches local code')
    if (ADDRESS) await isRefused(t, sandbox.url.replace('127.0.0.1', ADDRESS))

    await sandbox.stop()
    await isRefused(t, sandbox.url)
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

for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
  test(`${signal} to the launcher ends Sandbox, too`, async (t) => {
    const sandbox = await startSandbox({ command: NPM_START, env: { ARC_HOST: '0.0.0.0' } })
    const { status } = await fetch(sandbox.url.replace('127.0.0.1', ADDRESS ?? '127.0.0.1'))
    t.equal(status, 200, 'with ARC_HOST=0.0.0.0 others reach it')
    if (ADDRESS)
      t.match(sandbox.output(), RegExp(`Open http://${ADDRESS}:`), 'the address is one that a phone can open')
    process.kill(sandbox.pid, signal)
    while (await fetch(sandbox.url).catch(() => undefined)) await setTimeout(50)
    t.pass('the port is free')
    await sandbox.stop()
  })
}

test('SIGKILL to npm, which passes nothing on, ends the API that it started', async (t) => {
  const [PORT, ARC_TABLES_PORT, ARC_INTERNAL_PORT] = (await freePorts(3)).map(String)
  const project = await copyProject()
  const npm = spawn('npm', ['start'], {
    cwd: project.folder,
    env: { ...process.env, PORT, ARC_TABLES_PORT, ARC_INTERNAL_PORT },
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${PORT}`
  while (!(await fetch(url).catch(() => undefined))) await setTimeout(100)
  npm.kill('SIGKILL')
  while (await fetch(url).catch(() => undefined)) await setTimeout(50)
  t.pass('the port is free')
  await project.remove()
})

test('ATTEMPTS_PER_SOURCE=off turns off the limit, for end-to-end tests of a front end', async (t) => {
  const manifest = (text: string) => `${text}\n@limits\nattempts-per-source 1\n`
  const sandbox = await startSandbox({ command: NPM_START, manifest, env: { ATTEMPTS_PER_SOURCE: 'off' } })
  for (const name of ['ada', 'grace']) {
    t.equal((await signUp(sandbox, { ...ada, user_email: `${name}@example.com` })).status, 201)
  }
  await sandbox.stop()
})

test('the exit status of a script is that of the signal that ended it', async (t) => {
  const { status } = await run(`node operate/launch.cjs -e "process.kill(process.pid, 'SIGTERM')"`, process.cwd())
  t.equal(status, 143)
})

/** The Node that starts the launcher, the one of the project, and the one that runs the script. */
const nodes: [started: string, installed: string, runs: string][] = [
  ['20.11.0', '24.1.0', '24.1.0'],
  ['22.6.0', '24.1.0', '24.1.0'],
  ['22.17.1', '24.1.0', '24.1.0'],
  ['22.18.0', '24.1.0', '22.18.0'],
  ['23.5.0', '24.1.0', '24.1.0'],
  ['23.6.0', '24.1.0', '23.6.0'],
  ['24.0.0', '', '24.0.0'],
  ['26.10.0', '24.1.0', '26.10.0'],
  ['20.11.0', '', ''],
  ['20.11.0', '22.6.0', ''],
]
test('the launcher runs a script on a Node that can run TypeScript: that which was started, or that of the project', async (t) => {
  for (const [started, installed, runs] of nodes) {
    const folder = await mkdtemp(join(tmpdir(), 'mathai-nodes-'))
    const standIn = (version: string) => `#!/bin/sh\n[ "$1" = --version ] && echo v${version} || echo ran ${version}\n`
    const files: Record<string, string> = {
      started: standIn(started),
      'set.cjs': `process.execPath = ${JSON.stringify(join(folder, 'started'))}`,
      'node_modules/typescript/x': '',
      'node_modules/@architect/functions/x': '',
      ...(installed && { [`node_modules/node-${process.platform}-${process.arch}/bin/node`]: standIn(installed) }),
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text, { mode: 0o755 })
    }
    await cp('operate/launch.cjs', join(folder, 'operate/launch.cjs'))
    const { status, output } = await run('node -r ./set.cjs operate/launch.cjs x', folder)
    const none = 'This machine has no Node that can run this project. Install Node 24 from https://nodejs.org\n'
    t.deepEqual([status, output], runs ? [0, `ran ${runs}\n`] : [1, none], `${started} and ${installed || 'none'}`)
    await rm(folder, { recursive: true })
  }
})

test('without packages each script names the command that installs them', async (t) => {
  const project = await copyProject()
  await rm(join(project.folder, 'node_modules'))
  const start = () => run('node operate/launch.cjs operate/start.ts', project.folder)
  t.deepEqual(await start(), { status: 1, output: 'The packages are missing. Run this first:\n  npm ci\n' })
  await mkdir(join(project.folder, 'node_modules/@architect/functions'), { recursive: true })
  const { output } = await start()
  t.equal(output, 'The development packages are missing. Run this first:\n  npm ci --include=dev\n')
  await project.remove()
})

test('if the port is in use, npm start stops with a sentence', async (t) => {
  const { port, stop } = await startServer(() => {})
  const { status, output } = await run('node operate/start.ts', process.cwd(), { PORT: `${port}` })
  t.equal(status, 1)
  t.equal(output, `Port ${port} is in use. Choose another one: set PORT, for example to 4000.\n`)
  await stop()
})

test('if the path of the project is not ASCII, npm start stops with a sentence', async (t) => {
  const project = await copyProject()
  const folder = join(project.folder, 'José')
  await mkdir(folder)
  const [port] = await freePorts(1)
  const { status, output } = await run('node ../operate/start.ts', folder, { PORT: `${port}` })
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
