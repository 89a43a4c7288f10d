// The real `arc deploy` against a fake AWS account, and the commands around it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import test from 'tape'
import { denied, startFakeAws } from '../../local/aws.ts'
import { run } from '../../local/process.ts'
import { copyProject } from '../../local/project.ts'
import { type Sandbox, startSandbox } from '../../local/sandbox.ts'
import { freePorts, startServer } from '../../local/server.ts'

/** What smoke prints for each API that is right. */
const PASSED = `pass  a preflight is answered with 204
pass  a refused body is answered with 400 in JSON
pass  a wrong content type is answered with 415 in JSON
pass  a body over 8 KiB is answered with 413 in JSON
pass  answers must not be cached or sniffed
pass  a route that is not there is answered with 404
`

let sandbox: Sandbox

test('start an API for the smoke tests', async () => {
  sandbox = await startSandbox()
})

for (const command of ['node scripts/deploy.ts production', 'npx arc deploy --production']) {
  test(`${command} deploys the bundle and nothing else`, async (t) => {
    const project = await copyProject()
    await writeFile(join(project.folder, '.env'), '@production\nSECRET=do-not-upload\n')
    const aws = await startFakeAws({ apiUrl: `${sandbox.url}/signup` })
    const { status, output } = await run(command, project.folder, aws.env)
    t.equal(status, 0, output)
    t.equal(output.split(`SignupApiUrl: ${sandbox.url}/signup\n`).length, 2, 'it prints the URL once')
    t.equal(output.split('UsersTableName: fake-users\n').length, 2, 'it prints the table once')

    const actions = aws.calls.map(({ action }) => action)
    t.deepEqual(
      [...new Set(actions)].sort(),
      [
        'CreateStack',
        'DescribeStackResources',
        'DescribeStacks',
        'GetParametersByPath',
        'ListDistributions',
        'PutParameter',
        's3 GET',
        's3 HEAD',
        's3 PUT',
      ],
      'the calls made',
    )
    const create = aws.calls.find(({ action }) => action === 'CreateStack')
    t.equal(create?.parameters.StackName, 'MathaiProduction')
    t.ok(!create?.body.includes('CAPABILITY_NAMED_IAM'))

    const uploads = [...aws.objects].filter(([path, bytes]) => path.split('/').length > 2 && bytes.length)
    const templates = uploads.filter(([path]) => path.endsWith('-template.json'))
    const archives = uploads.filter(([path]) => !path.endsWith('-template.json'))
    t.equal(templates.length, 1, 'one template')
    t.equal(archives.length, 1, 'one function')
    const [[, archive] = ['', Buffer.alloc(0)]] = archives
    const files = unzipSync(archive)
    t.deepEqual(Object.keys(files), ['index.js'], 'only the bundle')
    t.ok(files['index.js']?.length)
    for (const [, bytes] of uploads) t.notOk(bytes.includes('do-not-upload'))
    t.ok(templates[0]?.[1].includes('"DeletionProtectionEnabled":true'))
    await aws.stop()
    await project.remove()
  })
}

test('a deploy ends with a smoke test, the outputs and the account', async (t) => {
  const project = await copyProject()
  const aws = await startFakeAws({ apiUrl: `${sandbox.url}/signup` })
  const { status, output } = await run('node scripts/deploy.ts production --name green', project.folder, aws.env)
  t.equal(status, 0, output)
  t.ok(output.startsWith('Deploying MathaiProductionGreen to us-east-1 with the keys of the environment.\n'))
  const end = output.slice(output.indexOf('pass ')).replace(/\d+ s/, '9 s')
  t.equal(
    end,
    `${PASSED}pass  @cors allows https://smoke.example
SignupApiUrl: ${sandbox.url}/signup
UsersTableName: fake-users
MathaiProductionGreen is deployed to us-east-1 in the account 123456789012. It took 9 s.
`,
  )
  t.equal(aws.calls.find(({ action }) => action === 'CreateStack')?.parameters.StackName, 'MathaiProductionGreen')
  await aws.stop()
  await project.remove()
})

test('the smoke test of a deploy waits for a new API', async (t) => {
  let requests = 0
  const newApi = await startServer((request, response) => {
    requests++
    if (requests === 1) request.socket.destroy()
    else if (requests === 2) response.writeHead(404).end()
    else response.writeHead(307, { location: `${sandbox.url}${request.url}` }).end()
  })
  const project = await copyProject()
  const aws = await startFakeAws({ apiUrl: `${newApi.url}/signup` })
  const { status, output } = await run('node scripts/deploy.ts staging', project.folder, aws.env)
  t.equal(status, 0, output)
  t.ok(output.includes(PASSED))
  await aws.stop()
  await newApi.stop()
  await project.remove()
})

