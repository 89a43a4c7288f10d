// API Gateway is not here to be asked: what Sandbox answers is compared with what the deployed template configures.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'tape'
import type { CorsPolicy } from '../src/plugins/cors.ts'
import { ada } from './_client.ts'
import { copyProject, run } from './_project.ts'
import { startSandbox } from './_sandbox.ts'

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
]

for (const [what, origins, allowed] of cases) {
  test(`with ${what} allowed, Sandbox answers as the template has it`, async (t) => {
    const policy = await deployedPolicy(origins)
    t.deepEqual(policy.AllowOrigins, origins)
    const sandbox = await startSandbox({
      editManifest: (manifest) => manifest.replace('@cors', `@cors\ntesting ${origins.join(' ')}`),
    })
    const send = (init: RequestInit) => fetch(`${sandbox.url}/signup`, init)
    const json = { 'content-type': 'application/json' }

    for (const [origin, answered] of Object.entries(allowed)) {
      const preflight = await send({
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
      t.equal(preflight.status, 204, origin)
      t.deepEqual(
        corsHeaders(preflight),
        answered ? preflightHeaders(answered, policy) : {},
        `preflight of ${origin}`,
      )

      const signup = JSON.stringify({
        ...ada,
        user_email: `${encodeURIComponent(origin).replaceAll('%', '')}@example.com`,
      })
      const requests: [number, RequestInit][] = [
        [201, { method: 'POST', headers: { ...json, origin }, body: signup }],
        [409, { method: 'POST', headers: { ...json, origin }, body: signup }],
        [400, { method: 'POST', headers: { ...json, origin }, body: '{}' }],
        [415, { method: 'POST', headers: { origin }, body: '{}' }],
        [404, { method: 'GET', headers: { origin } }],
      ]
      for (const [status, init] of requests) {
        const reply = await send(init)
        t.equal(reply.status, status)
        t.deepEqual(
          corsHeaders(reply),
          answered ? simpleHeaders(answered, policy) : {},
          `${status} to ${origin}`,
        )
      }
    }
    t.deepEqual(
      corsHeaders(await send({ method: 'POST', headers: json, body: '{}' })),
      {},
      'no origin, no headers',
    )
    await sandbox.stop()
  })
}

async function deployedPolicy(origins: string[]): Promise<CorsPolicy> {
  const project = await copyProject((manifest) =>
    manifest.replace('production *', `production ${origins.join(' ')}`),
  )
  await run('node scripts/plan.ts --production', project.folder)
  const { Resources } = JSON.parse(await readFile(join(project.folder, 'sam.json'), 'utf8'))
  await project.remove()
  return Resources.HTTP.Properties.CorsConfiguration
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
