import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

type MediaType = { schema: { $ref?: string }; examples: Record<string, { value: Record<string, unknown> }> }
type Response = { content: Record<string, MediaType>; headers?: Record<string, unknown> }

export const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
export const operation = document.paths['/signup'].post
export const responses: Record<string, Response> = operation.responses

const PROBLEM = 'application/problem+json'

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, 'openapi.yaml')

/** What is wrong with a value, by the schema at this JSON pointer in openapi.yaml. Returns null if nothing is. */
export function contractErrors(pointer: string, value: unknown): string | null {
  return ajv.validate(`openapi.yaml${pointer}`, value) ? null : ajv.errorsText()
}

/** The schema of the answers with this status and content type, as a JSON pointer. */
export function responsePointer(status: number | string, type: string): string {
  return `#/paths/~1signup/post/responses/${status}/content/${type.replace('/', '~1')}/schema`
}

/**
 * Checks an answer of POST /signup, which may come from API Gateway: the content type says who answered.
 * @throws if openapi.yaml does not describe the answer
 */
export function requireDocumented(status: number, headers: Headers, body: unknown): void {
  const type = headers.get('content-type') ?? ''
  const response = responses[status]
  if (!response?.content[type]) throw Error(`openapi.yaml has no ${status} with ${type}`)
  const errors = contractErrors(responsePointer(status, type), body)
  if (errors) throw Error(`openapi.yaml has another ${status}: ${errors}\n${JSON.stringify(body)}`)
  const isExpected = type === PROBLEM && response.headers?.['Retry-After'] !== undefined
  if (headers.has('retry-after') !== isExpected) {
    throw Error(`openapi.yaml has ${isExpected ? 'a' : 'no'} Retry-After with ${status} ${type}`)
  }
}
