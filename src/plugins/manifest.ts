import type { Manifest, Pragma, Word } from './architect.ts'
import { ROUTE, TABLE_ACTIONS } from './this-app.ts'

/** What app.arc may have besides the settings of this app. Nothing is deployed for the other pragmas of Architect. */
const SUPPORTED = ['app', 'aws', 'http', 'plugins', 'static', 'tables', 'typescript', 'sandbox']

/**
 * `settings` are the pragmas of this app, `architectPragmas` those of Architect.
 * @throws one error that names everything in app.arc that this app does not support or cannot do without
 */
export function checkManifest(arc: Manifest, settings: string[], architectPragmas: string[]): void {
  const supported = [...SUPPORTED, ...settings]
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
  for (const table of Object.keys(TABLE_ACTIONS)) {
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

/** The words of a line of a pragma: a single word is a list of one. */
export function wordsOf(line: Pragma[number]): Word[] {
  return [line].flat()
}

/** The names of the tables in app.arc. */
export function tableNames({ tables = [] }: Manifest): string[] {
  return tables.flatMap((table) => Object.keys(table))
}
