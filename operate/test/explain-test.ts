// What an operator reads when AWS refuses a call: explain-snapshot.txt has the sentence of each error.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { matchesSnapshot } from '../../test/support/snapshot.ts'
import { type AwsError, explainDenial, explainError, isLost, isTemporary, needsExplanation } from '../lib/explain.ts'

const ADA = 'arn:aws:iam::123456789012:user/ada'
const DEPLOYER = 'arn:aws:sts::123456789012:assumed-role/MathaiDeployer/session'
const denied = (action: string, because = '', who = ADA) =>
  `AccessDenied: User: ${who} is not authorized to perform: ${action}${because}`
const noPolicy = (action: string, kind = 'identity-based') => ` because no ${kind} policy allows the ${action} action`
const inPolicy = (kind: string) => ` with an explicit deny in a${kind.startsWith('i') ? 'n' : ''} ${kind}`

/** Errors of AWS, as "name: message". */
const ERRORS = [
  denied('cloudformation:CreateChangeSet', ` on resource: arn:aws:x${noPolicy('cloudformation:CreateChangeSet')}`),
  denied('s3:PutObject', ' on resource: "arn:aws:s3:::b"', DEPLOYER),
  denied('cloudformation:DescribeStacks', inPolicy('service control policy'), DEPLOYER),
  denied(
    's3:CreateBucket',
    ` on resource: "arn:aws:s3:::b" because no service control policy allows the s3:CreateBucket action`,
  ),
  denied('iam:PassRole', inPolicy('identity-based policy')),
  denied('iam:CreateRole', ` on resource: arn:aws:iam::1:role/x${noPolicy('iam:CreateRole')}`, DEPLOYER),
  denied('iam:PutRolePolicy', noPolicy('iam:PutRolePolicy'), DEPLOYER),
  denied('iam:CreateRole', noPolicy('iam:CreateRole')),
  denied(
    'iam:DeleteRolePermissionsBoundary',
    ` on resource: role x${inPolicy('identity-based policy')}: arn:aws:iam::1:policy/MathaiDeployer`,
    DEPLOYER,
  ),
  denied(
    'iam:GetRole',
    ` on resource: role x${inPolicy('service control policy')}: arn:aws:organizations::1:policy/o/service_control_policy/p`,
  ),
  denied('iam:GetRole', ' on resource: role x because no permissions boundary allows the iam:GetRole action'),
  denied('s3:PutObject', noPolicy('s3:PutObject', 'session')),
  denied('dynamodb:GetItem', noPolicy('dynamodb:GetItem'), DEPLOYER),
  denied('dynamodb:RestoreTableToPointInTime'),
  denied('sts:AssumeRole', ' on resource: arn:aws:iam::1:role/MathaiDeployer').replace(
    'AccessDenied',
    'CredentialsProviderError',
  ),
  'BadRequestException: Insufficient permissions to enable logging',
  'AccessDeniedException: Caller does not have permissions to create a Service Linked Role.',
  'ExpiredToken: The security token included in the request is expired',
  'RequestExpired: Request has expired.',
  'OptInRequired: The AWS Access Key Id needs a subscription for the service',
  'SubscriptionRequiredException: no',
  "ValidationError: 1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
  'InvalidClientTokenId: The security token included in the request is invalid.',
  'UnrecognizedClientException: no',
  'AuthFailure: no',
  'InvalidAccessKeyId: no',
  'SignatureDoesNotMatch: The request signature we calculated does not match',
  'SignatureDoesNotMatch: Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z',
  'InvalidSignatureException: Signature not yet current: 20261126T000000Z',
  'RequestTimeTooSkewed: The difference is too large.',
  'Error: Failed to establish tunnel: 407 Proxy Authentication Required',
  ...[
    'ThrottlingException: Rate exceeded',
    'SlowDown: Please reduce your request rate.',
    'TooManyRequestsException: no',
  ],
  'InvalidChangeSetStatus: ChangeSet [arn] cannot be executed in its current status of [OBSOLETE]',
  'ValidationError: Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.',
  'LimitExceededException: Too many stacks',
]

