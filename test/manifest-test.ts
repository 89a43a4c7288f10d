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

const judged: [what: string, changes: object, stage: Stage | null, mistakes: RegExp[]][] = [
  ['nothing is wrong', { sandbox: [], typescript: [], cors: [] }, 'production', []],
  ['the name is too long', { app: ['a'.repeat(21)] }, null, [/^@app: give a name of at most 20 characters$/]],
  ['a pragma is not supported', { events: [] }, null, [/^@events is not supported/]],
  ['a pragma is unknown', { evnts: [] }, null, [/^@evnts is not a pragma; there are @app, @aws, @http, /]],
  ['files are served', { static: [true] }, null, [/^@static must be false/]],
  [
    'there is no region',
    { aws: undefined },
    'staging',
    [/^@aws has no region\. Add a line such as "region us-east-1"/],
  ],
  ['there is no region on this machine', { aws: undefined }, null, []],
  [
    'the region is mistyped',
    { aws: [['region', 'us-esat-1']] },
    null,
    [/^@aws region us-esat-1: is not a region; .*us-east-1/],
  ],
  ['the route is missing', { http: [] }, null, [/^@http has no "post \/signup"$/]],
  [
    'handlers are missing',
    { http: [['post', '/signup'], '/health', ['any', '/users/:id']] },
    null,
    [
      /^@http get \/health: src\/http\/get-health\/index\.ts is missing$/,
      /^@http any .*src\/http\/any-users-000id\/index\.ts is missing$/,
    ],
  ],
  [
    'both tables are missing',
    { tables: undefined },
    null,
    [/^@tables has no mathai_users$/, /^@tables has no mathai_signup_attempts$/],
  ],
  [
    'the key is another one',
    users({ uid: '*String', pitr: true }),
    null,
    [
      /^@tables mathai_users: needs the line "user_email \*String"$/,
      /^@tables mathai_users: must not have the line "uid \*String"$/,
    ],
  ],
  [
    'the key has a second part',
    users({ user_email: '*String', uid: '**String', pitr: true }),
    null,
    [/^@tables mathai_users: must not have the line "uid \*\*String"$/],
  ],
  [
    'users would expire',
    users({ ...MANIFEST.tables[0]?.mathai_users, gone_at: 'TTL' }),
    null,
    [/must not have the line "gone_at TTL"$/],
  ],
  ['the TTL is missing', attempts({ source_window: '*String' }), null, [/attempts: needs the line "expires_at TTL"$/]],
  [
    'the users are not protected',
    users({ user_email: '*String' }),
    'production',
    [/^@tables mathai_users: needs the line "pitr true", or production/],
  ],
  ['the users of staging are not protected', users({ user_email: '*String' }), 'staging', []],
]
for (const [what, changes, stage, mistakes] of judged) {
  test(`app.arc: if ${what}, ${mistakes.length ? 'a line says so' : 'nothing is said'}`, async (t) => {
    const found = findManifestMistakes({ ...MANIFEST, ...changes } as never, inventoryOf(stage))
    t.equal(found.length, mistakes.length, found.join('\n'))
    for (const [index, pattern] of mistakes.entries()) t.match(String(found[index]), pattern)
  })
}

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
