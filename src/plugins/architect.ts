import { existsSync } from 'node:fs'

// The parts of Architect's plugin interface that these plugins use. https://arc.codes/docs/en/guides/plugins/overview

/** A pragma's lines: `name value …` is a list, a lone word a string. */
export type Pragma = (string | (string | number | boolean)[])[]
export type Manifest = Record<string, Pragma | undefined>

export type Stage = 'staging' | 'production'

export type Inventory = {
  app: string
  aws: { region: string }
  /** null in Sandbox. */
  _arc: { deployStage: Stage | null }
  _project: { cwd: string; arc: Manifest }
  lambdasBySrcDir: Record<string, { name: string; handlerFile: string }>
}

export type SetterArguments = { arc: Manifest; inventory: { inv: Inventory } }

export type DeployArguments = SetterArguments & {
  cloudformation: Template
  stackName: string
  dryRun: boolean
  stage: Stage
}

export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, object> }

export type Resource = {
  Type: string
  Properties: Record<string, unknown>
  /** What `npm run plan` prints of a resource, and which checks of checkov it is exempt from, and why. */
  Metadata?: { why: string; guards: string; checkov?: { skip: { id: string; comment: string }[] } }
  DependsOn?: string
  DeletionPolicy?: 'Retain' | 'Delete'
  UpdateReplacePolicy?: 'Retain' | 'Delete'
}

/** The resources that the plugins find in Architect's template, or make themselves, by their logical names. */
export const NAMES = {
  api: 'HTTP',
  signup: 'PostSignupHTTPLambda',
  role: 'PostSignupRole',
  users: 'MathaiUsersTable',
  attempts: 'MathaiSignupAttemptsTable',
  signupLogs: 'PostSignupLogs',
  apiLogs: 'ApiLogs',
} as const

/**
 * The resource of this logical name.
 * @throws where it is not there: a later Architect names or makes it otherwise
 */
export function resource(template: Template, name: string): Resource {
  const found = template.Resources[name]
  if (!found)
    throw Error(
      `The template has no ${name}: has Architect changed? There are ${Object.keys(template.Resources).join(', ')}`,
    )
  return found
}

/** @throws where a handler did not compile: Architect prints what esbuild says, and goes on */
export function requireCompiled({ lambdasBySrcDir }: Inventory): void {
  for (const { name, handlerFile } of Object.values(lambdasBySrcDir)) {
    if (!existsSync(handlerFile)) throw Error(`${name} did not compile: see the esbuild error above`)
  }
}
