// What app.arc must have: what is said of each mistake, and that no line of it can go or change without a word.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import inventory from '@architect/inventory'
import test from 'tape'
import { describePlan } from '../operate/lib/describe.ts'
import { packageStack } from '../operate/lib/packaging.ts'
import type { Stage } from '../src/plugins/architect.ts'
import { findManifestMistakes } from '../src/plugins/manifest.ts'
import { captureLog } from './support/log.ts'
import { copyProject } from './support/project.ts'
import { matchesSnapshot } from './support/snapshot.ts'

const ROOT = join(import.meta.dirname, '..')
const MANIFEST = {
  app: ['mathai'],
  aws: [['region', 'us-east-1']],
  static: [false],
  http: [['post', '/signup']],
  tables: [
    { mathai_users: { user_email: '*String', pitr: true } },
    { mathai_signup_attempts: { source_window: '*String', expires_at: 'TTL' } },
  ],
}
const users = (lines: object) => ({ tables: [{ mathai_users: lines }, MANIFEST.tables[1]] })
const attempts = (lines: object) => ({ tables: [MANIFEST.tables[0], { mathai_signup_attempts: lines }] })

/** What is changed, and for which stage it is checked. null is this machine. */
const CHANGES: [what: string, changes: object, stage?: Stage | null][] = [
  ['nothing', { sandbox: [], typescript: [], cors: [], tags: [] }],
  ['a name of 20 characters', { app: ['a'.repeat(20)] }],
  ['a name of 21 characters', { app: ['a'.repeat(21)] }],
  ['a pragma that is not supported', { events: [] }],
  ['a pragma that is unknown', { evnts: [] }],
  ['files', { static: [true] }],
  ['files by default', { static: undefined }],
  ['no region', { aws: undefined }],
  ['no region', { aws: undefined }, null],
  ['no region of two', { aws: [['profile', 'x']] }, 'staging'],
  ['a mistyped region', { aws: [['region', 'us-esat-1']] }, null],
  ['no route', { http: [] }],
  ['another method', { http: [['get', '/signup']] }],
  ['no handlers', { http: [['post', '/signup'], '/health', ['any', '/users/:id']] }],
  ['no tables', { tables: undefined }],
  ['another key', users({ uid: '*String', pitr: true })],
  ['a key with a second part', users({ user_email: '*String', uid: '**String', pitr: true })],
  ['users that expire', users({ user_email: '*String', pitr: true, gone_at: 'TTL' })],
  ['a key of numbers', users({ user_email: '*Number', pitr: true })],
  ['attempts without TTL', attempts({ source_window: '*String' })],
  ['attempts with another TTL', attempts({ source_window: '*String', expires_at: 'TTL', other: 'ttl' })],
  ['users that are not protected', users({ user_email: '*String' })],
  ['users that are not protected', users({ user_email: '*String', pitr: false })],
  ['users that are not protected', users({ user_email: '*String' }), 'staging'],
  ['users that are not protected', users({ user_email: '*String' }), null],
]
test('what is said of each mistake in app.arc is in manifest-snapshot.txt', async (t) => {
  const texts = CHANGES.map(([what, changes, stage = 'production']) => {
    const found = findManifestMistakes({ ...MANIFEST, ...changes } as never, inventoryOf(stage))
    return [`# ${what}: ${JSON.stringify(changes)} for ${stage ?? 'this machine'}`, ...found, ''].join('\n')
  })
  matchesSnapshot(t, new URL('manifest-snapshot.txt', import.meta.url), texts.join('\n'))
})

/** What Architect knows of a stage. */
const inventoryOf = (deployStage: Stage | null) =>
  ({ _arc: { deployStage, pragmas: { all: ['events'] } }, _project: { cwd: ROOT } }) as never

/** Changes that may pass without a word. */
const HARMLESS: Record<string, string> = {
  'without architecture arm64': 'it is the default',
  'without staging *': 'it is the default',
  'without production *': 'it is the default',
  'without sourcemaps false': 'production has none without it either',
  'sourcemaps false → sourcemaps falsex': 'as above',
  'stack → stackx': 'a plugin may have any name',
  'sandbox → sandboxx': 'as above',
}

test('no line of app.arc can go or change without a word of plan', async (t) => {
  const { folder, remove } = await copyProject({ isWhole: true })
  const text = readFileSync(join(folder, 'app.arc'), 'utf8')
  const planOf = async (rawArc: string) => {
    const { result } = await captureLog(async () => {
      const project = await inventory({ cwd: folder, rawArc, deployStage: 'production' })
      const { app, aws } = project.inv
      const template = await packageStack(project, 'production')
      return describePlan({ stackName: `${app}-production`, app, region: aws.region }, template)
    })
    return result
  }
  const original = await planOf(text)
  const lines = text.split('\n')
  let refused = 0
  let visible = 0
  for (const [index, line] of lines.entries()) {
    if (!line.trim() || line.startsWith('#')) continue
    const changes = { [`without ${line.trim()}`]: [], [`${line.trim()} → ${line.trim()}x`]: [`${line}x`] }
    for (const [change, replacement] of Object.entries(changes)) {
      const plan = await planOf(lines.toSpliced(index, 1, ...replacement).join('\n')).catch(() => 'refused')
      if (plan === 'refused') refused++
      else if (plan !== original) visible++
      else t.ok(HARMLESS[change], `${change} is harmless`)
    }
  }
  const withoutPlugin = text.replace(/^stack\n.*\n/m, '')
  await planOf(withoutPlugin).then(
    () => t.fail('it is planned'),
    ({ message }) => t.match(message, /^app\.arc does not run src\/plugins\/stack\/index\.ts/),
  )
  t.ok(refused >= 45 && visible >= 3, `${refused} are refused, ${visible} are visible in plan`)
  await remove()
})
