// How plan, deploy and smoke end if AWS is not even asked. What they do in an account: operate/test/emulator.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test from 'tape'
import { inTurn, run } from '../../test/support/process.ts'
import { copyProject, type Edit, type Project } from '../../test/support/project.ts'
import { freePorts, startServer } from '../../test/support/server.ts'
import { withEverySetting } from '../../test/support/settings.ts'
import { matchesSnapshot } from '../../test/support/snapshot.ts'

/** Runs a command in a copy of the project, on a machine without AWS credentials. */
async function runCommand(command: string, edit?: Edit, env: NodeJS.ProcessEnv = {}) {
  const project = await copyProject(edit)
  const result = await run(`node operate/${command}`, project.folder, { ...withoutCredentials(project), ...env })
  await project.remove()
  return result
}

function withoutCredentials({ folder }: Project): NodeJS.ProcessEnv {
  const HOME = join(folder, 'home')
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' }
  return { ...none, AWS_EC2_METADATA_DISABLED: 'true', HOME, USERPROFILE: HOME }
}

test('a reader that ends early ends the command without a stack', async (t) => {
  const { output } = await runCommand('plan.ts production | head -n 1')
  t.notOk(/^ {4}at /m.test(output), output)
})

const noAws = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }

test('npx arc deploy makes the same template', async (t) => {
  // What Architect asks even in a dry run: the variables of `arc env`, and whether the stack is there.
  const aws = await startServer((request, response) => {
    request.resume()
    if (request.headers['x-amz-target']) return response.end('{"Parameters":[]}')
    const message = '<Message>Stack with id MathaiProduction does not exist</Message>'
    return response.writeHead(400).end(`<Error><Code>ValidationError</Code>${message}</Error>`)
  })
  const project = await copyProject()
  const templateOf = async (command: string) => {
    const { status, output } = await run(command, project.folder, { ...noAws, AWS_ENDPOINT_URL: aws.url })
    t.equal(status, 0, output)
    const { Description: _, ...template } = JSON.parse(await readFile(join(project.folder, 'sam.json'), 'utf8'))
    return template
  }
  const ours = await templateOf('node operate/plan.ts production')
  t.deepEqual(await templateOf('npx arc deploy --production --dry-run --no-hydrate'), ours)
  await aws.stop()
  await project.remove()
})

const withLines = (lines: string): Edit => ({ manifest: (manifest) => `${manifest}\n${lines}\n` })
const withProfile = (profile: string): Edit => ({ files: { 'home/.aws/config': profile } })
const SSO = `[profile work]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R
[sso-session s]\nsso_start_url = https://s.example\nsso_region = us-east-1\n`
const CONFIG = { 'src/http/post-signup/config.arc': '@aws\nmemory 512\ntimeout 9\n' }

/** Commands that end before AWS is asked: what is there, and the environment. */
const SITUATIONS: [what: string, command: string, edit?: Edit, env?: NodeJS.ProcessEnv][] = [
  ['no account is needed to see what is made', 'plan.ts production', { files: CONFIG }],
  ['a named stack has no domain', 'plan.ts production name=alice', { manifest: withEverySetting }],
  ['the stage is missing', 'deploy.ts'],
  ['settings are wrong', 'deploy.ts staging', withLines('@limits\nrequest-bust 5\nrequest-burst 0')],
  ['an e-mail address has no quotes', 'plan.ts production', withLines('@alarms\nproduction ops@example.org')],
  ['no region', 'deploy.ts staging', { manifest: (manifest) => manifest.replace('region us-east-1\n', '') }],
  ['no credentials', 'deploy.ts staging', withProfile('[profile work]\nregion = us-east-1\n')],
  ['SSO has ended', 'deploy.ts staging', withProfile(SSO), { AWS_PROFILE: 'work' }],
  ['AWS cannot be reached', 'plan.ts staging diff', {}, { ...noAws, AWS_MAX_ATTEMPTS: '1' }],
  ...['', 'abc.amazonaws.com', 'https://fake.example prod', 'https://a.example staging now'].map(
    (args): [string, string] => ['the arguments are wrong', `smoke.ts ${args}`],
  ),
  ['PORT is not a number', 'start.ts', {}, { PORT: 'abc' }],
  ['PORT is too large', 'start.ts', {}, { PORT: '65536' }],
  ['PORT is 0', 'start.ts', {}, { PORT: '0' }],
  ['ATTEMPTS_PER_SOURCE is a number', 'start.ts', {}, { ATTEMPTS_PER_SOURCE: '5' }],
  ['ARC_HOST is of IPv6', 'start.ts', {}, { ARC_HOST: '::' }],
  ['ARC_HOST is of another machine', 'start.ts', {}, { ARC_HOST: '192.0.2.1', PORT: '' }],
  ['a handler is missing', 'start.ts', { manifest: (text) => text.replace('@http\n', '@http\nget /health\n') }],
  [
    'the types are wrong',
    'start.ts',
    { hasTypes: true, files: { 'src/shared/wrong.ts': 'export const wrong: string = 1\n' } },
  ],
]

test('what each command says if it ends before AWS is asked is in commands-snapshot.txt', async (t) => {
  const [port] = await freePorts(1)
  const texts = await inTurn(SITUATIONS, 3, async ([what, command, edit, env]) => {
    const { status, output } = await runCommand(command, edit, { PORT: `${port}`, ...env })
    t.notOk(/^ {4}at /m.test(output), `no stack: ${what}`)
    const variables = Object.entries(env ?? {}).map((pair) => pair.join('='))
    const text = output
      .replace(/\d+ KiB/g, 'N KiB')
      .replace(/in [\d.]+s$/gm, 'in N s')
      .replace(/\bline:\s+\d+/, 'line: N')
    return `# ${what}\n$ ${command} ${variables}\n${text}exit status ${status}\n`
  })
  matchesSnapshot(t, new URL('commands-snapshot.txt', import.meta.url), texts.join('\n'))
})

test('deploy and smoke ask the proxy of HTTPS_PROXY, but not for this machine', async (t) => {
  const asked: string[] = []
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const api = await startServer((_, response) => response.writeHead(500).end())
  const env = {
    HTTPS_PROXY,
    HTTP_PROXY: HTTPS_PROXY,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_PROFILE: '',
    AWS_MAX_ATTEMPTS: '1',
  }
  const root = process.cwd()
  const project = await copyProject()
  const deploy = await run(`node ${root}/operate/launch.cjs operate/deploy.ts staging`, project.folder, env)
  t.equal(deploy.status, 1)
  t.notOk(/^ {4}at /m.test(deploy.output), deploy.output)
  await run('node operate/launch.cjs operate/smoke.ts https://api.example/signup', root, env)
  t.deepEqual([...new Set(asked)], ['sts.us-east-1.amazonaws.com:443', 'api.example:443'])
  const { output } = await run(`node operate/launch.cjs operate/smoke.ts ${api.url}`, root, env)
  t.match(output, /got 500/)
  t.equal(
    asked.some((url) => url.startsWith('127.0.0.1')),
    false,
  )
  proxy.closeAllConnections()
  proxy.close()
  await api.stop()
  await project.remove()
})
