import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { log, type RequestLog } from '../../shared/log.ts'
import { type Problem, type ProblemCode, problem } from '../../shared/problem.ts'
import { type Parts, signUp } from '../../shared/signup.ts'
import { type FieldError, fieldError, parseSignup } from '../../shared/signup-request.ts'
import { DatabaseUnavailable } from '../../shared/tables.ts'

const MAX_BODY_BYTES = 8192
/** Seconds after which a client may try again where the database did not answer. */
const RETRY_AFTER = 2

type Answer = { body: Problem | { uid: string }; retryAfter?: number; record: RequestLog }

let cold = true

/** POST /signup. Takes the event alone: Sandbox hands in a callback where `respond` has its parts. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  return respond(event)
}

/** Answers every event, whatever is in it, with JSON. Never throws. A test may hand in parts. */
export async function respond(
  event: APIGatewayProxyEventV2,
  parts?: Parts,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { body, retryAfter, record } = await answerTo(event, parts).catch(failure)
  log({ ...record, cold })
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

async function answerTo(event: APIGatewayProxyEventV2, parts?: Parts): Promise<Answer> {
  const body = readBody(event)
  if (typeof body === 'string') return refusal(body)
  const idempotencyKey = header(event, 'idempotency-key')
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    return refusal('invalid_idempotency_key')
  }
  const signup = parseSignup(body)
  if (Array.isArray(signup)) return refusal('invalid_fields', signup)
  const sourceIp = String(event.requestContext?.http?.sourceIp)
  const result = await signUp(signup, { sourceIp, idempotencyKey }, parts)
  switch (result.outcome) {
    case 'created':
      return { body: { uid: result.uid }, record: result }
    case 'breached_password':
      return refusal('invalid_fields', [fieldError('user_password', 'breached')])
    case 'too_many_attempts':
      return { ...refusal('too_many_attempts'), retryAfter: result.retryAfter }
    case 'email_taken':
      return { body: problem('email_taken'), record: result }
  }
}

/** The JSON object in the body, or the code of what is wrong with it. */
function readBody(event: APIGatewayProxyEventV2): object | ProblemCode {
  if (!/^application\/json\s*(;|$)/i.test(header(event, 'content-type') ?? '')) return 'not_json'
  const bytes = Buffer.from(String(event.body ?? ''), event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > MAX_BODY_BYTES) return 'body_too_large'
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value && !Array.isArray(value) ? value : 'invalid_json'
  } catch {
    return 'invalid_json'
  }
}

/** A request header; API Gateway has lower-cased its name. */
function header(event: APIGatewayProxyEventV2, name: string): string | undefined {
  const value: unknown = event.headers?.[name]
  return typeof value === 'string' ? value : undefined
}

function refusal(code: ProblemCode, errors?: FieldError[]): Answer {
  const fields = errors?.map(({ field, code }) => `${field}: ${code}`)
  return { body: problem(code, errors), record: { outcome: code, ...(fields && { fields }) } }
}

/** Only the name of an error is logged: its message could hold what the person typed. */
function failure(error: unknown): Answer {
  const code = error instanceof DatabaseUnavailable ? 'unavailable' : 'internal_error'
  const name = error instanceof Error ? error.name : typeof error
  return {
    body: problem(code),
    ...(code === 'unavailable' && { retryAfter: RETRY_AFTER }),
    record: { outcome: code, error: name },
  }
}