test('a deploy fails if its smoke test fails, but says that it is deployed', async (t) => {
  const project = await copyProject({
    manifest: (manifest) => manifest.replace('production *', 'production https://math.ai'),
  })
  const apiUrl = `${sandbox.url}/signup`
  const aws = await startFakeAws({ apiUrl, existing: 'UPDATE_COMPLETE' })
  const { status, output } = await run('node scripts/deploy.ts production', project.folder, aws.env)
  t.equal(status, 1)
  const end = output.slice(output.indexOf(PASSED) + PASSED.length).replace(/\d+ s/, '9 s')
  t.equal(
    end,
    `FAIL  @cors allows https://math.ai: got *
FAIL  @cors does not allow https://foreign.example: got *
SignupApiUrl: ${apiUrl}
UsersTableName: fake-users
MathaiProduction is deployed to us-east-1 in the account 123456789012. It took 9 s.
The smoke test failed. Repeat it:
  npm run smoke ${apiUrl} production
`,
  )
  await aws.stop()
  await project.remove()
})

test('a deploy that changes nothing succeeds', async (t) => {
  const project = await copyProject()
  const message = 'No updates are to be performed.'
  const errors = { UpdateStack: { status: 400, code: 'ValidationError', message } }
  const aws = await startFakeAws({ existing: 'UPDATE_COMPLETE', errors })
  const command = 'node scripts/deploy.ts production --no-smoke'
  const { status, output } = await run(command, project.folder, aws.env)
  t.equal(status, 0, output)
  t.ok(output.includes(`\nNothing has changed since the last deploy.\nSignupApiUrl: https://fake.example/signup\n`))
  await aws.stop()
  await project.remove()
})

test('a deploy succeeds although Architect may not list the distributions of CloudFront', async (t) => {
  const project = await copyProject()
  for (const existing of [undefined, 'UPDATE_COMPLETE']) {
    const errors = denied('cloudfront:ListDistributions')
    const aws = await startFakeAws({ errors, ...(existing && { existing }) })
    const command = 'node scripts/deploy.ts production --no-smoke'
    const { status, output } = await run(command, project.folder, aws.env)
    t.equal(status, 0, output)
    t.equal(
      output.slice(output.indexOf('The stack is')).replace(/\d+ s/, '9 s'),
      `The stack is deployed, but Architect failed afterwards. arn:aws:iam::123456789012:user/ada may not do cloudfront:ListDistributions, because no identity-based policy allows the cloudfront:ListDistributions action. deployer.yaml grants what a deploy needs: an administrator deploys it, and you deploy with its role. docs/operating.md has the commands.
SignupApiUrl: https://fake.example/signup
UsersTableName: fake-users
MathaiProduction is deployed to us-east-1 in the account 123456789012. It took 9 s.
`,
    )
    await aws.stop()
  }
  await project.remove()
})

test('a deploy takes the credentials that it should', async (t) => {
  const files = {
    'home/.aws/config': '[profile work]\naws_access_key_id = of-work\naws_secret_access_key = x\n',
    'home/.aws/credentials': '[play]\naws_access_key_id = of-play\naws_secret_access_key = x\n',
  }
  const withProfile = (manifest: string) => manifest.replace('@aws\n', '@aws\nprofile play\n')
  for (const [key, manifest, env] of [
    ['of-work', String, { AWS_PROFILE: 'work' }],
    ['of-play', withProfile, { AWS_PROFILE: 'work' }],
    // What `aws configure export-credentials` exports.
    ['exported', String, { AWS_PROFILE: 'gone', AWS_ACCESS_KEY_ID: 'exported', AWS_SECRET_ACCESS_KEY: 'x' }],
  ] as const) {
    const project = await copyProject({ files, manifest })
    const aws = await startFakeAws()
    const HOME = join(project.folder, 'home')
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME, USERPROFILE: HOME }
    const command = 'node scripts/deploy.ts staging --no-smoke'
    const { status, output } = await run(command, project.folder, { ...aws.env, ...none, ...env })
    t.equal(status, 0, output)
    t.deepEqual([...new Set(aws.calls.map(({ accessKeyId }) => accessKeyId))], [key])
    await aws.stop()
    await project.remove()
  }
})

