// From app.arc to a template and the ZIPs of its functions.
import { createHash } from 'node:crypto'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import packageApp from '@architect/deploy/src/sam/index.js'
import { zipSync } from 'fflate'
import type { Stage, Template } from '../../src/plugins/architect.ts'
import { API_LOGS, functionsOf } from '../../src/plugins/stack/template.ts'
import { CommandError } from './command.ts'
import type { Project } from './project.ts'

/** Architect asks AWS whether the stack has an old kind of API. It has not, so there is no need to ask. */
const NO_ACCOUNT = { cloudformation: { DescribeStackResources: async () => ({ StackResources: [] }) } }

/**
 * Does what `arc deploy --dry-run` does, in this process: compiles the functions and makes the template, in `sam.json`.
 * `variables` are those of `arc env`.
 */
export async function packageStack(project: Project, stage: Stage, name = '', variables = {}): Promise<Template> {
  const { cwd, env } = project.inv._project
  // Architect merges both if it reads the account itself.
  env.aws = { [stage]: { ...variables, ...env.plugins[stage] } }
  const file = join(cwd, 'sam.json')
  rmSync(file, { force: true })
  const options = { isDryRun: true, name, production: stage === 'production', quiet: true }
  // Hydration would run an unlocked `npm install` inside a dependency. Architect reads the length of `tags`.
  await promisify(packageApp)({ ...options, aws: NO_ACCOUNT, inventory: project, shouldHydrate: false, tags: [] })
  // Architect writes the time of day into the description, so that each template would be a new one.
  const { Description: _, ...template } = JSON.parse(readFileSync(file, 'utf8')) as Template & { Description: string }
  if (!template.Resources[API_LOGS]) {
    throw new CommandError(
      'app.arc does not run src/plugins/stack/index.ts, which protects the tables and limits the rights. Add below @plugins:\n' +
        'stack\n  src src/plugins/stack/index.ts',
    )
  }
  return template
}

/** A ZIP of each function, by its key in the bucket, and the template that names them there. */
export function zipFunctions(
  packaged: Template,
  bucket: string,
): { template: Template; zips: Map<string, Uint8Array> } {
  const template = structuredClone(packaged)
  const zips = functionsOf(template).map(([, { Properties }]) => {
    const folder = Properties.CodeUri
    const contents = filesOf(folder).map((file) => [relative(folder, file).replaceAll('\\', '/'), readFileSync(file)])
    // With a fixed time of its entries, a ZIP changes only if the code does.
    const zip = zipSync(Object.fromEntries(contents), { mtime: new Date(1980, 0, 1) })
    const key = `${createHash('sha256').update(zip).digest('hex')}.zip`
    Properties.CodeUri = `s3://${bucket}/${key}`
    return [key, zip] as const
  })
  return { template, zips: new Map(zips) }
}

/** The paths of the files in a folder, sorted. Empty if it is not there. */
export function filesOf(folder: string): string[] {
  const entries = globSync('**', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map(({ parentPath, name }) => join(parentPath, name)).sort()
}
