import { ATTEMPTS_PER_SOURCE, ATTEMPTS_WINDOW_MINUTES } from '../shared/limits.ts'
import type { Manifest, Stage } from './architect.ts'

/** What an operator may set in app.arc. README.md, "Settings", says what each is for. */
export type Settings = {
  /** The origins that a browser may call from, by stage; `testing` is Sandbox. */
  cors: Record<Stage | 'testing', string[]>
  limits: typeof LIMITS
  passwords: { 'breach-check': boolean }
}

const LIMITS = {
  'requests-per-second': 50,
  'request-burst': 100,
  'table-writes-per-second': 100,
  'table-reads-per-second': 100,
  'log-retention-days': 30,
  'attempts-per-source': ATTEMPTS_PER_SOURCE,
  'attempts-window-minutes': ATTEMPTS_WINDOW_MINUTES,
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

/**
 * Reads the pragmas `@cors`, `@limits` and `@passwords`.
 * @throws one error that names every unknown or malformed setting
 */
export function readSettings(arc: Manifest): Settings {
  const settings: Settings = {
    cors: { testing: ['*'], staging: ['*'], production: ['*'] },
    limits: { ...LIMITS },
    passwords: { 'breach-check': false },
  }
  const problems: string[] = []
  for (const pragma of ['cors', 'limits', 'passwords'] as const) {
    for (const line of arc[pragma] ?? []) {
      const [name, ...values] = [line].flat()
      const section: Record<string, unknown> = settings[pragma]
      const problem = Object.hasOwn(section, String(name))
        ? problemOf[pragma](values, String(name))
        : `is not a setting; there are ${Object.keys(section).join(', ')}`
      if (problem) problems.push(`@${pragma} ${[name, ...values].join(' ')}: ${problem}`)
      else section[String(name)] = pragma === 'cors' ? values : values[0]
    }
  }
  if (problems.length) throw Error(`app.arc has wrong settings:\n${problems.join('\n')}`)
  return settings
}

const problemOf = { cors: problemOfOrigins, limits: problemOfLimit, passwords: problemOfSwitch }

function problemOfOrigins(origins: unknown[]): string | undefined {
  if (origins.length === 1 && origins[0] === '*') return
  const isOrigin = (text: unknown) =>
    /^https?:\/\//.test(String(text)) && URL.canParse(String(text)) && new URL(String(text)).origin === text
  if (!origins.length || !origins.every(isOrigin))
    return 'give * or origins such as https://math.ai, with no path and no slash at the end'
}

function problemOfLimit(values: unknown[], name: string): string | undefined {
  const [value] = values
  if (values.length !== 1 || !Number.isInteger(value) || Number(value) < 1)
    return 'give one whole number above 0'
  if (name === 'log-retention-days' && !RETENTION_DAYS.includes(Number(value))) {
    return `CloudWatch keeps logs for one of ${RETENTION_DAYS.join(', ')} days`
  }
}

function problemOfSwitch(values: unknown[]): string | undefined {
  if (values.length !== 1 || typeof values[0] !== 'boolean') return 'give true or false'
}
