// The CloudFormation that the real `arc deploy --dry-run` emits, by way of `npm run plan`.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'tape'
import type { Resource, Template } from '../src/plugins/architect.ts'
import { configureFunction } from '../src/plugins/function.ts'
import { configureApi } from '../src/plugins/http-api.ts'
import { addRole } from '../src/plugins/least-privilege.ts'
import { removeUnused } from '../src/plugins/only-what-is-used.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { guardTables } from '../src/plugins/tables.ts'
import { copyProject, run } from './_project.ts'

const TYPES = {
  HTTP: 'AWS::Serverless::HttpApi',
  PostSignupHTTPLambda: 'AWS::Serverless::Function',
  PostSignupRole: 'AWS::IAM::Role',
  PostSignupLogs: 'AWS::Logs::LogGroup',
  ApiLogs: 'AWS::Logs::LogGroup',
  MathaiUsersTable: 'AWS::DynamoDB::Table',
  MathaiSignupAttemptsTable: 'AWS::DynamoDB::Table',
}

const NO_AWS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HOME: '/nowhere' }

async function plan(stage: string, editManifest?: (manifest: string) => string) {
  const project = await copyProject(editManifest)
  const { status, output } = await run(`node scripts/plan.ts --${stage}`, project.folder, NO_AWS)
  const template = status ? undefined : JSON.parse(await readFile(join(project.folder, 'sam.json'), 'utf8'))
  const bundle =
    template && (await readFile(join(template.Resources.PostSignupHTTPLambda.Properties.CodeUri, 'index.js')))
  await project.remove()
  return { status, output, template: template as Template, bundle: bundle as Buffer }
}

for (const stage of ['staging', 'production'] as const) {
  test(`the ${stage} stack is three boxes, what they log to, and what they may do`, async (t) => {
    const { status, output, template, bundle } = await plan(stage)
    t.equal(status, 0, 'without an AWS account')
    const types = Object.fromEntries(
      Object.entries(template.Resources).map(([name, { Type }]) => [name, Type]),
    )
    t.deepEqual(types, TYPES)
    for (const name of Object.keys(TYPES)) {
      t.ok(
        output.split('\n').some((line) => line.startsWith(name) && line.includes('Guarded by: ')),
        `${name} has its line`,
      )
    }
    const properties = (name: keyof typeof TYPES): any => (template.Resources[name] as Resource).Properties

    const { Policies, ...role } = properties('PostSignupRole')
    t.deepEqual(Object.keys(role), ['AssumeRolePolicyDocument'], 'the role has no name and no other policies')
    const statements = Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)
    const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
    t.deepEqual(statements, [
      {
        Effect: 'Allow',
        Action: ['dynamodb:PutItem', 'dynamodb:GetItem'],
        Resource: arn('MathaiUsersTable'),
      },
      { Effect: 'Allow', Action: ['dynamodb:UpdateItem'], Resource: arn('MathaiSignupAttemptsTable') },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: arn('PostSignupLogs'),
      },
    ])

    const signup = properties('PostSignupHTTPLambda')
    t.equal(signup.Runtime, 'nodejs24.x')
    t.deepEqual(signup.Architectures, ['arm64'])
    t.equal(signup.MemorySize, 1769)
    t.equal(signup.Timeout, 10)
    t.deepEqual(signup.Role, arn('PostSignupRole'))
    t.deepEqual(signup.LoggingConfig, {
      LogGroup: { Ref: 'PostSignupLogs' },
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      SystemLogLevel: 'WARN',
    })
    t.deepEqual(signup.Environment, {
      Variables: {
        ATTEMPTS_PER_SOURCE: '100',
        ATTEMPTS_WINDOW_MINUTES: '15',
        ARC_ENV: stage,
        USERS_TABLE: { Ref: 'MathaiUsersTable' },
        ATTEMPTS_TABLE: { Ref: 'MathaiSignupAttemptsTable' },
      },
    })

    const { DefinitionBody, ...api } = properties('HTTP')
    t.deepEqual(Object.keys(DefinitionBody.paths), ['/signup'])
    t.deepEqual(api.CorsConfiguration, {
      AllowOrigins: ['*'],
      AllowMethods: ['POST'],
      AllowHeaders: ['content-type', 'idempotency-key'],
      ExposeHeaders: ['retry-after'],
      MaxAge: 86400,
    })
    t.deepEqual(api.DefaultRouteSettings, { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 })
    t.equal(api.FailOnWarnings, true)
    const { DestinationArn, Format } = api.AccessLogSettings
    t.deepEqual(DestinationArn, arn('ApiLogs'))
    const logged = Object.values(JSON.parse(Format)).sort()
    t.deepEqual(logged, [
      '$context.identity.sourceIp',
      '$context.integrationErrorMessage',
      '$context.integrationLatency',
      '$context.requestId',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ])

    const ceiling = { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 100 }
    const users = template.Resources.MathaiUsersTable as Resource
    t.deepEqual([users.DeletionPolicy, users.UpdateReplacePolicy], ['Retain', 'Retain'])
    t.deepEqual(users.Properties, {
      KeySchema: [{ AttributeName: 'user_email', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'user_email', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: stage === 'production',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      OnDemandThroughput: ceiling,
    })
    t.deepEqual(properties('MathaiSignupAttemptsTable').TimeToLiveSpecification, {
      AttributeName: 'expires_at',
      Enabled: true,
    })
    t.deepEqual(properties('MathaiSignupAttemptsTable').OnDemandThroughput, ceiling)
    for (const name of ['PostSignupLogs', 'ApiLogs'] as const)
      t.deepEqual(properties(name), { RetentionInDays: 30 })

    t.deepEqual(Object.keys(template.Outputs), ['SignupApiUrl', 'UsersTableName'])

    const text = JSON.stringify(template.Resources, (key, value) =>
      key === 'CorsConfiguration' ? undefined : value,
    )
    for (const word of ['s3', 'ssm', '"*"', 'Catchall', '{proxy+}']) {
      t.notOk(text.toLowerCase().includes(word.toLowerCase()), `no ${word}`)
    }
    for (const [, name] of text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)) {
      t.ok(name && name in TYPES, `${name} is referred to and there`)
    }
    t.ok(bundle.length <= 200 * 1024, `the bundle is small: ${bundle.length} bytes`)
    for (const local of ['Not Found', 'unlisted', 'diagnostics_channel', 'Sandbox stops']) {
      t.notOk(bundle.includes(local), `nothing of Sandbox's plugin is in the bundle: ${local}`)
    }
  })
}

