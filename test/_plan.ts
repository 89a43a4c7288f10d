import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../local/process.ts'
import { copyProject, type Edit } from '../local/project.ts'
import type { Template } from '../src/plugins/architect.ts'

const NO_AWS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', HOME: '/nowhere' }

/** `npm run plan` in a copy of the project, without an AWS account: what it prints, and the template that it writes. */
export async function plan(stage: string, edit?: Edit) {
  const project = await copyProject(edit)
  const { status, output } = await run(`node scripts/plan.ts ${stage}`, project.folder, NO_AWS)
  const text = status ? '{"Resources":{}}' : await readFile(join(project.folder, 'sam.json'), 'utf8')
  const bundle = join(project.folder, '.build/http/post-signup/index.js')
  const bytes = status ? '' : await readFile(bundle, 'utf8')
  await project.remove()
  return {
    status,
    output,
    template: JSON.parse(text.replaceAll(project.folder, '')) as Template,
    bundle: bytes,
  }
}
