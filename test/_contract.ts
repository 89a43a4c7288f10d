import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

type Answer = { content: Record<string, { schema: { $ref: string } }>; headers?: Record<string, unknown> }

export const document = parse(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'))
export const responses: Record<string, Answer> = document.paths['/signup'].post.responses

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, 'openapi.yaml')

/** What is wrong with a value, by a schema of openapi.yaml; null where nothing is. */
export function contractErrors(schema: string, value: unknown): string | null {
  return ajv.validate(`openapi.yaml${schema}`, value) ? null : ajv.errorsText()
}

/** @throws where openapi.yaml does not describe this answer of POST /signup */
export function requireDocumented(status: number, headers: Headers, body: unknown): void {
  const type = headers.get('content-type') ?? ''
  const schema = responses[status]?.content[type]?.schema.$ref
  if (!schema) throw Error(`openapi.yaml has no ${status} with ${type}`)
  const errors = contractErrors(schema, body)
  if (errors) throw Error(`openapi.yaml has another ${status}: ${errors}\n${JSON.stringify(body)}`)
  for (const name of Object.keys(responses[status]?.headers ?? {})) {
    if (!headers.has(name)) throw Error(`openapi.yaml has ${name} with a ${status}`)
  }
}