test('settings of app.arc reach the stack', async (t) => {
  const { template } = await plan('production', (manifest) =>
    manifest
      .replace('production *', 'production https://math.ai https://www.math.ai')
      .replace(
        'request-burst 100',
        'request-burst 7\nlog-retention-days 90\nattempts-per-source 5\ntable-writes-per-second 9',
      )
      .concat('\n@passwords\nbreach-check true\n'),
  )
  const { HTTP, PostSignupHTTPLambda, MathaiUsersTable, ApiLogs } = template.Resources as any
  t.deepEqual(HTTP.Properties.CorsConfiguration.AllowOrigins, ['https://math.ai', 'https://www.math.ai'])
  t.equal(HTTP.Properties.DefaultRouteSettings.ThrottlingBurstLimit, 7)
  t.equal(ApiLogs.Properties.RetentionInDays, 90)
  t.equal(MathaiUsersTable.Properties.OnDemandThroughput.MaxWriteRequestUnits, 9)
  const { ATTEMPTS_PER_SOURCE, BREACHED_PASSWORDS_URL } =
    PostSignupHTTPLambda.Properties.Environment.Variables
  t.deepEqual([ATTEMPTS_PER_SOURCE, BREACHED_PASSWORDS_URL], ['5', 'https://api.pwnedpasswords.com'])
})

test('a wrong setting ends the plan with its name', async (t) => {
  const { status, output } = await plan('staging', (manifest) =>
    manifest.replace('request-burst 100', 'request-bust 100'),
  )
  t.equal(status, 1)
  t.ok(output.includes('@limits request-bust 100: is not a setting'), output)
})

test('code that does not compile ends the plan', async (t) => {
  const { status, output } = await plan('staging', (manifest) =>
    manifest.replace('esbuild.cjs', 'no-such-file.cjs'),
  )
  t.equal(status, 1)
  t.ok(output.includes('did not compile'), output)
})

test('a plugin says so where Architect makes no such resource any more', async (t) => {
  const empty: Template = { Resources: {}, Outputs: {} }
  const settings = readSettings({})
  const changes = {
    GetCatchallHTTPLambda: () => removeUnused(empty),
    PostSignupHTTPLambda: () => configureFunction(empty, {}),
    'PostSignupHTTPLambda ': () => addRole(empty),
    MathaiUsersTable: () => guardTables(empty, 'staging', settings),
    HTTP: () => configureApi(empty, ['*'], settings.limits),
  }
  for (const [name, change] of Object.entries(changes)) {
    t.throws(change, new RegExp(`The template has no ${name.trim()}: has Architect changed`), name)
  }
})
