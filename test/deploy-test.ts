// The real `arc deploy --production` against a stand-in for AWS, and what surrounds it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import test from 'tape'
import { startAwsStandIn } from '../scripts/aws-stand-in.ts'
import { copyProject, run } from './_project.ts'
import { startSandbox } from './_sandbox.ts'

for (const command of ['node scripts/deploy.ts --production', 'npx arc deploy --production']) {
  test(`${command} deploys the bundle and nothing else`, async (t) => {
    const project = await copyProject()
    await writeFile(join(project.folder, '.env'), '@production\nSECRET=do-not-upload\n')
    const aws = await startAwsStandIn()
    const { status, output } = await run(command, project.folder, aws.env)
    t.equal(status, 0, output)
    t.ok(output.includes('SignupApiUrl: https://stand-in.example/signup'), 'it prints the URL')
    t.ok(output.includes('UsersTableName: stand-in-users'), 'it prints the table')

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
    t.deepEqual(namesIn(archive), ['index.js'], 'only the bundle')
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
  const { status, output } = await run('node scripts/deploy.ts', project.folder, environment)
  t.equal(status, 1)
  t.equal(
    output,
    'No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then deploy again.\n',
  )
  await project.remove()
})

test('without a region a deploy ends with one sentence', async (t) => {
  const project = await copyProject((manifest) => manifest.replace('region us-east-1\n', ''))
  const { status, output } = await run('node scripts/deploy.ts', project.folder)
  t.equal(status, 1)
  t.equal(output, 'app.arc names no region. Add a line such as "region us-east-1" below @aws.\n')
  await project.remove()
})

test('an option that is not there is named', async (t) => {
  const { status, output } = await run('node scripts/deploy.ts --prod', process.cwd())
  t.equal(status, 1)
  t.equal(output, 'Unknown option --prod: there are --staging and --production.\n')
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

/** The names in a ZIP archive, from its central directory (APPNOTE.TXT, 4.3.12), each entry being readable. */
function namesIn(archive: Buffer): string[] {
  const names: string[] = []
  for (let at = archive.indexOf('PK\x01\x02'); at >= 0; at = archive.indexOf('PK\x01\x02', at + 4)) {
    const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28))
    names.push(name)
    const local = archive.readUInt32LE(at + 42)
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const content = archive.subarray(start, start + archive.readUInt32LE(at + 20))
    if (archive.readUInt16LE(at + 10) === 8 && !inflateRawSync(content).length)
      throw Error(`${name} is empty`)
  }
  return names
}
