import { rmSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROUTE, TABLES } from '../../src/plugins/this-app.ts'
import { atExit } from './leftovers.ts'

const ROOT = join(import.meta.dirname, '../..')
/** They need files that are not copied. */
const TESTS = ['operate/test', 'front-end/test'].map((path) => join(ROOT, path))
const FILES = ['app.arc', 'package.json', 'tsconfig.json', 'esbuild.cjs', 'openapi.yaml', 'src', 'operate', 'front-end']

export type Project = { folder: string; remove(): Promise<void> }

/**
 * A change to app.arc, and files to add, by their paths. The copy is always named mathai, in us-east-1, with `*` below @cors, and has the
 * route and the tables of the sign-up only: no test depends on what somebody changes or adds. With `isWhole` it has all routes and
 * tables. A command checks the types of one file of it only, which is faster; with `hasTypes` it checks all.
 */
export type Edit = {
  manifest?: (manifest: string) => string
  files?: Record<string, string>
  isWhole?: boolean
  hasTypes?: boolean
}

/** A copy of the project in a temporary folder, so that nothing touches the `.build` and the Sandbox of a developer. */
export async function copyProject({
  manifest = (text) => text,
  files = {},
  isWhole,
  hasTypes,
}: Edit = {}): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'mathai-signup-'))
  const cancelCleanUp = atExit(() => rmSync(folder, { recursive: true, force: true }))
  for (const file of FILES)
    await cp(join(ROOT, file), join(folder, file), { recursive: true, filter: (path) => !TESTS.includes(path) })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const typesFile = join(folder, 'tsconfig.json')
  const types = await readFile(typesFile, 'utf8')
  if (!hasTypes) await writeFile(typesFile, types.replace(/"include": .*/, '"files": ["src/shared/result.ts"]'))
  const manifestFile = join(folder, 'app.arc')
  const text = (await readFile(manifestFile, 'utf8'))
    .replace(/^@app\n.*/m, '@app\nmathai')
    .replace(/^region .*/m, 'region us-east-1')
    .replace(/^@cors\n[^@]*/m, '@cors\nstaging *\nproduction *\n\n')
  await writeFile(manifestFile, manifest(isWhole ? text : withSignupOnly(text)))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return {
    folder,
    async remove(): Promise<void> {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      cancelCleanUp()
    },
  }
}

/** app.arc with the route and the tables of the sign-up only. */
function withSignupOnly(manifest: string): string {
  const tables = Object.keys(TABLES)
    .map((name) => RegExp(`^${name}\\n(?: +.*\\n)+`, 'm').exec(manifest)?.[0])
    .join('\n')
  return manifest
    .replace(/^@http\n[^@]*/m, `@http\n${ROUTE.method} ${ROUTE.path}\n\n`)
    .replace(/^@tables\n[^@]*?(?=^[@#])/m, `@tables\n${tables}\n`)
}
