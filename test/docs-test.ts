// The documents say what the code does, and every file that is named anywhere is there.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'tape'
import { readSettings } from '../src/plugins/settings.ts'
import { EXAMPLE } from '../src/plugins/this-app.ts'
import { FIELD_ERRORS } from '../src/shared/field-errors.ts'
import { PROBLEMS } from '../src/shared/problem.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const documents = globSync(['*.md', '{docs,operate,front-end,bench}/*.md'], { cwd: ROOT })
const { scripts } = JSON.parse(read('package.json'))

test('every link to a file leads to one, and every npm command exists', async (t) => {
  t.ok(documents.length >= 7, documents.join())
  for (const file of documents) {
    const text = read(file)
    for (const [, path = '', anchor] of text.matchAll(/\]\(([^)#:]+)(?:#([^)]*))?\)/g)) {
      const target = join(dirname(file), path)
      t.ok(existsSync(join(ROOT, target)), `${file}: ${path}`)
      if (anchor) t.ok(anchorsOf(read(target)).includes(anchor), `${file}: ${path}#${anchor}`)
    }
    for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
      t.ok(name in scripts, `${file}: npm run ${name}`)
  }
})

test('every check is run by a workflow, apart from the one that needs an AWS account', async (t) => {
  // workflows-test.ts sees that .ci/run is run.
  const started = read('.ci/run')
  t.ok(started.includes('.ci/mutation'))
  const checks = Object.keys(scripts).filter((name) => name.startsWith('test:') && name !== 'test:aws')
  t.ok(checks.length >= 5)
  for (const name of checks) t.match(started, RegExp(`\\b${name}$`, 'm'), name)
})

/** What somebody adds by CONTRIBUTING.md, or tests make in a copy. */
const NOT_YET =
  /^src\/(http\/((get|any)-|post-(?!signup))|broken|shared\/wrong|main|tailwind|arabic|dark|sign-up|HookForm|App|index)\b/

test('every file of this project that a document, a workflow, a message or a comment names is there', async (t) => {
  const sources = '{.ci,.github/workflows,docs,src,test,operate,front-end,bench}'
  const files = globSync(['*.{md,json,arc,cjs,toml,yaml}', '.npmrc', '.*.yaml', `${sources}/**`], {
    cwd: ROOT,
    exclude: ['**/common-passwords.json', '**/package-lock.json', 'bench/peers/**'],
    withFileTypes: true,
  }).filter((entry) => entry.isFile())
  const named = files.flatMap(({ parentPath, name }) => {
    const paths = readFileSync(join(parentPath, name), 'utf8').matchAll(
      /(?<![\w./-])(?:\.ci|\.github|docs|src|test|operate|front-end|bench)\/[\w./-]*\.(?:ts|tsx|cjs|md|ya?ml|json|css|html|arc)\b/g,
    )
    return [...paths].map(([path]) => ({ path, name }))
  })
  t.ok(named.length > 100, `${named.length}`)
  for (const { path, name } of named) if (!NOT_YET.test(path)) t.ok(existsSync(join(ROOT, path)), `${name}: ${path}`)
})

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('README lists every problem with its status, and no other', async (t) => {
  const rows = [...read('README.md').matchAll(/^\| (\d{3}) \| (.*?) \|/gm)]
  const listed = rows.flatMap(([, status, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`),
  )
  const problems = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`)
  t.deepEqual(listed.sort(), problems.sort())
})

test('operate/README.md lists every setting with its default, and no other', async (t) => {
  let pragma = ''
  const listed: string[] = []
  for (const line of read('operate/README.md').split('\n')) {
    const [, first = '', names, value] = /^\| (?:`@(\w+)`)? ?\| ((?:`[\w-]+`(?:, )?)+) \| (.*?) \|/.exec(line) ?? []
    if (first) pragma = first
    for (const [, name] of names?.matchAll(/`([\w-]+)`/g) ?? [])
      listed.push(`${pragma} ${name} ${value?.replaceAll('`', '')}`)
  }
  const defaults = Object.entries(readSettings({})).flatMap(([pragma, settings]) =>
    Object.entries(settings).map(([name, value]) => `${pragma} ${name} ${value ?? 'none'}`),
  )
  t.deepEqual(listed.sort(), defaults.sort())
})

test('the examples of README and front-end/README.md are those of the code', async (t) => {
  for (const file of ['README.md', 'front-end/README.md']) {
    const [, example = ''] = /(?:-d|-Body) '(\{.*\})'/.exec(read(file)) ?? []
    t.deepEqual(JSON.parse(example), EXAMPLE, file)
  }
  t.ok(read('README.md').includes(`"message": "${FIELD_ERRORS.user_email.taken}"`))
})
