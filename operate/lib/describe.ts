// What `plan` says of a stack.
import { statSync } from 'node:fs'
import { toLogicalID } from '@architect/utils'
import type { Resource, Template } from '../../src/plugins/architect.ts'
import { API, requireResource, tableId } from '../../src/plugins/stack/template.ts'
import { USERS_TABLE } from '../../src/plugins/this-app.ts'
import { filesOf } from './packaging.ts'

/** What an operator wants to know of a resource, by its type. */
const DESCRIPTIONS: Record<string, (properties: any, resource: Resource) => string> = {
  'AWS::Serverless::HttpApi': ({ DefinitionBody, DefaultRouteSettings, CorsConfiguration }) =>
    `${Object.keys(DefinitionBody.paths).join(' ')}; ${DefaultRouteSettings.ThrottlingRateLimit} requests per second, ` +
    `bursts of ${DefaultRouteSettings.ThrottlingBurstLimit}; ` +
    `${CorsConfiguration.AllowMethods.join(' ')} from ${CorsConfiguration.AllowOrigins.join(' ')}`,
  'AWS::Serverless::Function': ({ Runtime, Architectures, MemorySize, Timeout, CodeUri }) =>
    `${Runtime} on ${Architectures}, ${MemorySize} MB, at most ${Timeout} s${sizeOfCode(CodeUri)}`,
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

type Place = { stackName: string; app: string; region: string }

/** Where a stack is and what is in it. */
export function describePlan({ stackName, app, region }: Place, template: Template): string {
  const { Resources, Outputs } = template
  const { Domain } = requireResource(template, API).Properties
  const isProtected = requireResource(template, tableId(USERS_TABLE)).DeletionPolicy === 'Retain'
  const width = Math.max(...Object.keys(Resources).map((name) => name.length))
  const rows = Object.entries(Resources).map(([name, resource]) => {
    const description = DESCRIPTIONS[resource.Type]?.(resource.Properties, resource) ?? 'see sam.json'
    return `${name.padEnd(width)}  ${resource.Type}: ${description}`
  })
  return [
    `${stackName} in ${region}, ${Domain ? `with the domain ${Domain.DomainName}` : 'without a domain'}. The users table is ` +
      `${isProtected ? 'protected' : 'not protected: it is deleted with the stack'}.`,
    `operate/deployer.yaml has the rights to deploy it with App=${app} Stack=${toLogicalID(app)}.\n`,
    ...rows,
    `\nOutputs: ${Object.keys(Outputs).join(', ')}\nThe template is in sam.json.`,
  ].join('\n')
}

/** The size of a function's code that is on this machine. */
function sizeOfCode(folder: string): string {
  const bytes = filesOf(folder).map((file) => statSync(file).size)
  return bytes.length ? `, ${Math.ceil(bytes.reduce((sum, size) => sum + size) / 1024)} KiB of code` : ''
}
