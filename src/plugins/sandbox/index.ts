import { requireCompiled, type SetterArguments } from '../architect.ts'
import { corsPolicy } from '../cors.ts'
import { readSettings } from '../settings.ts'
import { answerCors } from './cors.ts'
import './environment.ts'

/** What API Gateway does in AWS and Sandbox does not. In a deploy it does nothing. */
export default { set: { http: unlistedRoutes }, sandbox: { start } }

function unlistedRoutes({ inventory }: SetterArguments) {
  if (inventory.inv._arc.deployStage) return []
  return [{ method: 'any', path: '/*', src: 'src/plugins/sandbox/unlisted-routes' }]
}

function start({ arc, inventory }: SetterArguments): void {
  requireCompiled(inventory.inv)
  const { ports } = JSON.parse(process.env.ARC_SANDBOX ?? '')
  answerCors(ports.http, corsPolicy(readSettings(arc).cors.testing))
  console.log(`
Sign somebody up:
  curl http://${process.env.ARC_HOST}:${ports.http}/signup -H 'content-type: application/json' \\
    -d '{"user_email": "ada@example.com", "user_password": "engine of 1837", "user_name": "Ada Lovelace"}'
`)
}
