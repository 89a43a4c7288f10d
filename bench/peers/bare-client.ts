// No sign-up at all: what the DynamoDB client alone costs to load.
import awsLite from '@aws-lite/client'

export const handler = () => awsLite({ plugins: [import('@aws-lite/dynamodb')] })
