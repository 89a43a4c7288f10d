import type { FieldError } from './signup-request.ts'

/** An error answer: RFC 9457 plus `code` for programs and `message`, a sentence fit to show to a person. */
export type Problem = {
  type: 'about:blank'
  title: string
  status: number
  detail: string
  code: ProblemCode
  message: string
  errors?: FieldError[]
}
export type ProblemCode = keyof typeof PROBLEMS

/** Every error there is: [HTTP status, the title of that status, what to tell the person]. */
export const PROBLEMS = {
  invalid_json: [400, 'Bad Request', 'The request must be one JSON object, such as {"user_email": "…"}.'],
  invalid_fields: [400, 'Bad Request', 'Some of the fields are wrong.'],
  invalid_idempotency_key: [
    400,
    'Bad Request',
    'The Idempotency-Key may have 1 to 255 visible ASCII characters.',
  ],
  email_taken: [409, 'Conflict', 'This e-mail address already has an account. Log in instead.'],
  body_too_large: [413, 'Content Too Large', 'The request is too large. It may have at most 8 KiB.'],
  not_json: [
    415,
    'Unsupported Media Type',
    'Send the request as JSON, with "content-type: application/json".',
  ],
  too_many_attempts: [
    429,
    'Too Many Requests',
    'There were too many sign-ups from your network. Please try again later.',
  ],
  unavailable: [
    503,
    'Service Unavailable',
    'We could not save your sign-up just now. Please try again in a moment.',
  ],
  internal_error: [500, 'Internal Server Error', 'Something went wrong on our side. Please try again later.'],
} as const satisfies Record<string, readonly [status: number, title: string, detail: string]>

/** The problem of this code. With field errors, its sentence is theirs, so that a page may show only that. */
export function problem(code: ProblemCode, errors?: FieldError[]): Problem {
  const [status, title, sentence] = PROBLEMS[code]
  const detail = errors?.map(({ message }) => message).join(' ') ?? sentence
  return { type: 'about:blank', title, status, detail, code, message: detail, ...(errors && { errors }) }
}
