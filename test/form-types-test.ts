// examples/signup.ts has its own types, because people copy it. They must fit what openapi.yaml describes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'tape'
import { document } from './support/contract.ts'
import { run } from './support/process.ts'

type Schema = {
  $ref?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

const ROOT = join(import.meta.dirname, '..')
const schemas: Record<string, Schema> = document.components.schemas

test('what openapi.yaml describes fits the types of the form', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mathai-types-'))
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include: ['check.ts'] }),
  )
  await writeFile(
    join(folder, 'check.ts'),
    `import type { Created, Problem } from ${JSON.stringify(join(ROOT, 'examples/signup.ts'))}
    export const created = (documented: ${typeOf(schemas.Created)}): Created => documented
    export const problem = (documented: ${typeOf(schemas.Problem)}): Problem => documented`,
  )
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const { output } = await run(`"${tsc}" --project "${folder}" --typeRoots "${ROOT}/node_modules/@types"`, ROOT)
  t.equal(output, '')
  await rm(folder, { recursive: true })
})

/** A schema as a TypeScript type. It knows as much of JSON Schema as the answers use. */
function typeOf(schema: Schema = {}): string {
  if (schema.$ref) return typeOf(schemas[String(schema.$ref.split('/').at(-1))])
  if (schema.const) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.type === 'integer') return 'number'
  if (schema.type === 'array') return `(${typeOf(schema.items)})[]`
  if (schema.type !== 'object') return schema.type ?? 'unknown'
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => `${name}${schema.required?.includes(name) ? '' : '?'}: ${typeOf(property)}`,
  )
  return `{ ${properties.join('; ')} }`
}
