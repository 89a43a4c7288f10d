import { type Manifest, wordsOf } from './architect.ts'
import { PRAGMAS } from './settings.ts'

/** What app.arc may have besides the settings of this app. Nothing is deployed for the other pragmas of Architect. */
const SUPPORTED = ['app', 'aws', 'http', 'plugins', 'static', 'tables', 'typescript', 'sandbox', ...PRAGMAS]
/** What the sign-up itself needs. */
const NEEDED = { method: 'post', path: '/signup', tables: ['mathai_users', 'mathai_signup_attempts'] }

/** @throws one error that names everything in app.arc that this app does not support or cannot do without */
export function checkManifest(arc: Manifest, architectPragmas: string[]): void {
  const mistakes: string[] = []
  for (const pragma of Object.keys(arc)) {
    if (SUPPORTED.includes(pragma)) continue
    const isKnown = architectPragmas.includes(pragma)
    mistakes.push(
      isKnown
        ? `@${pragma} is not supported: this app deploys @http and @tables only`
        : `@${pragma} is not a pragma; there are ${SUPPORTED.map((name) => `@${name}`).join(', ')}`,
    )
  }
  if (String(arc.static) !== 'false') {
    mistakes.push('@static must be false: this app deploys no files, and Architect would make a public bucket')
  }
  const hasSignup = routesOf(arc).some(({ method, path }) => method === NEEDED.method && path === NEEDED.path)
  if (!hasSignup) mistakes.push(`@http has no "${NEEDED.method} ${NEEDED.path}"`)
  for (const table of NEEDED.tables) {
    if (!tableNames(arc).includes(table)) mistakes.push(`@tables has no ${table}`)
  }
  if (mistakes.length) throw Error(`app.arc cannot be used:\n${mistakes.join('\n')}`)
}

/** The routes in app.arc. A line with a path alone is a GET. */
export function routesOf({ http = [] }: Manifest): { method: string; path: string }[] {
  return http.map((line) => {
    const [first, second] = wordsOf(line).map(String)
    return second ? { method: String(first), path: second } : { method: 'get', path: String(first) }
  })
}

/** The names of the tables in app.arc. */
export function tableNames({ tables = [] }: Manifest): string[] {
  return tables.flatMap((table) => Object.keys(table))
}
