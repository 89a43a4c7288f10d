import { networkInterfaces } from 'node:os'
import { type Manifest, routesOf, type SetterArguments, type StartArguments, tableNames } from '../architect.ts'
import { requireCompiled } from '../compiled.ts'
import { corsPolicy } from '../cors.ts'
import { readSettings } from '../settings.ts'
import { EXAMPLE, ROUTE } from '../this-app.ts'
import { actAsApiGateway } from './api-gateway.ts'
import { prepareProcess } from './prepare-process.ts'

/** What API Gateway does in AWS and Sandbox does not. Does nothing in a deploy. */
export default { set: { env: nameTables, http: configureSandbox }, sandbox: { start: announce } }

// Architect does not tell a plugin which command it runs. operate/start.ts writes `sandbox` there, too.
if (process.argv[2] === 'sandbox') prepareProcess()

/** The tables of Sandbox, by their names in app.arc. In AWS, stack/functions.ts sets them. */
function nameTables({ arc }: SetterArguments) {
  const names = tableNames(arc).map((name) => [name, `${arc.app?.[0]}-staging-${name}`])
  return { testing: { TABLE_NAMES: Object.fromEntries(names) } }
}

/** Runs before the server listens, and again after each change of app.arc. Adds the local page and the 404 answers. */
function configureSandbox({ arc, inventory: { inv } }: SetterArguments) {
  if (inv._arc.deployStage) return []
  configureServer(arc, Number(process.env.PORT ?? 3333))
  const hasCatchAll = routesOf(arc).some(({ path }) => path === '/*')
  return hasCatchAll ? [] : [{ method: 'any', path: '/*', src: 'src/plugins/sandbox/fallback' }]
}

function announce({ arc, inventory: { inv } }: StartArguments): void {
  requireCompiled(inv)
  const { ports } = JSON.parse(String(process.env.ARC_SANDBOX))
  // Again, with the port that Sandbox has chosen.
  configureServer(arc, ports.http)
  // After what Sandbox prints when its plugins have started.
  const host = process.env.ARC_HOST === '0.0.0.0' ? (findAddress() ?? '127.0.0.1') : process.env.ARC_HOST
  setTimeout(printAddress, 0, `http://${host}:${ports.http}`)
}

/** The address of this machine that a phone in its network can open. */
function findAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flat()
  return addresses.find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address
}

function printAddress(url: string): void {
  console.log(`
Open ${url} in a browser, or try it:
  curl ${url}${ROUTE.path} -H 'content-type: application/json' \\
    -d '${JSON.stringify(EXAMPLE)}'
`)
}

function configureServer(arc: Manifest, port: number): void {
  const cors = corsPolicy(readSettings(arc).cors.testing, arc)
  actAsApiGateway({ port, cors, paths: routesOf(arc).map(({ path }) => path) })
}
