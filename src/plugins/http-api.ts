import { type DeployArguments, NAMES, resource, type Template } from './architect.ts'
import { corsPolicy } from './cors.ts'
import { readSettings, type Settings } from './settings.ts'

/** Throttles the API, logs each access, and answers browsers. */
export default {
  deploy: {
    start: ({ arc, cloudformation, stage }: DeployArguments) => {
      const settings = readSettings(arc)
      configureApi(cloudformation, settings.cors[stage], settings.limits)
    },
  },
}

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

/** @throws where Architect's API is not in the template */
export function configureApi(template: Template, origins: string[], limits: Settings['limits']): void {
  const api = resource(template, NAMES.api)
  Object.assign(api.Properties, {
    CorsConfiguration: corsPolicy(origins),
    DefaultRouteSettings: {
      ThrottlingRateLimit: limits['requests-per-second'],
      ThrottlingBurstLimit: limits['request-burst'],
    },
    AccessLogSettings: {
      DestinationArn: { 'Fn::GetAtt': [NAMES.apiLogs, 'Arn'] },
      Format: JSON.stringify(ACCESS_LOG),
    },
    FailOnWarnings: true,
  })
  api.Metadata = {
    why: 'answers POST /signup over HTTPS, and browsers on other origins',
    guards: `${limits['requests-per-second']} requests per second, bursts of ${limits['request-burst']}, an access log, origins ${origins.join(' ')}`,
  }
}
