import awsLite from '@aws-lite/client'
import cloudformation from '@aws-lite/cloudformation'
import type { DeployArguments, Template } from '../architect.ts'
import { API, tableId } from './template.ts'

/** Adds what a caller and an operator need to the outputs of the stack. */
export function addOutputs({ Outputs }: Template): void {
  Outputs.SignupApiUrl = {
    Description: 'POST a sign-up here',
    Value: { 'Fn::Sub': `https://\${${API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/signup` },
  }
  Outputs.UsersTableName = {
    Description: 'The table that holds the users',
    Value: { Ref: tableId('mathai_users') },
  }
}

type Client = { DescribeStacks(input: { StackName: string }): Promise<{ Stacks: { Outputs: Output[] }[] }> }
type Output = { OutputKey: string; OutputValue: string }

/** Prints the outputs after a deploy. */
export async function printOutputs({ dryRun, inventory, stackName }: DeployArguments): Promise<void> {
  if (dryRun) return
  const { region, profile } = inventory.inv.aws
  const aws = await awsLite({ region, ...(profile && { profile }), plugins: [cloudformation] })
  const { CloudFormation } = aws as unknown as { CloudFormation: Client }
  const { Stacks } = await CloudFormation.DescribeStacks({ StackName: stackName })
  for (const { OutputKey, OutputValue } of Stacks[0]?.Outputs ?? []) console.log(`${OutputKey}: ${OutputValue}`)
}
