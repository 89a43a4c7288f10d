// The CloudFormation that a dry run of the real deploy makes.
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'tape'
import { parse, stringify } from 'yaml'
import type { Template } from '../src/plugins/architect.ts'
import { checkReferences } from '../src/plugins/stack/references.ts'
import { removeUnused } from '../src/plugins/stack/remove-unused.ts'
import { limitRole } from '../src/plugins/stack/role.ts'
import { packageCopy, withThirdTable } from './support/plan.ts'

const SNAPSHOT = new URL('stack-snapshot.yaml', import.meta.url)
const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })

for (const stage of ['staging', 'production'] as const) {
  test(`the ${stage} stack is three boxes, their logs and one role`, async (t) => {
    const { template, bundle } = await packageCopy(stage)
    const properties = (name: string) => template.Resources[name]?.Properties ?? {}

    const types = Object.entries(template.Resources).map(([name, { Type }]) => `${name} ${Type}`)
    t.deepEqual(types.sort(), [
      'ApiLogs AWS::Logs::LogGroup',
      'HTTP AWS::Serverless::HttpApi',
      'MathaiSignupAttemptsTable AWS::DynamoDB::Table',
      'MathaiUsersTable AWS::DynamoDB::Table',
      'PostSignupHTTPLambda AWS::Serverless::Function',
      'PostSignupLogs AWS::Logs::LogGroup',
      'Role AWS::IAM::Role',
    ])

    const { AssumeRolePolicyDocument, Policies, ...others } = properties('Role')
    t.deepEqual(others, {}, 'the role has no name and no managed policy')
    t.deepEqual(AssumeRolePolicyDocument.Statement, [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ])
    t.deepEqual(
      Policies.flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: object[] } }) => PolicyDocument.Statement),
      [
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
      ],
    )

    const signup = properties('PostSignupHTTPLambda')
    t.equal(signup.Runtime, 'nodejs24.x')
    t.deepEqual(signup.Architectures, ['arm64'])
    t.equal(signup.MemorySize, 1769)
    t.equal(signup.Timeout, 10)
    t.deepEqual(signup.LoggingConfig, {
      LogGroup: { Ref: 'PostSignupLogs' },
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      SystemLogLevel: 'WARN',
    })
    const { Variables } = signup.Environment
    t.equal(Variables.ARC_ENV, stage)
    t.equal(Variables.ATTEMPTS_PER_SOURCE, '100')
    t.equal(Variables.ATTEMPTS_WINDOW_MINUTES, '15')
    t.equal(Variables.PASSWORD_MINIMUM_LENGTH, '8')
    t.equal(Variables.BREACHED_PASSWORDS_URL, undefined, 'the breach check is off')
    t.deepEqual(JSON.parse(Variables.TABLE_NAMES['Fn::Sub']), {
      mathai_users: '${MathaiUsersTable}',
      mathai_signup_attempts: '${MathaiSignupAttemptsTable}',
    })

    const api = properties('HTTP')
    t.deepEqual(Object.keys(api.DefinitionBody.paths), ['/signup'])
    t.deepEqual(api.CorsConfiguration, {
      AllowOrigins: ['*'],
      AllowMethods: ['POST'],
      AllowHeaders: ['*'],
      ExposeHeaders: ['retry-after'],
      MaxAge: 86400,
    })
    t.deepEqual(api.DefaultRouteSettings, { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 })
    t.deepEqual(api.AccessLogSettings.DestinationArn, arn('ApiLogs'))
    t.deepEqual(JSON.parse(api.AccessLogSettings.Format), {
      requestId: '$context.requestId',
      source: '$context.identity.sourceIp',
      route: '$context.routeKey',
      status: '$context.status',
      latency: '$context.responseLatency',
      integrationLatency: '$context.integrationLatency',
      integrationError: '$context.integrationErrorMessage',
    })
    t.equal(properties('ApiLogs').RetentionInDays, 30)
    t.deepEqual(properties('ApiLogs').LogGroupName, { 'Fn::Sub': '/aws/vendedlogs/${AWS::StackName}/api' })
    t.deepEqual(properties('PostSignupLogs'), { RetentionInDays: 30 })

    const isProduction = stage === 'production'
    const ceiling = { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 100 }
    const users = template.Resources.MathaiUsersTable
    t.deepEqual(users?.Properties, {
      KeySchema: [{ AttributeName: 'user_email', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'user_email', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: isProduction,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isProduction },
      OnDemandThroughput: ceiling,
    })
    const kept = isProduction ? 'Retain' : 'Delete'
    t.deepEqual([users?.DeletionPolicy, users?.UpdateReplacePolicy], [kept, kept])
    const attempts = template.Resources.MathaiSignupAttemptsTable
    t.deepEqual(attempts?.Properties, {
      KeySchema: [{ AttributeName: 'source_window', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'source_window', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      DeletionProtectionEnabled: false,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      OnDemandThroughput: ceiling,
    })
    t.deepEqual([attempts?.DeletionPolicy, attempts?.UpdateReplacePolicy], ['Delete', 'Delete'])

    t.deepEqual(template.Outputs.SignupApiUrl, {
      Description: 'POST a sign-up here',
      Value: { 'Fn::Sub': 'https://${HTTP}.execute-api.${AWS::Region}.${AWS::URLSuffix}/signup' },
    })
    t.deepEqual(template.Outputs.UsersTableName, {
      Description: 'The table that holds the users',
      Value: { Ref: 'MathaiUsersTable' },
    })

    t.ok(bundle.length <= 210_000, `the bundle has ${bundle.length} bytes, at most 210,000`)
    for (const local of ['Not Found', 'diagnostics_channel', 'Open http']) {
      t.notOk(bundle.includes(local), `nothing of Sandbox's plugin is in the bundle: ${local}`)
    }
    if (isProduction) checkSnapshot(t, template)
  })
}

