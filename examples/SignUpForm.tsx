'use client'

import { type InputHTMLAttributes, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'

/** What the API answers. A test compares these types with openapi.yaml. */
export type Created = { uid: string }
export type Problem = { message: string; errors?: { field: string; message: string }[] }

type FieldAttributes = InputHTMLAttributes<HTMLInputElement> & { name: string; label: string }

const UNREACHABLE = 'The server cannot be reached. Check your connection and try again.'
const UNKNOWN = 'The server sent an answer that this page does not understand. Please try again later.'

const required = true
const FIELDS: FieldAttributes[] = [
  { name: 'user_email', label: 'E-mail address', type: 'email', autoComplete: 'email', required },
  { name: 'user_password', label: 'Password', type: 'password', autoComplete: 'new-password', required },
  { name: 'user_name', label: 'Name', autoComplete: 'name', required },
  { name: 'user_age', label: 'Age (optional)', inputMode: 'numeric', autoComplete: 'off' },
  { name: 'user_school', label: 'School (optional)', autoComplete: 'organization' },
]

/**
 * Signs a person up straight from the browser. A server page may render `<SignUpForm url="https://…/signup" />`,
 * but it cannot pass a function. To use `onSignedUp`, render the form in a client component of your own.
 */
export function SignUpForm({ url, onSignedUp }: { url: string; onSignedUp?: (uid: string) => void }) {
  const [hydrated, setHydrated] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [signedUp, setSignedUp] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const attempt = useRef({ body: '', key: '' })
  useEffect(() => setHydrated(true), [])
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [problem])

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const body = JSON.stringify(Object.fromEntries(new FormData(event.currentTarget)))
    // The same form keeps its key, so that sending it again returns the same account instead of "already taken".
    if (body !== attempt.current.body) attempt.current = { body, key: randomKey() }
    setBusy(true)
    setProblem(undefined)
    const result = await send(url, body, attempt.current.key).catch(() => ({ message: UNREACHABLE }))
    setBusy(false)
    if ('message' in result) return setProblem(result)
    setSignedUp(true)
    onSignedUp?.(result.uid)
  }

  const errorOf = (name: string) => problem?.errors?.find(({ field }) => field === name)?.message
  const hasMarkedField = FIELDS.some(({ name }) => errorOf(name))

  if (signedUp) {
    return (
      <p tabIndex={-1} ref={focus}>
        Welcome! Your account is ready.
      </p>
    )
  }
  // Until React has hydrated the form, the browser itself sends it. "post" keeps the password out of the URL.
  return (
    <form ref={form} method="post" onSubmit={submit} noValidate>
      {FIELDS.map((field) => (
        <Field key={field.name} {...field} error={errorOf(field.name)} />
      ))}
      <p role="status">{hasMarkedField ? 'Please correct the marked fields.' : problem?.message}</p>
      <button type="submit" disabled={!hydrated} aria-disabled={busy}>
        {busy ? 'Signing up…' : 'Sign up'}
      </button>
      <noscript>Turn on JavaScript to sign up.</noscript>
    </form>
  )
}

function Field({ label, error, type, ...attributes }: FieldAttributes & { error: string | undefined }) {
  const id = useId()
  const [shown, setShown] = useState(false)
  const invalid = { 'aria-invalid': Boolean(error), 'aria-describedby': error && `${id}-error` }
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input id={id} type={shown ? 'text' : type} {...invalid} {...attributes} />
      {type === 'password' && (
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          Show password
        </button>
      )}
      {error && <p id={`${id}-error`}>{error}</p>}
    </div>
  )
}

/** Sends a sign-up. It tries up to three times, after 429 and 503, if the API asks for a short wait. */
async function send(url: string, body: string, key: string): Promise<Created | Problem> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) })
    const seconds = Number(response.headers.get('retry-after') ?? 1)
    const mayRetry = [429, 503].includes(response.status) && seconds <= 10 && tries < 3
    if (!mayRetry) return readAnswer(response)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }
}

async function readAnswer(response: Response): Promise<Created | Problem> {
  const answer: Partial<Created & Problem> | null = await response.json().catch(() => null)
  if (response.ok && answer?.uid) return { uid: answer.uid }
  if (typeof answer?.message !== 'string') return { message: UNKNOWN }
  return { message: answer.message, errors: answer.errors ?? [] }
}

/** `crypto.randomUUID` does not exist on a page that came over plain http, such as in a LAN. */
const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-')

// After a sign-up, the button that had the focus is gone.
const focus = (element: HTMLElement | null) => element?.focus()
