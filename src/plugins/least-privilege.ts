import { type DeployArguments, NAMES, resource, type Template } from './architect.ts'

/** Gives the function a role of its own, with what it calls and nothing else. */
export default { deploy: { start: ({ cloudformation }: DeployArguments) => addRole(cloudformation) } }

/** @throws where Architect's function is not in the template */
export function addRole(template: Template): void {
  resource(template, NAMES.signup).Properties.Role = arn(NAMES.role)
  template.Resources[NAMES.role] = {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'SignUp',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              allow(['dynamodb:PutItem', 'dynamodb:GetItem'], NAMES.users),
              allow(['dynamodb:UpdateItem'], NAMES.attempts),
              allow(['logs:CreateLogStream', 'logs:PutLogEvents'], NAMES.signupLogs),
            ],
          },
        },
      ],
    },
    Metadata: { why: 'is what the function may do', guards: 'five actions on three resources' },
  }
}

function allow(Action: string[], name: string) {
  return { Effect: 'Allow', Action, Resource: arn(name) }
}

function arn(name: string) {
  return { 'Fn::GetAtt': [name, 'Arn'] }
}
