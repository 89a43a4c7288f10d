// The CloudFormation that a deploy makes: production is stack-snapshot.yaml, and settings-snapshot.yaml is what differs from it.
import { readFileSync } from 'node:fs'
import test from 'tape'
import { stringify } from 'yaml'
import { describePlan } from '../operate/lib/describe.ts'
import type { Template } from '../src/plugins/architect.ts'
import { requireCompiled } from '../src/plugins/compiled.ts'
import { removeUnused } from '../src/plugins/stack/remove-unused.ts'
import { limitRole } from '../src/plugins/stack/role.ts'
import { packageCopy, withThirdTable } from './support/package-copy.ts'
import { withEverySetting, withSettingsOf } from './support/settings.ts'
import { matchesSnapshot } from './support/snapshot.ts'

const SNAPSHOT = new URL('stack-snapshot.yaml', import.meta.url)
const SETTINGS_SNAPSHOT = new URL('settings-snapshot.yaml', import.meta.url)

const HANDLER = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"

let production: Template

test('the production stack is that of stack-snapshot.yaml', async (t) => {
  production = (await packageCopy('production')).template
  const { template, bundle } = await packageCopy('production', { isWhole: true })
  const { Resources, Outputs } = template
  matchesSnapshot(t, SNAPSHOT, stringify({ Resources, Outputs }, { lineWidth: 110 }))
  t.ok(bundle.length <= 185_000, `the bundle has ${bundle.length} bytes, at most 185,000`)
  for (const local of ['Not Found', 'diagnostics_channel', 'Open http']) {
    t.notOk(bundle.includes(local), `nothing of Sandbox's plugin is in the bundle: ${local}`)
  }
})

/** Every value of a template that another one has not, by its path. What is not there any more is null. */
function differences(before: unknown, after: unknown, path = ''): Record<string, unknown> {
  if (JSON.stringify(before) === JSON.stringify(after)) return {}
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  if (!isObject(before) || !isObject(after)) return { [path]: after ?? null }
  const keys = Object.keys({ ...before, ...after })
  return Object.assign({}, ...keys.map((key) => differences(before[key], after[key], path ? `${path}.${key}` : key)))
}

/** How a stack differs from that of production without settings. */
async function difference(...args: Parameters<typeof packageCopy>) {
  return differences(production, (await packageCopy(...args)).template)
}
const withLines = (lines: string) => ({ manifest: (manifest: string) => `${manifest}\n${lines}\n` })
const replace = (text: string, by: string) => (manifest: string) => manifest.replace(text, by)

test('what stages, names and settings change, also in what plan says, is in settings-snapshot.yaml', async (t) => {
  const everything = {
    manifest: (text: string) => withEverySetting(text).replace('@http\n', '@http\nget /health\n'),
    files: { 'src/http/get-health/index.ts': HANDLER },
  }
  const full = (await packageCopy('production', everything)).template
  const cases: [what: string, than: Template, ...Parameters<typeof packageCopy>][] = [
    ['staging', production, 'staging'],
    ['with attempts-per-source off', production, 'production', withLines('@limits\nattempts-per-source off')],
    [
      'with settings of staging only',
      production,
      'production',
      { manifest: (text) => withSettingsOf('staging', text) },
    ],
    [
      'staging, with settings of production only',
      production,
      'staging',
      { manifest: (text) => withSettingsOf('production', text) },
    ],
    [
      'with origins of this machine only',
      production,
      'production',
      { manifest: replace('staging *\nproduction *', 'testing https://math.ai') },
    ],
    ['another name of the app', production, 'production', { manifest: replace('@app\nmathai', '@app\nother-app') }],
    ['with everything', production, 'production', everything],
    ['staging, both with everything', full, 'staging', everything],
    ['name=alice, both with everything', full, 'production', { ...everything, name: 'alice' }],
  ]
  const planOf = (template: Template) =>
    describePlan({ stackName: 'STACK', app: 'APP', region: 'REGION' }, template).split('\n')
  const found: Record<string, object> = {}
  for (const [what, than, ...args] of cases) {
    const { template } = await packageCopy(...args)
    const plan = planOf(template).filter((line) => !planOf(than).includes(line))
    found[what] = { ...differences(than, template), plan }
  }
  matchesSnapshot(t, SETTINGS_SNAPSHOT, stringify(found, { lineWidth: 140 }))
})

