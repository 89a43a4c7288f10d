'use client'

import {
  type ComponentProps,
  type InputHTMLAttributes,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { createSignUp, type FieldError, type Problem } from './signup'
import { ENGLISH, type Texts } from './texts'
import './SignUpForm.css'

type FieldName = 'user_email' | 'user_password' | 'user_name' | 'user_age' | 'user_school'
type FieldAttributes = InputHTMLAttributes<HTMLInputElement> & { name: FieldName }

const FIELDS: FieldAttributes[] = [
  { name: 'user_email', type: 'email', autoComplete: 'email', dir: 'ltr', required: true },
  { name: 'user_password', type: 'password', autoComplete: 'new-password', dir: 'ltr', required: true },
  { name: 'user_name', autoComplete: 'name', dir: 'auto', required: true },
  { name: 'user_age', inputMode: 'numeric', autoComplete: 'off', dir: 'auto' },
  { name: 'user_school', autoComplete: 'organization', dir: 'auto' },
]

type Props = { url: string; onSignedUp?: (uid: string) => void; className?: string; texts?: Texts }

/**
 * Signs a person up straight from the browser. A server page may render `<SignUpForm url="https://…/signup" />`,
 * but it cannot pass a function. To use `onSignedUp` or `texts`, render the form in a client component of your own.
 */
export function SignUpForm({ url, onSignedUp, className = '', texts = ENGLISH }: Props) {
  // False until React has hydrated the form. Until then the browser itself would send it.
  const hydrated = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  const [status, setStatus] = useState<'' | 'sending' | 'retrying' | 'welcome'>('')
  const [problem, setProblem] = useState<Problem>()
  const [minutesToWait, setMinutesToWait] = useState(0)
  const [isShown, setShown] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const [signUp] = useState(() => createSignUp(url))
  const request = useRef<AbortController>(null)
  useEffect(() => () => request.current?.abort(), [])
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problem])
  useEffect(() => {
    const timer = minutesToWait ? setTimeout(() => setMinutesToWait(minutesToWait - 1), 60_000) : undefined
    return () => clearTimeout(timer)
  }, [minutesToWait])
  const busy = status !== ''

  const submit: ComponentProps<'form'>['onSubmit'] = async (event) => {
    event.preventDefault()
    if (busy || minutesToWait) return
    const fields = Object.fromEntries(new FormData(event.currentTarget))
    setShown(false)
    setProblem(undefined)
    request.current = new AbortController()
    const { signal } = request.current
    const result = await signUp(fields, { onStatus: setStatus, signal })
    if (signal.aborted) return
    if ('uid' in result) {
      setStatus('welcome')
      return onSignedUp?.(result.uid)
    }
    setStatus('')
    setMinutesToWait(Math.ceil((result.code === 'too_many_attempts' ? (result.retryAfter ?? 0) : 0) / 60))
    setProblem(result)
  }

  const fieldErrors = problem?.errors?.filter(({ field }) => FIELDS.some(({ name }) => name === field)) ?? []
  const language = { lang: texts.lang, dir: texts.dir }
  if (status === 'welcome') {
    return (
      <p className={`signup-welcome ${className}`} {...language} tabIndex={-1} ref={focus}>
        {texts.welcome}
      </p>
    )
  }
  // "post" keeps the password out of the URL if the browser itself sends the form.
  return (
    <form ref={form} className={`signup-form ${className}`} {...language} method="post" onSubmit={submit} noValidate>
      {FIELDS.map((field) => (
        <Field
          key={field.name}
          {...field}
          {...(field.type === 'password' && isShown && { type: 'text' })}
          readOnly={busy}
          label={texts[field.name]}
          hint={field.name === 'user_password' ? texts.passwordHint : ''}
          error={fieldErrors.find((error) => error.field === field.name)}
          texts={texts}
        >
          {field.type === 'password' && (
            <button type="button" className="signup-toggle" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {texts.showPassword}
            </button>
          )}
        </Field>
      ))}
      <p role="status" className="signup-status">
        {busy && texts[status]}
        {fieldErrors.length > 0 && texts.correct}
        {problem && !fieldErrors.length && <Sentence texts={texts} code={problem.code} message={problem.message} />}
        {minutesToWait > 0 && ` ${texts.wait(minutesToWait)}`}
        {problem?.requestId && <small className="signup-request-id">{texts.requestId(problem.requestId)}</small>}
      </p>
      <button type="submit" className="signup-button" disabled={!hydrated} aria-disabled={busy || minutesToWait > 0}>
        {texts.submit}
      </button>
      <noscript>{texts.noScript}</noscript>
    </form>
  )
}

type FieldProps = FieldAttributes & { label: string; hint: string; error: FieldError | undefined; texts: Texts }

function Field({ label, hint, error, texts, children, ...attributes }: FieldProps) {
  const id = useId()
  const forPassword = attributes.name === 'user_password' && {
    spellCheck: false,
    autoCapitalize: 'none',
    autoCorrect: 'off',
  }
  return (
    <div className="signup-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-invalid={Boolean(error)}
        aria-describedby={`${id}-hint ${id}-error`}
        {...forPassword}
        {...attributes}
      />
      {children}
      <p id={`${id}-hint`} className="signup-hint">
        {hint}
      </p>
      <p id={`${id}-error`} className="signup-error">
        {error && <Sentence texts={texts} code={`${attributes.name} ${error.code}`} message={error.message} />}
      </p>
    </div>
  )
}

/** The translation of a code, or the API's English sentence. */
function Sentence({ texts, code, message }: { texts: Texts; code: string; message: string }) {
  const english = <span {...{ lang: 'en', dir: 'ltr' }}>{message}</span>
  return texts.errors[code] ?? english
}

// After a sign-up, the button that had the focus is gone.
const focus = (element: HTMLElement | null) => element?.focus()
