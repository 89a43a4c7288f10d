import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import inventory from '@architect/inventory'
import { packageStack, zipFunctions } from '../../operate/lib/packaging.ts'
import type { Stage } from '../../src/plugins/architect.ts'
import { captureLog } from './log.ts'
import { copyProject, type Edit } from './project.ts'

/** Adds a table that no function has a right for. */
export function withThirdTable(manifest: string): string {
  return manifest.replace('@static', 'mathai_third_table\n  uid *String\n  pitr true\n\n@static')
}

type Options = Edit & { name?: string; variables?: Record<string, string> }

/**
 * Packages a copy of the project: the template, the code of the sign-up, and the ZIPs of all functions.
 * @throws the error with which Architect stops
 */
export async function packageCopy(stage: Stage, { name = '', variables, ...edit }: Options = {}) {
  const { folder, remove } = await copyProject(edit)
  try {
    const project = await inventory({ cwd: folder, deployStage: stage })
    const { result } = await captureLog(() => packageStack(project, stage, name, variables))
    return {
      template: JSON.parse(JSON.stringify(result).replaceAll(folder, '')) as typeof result,
      zips: [...zipFunctions(result, 'bucket').zips.values()],
      bundle: await readFile(join(folder, '.build/http/post-signup/index.js'), 'utf8'),
    }
  } finally {
    await remove()
  }
}
