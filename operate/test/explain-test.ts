// What an operator reads when AWS refuses a call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { type AwsError, explainDenial, explainError, isLost } from '../lib/explain.ts'

const ADA = 'arn:aws:iam::123456789012:user/ada'
const DEPLOYER = 'arn:aws:sts::123456789012:assumed-role/MathaiDeployer/session'
const USE_ROLE =
  'operate/deployer.yaml grants what a deploy needs: an administrator deploys it, and you use its role. See operate/README.md.'
const HAS_RIGHT =
  'If operate/deployer.yaml of this commit has that right, an administrator deploys that file again. If not, it is a mistake of this project.'
const BOUNDARY =
  'operate/deployer.yaml allows that for roles with its boundary only. Have in app.arc:\n@role\npermissions-boundary MathaiFunctionBoundary'
const LOGS =
  'The access log of the API needs the rights of "WithoutResource" and "RoleOfApiGateway" in operate/deployer.yaml. Whoever deploys lacks one.'
const SCP = 'Whoever made that service control policy must allow it.'
const PLACE = { region: 'us-east-1' }
const CHANGED = 'Another deploy changes this stack:'

const error = (name: string, message: string, more: Partial<AwsError> = {}): AwsError =>
  Object.assign(Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more })

/** Errors of AWS, as "name: message", and what is said of each. */
const sentences: Record<string, string> = {
  [`AccessDenied: User: ${ADA} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:x because no identity-based policy allows the cloudformation:CreateChangeSet action`]: `${ADA} may not do cloudformation:CreateChangeSet, because no identity-based policy allows the cloudformation:CreateChangeSet action. ${USE_ROLE}`,
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b"`]: `${DEPLOYER} may not do s3:PutObject. ${HAS_RIGHT}`,
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: cloudformation:DescribeStacks with an explicit deny in a service control policy`]: `${DEPLOYER} may not do cloudformation:DescribeStacks, with an explicit deny in a service control policy. ${SCP}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::b" because no service control policy allows the s3:CreateBucket action`]: `${ADA} may not do s3:CreateBucket, because no service control policy allows the s3:CreateBucket action. ${SCP}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: iam:PassRole with an explicit deny in an identity-based policy`]: `${ADA} may not do iam:PassRole, with an explicit deny in an identity-based policy. Whoever made that policy denies it on purpose: ask them.`,
  'ExpiredToken: The security token included in the request is expired':
    'The AWS credentials have expired. Sign in again:\n  aws login',
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:CreateRole action`]: `${DEPLOYER} may not do iam:CreateRole, because no identity-based policy allows the iam:CreateRole action. ${BOUNDARY}`,
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: iam:DeleteRolePermissionsBoundary on resource: role x with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/MathaiDeployer`]: `${DEPLOYER} may not do iam:DeleteRolePermissionsBoundary, with an explicit deny in an identity-based policy: arn:aws:iam::1:policy/MathaiDeployer. ${BOUNDARY}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: iam:GetRole on resource: role x with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/service_control_policy/p`]: `${ADA} may not do iam:GetRole, with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/service_control_policy/p. ${SCP}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: iam:GetRole on resource: role x because no permissions boundary allows the iam:GetRole action`]: `${ADA} may not do iam:GetRole, because no permissions boundary allows the iam:GetRole action. ${SCP.replace('service control policy', 'permissions boundary')}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: s3:PutObject because no session policy allows the s3:PutObject action`]: `${ADA} may not do s3:PutObject, because no session policy allows the s3:PutObject action. ${SCP.replace('service control policy', 'session policy')}`,
  [`CredentialsProviderError: User: ${ADA} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/MathaiDeployer`]: `${ADA} may not do sts:AssumeRole. operate/deployer.yaml lets in whom its parameter Person names: an administrator deploys it with that ARN. The user needs sts:AssumeRole on the role, too.`,
  'BadRequestException: Insufficient permissions to enable logging': LOGS,
  'AccessDeniedException: Caller does not have permissions to create a Service Linked Role.': LOGS,
  'OptInRequired: The AWS Access Key Id needs a subscription for the service':
    'This AWS account is not active yet: "The AWS Access Key Id needs a subscription for the service". Finish its sign-up in the console, with a card and a phone number. AWS may then take a day.',
  "ValidationError: 1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200":
    'The template is larger than the 51,200 bytes that CloudFormation takes this way. Remove routes or alarms.',
  'InvalidClientTokenId: The security token included in the request is invalid.':
    'AWS does not accept these credentials in af-south-1: "The security token included in the request is invalid.". Either the keys are wrong, or this account has not enabled the region. See whether it has:\n  aws account get-region-opt-status --region-name af-south-1',
  'SignatureDoesNotMatch: Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z':
    'The clock of this machine is wrong: AWS says "Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z". Set the clock, then try again.',
  'RequestTimeTooSkewed: The difference is too large.':
    'The clock of this machine is wrong: AWS says "The difference is too large.". Set the clock, then try again.',
  'Error: Failed to establish tunnel: 407 Proxy Authentication Required':
    'The proxy of HTTPS_PROXY wants a user and a password. Write them into it: http://user:password@host:port',
  'ThrottlingException: Rate exceeded': 'AWS throttles the calls of this account. Try again in a few minutes.',
  'SlowDown: Please reduce your request rate.': 'AWS throttles the calls of this account. Try again in a few minutes.',
  'InvalidChangeSetStatus: ChangeSet [arn] cannot be executed in its current status of [OBSOLETE]': `${CHANGED} ChangeSet [arn] cannot be executed in its current status of [OBSOLETE] Deploy again when it has ended.`,
  'ValidationError: Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.': `${CHANGED} Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated. Deploy again when it has ended.`,
  'LimitExceededException: Too many stacks': 'LimitExceededException: Too many stacks',
}
for (const [text, sentence] of Object.entries(sentences)) {
  test(`explained: ${text.slice(0, 90)}`, async (t) => {
    const [, name = '', message = ''] = /^(\w+): (.*)/s.exec(text) ?? []
    t.equal(explainError(error(name, message), { region: 'af-south-1' }, {}), sentence)
  })
}

