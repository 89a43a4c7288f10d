// The real `arc deploy` against a fake AWS account, and the commands around it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import test from 'tape'
import { startFakeAws } from '../local/aws.ts'
import { run } from '../local/process.ts'
import { copyProject } from '../local/project.ts'
import { startSandbox } from '../local/sandbox.ts'

for (const command of ['node scripts/deploy.ts production', 'npx arc deploy --production']) {
  test(`${command} deploys the bundle and nothing else`, async (t) => {
    const project = await copyProject()
    await writeFile(join(project.folder, '.env'), '@production\nSECRET=do-not-upload\n')
    const aws = await startFakeAws()
    const { status, output } = await run(command, project.folder, aws.env)
    t.equal(status, 0, output)
    t.ok(output.includes('SignupApiUrl: https://fake.example/signup'), 'it prints the URL')
    t.ok(output.includes('UsersTableName: fake-users'), 'it prints the table')

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

test('without credentials a deploy ends with one sentence, before anything starts', async (t) => {
  const project = await copyProject()
  await mkdir(join(project.folder, 'home'))
  const environment = {
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_PROFILE: '',
    HOME: join(project.folder, 'home'),
  }
  const { status, output } = await run('node scripts/deploy.ts staging', project.folder, environment)
  t.equal(status, 1)
  t.equal(
    output,
    'No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then deploy again.\n',
  )
  await project.remove()
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
      ['staging production', 'Say one stage.'],
      ['--prod', 'There is no option --prod.'],
      ['production now', 'There is no option now.'],
    ]) {
      const { status, output } = await run(`node scripts/${command}.ts ${words}`, process.cwd())
      t.equal(status, 1)
      t.equal(output, `${reason} ${choice}`)
    }
  }
})

test('smoke passes where the API is, stores nothing, and fails where it is not', async (t) => {
  const sandbox = await startSandbox()
  const good = await run(`node scripts/smoke.ts ${sandbox.url}/signup`, process.cwd())
  t.equal(good.status, 0, good.output)
  t.deepEqual(
    good.output
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 4)),
    Array(6).fill('pass'),
  )
  t.equal(await sandbox.countUsers(), 0)
  const bad = await run(`node scripts/smoke.ts ${sandbox.url}/other`, process.cwd())
  t.equal(bad.status, 1)
  t.ok(
    bad.output.includes('FAIL  a refused body is answered with 400 in JSON: got 404 {"message":"Not Found"}'),
    bad.output,
  )
  await sandbox.stop()
})
