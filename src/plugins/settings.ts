import { canonicalEmail } from '../shared/email.ts'
import { type Manifest, regionOf, wordsOf } from './architect.ts'

/** Reads the values of a setting. Throws the sentence that tells the operator what to write. */
type Reader<Value> = (values: unknown[]) => Value

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

/** Every pragma of this app, its settings, and how each is read. Without a line in app.arc, `[]` is read. */
const SETTINGS = {
  cors: { testing: readOrigins, staging: readOrigins, production: readOrigins },
  limits: {
    // What an account has in a region. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    'requests-per-second': wholeNumberReader(50, 1, 10_000),
    'request-burst': wholeNumberReader(100, 1, 5000),
    'log-retention-days': readRetentionDays,
    'attempts-per-source': readAttemptsPerSource,
    'attempts-window-minutes': wholeNumberReader(15),
  },
  passwords: { 'minimum-length': wholeNumberReader(8, 8, 64), 'breach-check': readBoolean },
  alarms: { staging: readEmailAddress, production: readEmailAddress },
  domain: { staging: readDomain, production: readDomain },
  role: { 'permissions-boundary': readPolicyName },
}

export const PRAGMAS = [...Object.keys(SETTINGS), 'tags']

/** What an operator may set in app.arc, checked. operate/README.md says what each setting is for. */
export type Settings = { [Pragma in keyof typeof SETTINGS]: Values<(typeof SETTINGS)[Pragma]> } & { tags: Tag[] }
export type Tag = { Key: string; Value: string }
type Values<Readers> = { [Name in keyof Readers]: Readers[Name] extends Reader<infer Value> ? Value : never }

/**
 * Reads the settings from the manifest, in which something else may be wrong already.
 * @throws one error that names all that is wrong, such as every unknown, repeated or malformed setting
 */
export function readSettings(arc: Manifest, mistakes: string[] = []): Settings {
  const pragmas = Object.entries(SETTINGS).map(([pragma, readers]) => [
    pragma,
    readPragma(arc, pragma, readers, mistakes),
  ])
  const settings: Settings = { ...Object.fromEntries(pragmas), tags: readTags(arc, mistakes) }
  mistakes.push(...findDomainMistakes(settings.domain, arc))
  if (mistakes.length) throw Error(`app.arc cannot be used:\n${mistakes.join('\n')}`)
  return settings
}

function readPragma(arc: Manifest, pragma: string, readers: Record<string, Reader<unknown>>, mistakes: string[]) {
  const lines: unknown[][] = []
  for (const words of (arc[pragma] ?? []).map(wordsOf)) {
    // Architect reads values that stand below a name as an object.
    if (typeof words[0] !== 'object') lines.push(words)
    else mistakes.push(`@${pragma} ${Object.keys(words[0])}: must have its values on the same line`)
  }
  for (const [name, ...values] of lines) {
    if (!Object.hasOwn(readers, String(name))) {
      mistakes.push(
        `@${pragma} ${[name, ...values].join(' ')}: is not a setting; there are ${Object.keys(readers).join(', ')}`,
      )
    }
  }
  const values = Object.entries(readers).map(([name, read]) => {
    const [words = [], ...more] = lines.filter(([first]) => first === name).map((line) => line.slice(1))
    if (more.length) mistakes.push(`@${pragma} ${name}: is there twice`)
    const isGiven = lines.some(([first]) => first === name)
    try {
      if (isGiven && !words.length) throw Error('has no value')
      return [name, read(words)]
    } catch (error) {
      mistakes.push(`@${pragma} ${[name, ...words].join(' ')}: ${(error as Error).message}`)
      return [name, read([])]
    }
  })
  return Object.fromEntries(values)
}

/** The tags of the stack and its bucket: `Key value`. https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
function readTags({ tags = [] }: Manifest, mistakes: string[]): Tag[] {
  return tags.map(wordsOf).map(([key, ...words]) => {
    const [Key, Value] = [String(key), words.join(' ')]
    const isTag = /^(?!aws:)[\w .:/=+@-]{1,128}$/i.test(Key) && /^[\w .:/=+@-]{1,256}$/.test(Value)
    if (!isTag)
      mistakes.push(`@tags ${Key} ${Value}: give a key and a value of letters, digits, blanks and _ . : / = + - @`)
    return { Key, Value }
  })
}

/** `*`, or origins as a browser sends them. API Gateway also takes `https://*` and `http://*`, but no other pattern. */
function readOrigins(values: unknown[]): string[] {
  if (!values.length || values.join() === '*') return ['*']
  for (const value of values.map(String)) {
    const mistake = findOriginMistake(value)
    if (mistake) throw Error(values.length > 1 ? `${value} ${mistake}` : mistake)
  }
  return values.map(String)
}

