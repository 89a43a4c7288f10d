import type { DeployArguments, Template } from '../architect.ts'
import { openAccount, type Stack } from '../deployed-stack.ts'
import type { Settings } from '../settings.ts'
import { API, tableId } from './template.ts'

/** Adds what a caller and an operator need to the outputs of the stack. */
export function addOutputs({ Outputs }: Template, domain: Settings['domain']['production']): void {
  const host = domain?.name ?? `\${${API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`
  Outputs.SignupApiUrl = {
    Description: 'POST a sign-up here',
    Value: { 'Fn::Sub': `https://${host}/signup` },
  }
  Outputs.UsersTableName = {
    Description: 'The table that holds the users',
    Value: { Ref: tableId('mathai_users') },
  }
}

/** Prints the outputs after a deploy. `npm run deploy` prints them itself, after its smoke test. */
export async function printOutputs({ dryRun, inventory, stackName }: DeployArguments): Promise<void> {
  if (dryRun || process.env.OUTPUTS_ARE_PRINTED_LATER) return
  const stack = await (await openAccount(inventory.inv.aws)).stack(stackName)
  console.log(formatOutputs(stack))
}

/** A line for each output. */
export function formatOutputs(stack: Stack | undefined): string {
  return (stack?.outputs ?? []).map(({ OutputKey, OutputValue }) => `${OutputKey}: ${OutputValue}`).join('\n')
}
