// What an operator may write in app.arc, and what is said of a mistake.
import test from 'tape'
import { type Manifest, routesOf } from '../src/plugins/architect.ts'
import { corsPolicy } from '../src/plugins/cors.ts'
import { checkManifest } from '../src/plugins/manifest.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { environment } from '../src/plugins/this-app.ts'

const CERTIFICATE = 'arn:aws:acm:us-east-1:1:certificate/a'

/** Lines such as "cors production *" as Architect reads them: a line with one word is that word. */
function manifestOf(...lines: string[]): Manifest {
  const arc: Manifest = {}
  for (const line of lines) {
    const [pragma = '', ...words] = line.split(' ')
    const values = words.map((word) =>
      /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : /^(true|false)$/.test(word) ? word === 'true' : word,
    )
    arc[pragma] = [...(arc[pragma] ?? []), values.length === 1 ? String(values[0]) : values]
  }
  return arc
}

const accepted: [string, unknown][] = [
  ['cors production *', ['*']],
  ['cors production https://math.ai http://localhost:3000', ['https://math.ai', 'http://localhost:3000']],
  ['cors staging https://* http://*', ['https://*', 'http://*']],
  ['limits requests-per-second 1', 1],
  ['limits requests-per-second 10000', 10_000],
  ['limits request-burst 5000', 5000],
  ['limits log-retention-days 3653', 3653],
  ['limits attempts-per-source 1', 1],
  ['limits attempts-per-source off', 'off'],
  ['limits attempts-window-minutes 1', 1],
  ['passwords minimum-length 64', 64],
  ['passwords breach-check true', true],
  ['alarms production ops@example.org', 'ops@example.org'],
  ['role permissions-boundary Boundary_1', 'Boundary_1'],
  ...['a.bc', `${'a'.repeat(63)}.math.ai`, 'xn--bcher-kva.example', 'math.xn--p1ai', '1.math.ai', 'a-1.math.ai'].map(
    (name): [string, unknown] => [`domain staging ${name} ${CERTIFICATE}`, { name, certificate: CERTIFICATE }],
  ),
]
for (const [line, value] of accepted) {
  test(`accepted: @${line.slice(0, 60)}`, async (t) => {
    const [pragma = '', name = ''] = line.split(' ')
    const settings: Record<string, Record<string, unknown>> = readSettings(manifestOf(line))
    const defaults: Record<string, Record<string, unknown>> = readSettings({})
    t.deepEqual(
      settings,
      { ...defaults, [pragma]: { ...defaults[pragma], [name]: value } },
      'all others keep their defaults',
    )
  })
}

const ORIGINS = 'give *, https://*, http://* or origins such as https://math.ai, with no path and no slash at the end'
const DOMAIN = 'give a domain and the ARN of its certificate: api.example.org arn:aws:acm:…'
const ADDRESS = 'give one e-mail address in quotes, such as "ops@example.org"'
const NUMBER = 'give one whole number'
/** The setting, the values that are refused, and the sentence. */
const refused: [string, string[], string][] = [
  [
    'cors production',
    ['math.ai', 'https://math.ai/', 'https://math.ai/path', 'https://*.vercel.app', 'ftp://math.ai'],
    ORIGINS,
  ],
  ['cors production', ['https://preview-*.math.ai', 'https://MATH.ai', '* https://a.example'], ORIGINS],
  ['cors', ['production'], 'has no value'],
  ['limits', ['request-burst'], 'has no value'],
  ['cors', ['preview *'], 'is not a setting; there are testing, staging, production'],
  [
    'limits',
    ['requests 5', 'toString 5', 'table-writes-per-second 5'],
    'is not a setting; there are requests-per-second, req',
  ],
  ['limits request-burst', ['0', '-5', '5001'], 'give one whole number from 1 to 5000'],
  ['limits request-burst', ['1.5', '5 6', 'five', 'off'], NUMBER],
  ['limits requests-per-second', ['0', '10001'], 'give one whole number from 1 to 10000'],
  ['limits attempts-per-source', ['off 5', '5 6'], NUMBER],
  ['limits attempts-per-source', ['of'], 'give one whole number, or off'],
  ['limits attempts-per-source', ['0'], 'give one whole number from 1'],
  ['limits attempts-window-minutes', ['0'], 'give one whole number from 1'],
  ['limits log-retention-days', ['31'], 'CloudWatch keeps logs for one of 1, 3, 5'],
  ['passwords minimum-length', ['7', '65'], 'give one whole number from 8 to 64'],
  ['passwords breach-check', ['yes', 'true false'], 'give true or false'],
  ['alarms production', ['ops', 'ops@', '@b.cd', 'ops@localhost', 'a@b.cd d@e.fg'], ADDRESS],
  ['role permissions-boundary', ['One Two', 'arn:aws:iam::1:policy/x'], 'give the name of one policy, not its ARN'],
  ['domain production', ['api.math.ai', 'api.math.ai arn:aws:iam::1:x', `api.math.ai x${CERTIFICATE}`], DOMAIN],
  ['domain production', [`api.math.ai ${CERTIFICATE} x`], DOMAIN],
  ...'math .math.ai api..math.ai -api.math.ai api-.math.ai API.math.ai bücher.example math.1 127.0.0.1 *.math.ai'
    .concat(` https://api.math.ai api.math.ai/ ${'a'.repeat(64)}.math.ai ${`${'a'.repeat(63)}.`.repeat(4)}ai`)
    .split(' ')
    .map((name): [string, string[], string] => ['domain staging', [`${name} ${CERTIFICATE}`], DOMAIN]),
]
for (const [setting, values, sentence] of refused) {
  for (const value of values) {
    const line = `${setting} ${value}`
    test(`refused: @${line.slice(0, 60)}`, async (t) => {
      t.equal(mistakesIn(line)?.slice(0, line.length + sentence.length + 3), `@${line}: ${sentence}`)
    })
  }
}

