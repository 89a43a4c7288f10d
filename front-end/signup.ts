// Signs people up from a browser, without a framework. Copy it.

/** What the API answers: Created, Problem and FieldError of openapi.yaml. */
export type FieldError = { field: string; code: string; message: string }
export type Created = { uid: string }
export type Problem = {
  message: string
  code: string
  errors?: FieldError[]
  retryAfter?: number
  /** After a 5xx: by this ID the operator finds what happened. */
  requestId?: string
}

export type Options = { onStatus?: (status: 'sending' | 'retrying') => void; signal?: AbortSignal }

const UNREACHABLE = {
  code: 'unreachable',
  message: 'The server cannot be reached. Check your connection and try again.',
}
const UNKNOWN = {
  code: 'unknown',
  message: 'The server sent an answer that this page does not understand. Please try again later.',
}

/**
 * Returns the function that a form calls with its fields. The same fields keep their key, so that sending them again
 * returns the same account instead of "already taken". After 429 and 503 it tries again twice, but waits 10 s at most.
 */
export function createSignUp(url: string) {
  let last = { body: '', key: '' }
  return async function signUp(fields: object, { onStatus, signal }: Options = {}): Promise<Created | Problem> {
    const body = JSON.stringify(fields)
    // crypto.randomUUID does not exist on a page that came over plain http, such as in a LAN.
    if (body !== last.body) last = { body, key: crypto.getRandomValues(new Uint32Array(4)).join('-') }
    const headers = { 'content-type': 'application/json', 'idempotency-key': last.key }
    for (let tries = 1; ; tries++) {
      onStatus?.(tries === 1 ? 'sending' : 'retrying')
      const limit = AbortSignal.any([AbortSignal.timeout(30_000), ...(signal ? [signal] : [])])
      const response = await fetch(url, { method: 'POST', headers, body, signal: limit }).catch(() => undefined)
      if (!response) return UNREACHABLE
      const retryAfter = Number(response.headers.get('retry-after'))
      const mayRetry = [429, 503].includes(response.status) && retryAfter <= 10 && tries < 3 && !signal?.aborted
      if (!mayRetry) return readAnswer(response, retryAfter)
      await new Promise((resolve) => setTimeout(resolve, (retryAfter || 1) * 1000))
    }
  }
}

async function readAnswer(response: Response, retryAfter: number): Promise<Created | Problem> {
  const answer: Partial<Created & Problem> | null = await response.json().catch(() => null)
  if (response.ok && answer?.uid) return { uid: answer.uid }
  if (typeof answer?.message !== 'string') return UNKNOWN
  const { message, code = '', errors = [] } = answer
  const requestId = response.status >= 500 && response.headers.get('apigw-requestid')
  return { message, code, errors, ...(retryAfter > 0 && { retryAfter }), ...(requestId && { requestId }) }
}
