// What deployer.yaml allows: each call of a deploy, and nothing beyond this app.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { parse } from 'yaml'
import { type Call, startFakeAws } from '../../local/aws.ts'
import { run } from '../../local/process.ts'
import { copyProject } from '../../local/project.ts'
import { allows, type Right, type Statement } from './_iam.ts'

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`
const iam = (name: string) => `arn:aws:iam::123456789012:${name}`
const text = readFileSync(join(import.meta.dirname, '../../deployer.yaml'), 'utf8')
const { Resources } = parse(text, (_key, value: any) =>
  value?.Ref ? iam(`policy/${value.Ref}`) : (value?.['Fn::Sub'] ?? value),
)
const deployer: Statement[] = Resources.Policy.Properties.PolicyDocument.Statement
const boundary: Statement[] = Resources.Boundary.Properties.PolicyDocument.Statement
const role = iam('role/MathaiProduction-Role-X')
const bounded = { 'iam:PermissionsBoundary': iam('policy/Boundary') }

test('deployer.yaml allows each call of a first deploy, a second deploy, a diff and a destroy', async (t) => {
  const project = await copyProject()
  const aws = await startFakeAws()
  const deploy = 'npx arc deploy --no-hydrate --production'
  const diff = 'node scripts/plan.ts production --diff'
  for (const command of [deploy, deploy, diff, 'npx arc destroy --app mathai --production --force --now']) {
    const { status, output } = await run(command, project.folder, aws.env)
    t.equal(status, 0, output)
  }
  const rights = new Map(aws.calls.flatMap(rightsFor).map((right) => [right.join(' on '), right]))
  for (const [name, right] of rights) t.ok(allows(deployer, right), name)
  for (const action of ['CreateStack', 'UpdateStack', 'CreateChangeSet', 'DeleteChangeSet', 'DeleteStack'])
    t.ok(rights.has(`cloudformation:${action} on ${arn('cloudformation', 'stack/MathaiProduction/id')}`))

  const [, template] = [...aws.objects].find(([path]) => path.endsWith('-template.json')) ?? []
  const made = Object.values<any>(JSON.parse(String(template)).Resources)
  const policies = made.filter(({ Type }) => Type === 'AWS::IAM::Role').flatMap((role) => role.Properties.Policies)
  t.ok(policies.length)
  for (const { Action, Resource } of policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)) {
    const name = `MathaiProduction-${Resource['Fn::GetAtt'][0]}-X`
    const isLog = [Action].flat().every((action) => action.startsWith('logs:'))
    const resource = isLog ? arn('logs', `log-group:${name}:*`) : arn('dynamodb', `table/${name}`)
    for (const action of [Action].flat()) t.ok(allows(boundary, [action, resource]), `the boundary has ${action}`)
  }
  await aws.stop()
  await project.remove()
})

test('deployer.yaml makes roles within the boundary only, and nobody gets around it', (t) => {
  for (const action of [
    'iam:CreateRole',
    'iam:PutRolePolicy',
    'iam:DeleteRolePolicy',
    'iam:PutRolePermissionsBoundary',
  ]) {
    t.ok(allows(deployer, [action, role, bounded]), action)
    t.notOk(allows(deployer, [action, role]), `${action} without a boundary`)
    t.notOk(
      allows(deployer, [action, role, { 'iam:PermissionsBoundary': iam('policy/Other') }]),
      `${action} with another`,
    )
    t.notOk(allows(deployer, [action, iam('role/Other'), bounded]), `${action} for another app`)
  }
  const refused: Right[] = [
    ['iam:AttachRolePolicy', role, bounded],
    ['iam:PassRole', role, { 'iam:PassedToService': 'ec2.amazonaws.com' }],
    ['iam:PassRole', iam('role/Other'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    ['dynamodb:GetItem', arn('dynamodb', 'table/MathaiProduction-MathaiUsersTable-X')],
  ]
  for (const right of refused) t.notOk(allows(deployer, right), right[0])
  const denied: Right[] = [
    ['iam:DeleteRolePermissionsBoundary', role, bounded],
    ['iam:PutRolePolicy', iam('role/MathaiDeployer'), bounded],
    ['iam:CreatePolicyVersion', iam('policy/MathaiDeployer')],
    ['iam:CreatePolicyVersion', iam('policy/MathaiFunctionBoundary')],
    ['dynamodb:DeleteTable', arn('dynamodb', 'table/MathaiProduction-MathaiUsersTable-X')],
  ]
  const administrator = [...deployer, { Effect: 'Allow', Action: '*', Resource: '*' }]
  for (const right of denied) t.notOk(allows(administrator, right), `${right[0]}, whatever else is attached`)
  t.end()
})

test('deployer.yaml trusts exact subjects of GitHub', (t) => {
  const { Condition } = Resources.Role.Properties.AssumeRolePolicyDocument.Statement[0]
  t.deepEqual(Object.keys(Condition), ['StringEquals'])
  t.equal(Condition.StringEquals['token.actions.githubusercontent.com:aud'], 'sts.amazonaws.com')
  t.deepEqual(
    Condition.StringEquals['token.actions.githubusercontent.com:sub'],
    ['staging', 'production'].map((name) => `repo:\${GitHubRepository}:environment:${name}`),
  )
  t.end()
})

test('deployer.yaml names this app in each resource, apart from those listed here', (t) => {
  const named = /[:/](Mathai(Production|Staging)|mathai(\/|-cfn-deployments-|$)|\$\{Domain\})/
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
  const harmless = /^(cloudfront:List|logs:Describe|logs:\w+LogDeliver|logs:PutResourcePolicy|sns:\w*[Ss]ubscri)/
  t.deepEqual(
    actions.filter((action) => !harmless.test(action)),
    [],
    'without a resource',
  )
  t.ok(JSON.stringify(deployer).length < 6000, 'it fits a managed policy: 6,144 characters')
  t.end()
})

const S3: Record<string, string> = {
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'ListBucket',
  'GET bucket': 'ListBucket',
  'POST bucket': 'DeleteObject',
  'DELETE bucket': 'DeleteBucket',
  'PUT object': 'PutObject',
  'HEAD object': 'GetObject',
}

/** The rights that a recorded call needs. */
function rightsFor({ action, path, parameters }: Call): Right[] {
  const { StackName, TemplateURL, logGroupName = '', Path, Name = Path, Names = Name } = parameters
  const [, , key] = path.split('/')
  const [, method] = action.split(' ')
  if (method) return [[`s3:${S3[`${method} ${key ? 'object' : 'bucket'}`]}`, `arn:aws:s3:::${path.slice(1)}`]]
  if (action === 'ListDistributions') return [[`cloudfront:${action}`, '*']]
  if (action.includes('LogGroup')) return [[`logs:${action}`, arn('logs', `log-group:${logGroupName}:*`)]]
  if (Names) return [Names].flat().map((name) => [`ssm:${action}`, arn('ssm', `parameter${name}`)])
  const stack: Right = [`cloudformation:${action}`, arn('cloudformation', `stack/${StackName}/id`)]
  if (!TemplateURL) return [stack]
  // CloudFormation reads the template and expands AWS::Serverless with the rights of its caller.
  const transform = 'arn:aws:cloudformation:us-east-1:aws:transform/Serverless-2016-10-31'
  const template = `arn:aws:s3:::${TemplateURL.replace('https://', '').replace(/\..*?\//, '/')}`
  return [stack, ['cloudformation:CreateChangeSet', transform], ['s3:GetObject', template]]
}
