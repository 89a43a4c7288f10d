// API Gateway cannot run here, so the answers of Sandbox are compared with the CORS configuration of the template.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'tape'
import { startSandbox } from '../local/sandbox.ts'
import type { CorsPolicy } from '../src/plugins/cors.ts'
import { ada } from './_client.ts'
import { plan } from './_plan.ts'

const cases: [string, string[], Record<string, string | null>][] = [
  ['any origin', ['*'], { 'https://math.ai': '*', null: '*' }],
  [
    'one origin',
    ['https://math.ai'],
    { 'https://math.ai': 'https://math.ai', 'https://evil.example': null, null: null },
  ],
  [
    'several origins',
    ['https://math.ai', 'http://localhost:3000'],
    {
      'https://math.ai': 'https://math.ai',
      'http://localhost:3000': 'http://localhost:3000',
      'https://math.ai.evil.example': null,
      'http://math.ai': null,
    },
  ],
  [
    'any origin with https',
    ['https://*'],
    { 'https://math.ai': 'https://math.ai', 'http://math.ai': null, null: null },
  ],
]

for (const [what, origins, allowed] of cases) {
  test(`if ${what} is allowed, Sandbox answers as the template says`, async (t) => {
    const policy = await deployedPolicy(origins)
    t.deepEqual(policy.AllowOrigins, origins)
    const sandbox = await startSandbox({
      manifest: (manifest) => manifest.replace('@cors\n', `@cors\ntesting ${origins.join(' ')}\n`),
    })
    const send = (init: RequestInit) => fetch(`${sandbox.url}/signup`, init)
    const json = { 'content-type': 'application/json' }

    for (const [origin, answered] of Object.entries(allowed)) {
      const preflight = await send({
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,idempotency-key,sentry-trace,baggage',
        },
      })
      t.equal(preflight.status, 204, origin)
      t.deepEqual(corsHeaders(preflight), answered ? preflightHeaders(answered, policy) : {}, `preflight of ${origin}`)

      const requests: [number, RequestInit][] = [
        [400, { method: 'POST', headers: { ...json, origin }, body: '{}' }],
        [415, { method: 'POST', headers: { origin }, body: '{}' }],
        [404, { method: 'GET', headers: { origin } }],
      ]
      if (answered) {
        const body = JSON.stringify({ ...ada, user_email: `${requests.length}${origin.length}@example.com` })
        requests.push([201, { method: 'POST', headers: { ...json, origin }, body }])
      }
      for (const [status, init] of requests) {
        const reply = await send(init)
        t.equal(reply.status, status)
        t.deepEqual(corsHeaders(reply), answered ? simpleHeaders(answered, policy) : {}, `${status} to ${origin}`)
      }
    }
    t.deepEqual(corsHeaders(await send({ method: 'POST', headers: json, body: '{}' })), {}, 'no origin, no headers')
    await sandbox.stop()
  })
}

test('an edited @cors takes effect without a restart', async (t) => {
  const sandbox = await startSandbox()
  const manifest = join(sandbox.folder, 'app.arc')
  const allowed = async () =>
    (await fetch(sandbox.url, { headers: { origin: 'https://math.ai' } })).headers.get('access-control-allow-origin')
  t.equal(await allowed(), '*')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('@cors\n', '@cors\ntesting https://math.ai\n'))
  await sandbox.printed(/Open http[\s\S]*Open http/)
  t.equal(await allowed(), 'https://math.ai')
  await sandbox.stop()
})

async function deployedPolicy(origins: string[]): Promise<CorsPolicy> {
  const { template } = await plan('production', {
    manifest: (manifest) => manifest.replace('production *', `production ${origins.join(' ')}`),
  })
  return template.Resources.HTTP?.Properties.CorsConfiguration
}

function corsHeaders({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

function simpleHeaders(origin: string, { ExposeHeaders }: CorsPolicy): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': ExposeHeaders.join(',') }
}

function preflightHeaders(origin: string, policy: CorsPolicy): Record<string, string> {
  return {
    ...simpleHeaders(origin, policy),
    'access-control-allow-methods': policy.AllowMethods.join(','),
    'access-control-allow-headers': policy.AllowHeaders.join(','),
    'access-control-max-age': `${policy.MaxAge}`,
  }
}
