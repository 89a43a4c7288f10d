import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import page from '../../../../front-end/plain.html'
import style from '../../../../front-end/signup.css'
import script from '../../../../front-end/signup.ts?script'
import openapi from '../../../../openapi.yaml'
import panel from '../panel.html'

/** The plain page of front-end/, which signs up here, with a panel for developers. */
const localPage = page
  .replace('YOUR_SIGNUP_URL', '/signup')
  .replace('8 characters', `${process.env.PASSWORD_MINIMUM_LENGTH} characters`)
  .replace('</body>', () => `${panel}</body>`)
  // Sandbox would put a script for live reload there, which calls another port.
  .replace('</head>', '')

const FILES: Record<string, [type: string, body: string]> = {
  '/': ['text/html', localPage],
  '/signup.css': ['text/css', style],
  '/signup.js': ['text/javascript', script],
  '/openapi.yaml': ['text/plain', openapi],
}

/** What API Gateway answers itself: 204 to a preflight, its own 404 to an unknown route. And the local page and the contract. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { method, path } = event.requestContext.http
  if (method === 'OPTIONS') return { statusCode: 204 }
  const file = method === 'GET' && FILES[path]
  if (file) return answer(200, `${file[0]}; charset=utf-8`, file[1])
  return answer(404, 'application/json', '{"message":"Not Found"}')
}

function answer(statusCode: number, type: string, body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': type, 'cache-control': 'no-store' }, body }
}
