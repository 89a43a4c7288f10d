// What an operator reads when AWS refuses a call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { type AwsError, explainDenial, explainError } from '../lib/explain.ts'

const ADA = 'arn:aws:iam::123456789012:user/ada'
const DEPLOYER = 'arn:aws:sts::123456789012:assumed-role/MathaiDeployer/session'
const USE_ROLE =
  'operate/deployer.yaml grants what a deploy needs: an administrator deploys it, and you use its role. See operate/README.md.'
const ADD_RIGHT =
  'operate/deployer.yaml makes this role: an administrator adds the right there and deploys that file again.'
const SCP = 'Whoever made that service control policy must allow it.'
const CHANGED = 'Another deploy changes this stack:'

const error = (name: string, message: string, more: Partial<AwsError> = {}): AwsError =>
  Object.assign(Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more })

/** Errors of AWS, as "name: message", and what is said of each. */
const sentences: Record<string, string> = {
  [`AccessDenied: User: ${ADA} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:x because no identity-based policy allows the cloudformation:CreateChangeSet action`]: `${ADA} may not do cloudformation:CreateChangeSet, because no identity-based policy allows the cloudformation:CreateChangeSet action. ${USE_ROLE}`,
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b"`]: `${DEPLOYER} may not do s3:PutObject. ${ADD_RIGHT}`,
  [`AccessDenied: User: ${DEPLOYER} is not authorized to perform: cloudformation:DescribeStacks with an explicit deny in a service control policy`]: `${DEPLOYER} may not do cloudformation:DescribeStacks, with an explicit deny in a service control policy. ${SCP}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::b" because no service control policy allows the s3:CreateBucket action`]: `${ADA} may not do s3:CreateBucket, because no service control policy allows the s3:CreateBucket action. ${SCP}`,
  [`AccessDenied: User: ${ADA} is not authorized to perform: iam:PassRole with an explicit deny in an identity-based policy`]: `${ADA} may not do iam:PassRole, with an explicit deny in an identity-based policy. Whoever made that identity-based policy must allow it.`,
  'ExpiredToken: The security token included in the request is expired':
    'The AWS credentials have expired. Get new ones, for example with "aws sso login".',
  'InvalidClientTokenId: The security token included in the request is invalid.':
    'AWS does not accept these credentials in af-south-1: "The security token included in the request is invalid.". Either the keys are wrong, or this account has not enabled the region. See whether it has:\n  aws account get-region-opt-status --region-name af-south-1',
  'SignatureDoesNotMatch: Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z':
    'The clock of this machine is wrong: AWS says "Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z". Set the clock, then try again.',
  'RequestTimeTooSkewed: The difference is too large.':
    'The clock of this machine is wrong: AWS says "The difference is too large.". Set the clock, then try again.',
  'ThrottlingException: Rate exceeded': 'AWS throttles the calls of this account. Try again in a few minutes.',
  'SlowDown: Please reduce your request rate.': 'AWS throttles the calls of this account. Try again in a few minutes.',
  'InvalidChangeSetStatus: ChangeSet [arn] cannot be executed in its current status of [OBSOLETE]': `${CHANGED} ChangeSet [arn] cannot be executed in its current status of [OBSOLETE] Deploy again when it has ended.`,
  'ValidationError: Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.': `${CHANGED} Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated. Deploy again when it has ended.`,
  'LimitExceededException: Too many stacks': 'LimitExceededException: Too many stacks',
}
for (const [text, sentence] of Object.entries(sentences)) {
  test(`explained: ${text.slice(0, 90)}`, async (t) => {
    const [, name = '', message = ''] = /^(\w+): (.*)/s.exec(text) ?? []
    t.equal(explainError(error(name, message), 'af-south-1', {}), sentence)
  })
}

test('a denial of S3 without a word names the right and who lacks it', async (t) => {
  for (const [commandName, action] of Object.entries({
    HeadBucketCommand: 's3:ListBucket',
    CreateBucketCommand: 's3:CreateBucket',
    PutPublicAccessBlockCommand: 's3:PutBucketPublicAccessBlock',
    PutObjectCommand: 's3:PutObject',
  })) {
    const more = { commandName, identity: ADA, $metadata: { httpStatusCode: 403 } }
    const refused = error('Forbidden', 'UnknownError', more)
    t.equal(explainError(refused, 'us-east-1', {}), `${ADA} may not do ${action}. ${USE_ROLE}`)
  }
})

test('without a network, also behind a proxy, that is what it says', async (t) => {
  const lost = error('Error', 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', $metadata: {} })
  const sentence = 'AWS cannot be reached in us-east-1 (ENOTFOUND). Check the network, and the region in app.arc.'
  t.equal(explainError(lost, 'us-east-1', {}), sentence)
  t.equal(
    explainError(lost, 'us-east-1', { HTTPS_PROXY: 'http://proxy.example:3128' }),
    `${sentence} HTTPS_PROXY is set, but this command connects without a proxy: run it on a machine that needs none.`,
  )
  const silent = error('TimeoutError', 'socket timed out', { $metadata: {} })
  t.equal(explainError(silent, 'us-east-1', {}), sentence.replace('ENOTFOUND', 'TimeoutError'))
  for (const code of ['ERR_MODULE_NOT_FOUND', 'ENOENT', 'ERR_ECONN']) {
    const ours = Object.assign(Error('the file is missing'), { code })
    t.equal(explainError(ours, 'us-east-1', {}), 'Error: the file is missing', `${code} is no error of the network`)
  }
})

test('whatever else AWS says is printed, with the call', async (t) => {
  const failed = { commandName: 'PutObjectCommand', $metadata: { httpStatusCode: 500 } }
  t.equal(explainError(error('InternalError', 'Oops', failed), 'us-east-1', {}), 'PutObject: InternalError: Oops')
  t.equal(explainError(error('InternalError', '', failed), 'us-east-1', {}), 'PutObject: InternalError: status 500')
  t.equal(explainError(error('Unknown', 'UnknownError', failed), 'us-east-1', {}), 'PutObject: Unknown: status 500')
  t.equal(explainDenial('The log group is not there'), undefined)
})

test('without credentials the profiles that exist are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mathai-profiles-'))
  const env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
  const missing = error('CredentialsProviderError', 'No credentials. None.', { $metadata: {} })
  const sentence = (profiles: string) =>
    `There are no AWS credentials: No credentials. None. Set AWS_PROFILE${profiles}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
  t.equal(explainError(missing, 'us-east-1', env), sentence(''))
  writeFileSync(env.AWS_CONFIG_FILE, '[default]\nx = [y]\n[profile  work]\nsso_session = a\n[sso-session a]')
  writeFileSync(env.AWS_SHARED_CREDENTIALS_FILE, '[work]\n[play]\n')
  t.equal(explainError(missing, 'us-east-1', env), sentence(' to one of default, work, play'))
  const unknown = explainError(missing, 'us-east-1', { ...env, AWS_PROFILE: 'nope' })
  t.equal(unknown, 'The AWS profile nope does not exist. Set AWS_PROFILE to one of default, work, play.')
  rmSync(folder, { recursive: true })
})
