import type { Template } from '../architect.ts'
import type { CorsPolicy } from '../cors.ts'
import type { Settings } from '../settings.ts'
import { API, API_LOGS, arnOf, requireResource } from './template.ts'

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
const ACCESS_LOG = {
  requestId: '$context.requestId',
  source: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
}

/**
 * Throttles the API, logs each access, and answers browsers on other origins.
 * @throws if the API is not in the template
 */
export function configureApi(template: Template, limits: Settings['limits'], cors: CorsPolicy): void {
  const { Properties } = requireResource(template, API)
  completeBody(Properties.DefinitionBody)
  Properties.CorsConfiguration = cors
  Properties.DefaultRouteSettings = {
    ThrottlingRateLimit: limits['requests-per-second'],
    ThrottlingBurstLimit: limits['request-burst'],
  }
  Properties.AccessLogSettings = { DestinationArn: arnOf(API_LOGS), Format: JSON.stringify(ACCESS_LOG) }
  template.Resources[API_LOGS] = {
    Type: 'AWS::Logs::LogGroup',
    Properties: {
      // Groups below this name do not add to the account's resource policy, which has a maximum size.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
      LogGroupName: { 'Fn::Sub': '/aws/vendedlogs/${AWS::StackName}/api' },
      RetentionInDays: limits['log-retention-days'],
    },
  }
}

/** API Gateway warns of an OpenAPI body without a version and without responses. */
function completeBody({ info, paths }: { info: object; paths: Record<string, Record<string, object>> }): void {
  Object.assign(info, { version: '1' })
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    Object.assign(operation, { responses: {} })
  }
}
