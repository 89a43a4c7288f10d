// What deployer.yaml allows: nothing beyond this app. That a deploy needs no more is seen in operate/test/emulator.
import test from 'tape'
import { allows, deployerOf, type Right, statementsOf } from './support/iam.ts'

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`
const iam = (name: string) => `arn:aws:iam::123456789012:${name}`
const deployer = statementsOf('Policy')
const boundary = statementsOf('Boundary')
const role = iam('role/MathaiProduction-Role-X')
const bounded = { 'iam:PermissionsBoundary': iam('policy/Boundary') }
const usersTable = arn('dynamodb', 'table/MathaiProduction-MathaiUsersTable-X')

test('deployer.yaml makes roles within the boundary only, and nobody gets around it', async (t) => {
  const otherBoundary = { 'iam:PermissionsBoundary': iam('policy/Other') }
  for (const name of ['CreateRole', 'PutRolePolicy', 'DeleteRolePolicy', 'PutRolePermissionsBoundary']) {
    const action = `iam:${name}`
    t.ok(allows(deployer, [action, role, bounded]), action)
    t.notOk(allows(deployer, [action, role]), `${action} without a boundary`)
    t.notOk(allows(deployer, [action, role, otherBoundary]), `${action} with another`)
    t.notOk(allows(deployer, [action, iam('role/Other'), bounded]), `${action} for another app`)
  }
  const refused: Right[] = [
    ['iam:AttachRolePolicy', role, bounded],
    ['iam:UpdateAssumeRolePolicy', role, bounded],
    ['iam:PassRole', role, { 'iam:PassedToService': 'ec2.amazonaws.com' }],
    ['iam:PassRole', iam('role/Other'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    ['dynamodb:GetItem', usersTable],
    ['dynamodb:Scan', usersTable],
    ['ssm:PutParameter', arn('ssm', 'parameter/mathai/production/NAME')],
    ['cloudfront:ListDistributions', '*'],
    // The code that a roll-back of production needs.
    ['s3:DeleteObject', 'arn:aws:s3:::mathai-production-123456789012-us-east-1/x.zip'],
    ['s3:DeleteBucket', 'arn:aws:s3:::mathai-production-123456789012-us-east-1'],
    ['s3:PutObject', 'arn:aws:s3:::other-123456789012-us-east-1/x.zip'],
  ]
  for (const right of refused) t.notOk(allows(deployer, right), right[0])
  const denied: Right[] = [
    ['iam:DeleteRolePermissionsBoundary', role, bounded],
    ['iam:PutRolePolicy', iam('role/MathaiDeployer'), bounded],
    ['iam:CreatePolicyVersion', iam('policy/MathaiDeployer')],
    ['iam:CreatePolicyVersion', iam('policy/MathaiFunctionBoundary')],
    ['dynamodb:DeleteTable', usersTable],
  ]
  const administrator = [...deployer, { Effect: 'Allow', Action: '*', Resource: '*' }]
  for (const right of denied) t.notOk(allows(administrator, right), `${right[0]}, whatever else is attached`)
})

test('the boundary lets a function use single rows and its log, and nothing else', async (t) => {
  for (const action of ['PutItem', 'GetItem', 'UpdateItem']) {
    t.ok(allows(boundary, [`dynamodb:${action}`, usersTable]), action)
  }
  const log = arn('logs', 'log-group:MathaiProduction-PostSignupLogs-X:*')
  for (const action of ['CreateLogStream', 'PutLogEvents']) t.ok(allows(boundary, [`logs:${action}`, log]), action)
  t.notOk(allows(boundary, ['dynamodb:Scan', usersTable]))
  t.notOk(allows(boundary, ['dynamodb:GetItem', arn('dynamodb', 'table/Other')]))
})

test('deployer.yaml trusts exact subjects of GitHub', async (t) => {
  const { Condition } = deployerOf('mathai', 'Mathai').Role.Properties.AssumeRolePolicyDocument.Statement[0]
  t.deepEqual(Object.keys(Condition), ['StringEquals'])
  t.equal(Condition.StringEquals['token.actions.githubusercontent.com:aud'], 'sts.amazonaws.com')
  const subjects = ['staging', 'production'].map((name) => `repo:\${GitHubRepository}:environment:${name}`)
  t.deepEqual(Condition.StringEquals['token.actions.githubusercontent.com:sub'], subjects)
})

test('deployer.yaml names this app in each resource, apart from those listed here', async (t) => {
  const named = /[:/](Mathai(Production|Staging)|mathai(\/|-production|-staging|$)|\$\{(Production|Staging)Domain\})/
  const resources = deployer.flatMap(({ Effect, Resource }) => (Effect === 'Allow' ? Resource : []))
  // The reason for each is beside it in deployer.yaml.
  t.deepEqual(resources.filter((resource) => !named.test(resource)).sort(), [
    '*',
    'arn:aws:apigateway:*::/apis',
    'arn:aws:apigateway:*::/apis/*',
    'arn:aws:apigateway:*::/domainnames',
    'arn:aws:apigateway:*::/tags/*',
    'arn:aws:cloudformation:*:*:transform/Serverless-2016-10-31',
    'arn:aws:cloudwatch:*:*:alarm:*',
    'arn:aws:iam::*:role/aws-service-role/ops.apigateway.amazonaws.com/*',
  ])
  const actions = deployer.flatMap(({ Effect, Action, Resource }) => (Effect + Resource === 'Allow*' ? Action : []))
  const logs = '*LogDelivery DescribeIndexPolicies DescribeLogGroups DescribeResourcePolicies ListLogDeliveries'
  const sns = ['GetSubscriptionAttributes', 'SetSubscriptionAttributes', 'Unsubscribe']
  t.deepEqual(actions.sort(), [
    'dynamodb:ListTables',
    ...[...logs.split(' '), 'PutResourcePolicy'].map((name) => `logs:${name}`),
    ...sns.map((name) => `sns:${name}`),
  ])
})

test('the policy has at most the 6,144 characters of a managed policy, with the longest names and two domains', async (t) => {
  const Statement = statementsOf('Policy', 'a'.repeat(20), 'A'.repeat(20))
  const text = JSON.stringify({ Version: '2012-10-17', Statement }).replace(
    /\$\{\w+Domain\}/g,
    'signup.api.example.org',
  )
  t.ok(text.length <= 6144, `${text.length} characters`)
})

/**
 * What CloudFormation asks for the types of the transformed template, beyond their create and delete: the handlers of their schemas, and
 * AWS's guides on tags. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
 */
const of = (service: string, names: string) => names.split(' ').map((name) => `${service}:${name}`)
const RIGHTS: Record<string, string[]> = {
  [arn('lambda', 'function:MathaiProduction-X')]: of(
    'lambda',
    'CreateFunction DeleteFunction GetFunction GetFunctionConfiguration ListTags TagResource UntagResource UpdateFunctionCode UpdateFunctionConfiguration AddPermission RemovePermission GetPolicy',
  ),
  [arn('dynamodb', 'table/MathaiProduction-MathaiSignupAttemptsTable-X')]: of(
    'dynamodb',
    'CreateTable DeleteTable DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource TagResource UpdateContinuousBackups UpdateTable UpdateTimeToLive',
  ),
  [arn('logs', 'log-group:MathaiProduction-PostSignupLogs-X')]: of(
    'logs',
    'CreateLogGroup DeleteLogGroup ListTagsForResource PutRetentionPolicy TagResource',
  ),
  [arn('cloudformation', 'stack/MathaiProduction/1')]: of(
    'cloudformation',
    'CreateChangeSet DescribeChangeSet DescribeEvents DescribeStackEvents DescribeStacks ExecuteChangeSet GetTemplate',
  ),
  'arn:aws:s3:::mathai-production-123456789012-us-east-1-an': of('s3', 'CreateBucket ListBucket TagResource'),
  'arn:aws:s3:::mathai-production-123456789012-us-east-1-an/x.zip': of('s3', 'PutObject GetObject'),
  '*': ['dynamodb:ListTables', 'logs:CreateLogDelivery', 'logs:PutResourcePolicy'],
}
for (const [resource, actions] of Object.entries(RIGHTS)) {
  test(`deployer.yaml has the rights of a deploy on ${resource}`, async (t) => {
    for (const action of actions) t.ok(allows(deployer, [action, resource]), action)
  })
}
