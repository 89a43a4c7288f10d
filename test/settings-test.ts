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

/** A line of app.arc, and the value that is read. */
const ACCEPTED = `
cors production * -> ["*"]
cors production https://math.ai http://localhost:3000 -> ["https://math.ai", "http://localhost:3000"]
cors staging https://* http://* -> ["https://*", "http://*"]
cors staging http://192.168.1.5:3000 -> ["http://192.168.1.5:3000"]
limits requests-per-second 1 -> 1
limits requests-per-second 10000 -> 10000
limits request-burst 5000 -> 5000
limits attempts-per-source 1 -> 1
limits attempts-per-source off -> "off"
limits attempts-window-minutes 1 -> 1
passwords minimum-length 64 -> 64
passwords breach-check true -> true
alarms production ops@example.org -> "ops@example.org"
role permissions-boundary Boundary_1 -> "Boundary_1"`
const DOMAINS = [
  'a.bc',
  `${'a'.repeat(63)}.math.ai`,
  'xn--bcher-kva.example',
  'math.xn--p1ai',
  '1.math.ai',
  'a-1.math.ai',
]
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const RETENTION = '1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653'
const accepted = [
  ...ACCEPTED.trim().split('\n'),
  ...RETENTION.split(' ').map((days) => `limits log-retention-days ${days} -> ${days}`),
  ...DOMAINS.map((name) => {
    return `domain staging ${name} ${CERTIFICATE} -> ${JSON.stringify({ name, certificate: CERTIFICATE })}`
  }),
]
for (const text of accepted) {
  test(`accepted: @${text.slice(0, 60)}`, async (t) => {
    const [line = '', value = ''] = text.split(' -> ')
    const [pragma = '', name = ''] = line.split(' ')
    const defaults: Record<string, object> = readSettings({})
    const expected = { ...defaults, [pragma]: { ...defaults[pragma], [name]: JSON.parse(value) } }
    t.deepEqual(readSettings(manifestOf(line)), expected, 'all others keep their defaults')
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

/** A sentence, and the lines that get it: a setting, and its values between bars. */
const REFUSED = `
must begin with http: cors production | math.ai | localhost:3000 | null | chrome-extension://abc | ftp://math.ai
must be written as browsers send it: https://math.ai: cors production | https://math.ai/ | https://math.ai/path | https://Math.ai
must be written as browsers send it: https://math.ai: cors production | https://math.ai:443 | HTTPS://math.ai | https://math.ai?x
must be written as browsers send it: https://math.ai: cors production | https://ada@math.ai
must be written as browsers send it: https://xn--bcher-kva.example: cors production | https://bücher.example
is a pattern. API Gateway takes: cors production | https://*.vercel.app | https://preview-*.math.ai | https://math.*
must have letters, digits: cors production | https://(math.ai) | http://[::1]:3000 | https:// | https://a_b.ai
has a comma or a quote. Only blanks: cors production | https://math.ai,
https://math.ai, has a comma or a quote: cors production | https://math.ai, https://a.ai
"https://math.ai" has a comma or a quote: cors production | https://a.ai "https://math.ai"
* stands alone: cors production | * https://a.example | https://a.example *
has no value: cors | production
has no value: limits | request-burst
is not a setting; there are testing, staging, production: cors | preview *
is not a setting; there are requests-per-second, req: limits | requests 5 | toString 5 | table-writes-per-second 5
give one whole number from 1 to 5000: limits request-burst | 0 | -5 | 5001
give one whole number: limits request-burst | 1.5 | 5 6 | five | off
give one whole number from 1 to 10000: limits requests-per-second | 0 | 10001
give one whole number: limits attempts-per-source | off 5 | 5 6
give one whole number, or off: limits attempts-per-source | of
give one whole number from 1: limits attempts-per-source | 0
give one whole number from 1: limits attempts-window-minutes | 0
CloudWatch keeps logs for one of 1, 3, 5: limits log-retention-days | 31 | 3654 | 2
give one whole number from 8 to 64: passwords minimum-length | 7 | 65
give true or false: passwords breach-check | yes | true false
give one e-mail address in quotes, such as "ops@example.org": alarms production | ops | ops@ | @b.cd | ops@localhost | a@b.cd d@e.fg
give the name of one policy, not its ARN: role permissions-boundary | One Two | arn:aws:iam::1:policy/x
give a domain and the ARN: domain production | api.math.ai | api.math.ai arn:aws:iam::1:x | api.math.ai x${CERTIFICATE}
give a domain and the ARN: domain production | api.math.ai ${CERTIFICATE} x`
const NO_DOMAINS =
  'math .math.ai api..math.ai -api.math.ai api-.math.ai API.math.ai bücher.example math.1 127.0.0.1 *.math.ai'
    .concat(` https://api.math.ai api.math.ai/ ${'a'.repeat(64)}.math.ai ${`${'a'.repeat(63)}.`.repeat(4)}ai`)
    .split(' ')
const refused = [
  ...REFUSED.trim().split('\n'),
  ...NO_DOMAINS.map((name) => `give a domain and the ARN: domain staging | ${name} ${CERTIFICATE}`),
]
for (const text of refused) {
  const [head = '', ...values] = text.split(' | ')
  const [, sentence = '', setting = ''] = /^(.*): (.*)$/.exec(head) ?? []
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
/** Lines of app.arc, and what is said of them. */
const TOGETHER: [lines: string[], mistakes: string][] = [
  [
    ['cors preview *', 'limits request-burst 0', 'passwords breach-check yes'],
    `@cors preview *: is not a setting; there are testing, staging, production
@limits request-burst 0: give one whole number from 1 to 5000
@passwords breach-check yes: give true or false`,
  ],
  [
    ['cors OBJECT', 'limits request-burst 0'],
    '@cors production: must have its values on the same line\n@limits request-burst 0: give one whole number from 1 to 5000',
  ],
  [['limits request-burst 5', 'limits request-burst 6'], '@limits request-burst: is there twice'],
  [
    ['aws profile math', 'aws region eu-central-1', staging],
    '@domain staging: the certificate is in us-east-1, and the API is in eu-central-1. Make one there',
  ],
  [
    ['aws region us-east-1', staging, staging.replace('staging', 'production')],
    '@domain: api.math.ai is there for both stages, and can be used for one only',
  ],
]
test('every mistake has a line', async (t) => {
  for (const [lines, mistakes] of TOGETHER) t.equal(mistakesIn(...lines), mistakes)
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
