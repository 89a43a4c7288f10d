// What an operator reads when AWS refuses a call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { type AwsError, explainDenial, explainError } from '../scripts/lib/explain.ts'

const ADA = 'arn:aws:iam::123456789012:user/ada'
const DEPLOYER = 'arn:aws:sts::123456789012:assumed-role/MathaiDeployer/session'
const USE_ROLE =
  'deployer.yaml grants what a deploy needs: an administrator deploys it, and you use its role. See docs/operating.md.'

const error = (name: string, message: string, more: Partial<AwsError> = {}): AwsError =>
  Object.assign(Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more })
const refused = (more: Partial<AwsError>) =>
  error('Forbidden', 'UnknownError', { $metadata: { httpStatusCode: 403 }, identity: ADA, ...more })
const unreachable = error('Error', 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', $metadata: {} })

const errors: [string, AwsError, string, NodeJS.ProcessEnv?][] = [
  [
    'a right that nobody gave',
    error(
      'AccessDenied',
      `User: ${ADA} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:x because no identity-based policy allows the cloudformation:CreateChangeSet action`,
    ),
    `${ADA} may not do cloudformation:CreateChangeSet, because no identity-based policy allows the cloudformation:CreateChangeSet action. ${USE_ROLE}`,
  ],
  [
    'a right that the role of deployer.yaml lacks',
    error('AccessDenied', `User: ${DEPLOYER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b"`),
    `${DEPLOYER} may not do s3:PutObject. deployer.yaml makes this role: an administrator adds the right there and deploys that file again.`,
  ],
  ...Object.entries({
    HeadBucketCommand: 's3:ListBucket',
    CreateBucketCommand: 's3:CreateBucket',
    PutPublicAccessBlockCommand: 's3:PutBucketPublicAccessBlock',
    PutObjectCommand: 's3:PutObject',
  }).map(([commandName, action]): [string, AwsError, string] => [
    `${action}, without a word`,
    refused({ commandName }),
    `${ADA} may not do ${action}. ${USE_ROLE}`,
  ]),
  [
    'a rule of the organisation',
    error(
      'AccessDenied',
      `User: ${DEPLOYER} is not authorized to perform: cloudformation:DescribeStacks with an explicit deny in a service control policy`,
    ),
    `${DEPLOYER} may not do cloudformation:DescribeStacks, with an explicit deny in a service control policy. Whoever made that service control policy must allow it.`,
  ],
  [
    'a right that the organisation does not give',
    error(
      'AccessDenied',
      `User: ${ADA} is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::b" because no service control policy allows the s3:CreateBucket action`,
    ),
    `${ADA} may not do s3:CreateBucket, because no service control policy allows the s3:CreateBucket action. Whoever made that service control policy must allow it.`,
  ],
  [
    'an explicit deny of a policy of its own',
    error(
      'AccessDenied',
      `User: ${ADA} is not authorized to perform: iam:PassRole with an explicit deny in an identity-based policy`,
    ),
    `${ADA} may not do iam:PassRole, with an explicit deny in an identity-based policy. Whoever made that identity-based policy must allow it.`,
  ],
  [
    'credentials that have expired',
    error('ExpiredToken', 'The security token included in the request is expired'),
    'The AWS credentials have expired. Get new ones, for example with "aws sso login".',
  ],
  [
    'wrong keys, or a region that the account has not enabled',
    error('InvalidClientTokenId', 'The security token included in the request is invalid.'),
    'AWS does not accept these credentials in af-south-1: "The security token included in the request is invalid.". Either the keys are wrong, or this account has not enabled the region. See whether it has:\n  aws account get-region-opt-status --region-name af-south-1',
  ],
  [
    'a wrong clock',
    error('SignatureDoesNotMatch', 'Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z'),
    'The clock of this machine is wrong: AWS says "Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z". Set the clock, then try again.',
  ],
  [
    'a wrong clock, said by S3',
    error('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'),
    'The clock of this machine is wrong: AWS says "The difference between the request time and the current time is too large.". Set the clock, then try again.',
  ],
  [
    'throttling',
    error('ThrottlingException', 'Rate exceeded'),
    'AWS throttles the calls of this account. Try again in a few minutes.',
  ],
  [
    'throttling by S3',
    error('SlowDown', 'Please reduce your request rate.'),
    'AWS throttles the calls of this account. Try again in a few minutes.',
  ],
  [
    'no network',
    unreachable,
    'AWS cannot be reached in af-south-1 (ENOTFOUND). Check the network, and the region in app.arc.',
  ],
  [
    "no network but a company's proxy",
    unreachable,
    'AWS cannot be reached in af-south-1 (ENOTFOUND). Check the network, and the region in app.arc. HTTPS_PROXY is set, but this command connects without a proxy: run it on a machine that needs none.',
    { HTTPS_PROXY: 'http://proxy.example:3128' },
  ],
  [
    'another deploy, which ended first',
    error('InvalidChangeSetStatus', 'ChangeSet [arn] cannot be executed in its current status of [OBSOLETE]'),
    'Another deploy changes this stack: ChangeSet [arn] cannot be executed in its current status of [OBSOLETE] Deploy again when it has ended.',
  ],
  [
    'another deploy, which goes on',
    error('ValidationError', 'Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.'),
    'Another deploy changes this stack: Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated. Deploy again when it has ended.',
  ],
  [
    'what else AWS says',
    error('LimitExceededException', 'Too many stacks', { commandName: 'CreateChangeSetCommand' }),
    'CreateChangeSet: LimitExceededException: Too many stacks',
  ],
  [
    'an error without a message',
    error('InternalError', '', { commandName: 'PutObjectCommand', $metadata: { httpStatusCode: 500 } }),
    'PutObject: InternalError: status 500',
  ],
]

for (const [what, cause, sentence, env = {}] of errors) {
  test(`explained: ${what}`, async (t) => t.equal(explainError(cause, 'af-south-1', env), sentence))
}

test('a message that is not about a right is not explained as one', async (t) => {
  t.equal(explainDenial('The log group is not there'), undefined)
})

test('without credentials the profiles that exist are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mathai-profiles-'))
  const env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
  const missing = error('CredentialsProviderError', 'Could not load credentials from any providers', { $metadata: {} })
  const sentence = (profiles: string) =>
    `There are no AWS credentials: Could not load credentials from any providers. Set AWS_PROFILE${profiles}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
  t.equal(explainError(missing, 'us-east-1', env), sentence(''))
  writeFileSync(env.AWS_CONFIG_FILE, '[default]\nregion = x\n[profile work]\nsso_session = a\n[sso-session a]\n')
  writeFileSync(env.AWS_SHARED_CREDENTIALS_FILE, '[work]\n[play]\n')
  t.equal(explainError(missing, 'us-east-1', env), sentence(' to one of default, work, play'))
  rmSync(folder, { recursive: true })
})
