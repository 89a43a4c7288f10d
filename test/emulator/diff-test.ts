// `npm run plan production -- --diff` in an emulated AWS account: what the SAM transform makes of the template.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'tape'
import { type Emulator, ministackPath, startEmulator } from '../../local/emulator.ts'
import { run } from '../../local/process.ts'
import { copyProject, type Project } from '../../local/project.ts'

const skip = !ministackPath
const HANDLER = 'src/http/post-signup/index.ts'

let emulator: Emulator
let project: Project
let manifest: string

test('after a deploy, --diff finds no change', { skip }, async (t) => {
  emulator = await startEmulator({ auth: true })
  project = await copyProject()
  manifest = await readFile(join(project.folder, 'app.arc'), 'utf8')
  const before = await diff()
  t.equal(before.status, 0, before.output)
  t.match(before.output, /\nNothing is deployed yet: everything of the plan would be new\.\n$/)

  const deploy = await run('node scripts/deploy.ts production --no-smoke', project.folder, emulator.env)
  t.equal(deploy.status, 0, deploy.output)
  const after = await diff()
  t.equal(after.status, 0, after.output)
  t.match(after.output, /\nThe next deploy would change nothing in MathaiProduction\.\n$/)
})

test('--diff names changed code, and does not deploy it', { skip }, async (t) => {
  const handler = join(project.folder, HANDLER)
  const code = await readFile(handler, 'utf8')
  await writeFile(handler, `${code}\nconsole.log('changed')\n`)
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, output } = await diff()
    t.equal(status, 0)
    t.match(output, /^~ PostSignupHTTPLambda +AWS::Lambda::Function +modified \(code\)$/m)
  }
  await writeFile(handler, code)
})

test('--diff names an added function and a changed setting', { skip }, async (t) => {
  const folder = join(project.folder, 'src/http/get-health')
  await mkdir(folder)
  await writeFile(join(folder, 'index.ts'), 'export const handler = async () => ({ statusCode: 204 })\n')
  const { status, output } = await diff(
    manifest.replace('post /signup', 'post /signup\nget /health').concat('\n@passwords\nminimum-length 15\n'),
  )
  t.equal(status, 0)
  t.match(output, /^\+ GetHealthHTTPLambda +AWS::Lambda::Function +added$/m)
  t.match(output, /^\+ GetHealthLogs +AWS::Logs::LogGroup +added$/m)
  t.match(output, /^~ PostSignupHTTPLambda +AWS::Lambda::Function +modified \(Environment\)$/m)
})

test('--diff warns if the key of a table changes', { skip }, async (t) => {
  const { status, output } = await diff(manifest.replace('user_email *String', 'uid *String'))
  t.equal(status, 2)
  t.match(output, /^! MathaiUsersTable +AWS::DynamoDB::Table +replaced \(AttributeDefinitions, KeySchema\)$/m)
  t.match(output, /Warning: MathaiUsersTable would be replaced by an empty one. Its data would be kept/)
})

test('all that was started stops', { skip }, async () => {
  await emulator.stop()
  await project.remove()
})

/** @throws if a change set is left */
async function diff(appArc = manifest) {
  await writeFile(join(project.folder, 'app.arc'), appArc)
  const result = await run('node scripts/plan.ts production --diff', project.folder, emulator.env)
  const query = { Action: 'ListChangeSets', StackName: 'MathaiProduction' }
  const list = await emulator.callAws({ service: 'cloudformation', query }).catch(String)
  const left = JSON.stringify(list)
  if (left.includes('ChangeSetName')) throw Error(left)
  return result
}
