// Shows what a deploy would make in AWS, without an account. With --diff also what it would change in the account.
import type { Resource, Template } from '../src/plugins/architect.ts'
import { describeLosses, formatChanges } from './lib/changes.ts'
import { CommandError, parseCommandLine, runCommand } from './lib/command.ts'
import { createPlan, type Deployment, withDeployment } from './lib/deployment.ts'
import { packageStack } from './lib/packaging.ts'
import { checkTypes, readProject } from './lib/project.ts'

await runCommand(async () => {
  const { stage, name, flags } = parseCommandLine('plan', process.argv.slice(2), ['diff'])
  if (flags.includes('diff')) return withDeployment({ stage, name, flags: [] }, showDifference)
  const project = await readProject(stage)
  checkTypes()
  showTemplate(await packageStack(project, stage, name))
})

/** Makes a change set, shows it and deletes it. */
async function showDifference(deployment: Deployment): Promise<void> {
  const { account, target, template, isNew } = deployment
  showTemplate(template)
  if (isNew) return console.log(`\n${target.stackName} is not deployed yet: all of it would be new.`)
  const plan = await createPlan(deployment)
  if (!plan) return console.log(`\nThe next deploy would change nothing in ${target.stackName}.`)
  await account.deleteChangeSet(plan.name)
  console.log(`\nThe next deploy would change ${target.stackName}:\n\n${formatChanges(plan.changes)}`)
  const losses = describeLosses(plan.changes, template)
  if (losses.length) throw new CommandError(`\n${losses.join('\n')}`, 2)
}

function showTemplate({ Resources, Outputs }: Template): void {
  const width = Math.max(...Object.keys(Resources).map((name) => name.length))
  for (const [name, resource] of Object.entries(Resources)) {
    console.log(`${name.padEnd(width)}  ${resource.Type}: ${describe(resource)}`)
  }
  console.log(`\nOutputs: ${Object.keys(Outputs).join(', ')}\nThe template is in sam.json.`)
}

/** What an operator wants to know of a resource, read from the template. */
function describe({ Type, Properties, DeletionPolicy }: Resource): string {
  const descriptions: Record<string, () => string> = {
    'AWS::Serverless::HttpApi': () => {
      const { ThrottlingRateLimit, ThrottlingBurstLimit } = Properties.DefaultRouteSettings
      const { AllowMethods, AllowOrigins } = Properties.CorsConfiguration
      const throttle = `${ThrottlingRateLimit} requests per second, bursts of ${ThrottlingBurstLimit}`
      const routes = Object.keys(Properties.DefinitionBody.paths).join(' ')
      return `${routes}; ${throttle}; ${AllowMethods.join(' ')} from ${AllowOrigins.join(' ')}`
    },
    'AWS::Serverless::Function': () =>
      `${Properties.Runtime}, ${Properties.MemorySize} MB, at most ${Properties.Timeout} s`,
    'AWS::IAM::Role': () =>
      Properties.Policies.flatMap(({ PolicyDocument }: Policy) => PolicyDocument.Statement)
        .map(({ Action, Resource }: Statement) => `${Action.join(' and ')} on ${Resource['Fn::GetAtt'][0]}`)
        .join(', '),
    'AWS::DynamoDB::Table': () => {
      const { MaxWriteRequestUnits, MaxReadRequestUnits } = Properties.OnDemandThroughput
      const isKept = DeletionPolicy === 'Retain'
      const fate = isKept ? 'kept and protected if the stack is deleted, can be restored' : 'deleted with the stack'
      return `at most ${MaxWriteRequestUnits} writes and ${MaxReadRequestUnits} reads per second; ${fate}`
    },
    'AWS::Logs::LogGroup': () => `kept for ${Properties.RetentionInDays} days`,
    'AWS::CloudWatch::Alarm': () =>
      `${Properties.MetricName}, ${Properties.Threshold} or more in ${Properties.Period / 60} minutes`,
    'AWS::SNS::Topic': () => `sends the alarms to ${Properties.Subscription[0].Endpoint}`,
  }
  return descriptions[Type]?.() ?? 'see sam.json'
}

type Statement = { Action: string[]; Resource: { 'Fn::GetAtt': string[] } }
type Policy = { PolicyDocument: { Statement: Statement[] } }
