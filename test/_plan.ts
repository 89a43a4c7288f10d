import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import deploy from '@architect/deploy'
import inventory from '@architect/inventory'
import { startFakeAws } from '../local/aws.ts'
import { run } from '../local/process.ts'
import { copyProject, type Edit, type Project } from '../local/project.ts'
import type { Stage, Template } from '../src/plugins/architect.ts'
import { captureLog } from './_log.ts'

const NO_AWS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HOME: '/nowhere' }

/** Adds a table that no function has a right for. */
export const THIRD_TABLE = (manifest: string) =>
  manifest.replace('@static', 'mathai_scores\n  uid *String\n  pitr true\n\n@static')

/** `npm run plan` in a copy of the project, without an AWS account: what it prints, and the template that it writes. */
export async function plan(stage: Stage, edit?: Edit) {
  const project = await copyProject(edit)
  const { status, output } = await run(`node scripts/plan.ts ${stage}`, project.folder, NO_AWS)
  const template = status ? undefined : await readTemplate(project)
  await project.remove()
  return { status, output, template }
}

/**
 * What `arc deploy --dry-run` makes of a copy of the project: the template, and the code of the sign-up. It runs in this
 * process, which is fast, and a mutation tool can follow it.
 * @throws the error with which Architect stops
 */
export async function packageStack(stage: Stage, edit?: Edit) {
  const project = await copyProject(edit)
  const aws = await startFakeAws()
  Object.assign(process.env, aws.env)
  try {
    await captureLog(() => dryRun(stage, project))
    return {
      template: await readTemplate(project),
      bundle: await readFile(join(project.folder, '.build/http/post-signup/index.js'), 'utf8'),
    }
  } finally {
    await aws.stop()
    await project.remove()
  }
}

async function dryRun(stage: Stage, { folder }: Project): Promise<void> {
  const options = { isDryRun: true, production: stage === 'production', shouldHydrate: false, quiet: true }
  await deploy.sam({ ...options, inventory: await inventory({ cwd: folder, deployStage: stage, env: true }) })
}

async function readTemplate({ folder }: Project): Promise<Template> {
  return JSON.parse((await readFile(join(folder, 'sam.json'), 'utf8')).replaceAll(folder, ''))
}
