import awsLite from '@aws-lite/client'
import type { Inventory } from '../src/plugins/architect.ts'
import { stop } from './arc.ts'

/** A client for AWS in the region of app.arc. Ends the process with a sentence if region or credentials are missing. */
export async function connectToAws({ aws: { region, profile }, _project }: Inventory) {
  const hasRegion = _project.arc.aws?.some((line) => [line].flat()[0] === 'region')
  if (!hasRegion) stop('app.arc names no region. Add a line such as "region us-east-1" below @aws.')
  // Without credentials, the search for those of an EC2 machine takes seconds.
  process.env.AWS_EC2_METADATA_DISABLED ??= 'true'
  return awsLite({ region, ...(profile && { profile }) }).catch(() =>
    stop('No AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then try again.'),
  )
}
