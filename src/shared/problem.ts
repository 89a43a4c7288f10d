import { STATUS_CODES } from 'node:http'
import type { FieldError } from './field-errors.ts'

/** An error answer: RFC 9457, plus `code` for programs and `message`, a sentence to show to the person. */
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

/** Every error answer: its code, its status, and the sentence for the person. */
export const PROBLEMS = {
  invalid_json: { status: 400, detail: 'The request must be one JSON object in UTF-8, such as {"user_email": "…"}.' },
  invalid_fields: { status: 400, detail: 'Some of the fields are wrong. Please correct them.' },
  invalid_idempotency_key: { status: 400, detail: 'The Idempotency-Key may have 1 to 255 visible ASCII characters.' },
  email_taken: { status: 409, detail: 'This e-mail address already has an account.' },
  body_too_large: { status: 413, detail: 'This is too much text. Please shorten it.' },
  not_json: { status: 415, detail: 'Send the request as JSON, with "content-type: application/json".' },
  unsupported_charset: { status: 415, detail: 'Send the request in UTF-8, and name no other charset in content-type.' },
  unsupported_content_encoding: { status: 415, detail: 'Send the request without compression (content-encoding).' },
  idempotency_key_reused: {
    status: 422,
    detail: 'You already have an account, made with other details. Log in with the password that you chose first.',
  },
  too_many_attempts: {
    status: 429,
    detail: 'Too many people are signing up from your internet connection. Please try again later.',
  },
  internal_error: { status: 500, detail: 'Something went wrong on our side. Please try again later.' },
  unavailable: { status: 503, detail: 'We could not save your sign-up just now. Please try again in a moment.' },
} as const

/** The names of the statuses (RFC 9110, 15). For these two, Node still has the names of RFC 7231. */
const TITLES: Record<number, string | undefined> = {
  ...STATUS_CODES,
  413: 'Content Too Large',
  422: 'Unprocessable Content',
}

/** The problem of this code. Field errors replace its sentence, so that a page may show `message` alone. */
export function problem(code: ProblemCode, errors?: FieldError[]): Problem {
  const { status, detail } = PROBLEMS[code]
  const message = errors?.map((error) => error.message).join(' ') ?? detail
  const title = String(TITLES[status])
  return { type: 'about:blank', title, status, detail: message, code, message, ...(errors && { errors }) }
}
