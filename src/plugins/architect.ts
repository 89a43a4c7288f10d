// The parts of Architect's plugin interface that this app uses, and how its manifest is read.
// https://arc.codes/docs/en/guides/plugins/overview

/** The lines of a pragma: `name value …` is a list, a single word is itself. `@tables` has an object for each table. */
export type Pragma = (Word | Word[])[]
export type Word = string | number | boolean
export type Manifest = Record<string, Pragma | undefined> & { tables?: Record<string, Record<string, Word>>[] }

export type Stage = 'staging' | 'production'

export type Inventory = {
  app: string
  aws: { region: string; profile?: string | null }
  tables: { name: string; pitr: boolean | null }[]
  /** deployStage is null in Sandbox. */
  _arc: { deployStage: Stage | null; pragmas: { all: string[] } }
  _project: { cwd: string; arc: Manifest; env: { aws: object | null; plugins: Partial<Record<Stage, object>> } }
  lambdasBySrcDir: Record<string, { name: string; handlerFile: string }>
}

/** Setters run while the inventory is made: only `_arc` and `_project` are there. */
export type SetterArguments = { arc: Manifest; inventory: { inv: Pick<Inventory, '_arc' | '_project'> } }

export type StartArguments = { arc: Manifest; inventory: { inv: Inventory } }

export type DeployArguments = StartArguments & { cloudformation: Template; stackName: string; stage: Stage }

export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, object> }

export type Resource = {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: the properties of a CloudFormation resource depend on its type
  Properties: Record<string, any>
  DependsOn?: string | string[]
  DeletionPolicy?: 'Retain' | 'Delete'
  UpdateReplacePolicy?: 'Retain' | 'Delete'
  ArcMetadata?: { arcStaticAssetProxy?: boolean }
}

/** The words of a line of a pragma: a single word is a list of one. */
export function wordsOf(line: Pragma[number]): Word[] {
  return [line].flat()
}

/** The routes in app.arc. A line with a path alone is a GET. */
export function routesOf({ http = [] }: Manifest): { method: string; path: string }[] {
  return http.map((line) => {
    const [first, second] = wordsOf(line).map(String)
    return second ? { method: String(first), path: second } : { method: 'get', path: String(first) }
  })
}

/** The region in app.arc, if there is one. */
export function regionOf({ aws = [] }: Manifest): Word | undefined {
  return aws.map(wordsOf).find(([name]) => name === 'region')?.[1]
}

/** The names of the tables in app.arc. */
export function tableNames({ tables = [] }: Manifest): string[] {
  return tables.flatMap((table) => Object.keys(table))
}
