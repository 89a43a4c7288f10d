// The CloudFormation that a deploy makes: production is stack-snapshot.yaml, and the tests say what differs from it.
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'tape'
import { parse, stringify } from 'yaml'
import type { Template } from '../src/plugins/architect.ts'
import { removeUnused } from '../src/plugins/stack/remove-unused.ts'
import { limitRole } from '../src/plugins/stack/role.ts'
import { packageCopy, withThirdTable } from './support/package-copy.ts'

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/abc'

let production: Template

/** Compares a value with a file. If the change is wanted, writes the file anew: see CONTRIBUTING.md. */
function matchesSnapshot(t: test.Test, name: string, value: object): void {
  const file = new URL(name, import.meta.url)
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(file, stringify(value, { lineWidth: 110 }))
  t.deepEqual(value, parse(readFileSync(file, 'utf8')))
}

test('the production stack is that of stack-snapshot.yaml', async (t) => {
  production = (await packageCopy('production')).template
  const { template, bundle } = await packageCopy('production', { isWhole: true })
  const { Resources, Outputs } = template
  matchesSnapshot(t, 'stack-snapshot.yaml', { Resources, Outputs })
  t.ok(bundle.length <= 185_000, `the bundle has ${bundle.length} bytes, at most 185,000`)
  for (const local of ['Not Found', 'diagnostics_channel', 'Open http']) {
    t.notOk(bundle.includes(local), `nothing of Sandbox's plugin is in the bundle: ${local}`)
  }
})

/** Every value that differs between two templates, by its path: before and after. */
function differences(before: unknown, after: unknown, path = ''): Record<string, [unknown, unknown]> {
  if (JSON.stringify(before) === JSON.stringify(after)) return {}
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  if (!isObject(before) || !isObject(after)) return { [path]: [before, after] }
  const keys = Object.keys({ ...before, ...after })
  return Object.assign({}, ...keys.map((key) => differences(before[key], after[key], path ? `${path}.${key}` : key)))
}

/** How a stack differs from that of production without settings. */
async function difference(...args: Parameters<typeof packageCopy>) {
  const { template } = await packageCopy(...args)
  return differences(production, template)
}
const withLines = (lines: string) => ({ manifest: (manifest: string) => `${manifest}\n${lines}\n` })
const replace = (text: string, by: string) => (manifest: string) => manifest.replace(text, by)
const FUNCTION = 'Resources.PostSignupHTTPLambda.Properties'

test('staging differs in its name and in what becomes of its users', async (t) => {
  const table = 'Resources.MathaiUsersTable'
  t.deepEqual(await difference('staging'), {
    [`${FUNCTION}.Environment.Variables.ARC_ENV`]: ['production', 'staging'],
    [`${table}.Properties.DeletionProtectionEnabled`]: [true, false],
    [`${table}.UpdateReplacePolicy`]: ['Retain', 'Delete'],
    [`${table}.DeletionPolicy`]: ['Retain', 'Delete'],
  })
})

