// What `npm run deploy` says if it fails: the real `arc deploy` against a fake AWS account with that fault.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import test from 'tape'
import { denied, type FakeAwsOptions, type FakeEvent, startFakeAws } from '../../local/aws.ts'
import { run } from '../../local/process.ts'
import { copyProject } from '../../local/project.ts'

type Fault = {
  aws?: FakeAwsOptions
  words?: string
  manifest?: (manifest: string) => string
  files?: Record<string, string>
  env?: NodeJS.ProcessEnv
  /** The last lines of the output, or all of it. */
  end?: string
  all?: string
}

const STACK = 'AWS::CloudFormation::Stack'
const REGION = '--region us-east-1'
const ADA = 'arn:aws:iam::123456789012:user/ada'
const DEPLOYER =
  'deployer.yaml grants what a deploy needs: an administrator deploys it, and you deploy with its role. ' +
  'docs/operating.md has the commands.'

/** A clock on which ten minutes take two seconds, for Architect and for the command. */
const FAST_CLOCK = `data:text/javascript,${encodeURIComponent(
  'const { now } = Date; const start = now(); Date.now = () => start + (now() - start) * 300',
)}`

const createFailed = [
  event('MathaiProduction', STACK, 'CREATE_IN_PROGRESS', 'User Initiated'),
  event('MathaiUsersTable', 'AWS::DynamoDB::Table', 'CREATE_COMPLETE'),
  event('MathaiSignupAttemptsTable', 'AWS::DynamoDB::Table', 'CREATE_COMPLETE'),
  event('ApiLogs', 'AWS::Logs::LogGroup', 'CREATE_FAILED', 'The log group "x" already exists & is used.'),
  event('Role', 'AWS::IAM::Role', 'CREATE_FAILED', `User: ${ADA} is not authorized to perform: iam:CreateRole`),
  event('PostSignupLogs', 'AWS::Logs::LogGroup', 'CREATE_FAILED', 'Resource creation cancelled'),
  event('MathaiProduction', STACK, 'ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [ApiLogs].'),
  event('MathaiSignupAttemptsTable', 'AWS::DynamoDB::Table', 'DELETE_COMPLETE'),
  event('MathaiUsersTable', 'AWS::DynamoDB::Table', 'DELETE_SKIPPED'),
  event('MathaiProduction', STACK, 'ROLLBACK_COMPLETE'),
]
const CREATE_FAILED = `
What failed, oldest first:
  ApiLogs (AWS::Logs::LogGroup): The log group "x" already exists & is used.
  Role (AWS::IAM::Role): User: ${ADA} is not authorized to perform: iam:CreateRole

${ADA} may not do iam:CreateRole. ${DEPLOYER}
Nothing is deployed: the first deploy of MathaiProduction failed. Correct the reasons above, remove the failed stack, and deploy again:
  aws cloudformation delete-stack --stack-name MathaiProduction ${REGION}
  aws cloudformation wait stack-delete-complete --stack-name MathaiProduction ${REGION}
  npm run deploy production
The table MathaiProduction-MathaiUsersTable-X is kept, and empty unless somebody has signed up. An administrator may delete it:
  aws dynamodb update-table --table-name MathaiProduction-MathaiUsersTable-X --no-deletion-protection-enabled ${REGION}
  aws dynamodb delete-table --table-name MathaiProduction-MathaiUsersTable-X ${REGION}
`

const updateFailed = [
  ...createFailed,
  event('MathaiProduction', STACK, 'UPDATE_IN_PROGRESS', 'User Initiated'),
  event('HTTP', 'AWS::ApiGatewayV2::Api', 'UPDATE_FAILED', 'Warnings found during import'),
  event(
    'MathaiProduction',
    STACK,
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'The following resource(s) failed to update: [HTTP].',
  ),
]

