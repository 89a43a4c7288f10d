import awsLite from '@aws-lite/client'
import plugin from '@aws-lite/dynamodb'
import type { AwsLiteDynamoDB } from '@aws-lite/dynamodb-types'

/** A client of the DynamoDB that listens on this port of this machine. */
export async function connect(port: number): Promise<AwsLiteDynamoDB> {
  const client = await awsLite({
    accessKeyId: 'local',
    secretAccessKey: 'local',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    plugins: [plugin],
  })
  return (client as unknown as { DynamoDB: AwsLiteDynamoDB }).DynamoDB
}