function findOriginMistake(value: string): string | undefined {
  if (value === '*') return 'stands alone'
  if (/[,"']/.test(value)) return 'has a comma or a quote. Only blanks stand between origins'
  if (/^https?:\/\/\*$/.test(value)) return undefined
  if (value.includes('*')) return 'is a pattern. API Gateway takes *, https://* and http://* only'
  if (!/^https?:\/\//i.test(value)) {
    return 'must begin with http:// or https://, as in https://math.ai. Apps and extensions have no such origin: they need *'
  }
  const { origin, hostname } = URL.canParse(value) ? new URL(value) : { origin: '', hostname: '' }
  if (!/^[a-z0-9.-]+$/.test(hostname))
    return 'must have letters, digits, dots, hyphens and perhaps a port, as in https://math.ai'
  return origin === value ? undefined : `must be written as browsers send it: ${origin}`
}

/** A reader of one whole number, with its default. */
function wholeNumberReader(fallback: number, minimum = 1, maximum = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (values) => {
    if (!values.length) return fallback
    const [value] = values
    if (values.length > 1 || typeof value !== 'number' || !Number.isInteger(value)) {
      throw Error('give one whole number')
    }
    if (value < minimum || value > maximum) {
      throw Error(`give one whole number from ${minimum}${maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ''}`)
    }
    return value
  }
}

function readRetentionDays(values: unknown[]): number {
  const days = wholeNumberReader(30)(values)
  if (!RETENTION_DAYS.includes(days)) {
    throw Error(`CloudWatch keeps logs for one of ${RETENTION_DAYS.join(', ')} days`)
  }
  return days
}

function readAttemptsPerSource(values: unknown[]): number | 'off' {
  if (values.length === 1 && typeof values[0] === 'string') {
    if (values[0] === 'off') return 'off'
    throw Error('give one whole number, or off')
  }
  return wholeNumberReader(100)(values)
}

function readBoolean(values: unknown[]): boolean {
  const [value = false] = values
  if (values.length > 1 || typeof value !== 'boolean') throw Error('give true or false')
  return value
}

function readEmailAddress(values: unknown[]): string | null {
  if (!values.length) return null
  const [address = ''] = values.map(String)
  if (values.length > 1 || 'error' in canonicalEmail(address)) {
    throw Error('give one e-mail address in quotes, such as "ops@example.org"')
  }
  return address
}

// https://www.rfc-editor.org/rfc/rfc1035#section-2.3.1, and a top-level domain that is no number
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(xn--[a-z0-9-]{1,59}|[a-z]{2,63})$/

/** A domain, and the ARN of its certificate. */
export type Domain = { name: string; certificate: string }

function readDomain(values: unknown[]): Domain | null {
  if (!values.length) return null
  const [name = '', certificate = ''] = values.map(String)
  if (values.length !== 2 || !DOMAIN.test(name) || !certificate.startsWith('arn:aws:acm:')) {
    throw Error('give a domain and the ARN of its certificate: api.example.org arn:aws:acm:…')
  }
  return { name, certificate }
}

/** API Gateway takes a certificate of the API's region only, and a domain for one API only. */
function findDomainMistakes({ staging, production }: Record<'staging' | 'production', Domain | null>, arc: Manifest) {
  const region = regionOf(arc)
  const mistakes = Object.entries({ staging, production }).flatMap(([stage, found]) => {
    const [, , , certificateRegion] = found?.certificate.split(':') ?? []
    return found && region && certificateRegion !== region
      ? `@domain ${stage}: the certificate is in ${certificateRegion}, and the API is in ${region}. Make one there`
      : []
  })
  if (production && production.name === staging?.name) {
    mistakes.push(`@domain: ${production.name} is there for both stages, and can be used for one only`)
  }
  return mistakes
}

function readPolicyName(values: unknown[]): string | null {
  if (!values.length) return null
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
  if (values.length > 1 || !/^[\w+=,.@-]{1,128}$/.test(String(values[0]))) {
    throw Error('give the name of one policy, not its ARN')
  }
  return String(values[0])
}