/** Everything that is deployed, in one file. If the change is wanted, write it anew: see CONTRIBUTING.md. */
function checkSnapshot(t: test.Test, { Resources, Outputs }: Template): void {
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(SNAPSHOT, stringify({ Resources, Outputs }, { lineWidth: 110 }))
  t.deepEqual(
    { Resources, Outputs },
    parse(readFileSync(SNAPSHOT, 'utf8')),
    'the template is that of stack-snapshot.yaml',
  )
}

test('the settings of app.arc reach the stack', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (manifest) =>
      manifest
        .replace('production *', 'production https://math.ai https://www.math.ai')
        .concat(
          '\n@limits\nrequests-per-second 6\nrequest-burst 7\nlog-retention-days 90\nattempts-per-source 5\n',
          'attempts-window-minutes 4\ntable-writes-per-second 9\ntable-reads-per-second 8\n',
          '@passwords\nbreach-check true\nminimum-length 15\n',
        ),
  })
  const properties = (name: string) => template.Resources[name]?.Properties ?? {}
  t.deepEqual(properties('HTTP').CorsConfiguration.AllowOrigins, ['https://math.ai', 'https://www.math.ai'])
  t.deepEqual(properties('HTTP').DefaultRouteSettings, { ThrottlingRateLimit: 6, ThrottlingBurstLimit: 7 })
  t.equal(properties('ApiLogs').RetentionInDays, 90)
  t.equal(properties('PostSignupLogs').RetentionInDays, 90)
  for (const table of ['MathaiUsersTable', 'MathaiSignupAttemptsTable']) {
    t.deepEqual(properties(table).OnDemandThroughput, { MaxReadRequestUnits: 8, MaxWriteRequestUnits: 9 })
  }
  const { ATTEMPTS_PER_SOURCE, ATTEMPTS_WINDOW_MINUTES, BREACHED_PASSWORDS_URL, PASSWORD_MINIMUM_LENGTH } =
    properties('PostSignupHTTPLambda').Environment.Variables
  t.deepEqual(
    [ATTEMPTS_PER_SOURCE, ATTEMPTS_WINDOW_MINUTES, BREACHED_PASSWORDS_URL, PASSWORD_MINIMUM_LENGTH],
    ['5', '4', 'https://api.pwnedpasswords.com', '15'],
  )
})

test('with `attempts-per-source off` the function gets no limit', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (manifest) => `${manifest}\n@limits\nattempts-per-source off\n`,
  })
  const { Variables } = template.Resources.PostSignupHTTPLambda?.Properties.Environment ?? {}
  t.ok(Variables.ATTEMPTS_WINDOW_MINUTES)
  t.notOk('ATTEMPTS_PER_SOURCE' in Variables)
})

const HANDLER = "export const handler = async () => ({ statusCode: 200, body: 'ok' })\n"

