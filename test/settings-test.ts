import test from 'tape'
import type { Manifest } from '../src/plugins/architect.ts'
import { checkManifest, routesOf } from '../src/plugins/manifest.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { environment } from '../src/plugins/signup.ts'
import { localTableNames } from '../src/plugins/stack/functions.ts'

test('without settings the defaults apply', async (t) => {
  t.deepEqual(readSettings({}), {
    cors: { testing: ['*'], staging: ['*'], production: ['*'] },
    limits: {
      'requests-per-second': 50,
      'request-burst': 100,
      'log-retention-days': 30,
      'attempts-per-source': 100,
      'attempts-window-minutes': 15,
    },
    passwords: { 'minimum-length': 8, 'breach-check': false },
    alarms: { staging: null, production: null },
    domain: { staging: null, production: null },
    role: { 'permissions-boundary': null },
  })
})

const accepted: [Manifest, string, string, unknown][] = [
  [{ cors: [['production', '*']] }, 'cors', 'production', ['*']],
  [
    { cors: [['production', 'https://math.ai', 'http://localhost:3000']] },
    'cors',
    'production',
    ['https://math.ai', 'http://localhost:3000'],
  ],
  [{ cors: [['staging', 'https://*', 'http://*']] }, 'cors', 'staging', ['https://*', 'http://*']],
  [{ limits: [['requests-per-second', 1]] }, 'limits', 'requests-per-second', 1],
  [{ limits: [['request-burst', 1]] }, 'limits', 'request-burst', 1],
  [{ limits: [['log-retention-days', 3653]] }, 'limits', 'log-retention-days', 3653],
  [{ limits: [['attempts-per-source', 1]] }, 'limits', 'attempts-per-source', 1],
  [{ limits: [['attempts-per-source', 'off']] }, 'limits', 'attempts-per-source', 'off'],
  [{ passwords: [['minimum-length', 64]] }, 'passwords', 'minimum-length', 64],
  [{ alarms: [['production', 'ops@example.org']] }, 'alarms', 'production', 'ops@example.org'],
  [
    { domain: [['staging', 'api.math.ai', 'arn:aws:acm:us-east-1:1:certificate/a']] },
    'domain',
    'staging',
    { name: 'api.math.ai', certificate: 'arn:aws:acm:us-east-1:1:certificate/a' },
  ],
  [
    { domain: [['production', 'a-1.math.ai', 'arn:aws-us-gov:acm:us-gov-west-1:1:certificate/a']] },
    'domain',
    'production',
    { name: 'a-1.math.ai', certificate: 'arn:aws-us-gov:acm:us-gov-west-1:1:certificate/a' },
  ],
  [{ role: [['permissions-boundary', 'Boundary_1']] }, 'role', 'permissions-boundary', 'Boundary_1'],
  [{ passwords: [['breach-check', true]] }, 'passwords', 'breach-check', true],
]

for (const [arc, pragma, name, value] of accepted) {
  test(`@${pragma} ${name} may be ${JSON.stringify(value)}`, async (t) => {
    const settings: Record<string, Record<string, unknown>> = readSettings(arc)
    t.deepEqual(settings[pragma]?.[name], value)
    const others = { ...readSettings({})[pragma as 'limits'], [name]: value }
    t.deepEqual(settings[pragma], { ...settings[pragma], ...others }, 'the other settings keep their defaults')
  })
}

const CERTIFICATE = 'arn:aws:acm:us-east-1:1:certificate/a'
const label = 'a'.repeat(63)
for (const name of ['a.bc', `${label}.math.ai`, 'xn--bcher-kva.example', 'math.xn--p1ai', '1.math.ai']) {
  test(`@domain may be ${name.slice(0, 30)}`, async (t) => {
    t.equal(readSettings({ domain: [['staging', name, CERTIFICATE]] }).domain.staging?.name, name)
  })
}

for (const name of [
  'math',
  '.math.ai',
  'api..math.ai',
  '-api.math.ai',
  'api-.math.ai',
  `${label}a.math.ai`,
  `${`${label}.`.repeat(4)}ai`,
  'API.math.ai',
  'bücher.example',
  'math.1',
  '127.0.0.1',
  '*.math.ai',
]) {
  test(`@domain may not be ${name.slice(0, 30)}`, async (t) => {
    t.throws(() => readSettings({ domain: [['staging', name, CERTIFICATE]] }), /give a domain and the ARN/)
  })
}

