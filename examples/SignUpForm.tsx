'use client'

import { type FormEvent, useRef, useState } from 'react'

type Problem = { message: string; errors?: { field: string; message: string }[] }

/** Signs a person up straight from the browser: <SignUpForm url="https://….amazonaws.com/signup" onSignedUp={…} /> */
export function SignUpForm({ url, onSignedUp }: { url: string; onSignedUp(uid: string): void }) {
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const attempt = useRef({ body: '', key: '' })
  const errorOf = (field: string) => problem?.errors?.find((error) => error.field === field)?.message

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const body = JSON.stringify(Object.fromEntries(new FormData(event.currentTarget)))
    // The same form keeps its key: sending it again never makes a second account, and is never told "already taken".
    if (body !== attempt.current.body) attempt.current = { body, key: crypto.randomUUID() }
    setBusy(true)
    setProblem(await send(3).catch(() => ({ message: 'The server cannot be reached. Please try again.' })))
    setBusy(false)
  }

  async function send(tries: number): Promise<Problem | undefined> {
    const { body, key } = attempt.current
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(url, { method: 'POST', headers, body })
    const answer = await response.json()
    if (response.ok) return void onSignedUp(answer.uid)
    const seconds = Number(response.headers.get('retry-after') ?? 1)
    if (![429, 503].includes(response.status) || seconds > 10 || tries === 1) return answer
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return send(tries - 1)
  }

  const field = (name: string, label: string, attributes: object) => (
    <label>
      {label}
      <input name={name} aria-invalid={!!errorOf(name)} aria-describedby={`${name}_error`} {...attributes} />
      <span id={`${name}_error`}>{errorOf(name)}</span>
    </label>
  )
  return (
    <form onSubmit={submit} noValidate>
      {field('user_email', 'E-mail address', { type: 'email', autoComplete: 'email' })}
      {field('user_password', 'Password', { type: 'password', autoComplete: 'new-password' })}
      {field('user_name', 'Name', { autoComplete: 'name' })}
      {field('user_age', 'Age (optional)', { inputMode: 'numeric' })}
      {field('user_school', 'School (optional)', {})}
      <p role="alert">{!problem?.errors && problem?.message}</p>
      <button type="submit" disabled={busy}>
        Sign up
      </button>
    </form>
  )
}