test('a second function needs its line in app.arc and its handler, nothing else', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (manifest) => manifest.replace('post /signup', 'get /health\npost /signup\nany /files/*'),
    files: {
      'src/http/get-health/index.ts': HANDLER,
      'src/http/any-files-catchall/index.ts': HANDLER,
    },
  })
  const { GetHealthHTTPLambda, PostSignupHTTPLambda, Role, HTTP, GetHealthLogs } = template.Resources
  t.deepEqual(GetHealthHTTPLambda?.Properties.Role, PostSignupHTTPLambda?.Properties.Role)
  t.deepEqual(GetHealthHTTPLambda?.Properties.LoggingConfig.LogGroup, { Ref: 'GetHealthLogs' })
  t.equal(GetHealthHTTPLambda?.Properties.LoggingConfig.LogFormat, 'JSON')
  t.deepEqual(
    GetHealthHTTPLambda?.Properties.Environment.Variables.TABLE_NAMES,
    PostSignupHTTPLambda?.Properties.Environment.Variables.TABLE_NAMES,
  )
  t.equal(GetHealthLogs?.Properties.RetentionInDays, 30)
  t.ok(JSON.stringify(Role).includes('"GetHealthLogs"'), 'the role may write to the log group')
  t.deepEqual(HTTP?.Properties.CorsConfiguration.AllowMethods, ['*'], 'a route with `any` allows every method')
  t.deepEqual(Object.keys(HTTP?.Properties.DefinitionBody.paths).sort(), ['/files/{proxy+}', '/health', '/signup'])
  t.deepEqual(HTTP?.Properties.DefinitionBody.paths['/health'].get.responses, {})
})

test('CORS allows the methods of the routes', async (t) => {
  const { template } = await packageCopy('staging', {
    manifest: (manifest) => manifest.replace('post /signup', 'get /health\npost /signup\npost /login'),
    files: { 'src/http/get-health/index.ts': HANDLER, 'src/http/post-login/index.ts': HANDLER },
  })
  t.deepEqual(template.Resources.HTTP?.Properties.CorsConfiguration.AllowMethods, ['GET', 'POST'])
})

test('a third table gets its ceiling, its protection, its name and its right', async (t) => {
  const role = readFileSync(new URL('../src/plugins/stack/role.ts', import.meta.url), 'utf8')
  const line = "  mathai_scores: ['dynamodb:GetItem'],\n"
  const { template } = await packageCopy('production', {
    manifest: withThirdTable,
    files: { 'src/plugins/stack/role.ts': role.replace('  mathai_users:', `${line}  mathai_users:`) },
  })
  const { MathaiScoresTable, PostSignupHTTPLambda, Role } = template.Resources
  t.deepEqual(MathaiScoresTable?.Properties.OnDemandThroughput, {
    MaxReadRequestUnits: 100,
    MaxWriteRequestUnits: 100,
  })
  t.equal(MathaiScoresTable?.DeletionPolicy, 'Retain', '`pitr true` keeps it')
  const names = PostSignupHTTPLambda?.Properties.Environment.Variables.TABLE_NAMES['Fn::Sub']
  t.equal(JSON.parse(names).mathai_scores, '${MathaiScoresTable}')
  t.ok(JSON.stringify(Role).includes('["MathaiScoresTable","Arn"]'))
})

const unusable: [string, (manifest: string) => string, string][] = [
  [
    'a misspelled setting',
    (manifest) => `${manifest}\n@limits\nrequest-bust 100\n`,
    '@limits request-bust 100: is not a setting; there are requests-per-second,',
  ],
  ['a misspelled pragma', (manifest) => `${manifest}\n@cros\nproduction *\n`, '@cros is not a pragma; there are @app,'],
  [
    'a pragma that this app does not support',
    (manifest) => `${manifest}\n@events\nsigned-up\n`,
    '@events is not supported: this app deploys @http and @tables only',
  ],
  ['static files', (manifest) => manifest.replace('@static\nfalse', '@static\ntrue'), '@static must be false'],
  ['no sign-up route', (manifest) => manifest.replace('post /signup', 'get /signup'), '@http has no "post /signup"'],
  ['no users table', (manifest) => manifest.replace('\nmathai_users\n', '\nusers\n'), '@tables has no mathai_users'],
  [
    'policies of its own',
    (manifest) => manifest.replace('runtime typescript', 'runtime typescript\npolicies AWSLambdaBasicExecutionRole'),
    '@aws policies is not supported: give the right in src/plugins/stack/role.ts',
  ],
  ['a table without rights', withThirdTable, 'No function may use the table mathai_scores'],
  [
    'code that does not compile',
    (manifest) => manifest.replace('esbuild.cjs', 'no-such-file.cjs'),
    'did not compile: see the esbuild error above',
  ],
]

