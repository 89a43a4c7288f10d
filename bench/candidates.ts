import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { TABLE_NAMES } from '../test/support/dynamodb.ts'
import { buildBundle, lambdaEnvironment } from '../test/support/lambda.ts'

export type Candidate = {
  name: string
  /** The file that Lambda loads. */
  file: string
  kilobytes?: number
  environment: Record<string, string>
  hash: 'bcryptjs' | 'bcrypt (native)'
  /** The Python to run the file with. Without it Node runs it. */
  python?: string
}

/** Our code. The first line of each file names the published code that it follows. */
const PEERS = { 'AWS SDK for JavaScript': 'aws-sdk', "Architect's helpers": 'architect' }

/** This API as a production deploy builds it, and the peers, minified for the same Node, without the plugins of our esbuild.cjs. */
export async function buildCandidates(port: number, python?: string) {
  const bundle = await buildBundle()
  const folder = await mkdtemp(join(tmpdir(), 'mathai-bench-'))
  const environment = lambdaEnvironment(port)
  const peerEnvironment = {
    ...environment,
    USERS_TABLE: TABLE_NAMES.mathai_users,
    AWS_DEFAULT_REGION: 'us-east-1',
    // Architect looks for the names of the tables in SSM, below the name of the stack.
    ARC_STACK_NAME: 'Bench',
  }
  const node = (name: string, file: string, environment: Candidate['environment']): Candidate => ({
    name,
    file,
    kilobytes: Math.round(statSync(file).size / 1000),
    environment,
    hash: 'bcryptjs',
  })

  const candidates = [node('this API', bundle.file, environment)]
  for (const [name, peer] of Object.entries(PEERS)) {
    const file = join(folder, `${peer}.js`)
    await buildPeer(peer, file)
    candidates.push(node(name, file, peerEnvironment))
  }
  if (python) {
    const file = join(import.meta.dirname, 'peers/replaced.py')
    candidates.push({
      name: 'the replaced system',
      file,
      environment: peerEnvironment,
      hash: 'bcrypt (native)',
      python,
    })
  }
  return {
    candidates,
    async remove(): Promise<void> {
      await rm(folder, { recursive: true })
      await bundle.remove()
    },
  }
}

async function buildPeer(name: string, outfile: string): Promise<void> {
  const { target, minify, legalComments } = createRequire(import.meta.url)('../esbuild.cjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'peers', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    target,
    minify,
    legalComments,
    // The AWS client of Architect's helpers takes its plugin for SSM from the bundle.
    external: name === 'aws-sdk' ? [] : ['@aws-sdk/*', 'aws-sdk/*', '@smithy/*'],
  })
}