const withStatus = (httpStatusCode?: number, requestId?: string) => ({
  $metadata: { ...(httpStatusCode && { httpStatusCode }), ...(requestId && { requestId }) },
})
/** Errors whose sentence depends on more than their name and message. */
const OTHERS: [text: string, more: Partial<AwsError>, env?: NodeJS.ProcessEnv][] = [
  ...['HeadBucket', 'CreateBucket', 'PutObject', 'ListBuckets'].map((name): [string, Partial<AwsError>] => {
    return ['Forbidden: UnknownError', { ...withStatus(403, '1'), commandName: `${name}Command`, identity: ADA }]
  }),
  ['Error: getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', ...withStatus() }],
  ['Error: no', { code: 'ECONNREFUSED', ...withStatus() }, { HTTPS_PROXY: 'http://proxy.example:3128' }],
  ['Error: no', { code: 'EAI_AGAIN', ...withStatus() }, { https_proxy: 'http://proxy.example:3128' }],
  ['TimeoutError: socket timed out', withStatus()],
  ['Error: self-signed certificate', { code: 'SELF_SIGNED_CERT_IN_CHAIN', ...withStatus() }],
  ['Error: no issuer', { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', ...withStatus() }],
  ...['ERR_MODULE_NOT_FOUND', 'ENOENT', 'ERR_ECONN'].map((code): [string, Partial<AwsError>] => [
    'Error: ours',
    { code },
  ]),
  ['Error: write ENOSPC', { code: 'ENOSPC' }],
  ['InternalError: Oops', { commandName: 'PutObjectCommand', ...withStatus(500) }],
  ['InternalError: ', { commandName: 'PutObjectCommand', ...withStatus(500, '1') }],
  ['Unknown: UnknownError', { commandName: 'PutObjectCommand', ...withStatus(404, '1') }],
  // HTML, half an answer, or none: AWS has not given it.
  ...[403, 407].map((status): [string, Partial<AwsError>] => ['Unknown: UnknownError', withStatus(status)]),
  ['Unknown: Unknown', withStatus(503)],
  ['SyntaxError: Unexpected token \'<\', "<html>" is not valid JSON', withStatus(200)],
  ['Error: ', withStatus(502)],
]

const errorOf = (text: string, more: Partial<AwsError> = { $metadata: { httpStatusCode: 400 } }): AwsError => {
  const [, name = '', message = ''] = /^(\w+): (.*)/s.exec(text) ?? []
  return Object.assign(Error(message), { name, ...more })
}

test('each error has its sentence, and it is known whether it may pass and whether the call may have done its work', async (t) => {
  const place = { region: 'af-south-1' }
  const given = [...ERRORS.map((text): (typeof OTHERS)[number] => [text, withStatus(400, '1')]), ...OTHERS]
  const texts = given.map(([text, more, env = {}]) => {
    const error = errorOf(text, more)
    const kinds = { temporary: isTemporary(error), lost: isLost(error), explained: needsExplanation(error) }
    const names = Object.entries(kinds).flatMap(([name, is]) => (is ? name : []))
    const about = JSON.stringify({ ...more, ...env })
    return `${text}\n  ${about}\n  ${names.join(', ')}\n${explainError(error, place, env)}\n`
  })
  matchesSnapshot(t, new URL('explain-snapshot.txt', import.meta.url), texts.join('\n'))
  t.equal(explainDenial('The log group is not there'), undefined)
})

test('an execution that CloudFormation has taken already is no refusal', async (t) => {
  const refusal = (status: string) =>
    errorOf(
      `InvalidChangeSetStatus: cannot be executed in its current execution status of [${status}]`,
      withStatus(400, '1'),
    )
  for (const status of ['EXECUTE_IN_PROGRESS', 'EXECUTE_COMPLETE']) t.ok(isLost(refusal(status)), status)
  t.notOk(isLost(refusal('OBSOLETE')))
})

test('without credentials the profiles that exist are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mathai-profiles-'))
  const env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
  const missing = 'CredentialsProviderError: No credentials. None.'
  const expired = 'TokenProviderError: The SSO session associated with this profile has expired'
  const mfa =
    'CredentialsProviderError: Profile work requires multi-factor authentication, but no MFA code callback was provided.'
  const noLogin = 'CredentialsProviderError: Your login session has expired. Please reauthenticate'
  const says = (text: string, AWS_PROFILE = '', profile?: string) => {
    const sentence = explainError(errorOf(text, withStatus()), { region: 'R', profile }, { ...env, AWS_PROFILE })
    return `${text}\n  AWS_PROFILE=${AWS_PROFILE}, of app.arc: ${profile}\n${sentence}\n`
  }
  const without = says(missing)
  writeFileSync(
    env.AWS_CONFIG_FILE,
    '[default]\nx = [y]\n[profile  work]\nsso_session = a\n[sso-session a]\n[services s]\n[profile "my work"]\n',
  )
  writeFileSync(env.AWS_SHARED_CREDENTIALS_FILE, '[work]\n[play]\n')
  const texts = [
    `Without a profile: ${without}`,
    `With profiles: ${says(missing)}`,
    ...[says(missing, 'nope'), says(missing, '', 'nope'), says(missing, 'work', 'nope')],
    ...[says(expired, 'work'), says(expired, 'my work'), says(expired, 'play', 'work')],
    ...[
      says(noLogin, 'work'),
      says(noLogin),
      says(mfa, 'work'),
      says('CredentialsProviderError: Something else', 'work'),
    ],
  ]
  rmSync(folder, { recursive: true })
  matchesSnapshot(t, new URL('profiles-snapshot.txt', import.meta.url), texts.join('\n'))
})