for (const [what, manifest, sentence] of unusable) {
  test(`${what} in app.arc stops the deploy with a sentence`, async (t) => {
    await packageCopy('staging', { manifest }).then(
      () => t.fail('the deploy went on'),
      ({ message }) => t.ok(message.includes(sentence), message),
    )
  })
}

test('another name of the app is enough for another app', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (manifest) => manifest.replace('@app\nmathai', '@app\nother-app'),
  })
  t.ok(template.Resources.PostSignupHTTPLambda)
})

test('@alarms adds a topic, two alarms and a filter, for its stage only', async (t) => {
  const manifest = (text: string) => `${text}\n@alarms\nproduction "ops@example.org"\n`
  const { template } = await packageCopy('production', { manifest })
  const properties = (name: string) => template.Resources[name]?.Properties ?? {}
  const added = Object.entries(template.Resources).filter(([name]) => /Alarm|Skipped/.test(name))
  t.deepEqual(Object.fromEntries(added.map(([name, { Type }]) => [name, Type])), {
    AlarmTopic: 'AWS::SNS::Topic',
    AlarmTopicPolicy: 'AWS::SNS::TopicPolicy',
    ServerErrorsAlarm: 'AWS::CloudWatch::Alarm',
    SkippedChecksFilter: 'AWS::Logs::MetricFilter',
    SkippedChecksAlarm: 'AWS::CloudWatch::Alarm',
  })
  t.equal(properties('AlarmTopicPolicy').PolicyDocument.Version, '2012-10-17')
  t.deepEqual(properties('AlarmTopic'), {
    Subscription: [{ Protocol: 'email', Endpoint: 'ops@example.org' }],
  })
  t.deepEqual(properties('AlarmTopicPolicy').Topics, [{ Ref: 'AlarmTopic' }])
  t.deepEqual(properties('AlarmTopicPolicy').PolicyDocument.Statement, [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: { Ref: 'AlarmTopic' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
  ])
  const alarm = {
    Statistic: 'Sum',
    Period: 3600,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [{ Ref: 'AlarmTopic' }],
    OKActions: [{ Ref: 'AlarmTopic' }],
  }
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html: metric 5xx, dimension ApiId
  t.deepEqual(properties('ServerErrorsAlarm'), {
    ...alarm,
    AlarmDescription: 'docs/operating.md, "The API answers 5xx"',
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HTTP' } }],
    Threshold: 2,
  })
  t.deepEqual(properties('SkippedChecksAlarm'), {
    ...alarm,
    AlarmDescription: 'docs/operating.md, "Checks are skipped"',
    Namespace: { Ref: 'AWS::StackName' },
    MetricName: 'SkippedChecks',
    Threshold: 1,
  })
  t.deepEqual(properties('SkippedChecksFilter'), {
    LogGroupName: { Ref: 'PostSignupLogs' },
    FilterPattern: '{ $.message.skipped[0] = "*" }',
    MetricTransformations: [
      { MetricNamespace: { Ref: 'AWS::StackName' }, MetricName: 'SkippedChecks', MetricValue: '1' },
    ],
  })
  const guide = readFileSync(new URL('../docs/operating.md', import.meta.url), 'utf8')
  for (const title of ['The API answers 5xx', 'Checks are skipped']) {
    t.match(guide, new RegExp(`^#+ ${title}$`, 'm'), 'each alarm names a paragraph that is there')
  }
  const staging = await packageCopy('staging', { manifest })
  t.notOk('AlarmTopic' in staging.template.Resources)
})

test('@domain gives the API a domain, and the outputs follow', async (t) => {
  const arn = 'arn:aws:acm:us-east-1:123456789012:certificate/abc'
  const { template } = await packageCopy('production', {
    manifest: (text) => `${text}\n@domain\nproduction api.math.ai ${arn}\n`,
  })
  t.deepEqual(template.Resources.HTTP?.Properties.Domain, {
    DomainName: 'api.math.ai',
    CertificateArn: arn,
    SecurityPolicy: 'TLS_1_2',
  })
  t.deepEqual(template.Outputs.SignupApiUrl, {
    Description: 'POST a sign-up here',
    Value: { 'Fn::Sub': 'https://api.math.ai/signup' },
  })
  t.deepEqual(template.Outputs.DomainTarget, {
    Description: 'Make a CNAME record of api.math.ai with this value',
    Value: { 'Fn::GetAtt': ['HTTP.DomainName', 'RegionalDomainName'] },
  })
})

test('a stack with a name of its own gets no domain: that belongs to the stage', async (t) => {
  const { template } = await packageCopy('staging', {
    name: 'alice',
    manifest: (text) => `${text}\n@domain\nstaging api.math.ai arn:aws:acm:us-east-1:123456789012:certificate/abc\n`,
  })
  t.notOk('Domain' in (template.Resources.HTTP?.Properties ?? {}))
  t.notOk('DomainTarget' in template.Outputs)
  t.match(JSON.stringify(template.Outputs.SignupApiUrl), /execute-api/)
})

test('@role permissions-boundary puts the policy on the role', async (t) => {
  const { template } = await packageCopy('production', {
    manifest: (text) => `${text}\n@role\npermissions-boundary MathaiFunctionBoundary\n`,
  })
  t.deepEqual(template.Resources.Role?.Properties.PermissionsBoundary, {
    'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/MathaiFunctionBoundary',
  })
})

test('a reference to a resource that is not there is found, in each of its forms', async (t) => {
  const template = (property: unknown, more = {}): Template => ({
    Resources: { Here: { Type: 'T', Properties: { property }, ...more } },
    Outputs: {},
  })
  for (const good of [
    { Ref: 'Here' },
    { Ref: 'AWS::Region' },
    { 'Fn::GetAtt': ['Here', 'Arn'] },
    { 'Fn::GetAtt': 'Here.Arn' },
    { 'Fn::Sub': 'arn:${AWS::Partition}:${Here}:${Here.Arn}:${!Literal}' },
    { 'Fn::Sub': ['${name}', { name: { Ref: 'Here' } }] },
    null,
  ]) {
    t.doesNotThrow(() => checkReferences(template([good])), JSON.stringify(good))
  }
  for (const bad of [
    { Ref: 'Gone' },
    { 'Fn::GetAtt': ['Gone', 'Arn'] },
    { 'Fn::GetAtt': 'Gone.Arn' },
    { 'Fn::Sub': 'x${Gone}' },
    { 'Fn::Sub': 'x${ Gone }' },
    { 'Fn::Sub': 'x${Gone.Arn}' },
    { 'Fn::Sub': ['${Gone}', { name: { Ref: 'Here' } }] },
    { 'Fn::Sub': ['${name}', { name: { Ref: 'Gone' } }] },
  ]) {
    t.throws(
      () => checkReferences(template([bad])),
      /The template refers to Gone, which is not in it/,
      JSON.stringify(bad),
    )
  }
  t.throws(() => checkReferences(template(1, { DependsOn: 'Gone' })), /Gone/)
  t.throws(() => checkReferences(template(1, { DependsOn: ['Here', 'Gone'] })), /Gone/)
  t.throws(() => checkReferences(template([{ Ref: 'Gone' }, { Ref: 'Lost' }])), /to Gone, Lost, which/)
  t.throws(() => checkReferences({ ...template(1), Outputs: { Url: { Value: { Ref: 'Gone' } } } }), /Gone/)
})

test('if Architect does not make a resource any more, the step that needs it says so', async (t) => {
  const empty: Template = { Resources: {}, Outputs: {} }
  const inventory = { tables: [] } as never
  t.throws(() => removeUnused(empty, inventory), /The template has no ParameterStorePolicy: has Architect changed\?/)
  t.throws(() => limitRole(empty, inventory, null), /The template has no Role: has Architect changed\?/)
})

test('a template with a reference that leads nowhere is not deployed', async (t) => {
  const plugin =
    "export default { deploy: { start: ({ cloudformation }) => { cloudformation.Outputs.Url = { Value: { Ref: 'Gone' } } } } }"
  await packageCopy('staging', {
    manifest: (manifest) => manifest.replace('@plugins\n', '@plugins\nbroken\n  src src/broken.ts\n'),
    files: { 'src/broken.ts': plugin },
  }).then(
    () => t.fail('the deploy went on'),
    ({ message }) => t.match(message, /The template refers to Gone, which is not in it/),
  )
})
