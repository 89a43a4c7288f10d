// Deploys to the AWS account of the credentials in the environment or in ~/.aws.
import awsLite from '@aws-lite/client'
import { arcDeploy, readProject, readWords, stop } from './arc.ts'
import { checkTypes } from './tools.ts'

const { stage, name } = readWords('deploy')
await requireAccount()
checkTypes()
const { ok } = await arcDeploy([`--${stage}`, ...(name ? ['--name', name] : [])], { show: true })
if (!ok) stop(`The ${stage} stack was not deployed: see above.`)

/** Ends the process with a sentence if what every deploy needs is missing. */
async function requireAccount(): Promise<void> {
  const inv = await readProject()
  const hasRegion = inv._project.arc.aws?.some((line) => [line].flat()[0] === 'region')
  if (!hasRegion) stop('app.arc names no region. Add a line such as "region us-east-1" below @aws.')
  // Without credentials, the search for those of an EC2 machine takes seconds.
  process.env.AWS_EC2_METADATA_DISABLED ??= 'true'
  await awsLite({ region: inv.aws.region, ...(inv.aws.profile && { profile: inv.aws.profile }) }).catch(() => {
    stop('No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then deploy again.')
  })
}
