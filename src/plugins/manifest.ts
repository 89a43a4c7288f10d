import { type Manifest, routesOf, tableNames } from './architect.ts'
import { PRAGMAS } from './settings.ts'
import { ROUTE, TABLES } from './this-app.ts'

/** What app.arc may have besides the settings of this app. Nothing is deployed for the other pragmas of Architect. */
const SUPPORTED = ['app', 'aws', 'http', 'plugins', 'static', 'tables', 'typescript', 'sandbox']

/**
 * `architectPragmas` are all that Architect knows.
 * @throws one error that names everything in app.arc that this app does not support or cannot do without
 */
export function checkManifest(arc: Manifest, architectPragmas: string[]): void {
  const supported = [...SUPPORTED, ...PRAGMAS]
  const mistakes: string[] = []
  for (const pragma of Object.keys(arc)) {
    if (supported.includes(pragma)) continue
    const isKnown = architectPragmas.includes(pragma)
    mistakes.push(
      isKnown
        ? `@${pragma} is not supported: this app deploys @http and @tables only`
        : `@${pragma} is not a pragma; there are ${supported.map((name) => `@${name}`).join(', ')}`,
    )
  }
  if (String(arc.static) !== 'false') {
    mistakes.push('@static must be false: this app deploys no files, and Architect would make a public bucket')
  }
  const hasSignup = routesOf(arc).some(({ method, path }) => method === ROUTE.method && path === ROUTE.path)
  if (!hasSignup) mistakes.push(`@http has no "${ROUTE.method} ${ROUTE.path}"`)
  for (const table of TABLES) {
    if (!tableNames(arc).includes(table)) mistakes.push(`@tables has no ${table}`)
  }
  if (mistakes.length) throw Error(`app.arc cannot be used:\n${mistakes.join('\n')}`)
}
