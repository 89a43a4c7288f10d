import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gatherOutput } from './_output.ts'

const ROOT = join(import.meta.dirname, '..')
const FILES = ['app.arc', 'package.json', 'tsconfig.json', 'preferences.arc', 'esbuild.cjs', 'src', 'scripts']

/** A copy of the project in a folder of its own, so that a developer's `.build` and Sandbox are left alone. */
export async function copyProject(editManifest = (manifest: string) => manifest): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'mathai-signup-'))
  for (const file of FILES) await cp(join(ROOT, file), join(folder, file), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const manifest = join(folder, 'app.arc')
  await writeFile(manifest, editManifest(await readFile(manifest, 'utf8')))
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

export type Project = { folder: string; remove(): Promise<void> }

/** Runs a command in a folder. Resolves to its exit status and all it printed. */
export async function run(command: string, folder: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, { cwd: folder, shell: true, env: { ...process.env, ...env } })
  const output = gatherOutput(child)
  const [status] = await once(child, 'close')
  return { status, output: output() }
}