test('a domain that cannot work in AWS is named: a certificate of another region, one domain for two stages', async (t) => {
  const aws = [['region', 'eu-central-1']]
  t.throws(
    () => readSettings({ aws, domain: [['staging', 'api.math.ai', CERTIFICATE]] }),
    /\n@domain staging: the certificate is in us-east-1, and the API is in eu-central-1\. Make one there$/,
  )
  const both = ['staging', 'production'].map((stage) => [stage, 'api.math.ai', CERTIFICATE])
  t.throws(
    () => readSettings({ aws: [['region', 'us-east-1']], domain: both }),
    /^Error: app\.arc has wrong settings:\n@domain: api\.math\.ai is there for both stages, and can be used for one only$/,
  )
})

const ORIGINS = 'give * or origins such as https://math.ai, with no path, no slash at the end and no *'
const refused: [Manifest, string][] = [
  [{ cors: [['production', 'math.ai']] }, `@cors production math.ai: ${ORIGINS}`],
  [{ cors: [['staging', 'https://math.ai/']] }, `@cors staging https://math.ai/: ${ORIGINS}`],
  [{ cors: [['staging', 'https://math.ai/path']] }, `@cors staging https://math.ai/path: ${ORIGINS}`],
  [{ cors: [['staging', 'https://*.vercel.app']] }, `@cors staging https://*.vercel.app: ${ORIGINS}`],
  [{ cors: [['staging', 'https://preview-*.math.ai']] }, `@cors staging https://preview-*.math.ai: ${ORIGINS}`],
  [{ cors: [['staging', 'ftp://math.ai']] }, `@cors staging ftp://math.ai: ${ORIGINS}`],
  [{ cors: [['staging', 'https://MATH.ai']] }, `@cors staging https://MATH.ai: ${ORIGINS}`],
  [{ cors: [['testing', '*', 'https://a.example']] }, `@cors testing * https://a.example: ${ORIGINS}`],
  [{ cors: ['production'] }, '@cors production: has no value'],
  [{ cors: [['preview', '*']] }, '@cors preview *: is not a setting; there are testing, staging, production'],
  [{ limits: [['requests', 5]] }, '@limits requests 5: is not a setting; there are requests-per-second'],
  [{ limits: [['toString', 5]] }, '@limits toString 5: is not a setting'],
  [{ limits: [['request-burst', 0]] }, '@limits request-burst 0: give one whole number from 1 to 5000'],
  [{ limits: [['request-burst', -5]] }, '@limits request-burst -5: give one whole number from 1'],
  [{ limits: [['request-burst', 1.5]] }, '@limits request-burst 1.5: give one whole number'],
  [{ limits: [['request-burst', 5, 6]] }, '@limits request-burst 5 6: give one whole number'],
  [{ limits: [['request-burst', 'five']] }, '@limits request-burst five: give one whole number'],
  [{ limits: [['request-burst', 'off']] }, '@limits request-burst off: give one whole number'],
  [{ limits: [['attempts-per-source', 'of']] }, '@limits attempts-per-source of: give one whole number, or off'],
  [{ limits: [['attempts-per-source', 'off', 5]] }, '@limits attempts-per-source off 5: give one whole number'],
  [{ limits: [['attempts-per-source', 0]] }, '@limits attempts-per-source 0: give one whole number from 1'],
  [{ limits: ['request-burst'] }, '@limits request-burst: has no value'],
  [{ limits: [['log-retention-days', 31]] }, '@limits log-retention-days 31: CloudWatch keeps logs for one of 1, 3, 5'],
  [
    {
      limits: [
        ['request-burst', 5],
        ['request-burst', 6],
      ],
    },
    '@limits request-burst: is there twice',
  ],
  [
    { limits: [['requests-per-second', 10_001]] },
    '@limits requests-per-second 10001: give one whole number from 1 to 10000',
  ],
  [{ limits: [['request-burst', 5001]] }, '@limits request-burst 5001: give one whole number from 1 to 5000'],
  [{ alarms: [['production', 'ops']] }, '@alarms production ops: give one e-mail address in quotes'],
  [{ alarms: [['production', 'ops@']] }, '@alarms production ops@: give one e-mail address in quotes'],
  [{ alarms: [['production', '@b.cd']] }, '@alarms production @b.cd: give one e-mail address in quotes'],
  [{ alarms: [['production', 'ops@localhost']] }, '@alarms production ops@localhost: give one e-mail address'],
  [{ alarms: [['production', 'a@b.c', 'd@e.f']] }, '@alarms production a@b.c d@e.f: give one e-mail address'],
  [{ domain: [['production', 'api.math.ai']] }, '@domain production api.math.ai: give a domain and the ARN'],
  [
    { domain: [['production', 'https://api.math.ai', 'arn:aws:acm:us-east-1:1:certificate/a']] },
    '@domain production https://api.math.ai arn:aws:acm:us-east-1:1:certificate/a: give a domain',
  ],
  [
    { domain: [['production', 'api.math.ai', 'arn:aws:iam::1:x']] },
    '@domain production api.math.ai arn:aws:iam::1:x: give',
  ],
  [
    { domain: [['production', 'api.math.ai/', 'arn:aws:acm:us-east-1:1:certificate/a']] },
    '@domain production api.math.ai/ arn:aws:acm:us-east-1:1:certificate/a: give a domain',
  ],
  [
    { domain: [['production', 'api.math.ai', 'xarn:aws:acm:us-east-1:1:certificate/a']] },
    '@domain production api.math.ai xarn:aws:acm:us-east-1:1:certificate/a: give a domain',
  ],
  [
    { domain: [['production', 'api.math.ai', 'arn:aws:acm:us-east-1:1:certificate/a', 'x']] },
    '@domain production api.math.ai arn:aws:acm:us-east-1:1:certificate/a x: give a domain',
  ],
  [
    { role: [['permissions-boundary', 'One', 'Two']] },
    '@role permissions-boundary One Two: give the name of one policy',
  ],
  [
    { role: [['permissions-boundary', 'arn:aws:iam::1:policy/x']] },
    '@role permissions-boundary arn:aws:iam::1:policy/x: give the name of one policy, not its ARN',
  ],
  [{ passwords: [['minimum-length', 7]] }, '@passwords minimum-length 7: give one whole number from 8 to 64'],
  [{ passwords: [['minimum-length', 65]] }, '@passwords minimum-length 65: give one whole number from 8 to 64'],
  [{ passwords: [['breach-check', 'yes']] }, '@passwords breach-check yes: give true or false'],
  [{ passwords: [['breach-check', true, false]] }, '@passwords breach-check true false: give true or false'],
]