test('a denial of S3 without a word names the right and who lacks it', async (t) => {
  for (const [commandName, action] of Object.entries({
    HeadBucketCommand: 's3:ListBucket',
    CreateBucketCommand: 's3:CreateBucket',
    PutObjectCommand: 's3:PutObject',
  })) {
    const more = { commandName, identity: ADA, $metadata: { httpStatusCode: 403, requestId: '1' } }
    const refused = error('Forbidden', 'UnknownError', more)
    t.equal(
      explainError(refused, PLACE, {}),
      `${ADA} may not do ${action}, or the bucket has rules of its own. ${USE_ROLE}`,
    )
  }
})

test('without a network, also behind a proxy, that is what it says', async (t) => {
  const lost = error('Error', 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', $metadata: {} })
  const sentence = 'AWS cannot be reached in us-east-1 (ENOTFOUND). Check the network, and the region in app.arc.'
  t.equal(explainError(lost, PLACE, {}), sentence)
  t.equal(
    explainError(lost, PLACE, { HTTPS_PROXY: 'http://proxy.example:3128' }),
    sentence.replace('us-east-1', 'us-east-1, through the proxy of HTTPS_PROXY'),
  )
  const untrusted = error('Error', 'self-signed certificate', { code: 'SELF_SIGNED_CERT_IN_CHAIN', $metadata: {} })
  t.match(explainError(untrusted, PLACE, {}), /NODE_OPTIONS=--use-system-ca npm run …$/)
  const silent = error('TimeoutError', 'socket timed out', { $metadata: {} })
  t.equal(explainError(silent, PLACE, {}), sentence.replace('ENOTFOUND', 'TimeoutError'))
  for (const code of ['ERR_MODULE_NOT_FOUND', 'ENOENT', 'ERR_ECONN']) {
    const ours = Object.assign(Error('the file is missing'), { code })
    t.equal(explainError(ours, PLACE, {}), 'Error: the file is missing', `${code} is no error of the network`)
  }
})

test('whatever else AWS says is printed, with the call', async (t) => {
  const failed = { commandName: 'PutObjectCommand', $metadata: { httpStatusCode: 500 } }
  t.equal(explainError(error('InternalError', 'Oops', failed), PLACE, {}), 'PutObject: InternalError: Oops')
  const withId = { ...failed, $metadata: { httpStatusCode: 500, requestId: '1' } }
  t.equal(explainError(error('InternalError', '', withId), PLACE, {}), 'PutObject: InternalError: status 500')
  t.equal(explainDenial('The log group is not there'), undefined)
})

test('a call is lost if AWS may have done its work nevertheless, and not if AWS refuses it', async (t) => {
  const withId = (httpStatusCode: number) => ({ $metadata: { httpStatusCode, requestId: '1' } })
  for (const lost of [
    error('Error', 'socket hang up', { code: 'ECONNRESET', $metadata: {} }),
    error('TimeoutError', 'timed out', { $metadata: {} }),
    error('Unknown', 'UnknownError', { $metadata: { httpStatusCode: 504 } }),
    error('InternalFailure', 'x', withId(500)),
    error(
      'InvalidChangeSetStatus',
      'cannot be executed in its current execution status of [EXECUTE_IN_PROGRESS]',
      withId(400),
    ),
  ]) {
    t.ok(isLost(lost), `${lost.name} ${lost.message}`)
  }
  for (const refusal of [
    error('AccessDenied', 'x', withId(403)),
    error('InvalidChangeSetStatus', 'cannot be executed in its current status of [OBSOLETE]', withId(400)),
  ]) {
    t.notOk(isLost(refusal), `${refusal.name} ${refusal.message}`)
  }
})

test('an answer that is not of AWS is called that: HTML, half an answer, or none', async (t) => {
  for (const [name, message, httpStatusCode] of [
    ['Unknown', 'UnknownError', 403],
    ['Unknown', 'UnknownError', 407],
    ['Unknown', 'Unknown', 503],
    ['SyntaxError', 'Unexpected token \'<\', "<html>" is not valid JSON', 200],
    ['Error', '', 502],
  ] as const) {
    const answer = error(name, message, {
      commandName: 'HeadBucketCommand',
      identity: ADA,
      $metadata: { httpStatusCode },
    })
    t.match(
      explainError(answer, PLACE, {}),
      RegExp(`^An answer with the status ${httpStatusCode} did not come from AWS: `),
    )
  }
})

test('without credentials the profiles that exist are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mathai-profiles-'))
  const env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
  const missing = error('CredentialsProviderError', 'No credentials. None.', { $metadata: {} })
  const sentence = (profiles: string) =>
    `There are no AWS credentials: No credentials. None. Sign in with "aws login" (AWS CLI 2.32 or newer)${profiles}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
  t.equal(explainError(missing, PLACE, env), sentence(''))
  writeFileSync(
    env.AWS_CONFIG_FILE,
    '[default]\nx = [y]\n[profile  work]\nsso_session = a\n[sso-session a]\n[profile "my work"]\n',
  )
  writeFileSync(env.AWS_SHARED_CREDENTIALS_FILE, '[work]\n[play]\n')
  t.equal(explainError(missing, PLACE, env), sentence(', set AWS_PROFILE to one of default, work, "my work", play'))
  const there = 'does not exist on this machine. There are default, work, "my work", play.'
  t.equal(
    explainError(missing, PLACE, { ...env, AWS_PROFILE: 'nope' }),
    `AWS_PROFILE names the profile nope, which ${there}`,
  )
  t.equal(explainError(missing, { ...PLACE, profile: 'nope' }, env), `app.arc names the profile nope, which ${there}`)
  const says = (message: string, AWS_PROFILE = 'work') =>
    explainError(error('CredentialsProviderError', message, { $metadata: {} }), PLACE, { ...env, AWS_PROFILE })
  const expired = 'The SSO session associated with this profile has expired'
  t.equal(says(expired), `${expired}. Sign in again:\n  aws sso login --profile work`)
  t.equal(says(expired, 'my work'), `${expired}. Sign in again:\n  aws sso login --profile "my work"`)
  const noLogin = 'Your login session has expired. Please reauthenticate'
  t.equal(says(noLogin), `${noLogin}. Sign in again:\n  aws login --profile work`)
  const mfa = 'Profile work requires multi-factor authentication, but no MFA code callback was provided.'
  t.match(says(mfa), /Get keys first:\n {2}eval "\$\(aws configure export-credentials --profile work --format env\)"$/)
  t.equal(
    says('Something else'),
    'Something else. See whether the profile works:\n  aws sts get-caller-identity --profile work',
  )
  rmSync(folder, { recursive: true })
})
