// Shows what a deploy would make in AWS, without an account: the real `arc deploy --dry-run` against a fake one.
// With --diff it runs against the real account, which it only reads, and also shows what the deploy would change there.
import { readFileSync, rmSync } from 'node:fs'
import { startFakeAws } from '../local/aws.ts'
import type { Resource, Template } from '../src/plugins/architect.ts'
import { arcDeploy, readProject, readWords, stackNameOf, stop } from './arc.ts'
import { connectToCloudFormation } from './cloudformation.ts'
import { printDiff } from './diff.ts'
import { checkTypes } from './tools.ts'

const { stage, name, flags } = readWords('plan', ['diff'])
const inv = await readProject()
const callCloudFormation = flags.includes('diff') && (await connectToCloudFormation(inv))
checkTypes()
rmSync('sam.json', { force: true })
const { ok, output } = await dryRun()
if (!ok) stop(`${output}\nThere is no plan for ${stage}: see above.`)
const template: Template = JSON.parse(readFileSync('sam.json', 'utf8'))
print(template)
if (callCloudFormation) {
  await printDiff(callCloudFormation, template, stackNameOf(inv, stage, name))
}

async function dryRun() {
  const words = ['--dry-run', `--${stage}`]
  // Variables that were set with `arc env` are in the account.
  if (callCloudFormation) return arcDeploy(words, { show: false })
  const aws = await startFakeAws()
  const result = await arcDeploy(words, { show: false, env: aws.env })
  await aws.stop()
  return result
}

function print({ Resources, Outputs }: Template): void {
  console.log(`The ${stage} stack, written to sam.json:\n`)
  const width = Math.max(...Object.keys(Resources).map((name) => name.length))
  for (const [name, resource] of Object.entries(Resources)) {
    console.log(`${name.padEnd(width)}  ${resource.Type}: ${describe(resource)}`)
  }
  console.log(`\nOutputs: ${Object.keys(Outputs).join(', ')}`)
}

/** What an operator wants to know of a resource, read from the template. */
function describe({ Type, Properties, DeletionPolicy }: Resource): string {
  switch (Type) {
    case 'AWS::Serverless::HttpApi': {
      const { ThrottlingRateLimit, ThrottlingBurstLimit } = Properties.DefaultRouteSettings
      const { AllowMethods, AllowOrigins } = Properties.CorsConfiguration
      return (
        `${Object.keys(Properties.DefinitionBody.paths).join(' ')}; ${ThrottlingRateLimit} requests per second, ` +
        `bursts of ${ThrottlingBurstLimit}; ${AllowMethods.join(' ')} from ${AllowOrigins.join(' ')}`
      )
    }
    case 'AWS::Serverless::Function':
      return `${Properties.Runtime}, ${Properties.MemorySize} MB, at most ${Properties.Timeout} s`
    case 'AWS::IAM::Role':
      return Properties.Policies.flatMap(rightsOf).join(', ')
    case 'AWS::DynamoDB::Table': {
      const { MaxWriteRequestUnits, MaxReadRequestUnits } = Properties.OnDemandThroughput
      return (
        `at most ${MaxWriteRequestUnits} writes and ${MaxReadRequestUnits} reads per second; ` +
        (DeletionPolicy === 'Retain'
          ? 'kept and protected if the stack is deleted, can be restored'
          : 'deleted with the stack')
      )
    }
    case 'AWS::Logs::LogGroup':
      return `kept for ${Properties.RetentionInDays} days`
    case 'AWS::CloudWatch::Alarm':
      return `${Properties.MetricName}, ${Properties.Threshold} or more in ${Properties.Period / 60} minutes`
    case 'AWS::SNS::Topic':
      return `sends the alarms to ${Properties.Subscription[0].Endpoint}`
    default:
      return 'see sam.json'
  }
}

type Policy = { PolicyDocument: { Statement: { Action: string[]; Resource: { 'Fn::GetAtt': string[] } }[] } }

function rightsOf({ PolicyDocument }: Policy): string[] {
  return PolicyDocument.Statement.map(
    ({ Action, Resource }) => `${Action.join(' and ')} on ${Resource['Fn::GetAtt'][0]}`,
  )
}
