// What a deploy would make in AWS, without an account: the real `arc deploy --dry-run` against a stand-in for AWS.
import { readFileSync, rmSync } from 'node:fs'
import type { Resource, Template } from '../src/plugins/architect.ts'
import { arcDeploy, readStage, stop } from './arc-deploy.ts'
import { startAwsStandIn } from './aws-stand-in.ts'

const stage = readStage(process.argv.slice(2))
rmSync('sam.json', { force: true })
const aws = await startAwsStandIn()
const { ok, output } = await arcDeploy(stage, '--dry-run', aws.env)
await aws.stop()
if (!ok) stop(`${output}\nThe ${stage} stack could not be made: see above.`)
print(JSON.parse(readFileSync('sam.json', 'utf8')))

function print({ Resources, Outputs }: Template): void {
  console.log(`The ${stage} stack, written to sam.json:\n`)
  const width = Math.max(...Object.keys(Resources).map((name) => name.length))
  for (const [name, { Type, Metadata }] of Object.entries<Resource>(Resources)) {
    console.log(`${name.padEnd(width)}  ${Type}: ${Metadata?.why}. Guarded by: ${Metadata?.guards}`)
  }
  console.log(`\nOutputs: ${Object.keys(Outputs).join(', ')}`)
}
