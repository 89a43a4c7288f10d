// How plan, deploy and smoke end if AWS is not even asked. What they do in an account: operate/test/emulator.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test from 'tape'
import { run } from '../../test/support/process.ts'
import { copyProject, type Edit, type Project } from '../../test/support/project.ts'
import { freePorts, startServer } from '../../test/support/server.ts'

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

test('npm run plan needs no account: it shows each resource and writes the template', async (t) => {
  const { status, output } = await runCommand('plan.ts production', {
    files: { 'src/http/post-signup/config.arc': '@aws\nmemory 512\ntimeout 9\n' },
  })
  t.equal(status, 0, output)
  for (const sentence of [
    '/signup; 50 requests per second, bursts of 100; POST from *',
    'MathaiProduction in us-east-1, without a domain. The users table is protected.\n',
    'with App=mathai Stack=Mathai.\n',
    'nodejs24.x on arm64, 512 MB, at most 9 s, ',
    ' KiB of code\n',
    'dynamodb:PutItem and dynamodb:GetItem on MathaiUsersTable',
    'MathaiUsersTable           AWS::DynamoDB::Table: kept and protected if the stack is deleted',
    'MathaiSignupAttemptsTable  AWS::DynamoDB::Table: deleted with the stack',
    'kept for 30 days',
    'Outputs: API, ApiId, SignupApiUrl, UsersTableName',
  ]) {
    t.ok(output.includes(sentence), sentence)
  }
  t.notOk(output.includes('undefined'))
})

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
const situations: [string, string, RegExp, Edit?, NodeJS.ProcessEnv?][] = [
  [
    'the stage is missing',
    'deploy.ts',
    /^Name one stage\. Type one of:\n {2}npm run deploy staging \[name=NAME\].*\n.*\n$/,
  ],
  [
    'settings are wrong, all are named, before the credentials are looked for',
    'deploy.ts staging',
    /^app\.arc cannot be used:\n@limits request-bust .*\n@limits request-burst .*\n$/s,
    withLines('@limits\nrequest-bust 5\nrequest-burst 0'),
  ],
  [
    'an e-mail address has no quotes, they are asked for',
    'plan.ts production',
    /Put an e-mail address in quotes: "ops@example\.org"\n$/,
    withLines('@alarms\nproduction ops@example.org'),
  ],
  [
    'app.arc names no region, one is asked for',
    'deploy.ts staging',
    /^app\.arc cannot be used:\n@aws has no region\. Add a line such as "region us-east-1" below it\n$/,
    { manifest: (manifest) => manifest.replace('region us-east-1\n', '') },
  ],
  [
    'there are no credentials, the profiles are named',
    'deploy.ts staging',
    /^There are no AWS credentials: .*Sign in with "aws login" .*set AWS_PROFILE to one of\nwork, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\.\n$/s,
    withProfile('[profile work]\nregion = us-east-1\n'),
  ],
  [
    'a profile has to sign in with SSO',
    'deploy.ts staging',
    /aws sso login/,
    withProfile(SSO),
    { AWS_PROFILE: 'work' },
  ],
  [
    'AWS cannot be reached',
    'plan.ts staging diff',
    /^AWS cannot be reached in us-east-1 \(ECONNREFUSED\)\. Check the network, and the\nregion in app\.arc\.\n$/,
    {},
    noAws,
  ],
]

for (const [what, command, pattern, edit, env] of situations) {
  test(`if ${what}: ${command.replace('.ts', '')}`, async (t) => {
    const { status, output } = await runCommand(command, edit, env)
    t.equal(status, 1)
    t.match(output, pattern)
    t.notOk(/^ {4}at /m.test(output), 'no stack')
  })
}

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

test('npm run smoke ends with one sentence if there is no API, or if an argument is wrong', async (t) => {
  const usage = 'Give the URL that the deploy has printed, and its stage:\n  npm run smoke https://…/signup staging\n'
  for (const args of ['', 'abc.amazonaws.com', 'https://fake.example prod', 'https://a.example staging now']) {
    const { status, output } = await run(`node operate/smoke.ts ${args}`, process.cwd())
    t.deepEqual([status, output], [1, usage])
  }
  const [port] = await freePorts(1)
  const { status, output } = await run(`node operate/smoke.ts http://127.0.0.1:${port}`, process.cwd())
  t.equal(status, 1)
  t.equal(output, 'FAIL  a preflight is answered with 204: got ECONNREFUSED\n')
})
