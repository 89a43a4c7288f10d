// Signs people up from a browser, without a framework. Copy it.

/** The answers of openapi.yaml. */
export type FieldError = { field: string; code: string; message: string }
export type Created = { uid: string }
export type Problem = {
  /** A code of openapi.yaml, or `unreachable` or `unknown`. */
  code: string
  message: string
  errors?: FieldError[]
  /** Seconds. */
  retryAfter?: number
  /** After a 5xx: by this ID the operator finds what happened. */
  requestId?: string
}

/** `slow` comes after eight seconds, `retrying` when the wait for another try begins. */
export type Status = 'sending' | 'slow' | 'retrying'
export type Options = { onStatus?: (status: Status) => void; signal?: AbortSignal }

const UNREACHABLE = {
  code: 'unreachable',
  message: 'The server cannot be reached. Check your internet connection and try again.',
}
const UNKNOWN = {
  code: 'unknown',
  message: 'The server sent an answer that this page cannot read. Please try again later.',
}
// For answers that do not come from the API itself but from what stands before it.
const UNAVAILABLE = {
  code: 'unavailable',
  message: 'We could not save your sign-up just now. Please try again in a moment.',
}
const INTERNAL_ERROR = { code: 'internal_error', message: 'Something went wrong on our side. Please try again later.' }

/** The most that a person waits for one answer. */
const LIMIT_MS = 30_000
const SLOW_MS = 8000
const MAX_TRIES = 3
const MAX_WAIT_SECONDS = 10
const MAX_MESSAGE = 1000

/**
 * Returns the function that a form calls with its fields. It always resolves. The same fields keep their key, so that sending
 * them again returns the same account instead of "already taken". After 429 and 503 it tries again twice, but waits 10 s at
 * most. Call `createSignUp` once, outside of the component.
 * @throws {TypeError} if `url` is neither an http(s) URL nor a path that begins with /
 */
export function createSignUp(url: string) {
  if (typeof url !== 'string' || !/^(https?:\/\/[^/]|\/(?!\/))/.test(url)) {
    throw new TypeError(`The url of the sign-up must be an http(s) URL or a path that begins with /. It is ${url}.`)
  }
  let last = { body: '', key: '' }
  return async function signUp(fields: object, { onStatus, signal }: Options = {}): Promise<Created | Problem> {
    const request = new AbortController()
    const abort = () => request.abort()
    signal?.addEventListener('abort', abort)
    const slow = setTimeout(() => onStatus?.('slow'), SLOW_MS)
    let limit: ReturnType<typeof setTimeout> | undefined
    try {
      const body = JSON.stringify(fields)
      // crypto.randomUUID does not exist on a page that came over plain http, such as in a LAN.
      if (body !== last.body) last = { body, key: crypto.getRandomValues(new Uint32Array(4)).join('-') }
      const headers = { 'content-type': 'application/json', 'idempotency-key': last.key }
      onStatus?.('sending')
      for (let tries = 1; ; tries++) {
        limit = setTimeout(abort, LIMIT_MS)
        const response = await fetch(url, { method: 'POST', headers, body, signal: request.signal })
        const answer = readAnswer(response, await response.text())
        clearTimeout(limit)
        const seconds = secondsToWait(response)
        if (![429, 503].includes(response.status) || seconds > MAX_WAIT_SECONDS || tries === MAX_TRIES) return answer
        onStatus?.('retrying')
        await wait(Math.max(seconds, 1) * 1000, request.signal)
      }
    } catch {
      return UNREACHABLE
    } finally {
      clearTimeout(slow)
      clearTimeout(limit)
      signal?.removeEventListener('abort', abort)
    }
  }
}

function readAnswer({ ok, status, headers }: Response, text: string): Created | Problem {
  const answer = parse(text)
  if (ok && typeof answer.uid === 'string' && answer.uid) return { uid: answer.uid }
  const retryAfter = secondsToWait({ headers })
  const requestId = status >= 500 && headers.get('apigw-requestid')
  return { ...readProblem(answer, status), ...(retryAfter && { retryAfter }), ...(requestId && { requestId }) }
}

/** A problem of the API, or by its status the answer of something else. */
function readProblem({ code, message, errors }: Record<string, unknown>, status: number): Problem {
  if (typeof code === 'string' && typeof message === 'string' && message.length <= MAX_MESSAGE) {
    return { code, message, errors: Array.isArray(errors) ? errors.filter(isFieldError) : [] }
  }
  if (status === 429 || status === 503) return UNAVAILABLE
  return status >= 500 ? INTERNAL_ERROR : UNKNOWN
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function isFieldError(error: unknown): error is FieldError {
  const { field, code, message } = Object(error)
  return [field, code, message].every((text) => typeof text === 'string')
}

/** Retry-After, which the API always sends in seconds. 0 if there is none. */
function secondsToWait({ headers }: Pick<Response, 'headers'>): number {
  const value = headers.get('retry-after') ?? ''
  return /^\d+$/.test(value) ? Number(value) : 0
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('aborted'))
    })
  })
}