test('without credentials a deploy ends with one sentence, after the checks of the project', async (t) => {
  for (const [limits, sentence] of [
    ['', 'No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then try again.\n'],
    [
      '@limits\nrequests-per-second x\n',
      'app.arc has wrong settings:\n@limits requests-per-second x: give one whole number\n',
    ],
  ]) {
    const project = await copyProject({ manifest: (manifest) => `${manifest}\n${limits}` })
    const HOME = join(project.folder, 'home')
    const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HOME, USERPROFILE: HOME }
    const { status, output } = await run('node scripts/deploy.ts staging', project.folder, env)
    t.equal(status, 1)
    t.equal(output, sentence)
    await project.remove()
  }
})

test('without a region a deploy ends with one sentence', async (t) => {
  const project = await copyProject({ manifest: (manifest) => manifest.replace('region us-east-1\n', '') })
  const { status, output } = await run('node scripts/deploy.ts staging', project.folder)
  t.equal(status, 1)
  t.equal(output, 'app.arc names no region. Add a line such as "region us-east-1" below @aws.\n')
  await project.remove()
})

test('without a stage, or with an unknown word, deploy and plan name the commands to choose from', async (t) => {
  for (const command of ['deploy', 'plan']) {
    const choice = `Choose one of:\n  npm run ${command} staging\n  npm run ${command} production\n`
    for (const [words, reason] of [
      ['', 'Say one stage.'],
      ['staging production', 'Say one stage, not staging production.'],
      ['--staging --production', 'Say one stage, not staging production.'],
      ['--prod', "Unknown option '--prod'."],
      ['production now', 'Say one stage, not production now.'],
      ['staging --name --no-smoke', "Option '--name' argument is ambiguous."],
    ]) {
      const { status, output } = await run(`node scripts/${command}.ts ${words}`, process.cwd())
      t.equal(status, 1)
      t.equal(output, `${reason} ${choice}`)
    }
  }
})

test('smoke passes on the API, stores nothing, and fails on another URL', async (t) => {
  for (const path of ['', '/', '/signup', '/signup/']) {
    const { status, output } = await run(`node scripts/smoke.ts ${sandbox.url}${path}`, process.cwd())
    t.equal(status, 0, path)
    t.equal(output, PASSED)
  }
  t.equal(await sandbox.countUsers(), 0)
  const { status, output } = await run(`node scripts/smoke.ts ${sandbox.url}/other`, process.cwd())
  t.equal(status, 1)
  t.ok(output.includes('FAIL  a refused body is answered with 400 in JSON: got 404 {"message":"Not Found"}'), output)
})

test('smoke with a stage checks what @cors in app.arc allows there', async (t) => {
  const cors = 'testing https://math.ai http://*\nstaging https://math.ai http://*\nproduction https://other.example\n'
  const limited = await startSandbox({
    manifest: (manifest) => manifest.replace(/@cors\n[^@]*/, `@cors\n${cors}\n`),
  })
  const command = `node scripts/smoke.ts ${limited.url}`
  const good = await run(`${command} staging`, limited.folder)
  t.equal(good.status, 0)
  t.equal(
    good.output,
    `${PASSED}pass  @cors allows https://math.ai
pass  @cors allows http://smoke.example
pass  @cors does not allow https://foreign.example
`,
  )
  const bad = await run(`${command} production`, limited.folder)
  t.equal(bad.status, 1)
  t.ok(bad.output.includes('FAIL  @cors allows https://other.example: got no origin'), bad.output)
  await limited.stop()
})

test('smoke ends with one sentence if there is no API, or if a word is wrong', async (t) => {
  const usage = 'Give the URL that the deploy has printed, and the stage: npm run smoke https://…/signup staging\n'
  const [port] = await freePorts(1)
  for (const [words, sentence] of [
    [
      `http://127.0.0.1:${port}`,
      `127.0.0.1:${port} cannot be reached (ECONNREFUSED). Check the URL, and the network of this machine.\n`,
    ],
    ['', usage],
    ['abc.execute-api.us-east-1.amazonaws.com', usage],
    ['https://fake.example prod', usage],
    ['https://fake.example staging now', usage],
  ]) {
    const { status, output } = await run(`node scripts/smoke.ts ${words}`, process.cwd())
    t.equal(status, 1)
    t.equal(output, sentence)
  }
})

test('stop the API of the smoke tests', async () => {
  await sandbox.stop()
})