/** What is said of lines that are wrong. */
function mistakesIn(...lines: string[]): string | undefined {
  try {
    readSettings(manifestOf(...lines))
  } catch (error) {
    return /^app\.arc has wrong settings:\n(.*)$/s.exec((error as Error).message)?.[1]
  }
}

const staging = `domain staging api.math.ai ${CERTIFICATE}`
const together: [string, string[], string[]][] = [
  [
    'every mistake has a line',
    ['cors preview *', 'limits request-burst 0', 'passwords breach-check yes'],
    [
      '@cors preview *: is not a setting; there are testing, staging, production',
      '@limits request-burst 0: give one whole number from 1 to 5000',
      '@passwords breach-check yes: give true or false',
    ],
  ],
  [
    'a setting is there twice',
    ['limits request-burst 5', 'limits request-burst 6'],
    ['@limits request-burst: is there twice'],
  ],
  [
    'a certificate is of another region',
    ['aws profile math', 'aws region eu-central-1', staging],
    ['@domain staging: the certificate is in us-east-1, and the API is in eu-central-1. Make one there'],
  ],
  [
    'one domain is there for two stages',
    ['aws region us-east-1', staging, staging.replace('staging', 'production')],
    ['@domain: api.math.ai is there for both stages, and can be used for one only'],
  ],
]
for (const [what, lines, mistakes] of together) {
  test(`refused: ${what}`, async (t) => {
    t.equal(mistakesIn(...lines), mistakes.join('\n'))
  })
}

const SIGN_UP = {
  static: [false],
  http: [['post', '/signup']],
  tables: [{ mathai_users: {} }, { mathai_signup_attempts: {} }],
}

test('app.arc needs what the sign-up needs, and every mistake has a line', async (t) => {
  t.doesNotThrow(() => checkManifest({ ...SIGN_UP, sandbox: [], typescript: [], cors: [] } as never, []))
  const http = ['get /signup', 'post /login'].map((line) => line.split(' '))
  const wrong = { ...SIGN_UP, static: [true], http, tables: [], events: [], evnts: [] } as never
  t.throws(
    () => checkManifest(wrong, ['events']),
    /^Error: app\.arc cannot be used:\n@events is not .*\n@evnts is not a pragma; there are @app, @aws, @http, .*\n@static must be false: .*\n@http has no "post \/signup"\n@tables has no mathai_users\n@tables has no mathai_signup_attempts$/,
  )
})

test('a route is a method and a path, or the path of a GET, and CORS allows the methods of all routes', async (t) => {
  t.deepEqual(routesOf({ http: ['/', ['/health'], ['any', '/*']] }), [
    { method: 'get', path: '/' },
    { method: 'get', path: '/health' },
    { method: 'any', path: '/*' },
  ])
  t.deepEqual(routesOf({}), [])
  t.deepEqual(corsPolicy(['*'], { http: ['/', ['post', '/a'], ['post', '/b']] } as never).AllowMethods, ['GET', 'POST'])
})

test('the functions get the settings', async (t) => {
  const settings = { ATTEMPTS_PER_SOURCE: 100, ATTEMPTS_WINDOW_MINUTES: 15, PASSWORD_MINIMUM_LENGTH: 8 }
  t.deepEqual(environment(readSettings({})), settings)
})
