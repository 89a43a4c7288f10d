// What a person sees of `npm start`, and what local code can see of the machine.
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import test from 'tape'
import { startDynamoDB } from '../local/dynamodb.ts'
import { run } from '../local/process.ts'
import { copyProject, type Edit } from '../local/project.ts'
import { startProxy } from '../local/proxy.ts'
import { NPM_START, startSandbox } from '../local/sandbox.ts'
import { freePorts, startServer } from '../local/server.ts'
import { ada, signUp } from './_client.ts'

const REAL_ACCOUNT = {
  AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_PROFILE: 'real',
}

for (const command of [NPM_START, ['node_modules/.bin/arc', 'sandbox']]) {
  const name = command === NPM_START ? 'npm start' : 'npx arc sandbox'

  test(`${name} starts clean, and the curl that it prints signs a person up`, async (t) => {
    const sandbox = await startSandbox({ command, env: { ...REAL_ACCOUNT, AWS_PROFILE: '' } })
    // Sandbox believes that our link to node_modules is a global installation.
    const output = sandbox.output().replace(/.*Possible global install.*/, '')
    for (const noise of [/warn/i, /deprecat/i, /DEP0/, /credential/i, /IMDS/, /error/i, /Reparsing/, /undefined/]) {
      t.notOk(noise.test(output), `no ${noise}`)
    }
    const [curl = ''] = /curl .*\\\n.*/.exec(output) ?? []
    const { status, output: answer } = await run(`${curl} --silent`, '.')
    t.equal(status, 0, curl)
    t.match(answer, /^\{"uid":"[0-9a-f-]{36}"\}$/)
    await sandbox.stop()
  })

  test(`${name} listens on this machine only`, async (t) => {
    const sandbox = await startSandbox({ command })
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

  test(`${name}: real credentials never reach local code`, async (t) => {
    const dynamodb = await startDynamoDB()
    const proxy = await startProxy(dynamodb.port)
    const env = { ...REAL_ACCOUNT, ARC_DB_EXTERNAL: 'true' }
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

test('a path that is not a URL gets 404, and the API goes on', async (t) => {
  const sandbox = await startSandbox()
  const { port } = new URL(sandbox.url)
  for (const path of ['//', '//[', '/%', '/signup//', '*']) {
    const [answer] = (await once(request({ host: '127.0.0.1', port, path }).end(), 'response')) as [IncomingMessage]
    answer.resume()
    t.ok(Number(answer.statusCode) >= 400, `${path}: ${answer.statusCode}`)
  }
  t.equal((await signUp(sandbox, ada)).status, 201)
  await sandbox.stop()
})

test('code that does not compile ends Sandbox with a sentence', async (t) => {
  const broken = startSandbox({ manifest: (manifest) => manifest.replace('esbuild.cjs', 'no-such-file.cjs') })
  await broken.then(
    () => t.fail('it started'),
    (error) => t.match(error.message, /did not compile: see the esbuild error above/),
  )
})

test('a handler that fails, or cannot take the body, is answered in JSON, and the terminal names the cause', async (t) => {
  const sandbox = await startSandbox({
    manifest: (manifest) => manifest.replace('post /signup', 'get /crash\npost /signup'),
    files: {
      'src/http/get-crash/index.ts': "export const handler = async () => { throw Error('the cause') }\n",
    },
  })
  for (const reply of [
    await fetch(`${sandbox.url}/crash`),
    await fetch(`${sandbox.url}/signup`, { method: 'POST', body: 'x'.repeat(6_000_001) }),
  ]) {
    t.ok(reply.status >= 500, `${reply.status}`)
    t.equal(reply.headers.get('content-type'), 'application/json')
    t.deepEqual(Object.keys((await reply.json()) as object), ['message'])
  }
  await sandbox.printed(/the cause/)
  await sandbox.stop()
})

test('a route of app.arc replaces the local page and the local 404', async (t) => {
  const handler = (text: string) => `export const handler = async () => ({ statusCode: 200, body: '${text}' })\n`
  const sandbox = await startSandbox({
    manifest: (manifest) => manifest.replace('post /signup', 'get /\nget /users/:id\npost /signup\nany /*'),
    files: {
      'src/http/get-index/index.ts': handler('front page'),
      'src/http/get-users-000id/index.ts': handler('one user'),
      'src/http/any-catchall/index.ts': handler('everything else'),
    },
  })
  const read = async (path: string) => (await fetch(sandbox.url + path)).text()
  t.equal(await read('/'), 'front page')
  t.equal(await read('/users/7'), 'one user')
  t.equal(await read('/other/path'), 'everything else')
  await sandbox.stop()
})

test('a chunked body is read', async (t) => {
  const sandbox = await startSandbox()
  const body = Readable.toWeb(Readable.from([JSON.stringify(ada)]))
  const reply = await fetch(`${sandbox.url}/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as unknown as RequestInit)
  t.equal(reply.status, 201)
  await sandbox.stop()
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
    /^app\.arc has wrong settings:\n@limits request-bust 5: is not a setting; there are [^\n]*\n$/,
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
  t.match(output, /^The path of this project, .*José, must have ASCII characters only\. Move the project.*\n$/)
  await project.remove()
})

test('npm start stops with a signal', async (t) => {
  const sandbox = await startSandbox({ command: NPM_START })
  await sandbox.stop()
  await fetch(sandbox.url).then(
    () => t.fail('it still answers'),
    (error) => t.equal(error.cause.code, 'ECONNREFUSED'),
  )
})
