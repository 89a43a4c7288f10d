// What an operator may write in app.arc, and what is said of a mistake.
import test from 'tape'
import { type Manifest, routesOf } from '../src/plugins/architect.ts'
import { corsPolicy } from '../src/plugins/cors.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { environment } from '../src/plugins/this-app.ts'

const CERTIFICATE = 'arn:aws:acm:us-east-1:1:certificate/a'

/** Lines such as "cors production *" as Architect reads them: a line with one word is that word. */
function manifestOf(...lines: string[]): Manifest {
  const arc: Manifest = {}
  for (const line of lines) {
    const [pragma = '', ...words] = line.split(' ')
    if (words[0] === 'OBJECT') {
      arc[pragma] = [{ production: ['https://math.ai'] }] as never
      continue
    }
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
  ['cors staging http://192.168.1.5:3000', ['http://192.168.1.5:3000']],
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
    const settings: Record<string, object> = readSettings(manifestOf(line))
    const defaults: Record<string, object> = readSettings({})
    t.deepEqual(
      settings,
      { ...defaults, [pragma]: { ...defaults[pragma], [name]: value } },
      'all others keep their defaults',
    )
  })
}

test('@tags has free keys, and what AWS refuses is named', async (t) => {
  t.deepEqual(readSettings(manifestOf('tags CostCenter 42', 'tags Owner Ada Lovelace')).tags, [
    { Key: 'CostCenter', Value: '42' },
    { Key: 'Owner', Value: 'Ada Lovelace' },
  ])
  for (const line of ['tags Owner', 'tags aws:x 1', 'tags Ow*ner Ada']) {
    t.match(mistakesIn(line) ?? '', /^@tags .*: give a key and a value of letters/, line)
  }
})

const SENT = 'must be written as browsers send it: https://math.ai'
const DOMAIN = 'give a domain and the ARN of its certificate: api.example.org arn:aws:acm:…'
const ADDRESS = 'give one e-mail address in quotes, such as "ops@example.org"'
const NUMBER = 'give one whole number'
/** The setting, the values that are refused, and the sentence. */
const refused: [string, string[], string][] = [
  [
    'cors production',
    ['math.ai', 'localhost:3000', 'null', 'chrome-extension://abc', 'ftp://math.ai'],
    'must begin with http',
  ],
  ['cors production', ['https://math.ai/', 'https://math.ai/path', 'https://Math.ai', 'https://math.ai:443'], SENT],
  ['cors production', ['HTTPS://math.ai', 'https://ada@math.ai', 'https://math.ai?x'], SENT],
  ['cors production', ['https://bücher.example'], 'must be written as browsers send it: https://xn--bcher-kva.example'],
  [
    'cors production',
    ['https://*.vercel.app', 'https://preview-*.math.ai', 'https://math.*'],
    'is a pattern. API Gateway takes',
  ],
  [
    'cors production',
    ['https://(math.ai)', 'http://[::1]:3000', 'https://', 'https://a_b.ai'],
    'must have letters, digits',
  ],
  ['cors production', ['https://math.ai,'], 'has a comma or a quote. Only blanks'],
  ['cors production', ['https://math.ai, https://a.ai'], 'https://math.ai, has a comma or a quote'],
  ['cors production', ['https://a.ai "https://math.ai"'], '"https://math.ai" has a comma or a quote'],
  ['cors production', ['* https://a.example'], '* stands alone'],
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
    return /^app\.arc cannot be used:\n(.*)$/s.exec((error as Error).message)?.[1]
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
    'the values of a setting are below it',
    ['cors OBJECT', 'limits request-burst 0'],
    [
      '@cors production: must have its values on the same line',
      '@limits request-burst 0: give one whole number from 1 to 5000',
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
