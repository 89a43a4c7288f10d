// Deploys to the AWS account whose credentials are in the environment or in ~/.aws. Types are checked before.

import inventory from '@architect/inventory'
import awsLite from '@aws-lite/client'
import { arcDeploy, readStage, stop } from './arc-deploy.ts'

const stage = readStage(process.argv.slice(2))
await requireAccount()
const { ok } = await arcDeploy(stage)
if (!ok) stop(`The ${stage} stack was not deployed: see above.`)

/** Ends the process with a sentence where a deploy could not even begin. */
async function requireAccount(): Promise<void> {
  const { inv } = await inventory({})
  const hasRegion = inv._project.arc.aws?.some((line: unknown) => [line].flat()[0] === 'region')
  if (!hasRegion) stop('app.arc names no region. Add a line such as "region us-east-1" below @aws.')
  // Looking for the credentials of an EC2 machine takes seconds where there are none.
  process.env.AWS_EC2_METADATA_DISABLED ??= 'true'
  await awsLite({ region: inv.aws.region, ...(inv.aws.profile && { profile: inv.aws.profile }) }).catch(
    () => {
      stop(
        'No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then deploy again.',
      )
    },
  )
}
