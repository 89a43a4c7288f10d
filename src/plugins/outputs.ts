import awsLite from '@aws-lite/client'
import cloudformation from '@aws-lite/cloudformation'
import { type DeployArguments, NAMES, type Template } from './architect.ts'

/** Puts what a caller and an operator need into the stack's outputs, and prints them after a deploy. */
export default { deploy: { start: ({ cloudformation }: DeployArguments) => addOutputs(cloudformation), end } }

export function addOutputs(template: Template): void {
  template.Outputs = {
    SignupApiUrl: {
      Description: 'POST a sign-up here',
      Value: { 'Fn::Sub': `https://\${${NAMES.api}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/signup` },
    },
    UsersTableName: { Description: 'The table that holds the users', Value: { Ref: NAMES.users } },
  }
}

type Client = { DescribeStacks(input: { StackName: string }): Promise<{ Stacks: { Outputs: Output[] }[] }> }
type Output = { OutputKey: string; OutputValue: string }

async function end({ dryRun, inventory, stackName: StackName }: DeployArguments): Promise<void> {
  if (dryRun) return
  const aws = await awsLite({ region: inventory.inv.aws.region, plugins: [cloudformation] })
  const { Stacks } = await (aws as unknown as { CloudFormation: Client }).CloudFormation.DescribeStacks({
    StackName,
  })
  for (const { OutputKey, OutputValue } of Stacks[0]?.Outputs ?? [])
    console.log(`${OutputKey}: ${OutputValue}`)
}