for (const [arc, sentence] of refused) {
  test(`a wrong setting is named: ${sentence.slice(0, 40)}`, async (t) => {
    try {
      readSettings(arc)
      t.fail('it was accepted')
    } catch (error) {
      t.ok(String(error).includes(`\n${sentence}`), String(error))
    }
  })
}

test('all wrong settings are named at once', async (t) => {
  const arc = {
    cors: [['preview', '*']],
    limits: [['request-burst', 0]],
    passwords: [['breach-check', 'yes']],
  }
  t.throws(
    () => readSettings(arc),
    new RegExp(
      [
        '^Error: app.arc has wrong settings:',
        '@cors preview \\*: is not a setting; there are testing, staging, production',
        '@limits request-burst 0: give one whole number from 1 to 5000',
        '@passwords breach-check yes: give true or false$',
      ].join('\n'),
    ),
  )
})

const SIGN_UP = {
  static: [false],
  http: [['post', '/signup']],
  tables: [{ mathai_users: {} }, { mathai_signup_attempts: {} }],
}

test('app.arc needs what the sign-up needs, and every mistake has a line', async (t) => {
  t.doesNotThrow(() => checkManifest({ ...SIGN_UP, sandbox: [], typescript: [], cors: [] } as never, ['cors'], []))
  t.throws(
    () =>
      checkManifest(
        { ...SIGN_UP, http: [['post', '/login']], tables: [], events: [], evnts: [] } as never,
        [],
        ['events'],
      ),
    /^Error: app\.arc cannot be used:\n@events is not .*\n@evnts is not a pragma.*\n@http has no "post \/signup"\n@tables has no mathai_users\n@tables has no mathai_signup_attempts$/,
  )
})

test('a route is a method and a path, or the path of a GET', async (t) => {
  t.deepEqual(routesOf({ http: ['/', ['/health'], ['any', '/*']] }), [
    { method: 'get', path: '/' },
    { method: 'get', path: '/health' },
    { method: 'any', path: '/*' },
  ])
  t.deepEqual(routesOf({}), [])
})

test('the functions get the settings, and those of Sandbox the names of its tables', async (t) => {
  const settings = { ATTEMPTS_PER_SOURCE: 100, ATTEMPTS_WINDOW_MINUTES: 15, PASSWORD_MINIMUM_LENGTH: 8 }
  t.deepEqual(environment(readSettings({})), settings)
  t.deepEqual(localTableNames({ ...SIGN_UP, app: 'mathai' } as never), {
    mathai_users: 'mathai-staging-mathai_users',
    mathai_signup_attempts: 'mathai-staging-mathai_signup_attempts',
  })
  t.deepEqual(localTableNames({}), {})
})
