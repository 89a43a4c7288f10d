import { type Manifest, requireCompiled, type SetterArguments, type StartArguments } from '../architect.ts'
import { corsPolicy } from '../cors.ts'
import { routesOf } from '../manifest.ts'
import { readSettings } from '../settings.ts'
import { actAsApiGateway } from './api-gateway.ts'
import { prepareProcess } from './prepare-process.ts'

/** What API Gateway does in AWS and Sandbox does not. Does nothing in a deploy. */
export default { set: { http: addFallbackRoute }, sandbox: { start: announce } }

// Architect does not tell a plugin which command it runs.
if (process.argv[2] === 'sandbox') prepareProcess()

/** Runs before the server listens, and again after each change of app.arc. Adds the local page and the 404 answers. */
function addFallbackRoute({ arc, inventory: { inv } }: SetterArguments) {
  if (inv._arc.deployStage) return []
  configureServer(arc, Number(process.env.PORT ?? 3333))
  const hasCatchAll = routesOf(arc).some(({ path }) => path === '/*')
  return hasCatchAll ? [] : [{ method: 'any', path: '/*', src: 'src/plugins/sandbox/fallback' }]
}

function announce({ arc, inventory: { inv } }: StartArguments): void {
  requireCompiled(inv)
  const { ports } = JSON.parse(String(process.env.ARC_SANDBOX))
  configureServer(arc, ports.http)
  console.log(`
Open http://${process.env.ARC_HOST}:${ports.http} in a browser, or sign somebody up:
  curl http://${process.env.ARC_HOST}:${ports.http}/signup -H 'content-type: application/json' \\
    -d '{"user_email": "ada@example.com", "user_password": "engine of 1837", "user_name": "Ada Lovelace"}'
`)
}

function configureServer(arc: Manifest, port: number): void {
  const cors = corsPolicy(readSettings(arc).cors.testing, arc)
  actAsApiGateway({ port, cors, paths: routesOf(arc).map(({ path }) => path) })
}
