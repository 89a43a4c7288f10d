import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2'
import { CloudFormation } from '@aws-sdk/client-cloudformation'
import type { Emulator } from './_ministack.ts'

type OpenApi = {
  paths: Record<string, Record<string, { 'x-amazon-apigateway-integration': Integration }>>
  'x-amazon-apigateway-cors'?: object
}
type Integration = { uri: object; payloadFormatVersion: string }

/** AWS makes the routes and CORS of an HTTP API from its OpenAPI body. MiniStack 1.5.33 ignores the body, so this does. */
export async function importRoutes({ config }: Emulator, StackName: string): Promise<void> {
  const cloudFormation = new CloudFormation(config)
  const { StackResources = [] } = await cloudFormation.describeStackResources({ StackName })
  const ids = Object.fromEntries(StackResources.map((found) => [found.LogicalResourceId, found.PhysicalResourceId]))
  const { TemplateBody = '' } = await cloudFormation.getTemplate({ StackName, TemplateStage: 'Processed' })
  const body: OpenApi = JSON.parse(TemplateBody).Resources.HTTP.Properties.Body

  const api = new ApiGatewayV2(config)
  const ApiId = ids.HTTP
  for (const { RouteId } of (await api.getRoutes({ ApiId })).Items ?? []) await api.deleteRoute({ ApiId, RouteId })
  for (const { IntegrationId } of (await api.getIntegrations({ ApiId })).Items ?? []) {
    await api.deleteIntegration({ ApiId, IntegrationId })
  }
  for (const [path, operations] of Object.entries(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { uri, payloadFormatVersion: PayloadFormatVersion } = operation['x-amazon-apigateway-integration']
      const [, functionId = ''] = /\{(\w+)\.Arn\}/.exec(JSON.stringify(uri)) ?? []
      const { IntegrationId } = await api.createIntegration({
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: ids[functionId],
        PayloadFormatVersion,
      })
      const RouteKey = `${method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase()} ${path}`
      await api.createRoute({ ApiId, RouteKey, Target: `integrations/${IntegrationId}` })
    }
  }
  const cors = body['x-amazon-apigateway-cors'] as Record<string, unknown> | undefined
  if (cors) {
    const CorsConfiguration = Object.fromEntries(
      Object.entries(cors).map(([key, value]) => [key[0]?.toUpperCase() + key.slice(1), value]),
    )
    await api.updateApi({ ApiId, CorsConfiguration })
  }
}
