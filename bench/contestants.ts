import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildBundle, lambdaEnvironment } from '../test/_lambda.ts'

export type Contestant = {
  name: string
  bundle: string
  kilobytes: number
  environment: Record<string, string>
}

export const BARE = 'bare DynamoDB client'
export const OURS = 'this API'

const PEERS = {
  'AWS SDK v3, look up, put': 'sdk-look-up-then-put',
  'Architect default': 'architect-default',
  'grunge-stack': 'grunge-stack',
  [BARE]: 'bare-client',
}

/** Ours as a production deploy builds it, and the peers, minified the same way. */
export async function buildContestants(port: number) {
  const ours = await buildBundle()
  const folder = await mkdtemp(join(tmpdir(), 'mathai-bench-'))
  const environment = lambdaEnvironment(port)
  const { target, minify, legalComments } = createRequire(import.meta.url)('../esbuild.cjs')
  const contestants = [contestant(OURS, ours.file, environment)]
  for (const [name, file] of Object.entries(PEERS)) {
    const outfile = join(folder, `${file}.js`)
    await build({
      entryPoints: [join(import.meta.dirname, 'peers', `${file}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
      // @architect/functions loads this only where somebody asks for its legacy client.
      external: file.startsWith('sdk') ? [] : ['@aws-sdk/*', '@smithy/*', 'aws-sdk/*'],
      target,
      minify,
      legalComments,
    })
    contestants.push(
      contestant(name, outfile, { ...environment, ARC_APP_NAME: 'bench', ARC_STACK_NAME: 'Bench' }),
    )
  }
  return {
    contestants,
    async remove(): Promise<void> {
      await rm(folder, { recursive: true })
      await ours.remove()
    },
  }
}

function contestant(name: string, bundle: string, environment: Record<string, string>): Contestant {
  return { name, bundle, kilobytes: statSync(bundle).size / 1000, environment }
}
