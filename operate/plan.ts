// Shows what a deploy would make in AWS, without an account. With `diff` also what it would change in the account.
import type { Resource, Template } from '../src/plugins/architect.ts'
import { describeLosses, formatChanges } from './lib/changes.ts'
import { CommandError, parseCommandLine, runCommand } from './lib/command.ts'
import { type Deployment, makeChangeSet, withDeployment } from './lib/deployment.ts'
import { packageStack } from './lib/packaging.ts'
import { checkTypes, readProject } from './lib/project.ts'

/** What an operator wants to know of a resource, by its type. */
const DESCRIPTIONS: Record<string, (properties: any, resource: Resource) => string> = {
  'AWS::Serverless::HttpApi': ({ DefinitionBody, DefaultRouteSettings, CorsConfiguration }) =>
    `${Object.keys(DefinitionBody.paths).join(' ')}; ${DefaultRouteSettings.ThrottlingRateLimit} requests per second, ` +
    `bursts of ${DefaultRouteSettings.ThrottlingBurstLimit}; ` +
    `${CorsConfiguration.AllowMethods.join(' ')} from ${CorsConfiguration.AllowOrigins.join(' ')}`,
  'AWS::Serverless::Function': ({ Runtime, MemorySize, Timeout }) =>
    `${Runtime}, ${MemorySize} MB, at most ${Timeout} s`,
  'AWS::IAM::Role': ({ Policies }) =>
    Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)
      .map(({ Action, Resource }: any) => `${Action.join(' and ')} on ${Resource['Fn::GetAtt'][0]}`)
      .join(', '),
  'AWS::DynamoDB::Table': (_, { DeletionPolicy }) =>
    DeletionPolicy === 'Retain'
      ? 'kept and protected if the stack is deleted, can be restored'
      : 'deleted with the stack',
  'AWS::Logs::LogGroup': ({ RetentionInDays }) => `kept for ${RetentionInDays} days`,
  'AWS::CloudWatch::Alarm': ({ MetricName, Threshold, Period }) =>
    `${MetricName}, ${Threshold} or more in ${Period / 60} minutes`,
  'AWS::SNS::Topic': ({ Subscription }) => `sends the alarms to ${Subscription[0].Endpoint}`,
}

await runCommand(async () => {
  const { stage, name, flags } = parseCommandLine('plan', process.argv.slice(2), { options: ['name'], flags: ['diff'] })
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
  const changeSet = await makeChangeSet(deployment)
  if (!changeSet) return console.log(`\nThe next deploy would change nothing in ${target.stackName}.`)
  await account.deleteChangeSet(changeSet.name)
  console.log(`\nThe next deploy would change ${target.stackName}:\n\n${formatChanges(changeSet.changes)}`)
  const losses = describeLosses(changeSet.changes, template)
  if (losses.length) throw new CommandError(`\n${losses.join('\n')}`, 2)
}

function showTemplate({ Resources, Outputs }: Template): void {
  const width = Math.max(...Object.keys(Resources).map((name) => name.length))
  for (const [name, resource] of Object.entries(Resources)) {
    const description = DESCRIPTIONS[resource.Type]?.(resource.Properties, resource) ?? 'see sam.json'
    console.log(`${name.padEnd(width)}  ${resource.Type}: ${description}`)
  }
  console.log(`\nOutputs: ${Object.keys(Outputs).join(', ')}\nThe template is in sam.json.`)
}