const variable = (name: string, values: [unknown, unknown]) => ({
  [`${FUNCTION}.Environment.Variables.${name}`]: values,
})
const property = (path: string, before: unknown, after: unknown) => ({ [`Resources.${path}`]: [before, after] })
const BOUNDARY = { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:policy/Boundary' }
const THROTTLE = 'HTTP.Properties.DefaultRouteSettings.Throttling'
const DOMAIN = { DomainName: 'api.math.ai', CertificateArn: CERTIFICATE, SecurityPolicy: 'TLS_1_2' }
const TARGET = { 'Fn::GetAtt': ['HTTP.DomainName', 'RegionalDomainName'] }
const OWN_URL = 'https://${HTTP}.execute-api.${AWS::Region}.amazonaws.com/signup'
const settings: [string, Record<string, unknown>][] = [
  ['@limits\nrequests-per-second 6', property(`${THROTTLE}RateLimit`, 50, 6)],
  ['@limits\nrequest-burst 7', property(`${THROTTLE}BurstLimit`, 100, 7)],
  [
    '@limits\nlog-retention-days 90',
    {
      ...property('PostSignupLogs.Properties.RetentionInDays', 30, 90),
      ...property('ApiLogs.Properties.RetentionInDays', 30, 90),
    },
  ],
  ['@limits\nattempts-per-source 5', variable('ATTEMPTS_PER_SOURCE', ['100', '5'])],
  ['@limits\nattempts-per-source off', variable('ATTEMPTS_PER_SOURCE', ['100', undefined])],
  ['@limits\nattempts-window-minutes 4', variable('ATTEMPTS_WINDOW_MINUTES', ['15', '4'])],
  ['@passwords\nminimum-length 15', variable('PASSWORD_MINIMUM_LENGTH', ['8', '15'])],
  ['@passwords\nbreach-check true', variable('BREACHED_PASSWORDS_URL', [undefined, 'https://api.pwnedpasswords.com'])],
  ['@role\npermissions-boundary Boundary', property('Role.Properties.PermissionsBoundary', undefined, BOUNDARY)],
  [
    `@domain\nproduction api.math.ai ${CERTIFICATE}`,
    {
      ...property('HTTP.Properties.Domain', undefined, DOMAIN),
      'Outputs.SignupApiUrl.Value.Fn::Sub': [OWN_URL, 'https://api.math.ai/signup'],
      'Outputs.DomainTarget': [
        undefined,
        { Description: 'Make a CNAME record of api.math.ai with this value', Value: TARGET },
      ],
    },
  ],
  // Those of another stage change nothing.
  ['@alarms\nstaging "ops@example.org"', {}],
  [`@domain\nstaging api.math.ai ${CERTIFICATE}`, {}],
]
for (const [lines, expected] of settings) {
  test(`${lines.split(' arn')[0]?.replace('\n', ' ')}: what it changes in production`, async (t) => {
    t.deepEqual(await difference('production', withLines(lines)), expected)
  })
}

test('@cors changes the origins of its stage', async (t) => {
  const manifest = (text: string) => text.replace('production *', 'production https://math.ai https://www.math.ai')
  const origins = 'Resources.HTTP.Properties.CorsConfiguration.AllowOrigins'
  t.deepEqual(await difference('production', { manifest }), {
    [`${origins}.0`]: ['*', 'https://math.ai'],
    [`${origins}.1`]: [undefined, 'https://www.math.ai'],
  })
  t.notOk(Object.keys(await difference('staging', { manifest })).some((path) => path.startsWith(origins)))
})

test('a stack with a name of its own gets no domain: that belongs to the stage', async (t) => {
  const edit = withLines(`@domain\nproduction api.math.ai ${CERTIFICATE}`)
  t.deepEqual(await difference('production', { name: 'alice', ...edit }), {})
})

const HANDLER = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"

test('a second function needs its line in app.arc and its handler, nothing else', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (manifest) => manifest.replace('post /signup', 'get /health\npost /signup\nany /files/*'),
    files: { 'src/http/get-health/index.ts': HANDLER, 'src/http/any-files-catchall/index.ts': HANDLER },
  })
  const { GetHealthHTTPLambda, PostSignupHTTPLambda, Role, HTTP, GetHealthLogs } = template.Resources
  t.deepEqual(GetHealthHTTPLambda?.Properties.Role, PostSignupHTTPLambda?.Properties.Role)
  t.deepEqual(GetHealthHTTPLambda?.Properties.LoggingConfig.LogGroup, { Ref: 'GetHealthLogs' })
  t.equal(GetHealthHTTPLambda?.Properties.LoggingConfig.LogFormat, 'JSON')
  const [health, signup] = [GetHealthHTTPLambda, PostSignupHTTPLambda].map(
    (one) => one?.Properties.Environment.Variables,
  )
  t.deepEqual(health.TABLE_NAMES, signup.TABLE_NAMES)
  t.equal(GetHealthLogs?.Properties.RetentionInDays, 30)
  t.ok(JSON.stringify(Role).includes('"GetHealthLogs"'), 'the role may write to the log group')
  t.deepEqual(HTTP?.Properties.CorsConfiguration.AllowMethods, ['*'], 'a route with `any` allows every method')
  t.deepEqual(Object.keys(HTTP?.Properties.DefinitionBody.paths).sort(), ['/files/{proxy+}', '/health', '/signup'])
  t.deepEqual(HTTP?.Properties.DefinitionBody.paths['/health'].get.responses, {})
})

test('a third table gets its protection, its name and its right, and nothing else changes', async (t) => {
  const signup = readFileSync(new URL('../src/plugins/this-app.ts', import.meta.url), 'utf8')
  const line = "  mathai_third_table: ['dynamodb:GetItem'],\n"
  const changed = await difference('production', {
    manifest: withThirdTable,
    files: { 'src/plugins/this-app.ts': signup.replace('  mathai_users: [', `${line}  mathai_users: [`) },
  })
  const [[, added], [, names]] = [
    changed['Resources.MathaiThirdTableTable'] ?? [],
    changed[`${FUNCTION}.Environment.Variables.TABLE_NAMES.Fn::Sub`] ?? [],
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

test('another name of the app changes nothing else in the template', async (t) => {
  const manifest = (text: string) => text.replace('@app\nmathai', '@app\nother-app')
  t.deepEqual(await difference('production', { manifest }), variable('ARC_APP_NAME', ['mathai', 'other-app']))
})

test('@alarms adds what alarms-snapshot.yaml has, and each alarm names a paragraph that is there', async (t) => {
  const { template } = await packageCopy('production', withLines('@alarms\nproduction "ops@example.org"'))
  const added = Object.entries(template.Resources).filter(([name]) => !(name in production.Resources))
  matchesSnapshot(t, 'alarms-snapshot.yaml', Object.fromEntries(added))
  t.deepEqual(template.Resources, { ...production.Resources, ...Object.fromEntries(added) })
  const guide = readFileSync(new URL('../operate/README.md', import.meta.url), 'utf8')
  const titles = added.flatMap(
    ([, { Properties }]) => /operate\/README\.md, "(.*)"/.exec(Properties.AlarmDescription)?.[1] ?? [],
  )
  t.equal(titles.length, 2)
  for (const title of titles) t.match(guide, new RegExp(`^#+ ${title}$`, 'm'), title)
})

test('if Architect does not make a resource any more, the step that needs it says so', async (t) => {
  const empty: Template = { Resources: {}, Outputs: {} }
  const inventory = { tables: [] } as never
  t.throws(() => removeUnused(empty, inventory), /The template has no ParameterStorePolicy: has Architect changed\?/)
  t.throws(() => limitRole(empty, inventory, null), /The template has no Role: has Architect changed\?/)
})
