'use client'

import {
  type ComponentProps,
  type InputHTMLAttributes,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { createSignUp, type FieldError, type Problem, type Status } from './signup'
import { type Code, ENGLISH, type Texts } from './texts'
import './signup.css'

type FieldName = 'user_email' | 'user_password' | 'user_name' | 'user_age' | 'user_school'
type FieldAttributes = InputHTMLAttributes<HTMLInputElement> & { name: FieldName }

const FIELDS: FieldAttributes[] = [
  { name: 'user_email', type: 'email', autoComplete: 'email', dir: 'ltr', required: true },
  { name: 'user_password', type: 'password', autoComplete: 'new-password', dir: 'ltr', required: true },
  { name: 'user_name', autoComplete: 'name', dir: 'auto', required: true },
  { name: 'user_age', inputMode: 'numeric', autoComplete: 'off', dir: 'auto' },
  { name: 'user_school', autoComplete: 'organization', dir: 'auto' },
]

/** What the form is doing. Empty: it waits for the person. */
type FormStatus = '' | 'welcome' | Status

/** The longest time that a browser's timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

type Props = {
  /** An http(s) URL, or a path that begins with /. */
  url: string
  onSignedUp?: (uid: string) => void
  className?: string
  texts?: Texts
  /** Is shown after the welcome, and if the address has an account: for example a link to your log-in. */
  children?: ReactNode
}

/**
 * Signs a person up straight from the browser. A server page may render `<SignUpForm url="https://…/signup" />`,
 * but it cannot pass a function. To use `onSignedUp` or `texts`, render the form in a client component of your own.
 * @throws {TypeError} if `url` cannot be one
 */
export function SignUpForm({ url, onSignedUp, className = '', texts = ENGLISH, children }: Props) {
  // False until React has hydrated the form. Until then the browser itself would send it.
  const hydrated = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  const [status, setStatus] = useState<FormStatus>('')
  const [problem, setProblem] = useState<Problem>()
  const [isShown, setShown] = useState(false)
  const [client, setClient] = useState(() => ({ url, signUp: createSignUp(url) }))
  if (client.url !== url) setClient({ url, signUp: createSignUp(url) })
  const form = useRef<HTMLFormElement>(null)
  const outcome = useRef<HTMLParagraphElement>(null)
  const request = useRef<AbortController>(null)
  const secondsToWait = problem?.code === 'too_many_attempts' ? (problem.retryAfter ?? 0) : 0
  const busy = status !== ''
  const isTaken = problem?.code === 'email_taken'

  useEffect(() => () => request.current?.abort(), [])
  useEffect(() => {
    // Above the keyboard of a phone. A wrong field comes into view with the focus.
    if (status || problem) outcome.current?.scrollIntoView({ block: 'nearest' })
    form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [status, problem])
  useEffect(() => {
    if (!secondsToWait) return
    const timer = setTimeout(() => setProblem(undefined), Math.min(secondsToWait * 1000, MAX_TIMER_MS))
    return () => clearTimeout(timer)
  }, [secondsToWait])

  const submit: ComponentProps<'form'>['onSubmit'] = async (event) => {
    event.preventDefault()
    if (busy || secondsToWait) return
    const fields = Object.fromEntries(new FormData(event.currentTarget))
    const controller = new AbortController()
    request.current = controller
    let next: FormStatus = ''
    setShown(false)
    setProblem(undefined)
    try {
      const result = await client.signUp(fields, { onStatus: setStatus, signal: controller.signal })
      if (controller.signal.aborted) return
      if (!('uid' in result)) return setProblem(result)
      next = 'welcome'
      onSignedUp?.(result.uid)
    } finally {
      setStatus(next)
    }
  }

  const language = { lang: texts.lang, dir: texts.dir }
  if (status === 'welcome') {
    return (
      <div className={`signup-form ${className}`} {...language}>
        <p className="signup-status signup-good" tabIndex={-1} ref={focus}>
          {texts.welcome}
        </p>
        {children}
      </div>
    )
  }
  const fieldErrors = problem?.errors?.filter(({ field }) => FIELDS.some(({ name }) => name === field)) ?? []
  // "post" keeps the password out of the URL if the browser itself sends the form.
  return (
    <form ref={form} className={`signup-form ${className}`} {...language} method="post" onSubmit={submit} noValidate>
      <noscript>{texts.noScript}</noscript>
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
          after={field.name === 'user_email' && isTaken && children}
        >
          {field.type === 'password' && (
            <button type="button" className="signup-toggle" disabled={busy} onClick={() => setShown(!isShown)}>
              {isShown ? texts.hidePassword : texts.showPassword}
            </button>
          )}
        </Field>
      ))}
      <button type="submit" className="signup-button" disabled={!hydrated} aria-disabled={busy || secondsToWait > 0}>
        {busy ? texts.sending : texts.submit}
      </button>
      <p role="status" className={`signup-status ${problem ? 'signup-bad' : ''}`} ref={outcome}>
        {busy && texts[status]}
        {fieldErrors.length > 0 && !isTaken && texts.correct}
        {problem && !fieldErrors.length && !secondsToWait && (
          <Sentence texts={texts} code={problem.code} message={problem.message} />
        )}
        {secondsToWait > 0 && texts.wait(secondsToWait)}
        {problem?.requestId && <small className="signup-request-id">{texts.requestId(problem.requestId)}</small>}
      </p>
    </form>
  )
}

type FieldProps = FieldAttributes & {
  label: string
  hint: string
  error: FieldError | undefined
  texts: Texts
  after: ReactNode
}

function Field({ label, hint, error, texts, children, after, ...attributes }: FieldProps) {
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
        {!error && hint}
      </p>
      <p id={`${id}-error`} className="signup-error">
        {error && <Sentence texts={texts} code={`${attributes.name} ${error.code}`} message={error.message} />}
      </p>
      {after}
    </div>
  )
}

/** The translation of a code, or the API's English sentence. */
function Sentence({ texts, code, message }: { texts: Texts; code: string; message: string }) {
  const english = <span {...{ lang: 'en', dir: 'ltr' }}>{message}</span>
  return texts.errors[code as Code] ?? english
}

// After a sign-up, the button that had the focus is gone.
const focus = (element: HTMLElement | null) => element?.focus()