test('a third table gets its protection, its name and its right, and nothing else changes', async (t) => {
  const signup = readFileSync(new URL('../src/plugins/this-app.ts', import.meta.url), 'utf8')
  const line = "  mathai_third_table: ['dynamodb:GetItem'],\n"
  const changed = await difference('production', {
    manifest: withThirdTable,
    files: { 'src/plugins/this-app.ts': signup.replace('  mathai_users: [', `${line}  mathai_users: [`) },
  })
  const [added, names] = [
    changed['Resources.MathaiThirdTableTable'],
    changed['Resources.PostSignupHTTPLambda.Properties.Environment.Variables.TABLE_NAMES.Fn::Sub'],
  ]
  t.equal((added as Template['Resources'][string]).DeletionPolicy, 'Retain', '`pitr true` keeps it')
  t.equal(JSON.parse(String(names)).mathai_third_table, '${MathaiThirdTableTable}')
  const role = JSON.stringify(Object.entries(changed).filter(([path]) => path.startsWith('Resources.Role.')))
  t.ok(role.includes('dynamodb:GetItem') && role.includes('MathaiThirdTableTable'))
  t.ok(Object.keys(changed).every((path) => /Role|MathaiThirdTableTable|TABLE_NAMES/.test(path)))
})

const unusable: [string, (manifest: string) => string, string][] = [
  ['a wrong setting', withLines('@limits\nrequest-bust 100').manifest, '@limits request-bust 100: is not a setting;'],
  ['a misspelled pragma', withLines('@cros\nproduction *').manifest, '@cros is not a pragma; there are @app,'],
  ['static files', replace('@static\nfalse', '@static\ntrue'), '@static must be false'],
  [
    'policies of its own',
    replace('runtime typescript', 'runtime typescript\npolicies AWSLambdaBasicExecutionRole'),
    '@aws policies is not supported: give the right in src/plugins/this-app.ts',
  ],
  ['a table without rights', withThirdTable, 'No function may use the table mathai_third_table'],
  ['code that does not compile', replace('esbuild.cjs', 'none.cjs'), 'did not compile: see the esbuild error above'],
]

for (const [what, manifest, sentence] of unusable) {
  test(`${what} in app.arc stops the deploy with a sentence`, async (t) => {
    await packageCopy('staging', { manifest }).then(
      () => t.fail('the deploy went on'),
      ({ message }) => t.ok(message.includes(sentence), message),
    )
  })
}

test('each alarm names a paragraph that is there', async (t) => {
  const descriptions = readFileSync(SETTINGS_SNAPSHOT, 'utf8').match(/AlarmDescription: .*/g) ?? []
  const guide = readFileSync(new URL('../operate/README.md', import.meta.url), 'utf8')
  t.equal(descriptions.length, 2)
  for (const text of descriptions)
    t.match(guide, RegExp(`^#+ ${/operate\/README\.md, "(.*)"/.exec(text)?.[1]}$`, 'm'), text)
})

test('each handler that did not compile is named, whichever of them it is', async (t) => {
  const there = import.meta.filename
  for (const missing of [0, 1, 2]) {
    const functions = [0, 1, 2].map((index) => ({
      name: `f${index}`,
      handlerFile: index === missing ? 'none.js' : there,
    }))
    const lambdasBySrcDir = Object.fromEntries(functions.map((one) => [one.name, one]))
    t.throws(() => requireCompiled({ lambdasBySrcDir } as never), RegExp(`^Error: f${missing} did not compile`))
  }
})

test('if Architect does not make a resource any more, the step that needs it says so', async (t) => {
  const empty: Template = { Resources: {}, Outputs: {} }
  const inventory = { tables: [] } as never
  t.throws(() => removeUnused(empty, inventory), /The template has no ParameterStorePolicy: has Architect changed\?/)
  t.throws(() => limitRole(empty, inventory, null), /The template has no Role: has Architect changed\?/)
})
