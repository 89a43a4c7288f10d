import { globSync } from 'node:fs'
import { join } from 'node:path'
import { getLambdaName } from '@architect/utils'
import REGIONS from '@aws-lite/client/src/config/regions.json' with { type: 'json' }
import { type Manifest, regionOf, routesOf, type SetterArguments, type Stage } from './architect.ts'
import { PRAGMAS } from './settings.ts'
import { ROUTE, TABLES, USERS_TABLE } from './this-app.ts'

/** What app.arc may have besides the settings of this app. Nothing is deployed for the other pragmas of Architect. */
const SUPPORTED = ['app', 'aws', 'http', 'plugins', 'static', 'tables', 'typescript', 'sandbox']

/** Finds everything in app.arc that this app does not support or cannot do without. */
export function findManifestMistakes(arc: Manifest, { _arc, _project }: SetterArguments['inventory']['inv']): string[] {
  const supported = [...SUPPORTED, ...PRAGMAS]
  const mistakes: string[] = []
  // AWS cuts the names that it makes of it, and S3 takes 63 characters.
  if (String(arc.app?.[0]).length > 20) mistakes.push('@app: give a name of at most 20 characters')
  for (const pragma of Object.keys(arc)) {
    if (supported.includes(pragma)) continue
    const isKnown = _arc.pragmas.all.includes(pragma)
    mistakes.push(
      isKnown
        ? `@${pragma} is not supported: this app deploys @http and @tables only`
        : `@${pragma} is not a pragma; there are ${supported.map((name) => `@${name}`).join(', ')}`,
    )
  }
  if (String(arc.static) !== 'false') {
    mistakes.push('@static must be false: this app deploys no files, and Architect would make a public bucket')
  }
  mistakes.push(...findRegionMistakes(arc, _arc.deployStage), ...findRouteMistakes(arc, _project.cwd))
  return [...mistakes, ...findTableMistakes(arc, _arc.deployStage)]
}

function findRegionMistakes(arc: Manifest, stage: Stage | null): string[] {
  const region = regionOf(arc)
  // Without one, Architect deploys to a region of its own choice. The function's own client of AWS refuses all that are not listed.
  if (region === undefined) return stage ? ['@aws has no region. Add a line such as "region us-east-1" below it'] : []
  if (REGIONS.includes(String(region))) return []
  return [`@aws region ${region}: is not a region; there are ${REGIONS.toSorted().join(', ')}`]
}

function findRouteMistakes(arc: Manifest, folder: string): string[] {
  const routes = routesOf(arc)
  const hasSignup = routes.some(({ method, path }) => method === ROUTE.method && path === ROUTE.path)
  const mistakes = hasSignup ? [] : [`@http has no "${ROUTE.method} ${ROUTE.path}"`]
  for (const { method, path } of routes) {
    const handler = `src/http/${method}${getLambdaName(path)}`
    if (globSync('{index,handler}.*', { cwd: join(folder, handler) }).length) continue
    mistakes.push(`@http ${method} ${path}: ${handler}/index.ts is missing`)
  }
  return mistakes
}

function findTableMistakes(arc: Manifest, stage: Stage | null): string[] {
  return Object.entries(TABLES).flatMap(([name, needed]) => {
    const table = arc.tables?.find((entry) => name in entry)?.[name]
    if (!table) return [`@tables has no ${name}`]
    const missing = Object.entries(needed).filter(([attribute, type]) => table[attribute] !== type)
    const isKeyOrTtl = (type: unknown) => /^\*|^ttl$/i.test(String(type))
    const wrong = Object.entries(table).filter(([attribute, type]) => isKeyOrTtl(type) && !(attribute in needed))
    const mistakes = [
      ...missing.map((line) => `@tables ${name}: needs the line "${line.join(' ')}"`),
      ...wrong.map((line) => `@tables ${name}: must not have the line "${line.join(' ')}"`),
    ]
    if (name === USERS_TABLE && stage === 'production' && table.pitr !== true) {
      mistakes.push(
        `@tables ${name}: needs the line "pitr true", or production deletes it with the stack and has no backup`,
      )
    }
    return mistakes
  })
}
