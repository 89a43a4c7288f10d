import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import openapi from '../../../../openapi.yaml'
import html from '../page.html'

const page = html.replace('MINIMUM_LENGTH', String(process.env.PASSWORD_MINIMUM_LENGTH))

/** What API Gateway answers itself: 204 to a preflight, its own 404 to an unknown route. And the local page and the contract. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { method, path } = event.requestContext.http
  if (method === 'OPTIONS') return { statusCode: 204 }
  if (method === 'GET' && path === '/') return answer(200, 'text/html; charset=utf-8', page)
  if (method === 'GET' && path === '/openapi.yaml') return answer(200, 'text/plain; charset=utf-8', openapi)
  return answer(404, 'application/json', '{"message":"Not Found"}')
}

function answer(statusCode: number, type: string, body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': type, 'cache-control': 'no-store' }, body }
}