const faults: Record<string, Fault> = {
  'a first create failed': {
    aws: {
      states: ['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE'],
      events: createFailed,
    },
    end: `CloudFormation is rolling back. This command waits for it.\n${CREATE_FAILED}`,
  },
  'the first create failed earlier': {
    aws: {
      existing: 'ROLLBACK_COMPLETE',
      events: createFailed,
      errors: {
        UpdateStack: {
          status: 400,
          code: 'ValidationError',
          message: 'Stack:arn:aws:x is in ROLLBACK_COMPLETE state and can not be updated.',
        },
      },
    },
    end: CREATE_FAILED,
  },
  'the template is refused': {
    aws: {
      states: ['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE'],
      events: [
        event('MathaiStagingPr7', STACK, 'CREATE_IN_PROGRESS', 'User Initiated'),
        event('MathaiStagingPr7', STACK, 'ROLLBACK_IN_PROGRESS', 'Transform AWS::Serverless-2016-10-31 failed with: X'),
      ],
    },
    words: 'staging --name pr7',
    end: `
What failed, oldest first:
  MathaiStagingPr7 (${STACK}): Transform AWS::Serverless-2016-10-31 failed with: X

Nothing is deployed: the first deploy of MathaiStagingPr7 failed. Correct the reasons above, remove the failed stack, and deploy again:
  aws cloudformation delete-stack --stack-name MathaiStagingPr7 ${REGION}
  aws cloudformation wait stack-delete-complete --stack-name MathaiStagingPr7 ${REGION}
  npm run deploy staging -- --name pr7
`,
  },
  'an update failed': {
    aws: {
      existing: 'CREATE_COMPLETE',
      states: ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'],
      events: updateFailed,
    },
    end: `
What failed, oldest first:
  HTTP (AWS::ApiGatewayV2::Api): Warnings found during import

The previous version of MathaiProduction is live. Correct the reasons above and deploy again.
`,
  },
  'the roll-back failed': {
    aws: {
      existing: 'CREATE_COMPLETE',
      states: ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_FAILED'],
      events: [
        ...updateFailed,
        event('Role', 'AWS::IAM::Role', 'UPDATE_FAILED', 'Rate exceeded'),
        event('ApiLogs', 'AWS::Logs::LogGroup', 'UPDATE_FAILED', 'Resource update cancelled'),
        event(
          'MathaiProduction',
          STACK,
          'UPDATE_ROLLBACK_FAILED',
          'The following resource(s) failed to update: [Role].',
        ),
      ],
    },
    end: `
What failed, oldest first:
  HTTP (AWS::ApiGatewayV2::Api): Warnings found during import
  Role (AWS::IAM::Role): Rate exceeded

The roll-back of MathaiProduction failed. These resources are stuck: Role. Correct the reasons above and continue the roll-back. Then deploy again:
  aws cloudformation continue-update-rollback --stack-name MathaiProduction ${REGION}
`,
  },
  'Architect stopped waiting': {
    aws: { states: ['CREATE_IN_PROGRESS'] },
    env: { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${FAST_CLOCK}` },
    end: `× Error: Deployment timed out after 10 minutes; check stack MathaiProduction status in AWS console

This command stopped waiting after 10 minutes, but nothing is lost: CloudFormation is still working on MathaiProduction (CREATE_IN_PROGRESS). See how far it is:
  aws cloudformation describe-stacks --stack-name MathaiProduction --query "Stacks[0].[StackStatus,Outputs]" ${REGION}
`,
  },
  'another deploy is running': {
    aws: {
      existing: 'UPDATE_IN_PROGRESS',
      errors: {
        UpdateStack: {
          status: 400,
          code: 'ValidationError',
          message: 'Stack:arn:aws:x is in UPDATE_IN_PROGRESS state and can not be updated.',
        },
      },
    },
    end: `
Another deploy is running: CloudFormation is still working on MathaiProduction (UPDATE_IN_PROGRESS). See how far it is:
  aws cloudformation describe-stacks --stack-name MathaiProduction --query "Stacks[0].[StackStatus,Outputs]" ${REGION}
`,
  },
  'access to CreateStack is denied': {
    aws: { errors: denied('cloudformation:CreateStack') },
    end: `
MathaiProduction was not deployed. ${ADA} may not do cloudformation:CreateStack, because no identity-based policy allows the cloudformation:CreateStack action. ${DEPLOYER}
`,
  },
  'access to UpdateStack is denied': {
    aws: { existing: 'UPDATE_COMPLETE', errors: denied('cloudformation:UpdateStack') },
    end: `
MathaiProduction was not deployed. The previous version is live. ${ADA} may not do cloudformation:UpdateStack, because no identity-based policy allows the cloudformation:UpdateStack action. ${DEPLOYER}
`,
  },
  'access to DescribeStacks is denied': {
    aws: { errors: denied('cloudformation:DescribeStacks') },
    all: `The stack MathaiProduction cannot be read. ${ADA} may not do cloudformation:DescribeStacks, because no identity-based policy allows the cloudformation:DescribeStacks action. ${DEPLOYER}
`,
  },
  'access to an object of S3 is denied without a word': {
    aws: { errors: { 's3 HEAD': { status: 403, code: '', message: '' } } },
    end: `
MathaiProduction was not deployed. ${ADA} may not do s3:GetObject or s3:ListBucket. ${DEPLOYER}
`,
  },
  'the keys of the environment have expired': {
    aws: {
      errors: {
        '*': {
          status: 403,
          code: 'ExpiredToken',
          message: 'The security token included in the request is expired',
        },
      },
    },
    all: `The stack MathaiProduction cannot be read. AWS does not accept the keys of the environment. It says: The security token included in the request is expired. Get new ones, for example:
  eval "$(aws configure export-credentials --profile NAME --format env)"
`,
  },
}

for (const [name, fault] of Object.entries(faults)) testFault(name, fault)

/** Each profile is of a kind of its own. */
const HOME_FILES = {
  'home/.aws/config': `[profile session]
sso_session = work
sso_account_id = 123456789012
sso_role_name = Deployer
[sso-session work]
sso_start_url = https://work.example/start
sso_region = us-east-1
[profile sso]
sso_start_url = https://sso.example/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = Deployer
[profile chain]
role_arn = arn:aws:iam::123456789012:role/MathaiDeployer
source_profile = keys
[profile process]
credential_process = exit 3
[profile empty]
region = us-east-1
`,
  'home/.aws/credentials': '[keys]\naws_access_key_id = stale\naws_secret_access_key = stale\n',
  [`home/.aws/sso/cache/${createHash('sha1').update('https://sso.example/start').digest('hex')}.json`]:
    '{"accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"}',
}
const NOT_FOUND =
  'The AWS client says: Unable to find AWS credentials via params, environment variables, SSO, or credential / config files.'
const EXPIRED = {
  status: 403,
  code: 'ExpiredToken',
  message: 'The security token included in the request is expired',
}
const PROFILES = 'session, sso, chain, process, empty, keys'

const profiles: Record<string, string> = {
  missing: `The AWS profile missing does not exist. The AWS client says: Profile not found: missing. Set AWS_PROFILE to one of ${PROFILES}.
`,
  session: `The AWS profile session uses an sso_session, which Architect does not support. ${NOT_FOUND} Sign in, and export the credentials:
  aws sso login --profile session
  eval "$(aws configure export-credentials --profile session --format env)"
`,
  sso: `Failed to load credentials via AWS IAM Identity Center
The AWS profile sso uses SSO, which Architect supports. The AWS client says: SSO token is expired, please refresh by running: aws sso login [options]. Sign in:
  aws sso login --profile sso
`,
  chain: `The AWS profile chain uses role_arn, which Architect does not support. ${NOT_FOUND} Export the credentials:
  eval "$(aws configure export-credentials --profile chain --format env)"
`,
  process: `The AWS profile process uses a credential_process, which Architect supports. The AWS client says: Command failed: exit 3. Run the command to see why it fails:
  exit 3
`,
  empty: `The AWS profile empty has no credentials. ${NOT_FOUND} Add them:
  aws configure --profile empty
`,
  '': `No AWS credentials. Set AWS_PROFILE to one of ${PROFILES}, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then try again.
`,
  keys: `The stack MathaiProduction cannot be read. AWS does not accept the AWS profile keys. It says: The security token included in the request is expired. Get new ones, for example:
  aws configure --profile keys
`,
}

testFault('the profile of app.arc is missing', {
  manifest: (manifest) => manifest.replace('@aws\n', '@aws\nprofile missing\n'),
  env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'keys' },
  all: `The AWS profile missing does not exist. The AWS client says: Profile not found: missing. Set the profile below @aws in app.arc to one of ${PROFILES}.\n`,
})
testFault('a function does not compile', {
  manifest: (manifest) => manifest.replace('post /signup', 'post /signup\nget /broken'),
  files: {
    'src/http/get-broken/index.ts': "// @ts-nocheck\nimport x from './nowhere.ts'\nexport const handler = x\n",
  },
  end: '\nMathaiProduction was not deployed. get /broken did not compile: see the esbuild error above\n',
})
testFault('there is no such region, whatever profile is named beside the keys of the environment', {
  manifest: (manifest) => manifest.replace('us-east-1', 'us-east-9'),
  // With an endpoint, the AWS client does not look for the profile.
  env: { AWS_ENDPOINT_URL: '', AWS_PROFILE: 'missing' },
  all: 'Invalid region specified: us-east-9. Change "region" below @aws in app.arc.\n',
})
for (const [AWS_PROFILE, all] of Object.entries(profiles)) {
  testFault(`the profile is "${AWS_PROFILE}"`, {
    aws: { errors: { '*': EXPIRED } },
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE },
    all,
  })
}

function testFault(name: string, { aws: options, words = 'production', manifest, files, env, end, all }: Fault): void {
  test(`a deploy says what to do if ${name}`, async (t) => {
    const aws = await startFakeAws(options)
    const project = await copyProject({ files: { ...HOME_FILES, ...files }, ...(manifest && { manifest }) })
    const home = join(project.folder, 'home')
    const environment = { ...aws.env, HOME: home, USERPROFILE: home, ...env }
    const { status, output } = await run(`node scripts/deploy.ts ${words}`, project.folder, environment)
    t.equal(status, 1)
    if (all) t.equal(output, all)
    if (end) t.equal(output.slice(-end.length), end)
    t.notOk(/^ +at /m.test(output), 'it shows no stack')
    await aws.stop()
    await project.remove()
  })
}

function event(
  LogicalResourceId: string,
  ResourceType: string,
  ResourceStatus: string,
  ResourceStatusReason?: string,
): FakeEvent {
  return {
    LogicalResourceId,
    PhysicalResourceId: `MathaiProduction-${LogicalResourceId}-X`,
    ResourceType,
    ResourceStatus,
    ...(ResourceStatusReason && { ResourceStatusReason }),
  }
}
