import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { DatabaseUnavailable } from '../../shared/database.ts'
import { type FieldError, fieldError } from '../../shared/field-errors.ts'
import { MAX_BODY_BYTES } from '../../shared/limits.ts'
import { log, type RequestLog } from '../../shared/log.ts'
import { type Problem, type ProblemCode, problem } from '../../shared/problem.ts'
import type { Result } from '../../shared/result.ts'
import { type Dependencies, type SignupResult, signUp } from '../../shared/signup.ts'
import { parseSignup } from '../../shared/signup-request.ts'

/** When a client may try again if the database did not answer. */
const RETRY_AFTER_SECONDS = 2

type Reply = { body: Problem | { uid: string }; retryAfter?: number; record: RequestLog }

let cold = true

/** Lambda's entry point. Passes on the event only: the second argument is Lambda's context, which `respond` would take for `deps`. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return respond(event)
}

/** Answers every event with JSON, and never throws. Tests may pass their own dependencies. */
export async function respond(
  event: APIGatewayProxyEventV2,
  deps?: Dependencies,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { body, retryAfter, record } = await reply(event, deps).catch(answerFailure)
  log({ ...record, request_id: event?.requestContext?.requestId, cold })
  cold = false
  const isProblem = 'status' in body
  return {
    statusCode: isProblem ? body.status : 201,
    headers: {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
      'cache-control': 'no-store',
      // https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': 'max-age=63072000',
      'x-content-type-options': 'nosniff',
      ...(retryAfter && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(body),
  }
}

async function reply(event: APIGatewayProxyEventV2, deps?: Dependencies): Promise<Reply> {
  const request = readBody(event)
  if ('error' in request) return refuse(request.error)
  const idempotencyKey = readHeader(event, 'idempotency-key')
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    return refuse('invalid_idempotency_key')
  }
  const parsed = parseSignup(request.value)
  if ('error' in parsed) return refuse('invalid_fields', {}, parsed.error)
  const sourceIp = String(event.requestContext?.http?.sourceIp)
  const result = await signUp(parsed.value, { sourceIp, idempotencyKey }, deps)
  const record = recordOf(result)
  switch (result.outcome) {
    case 'created':
      return { body: { uid: result.uid }, record: { ...record, uid: result.uid } }
    case 'breached_password':
      return refuse('invalid_fields', record, [fieldError('user_password', 'breached')])
    case 'email_taken':
      return refuse('email_taken', record, [fieldError('user_email', 'taken')])
    case 'too_many_attempts':
      return { ...refuse('too_many_attempts', record), retryAfter: result.retryAfter }
    case 'idempotency_key_reused':
      return refuse('idempotency_key_reused', record)
  }
}

/** Copies these four fields, and no others, to the log. */
function recordOf({ outcome, skipped, hash_ms, store_ms }: SignupResult): RequestLog {
  return { outcome, skipped, hash_ms, store_ms }
}

/** The JSON object in the body, or what is wrong with the body. */
function readBody(event: APIGatewayProxyEventV2): Result<object, ProblemCode> {
  const contentType = readHeader(event, 'content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(contentType)) return { error: 'not_json' }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) return { error: 'unsupported_charset' }
  const encoding = readHeader(event, 'content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') return { error: 'unsupported_content_encoding' }
  const text = typeof event.body === 'string' ? event.body : ''
  const bytes = Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > MAX_BODY_BYTES) return { error: 'body_too_large' }
  try {
    // Bytes that are not UTF-8 become U+FFFD: here, or in API Gateway. The checks of the fields refuse it.
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
    return isObject ? { value: body } : { error: 'invalid_json' }
  } catch {
    return { error: 'invalid_json' }
  }
}

/** A request header. API Gateway has lower-cased its name. */
function readHeader(event: APIGatewayProxyEventV2, name: string): string | undefined {
  const value: unknown = event.headers?.[name]
  return typeof value === 'string' ? value : undefined
}

function refuse(code: ProblemCode, record: Partial<RequestLog> = {}, errors?: FieldError[]): Reply {
  const fields = errors?.map((error) => `${error.field}: ${error.code}`)
  return { body: problem(code, errors), record: { ...record, outcome: code, ...(fields && { fields }) } }
}

/** The log has only the name of an error: its message could hold what the person typed. */
function answerFailure(error: unknown): Reply {
  const code = error instanceof DatabaseUnavailable ? 'unavailable' : 'internal_error'
  if (code === 'internal_error' && process.env.ARC_ENV === 'testing') console.error(error)
  return {
    body: problem(code),
    ...(code === 'unavailable' && { retryAfter: RETRY_AFTER_SECONDS }),
    record: { outcome: code, error: error instanceof Error ? error.name : typeof error },
  }
}
