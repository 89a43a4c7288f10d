// Our code in the manner of aws-samples/serverless-typescript-demo, src/store/dynamodb/dynamodb-store.ts: get, then put.
import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { hashPassword } from './hash.ts'

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const TableName = process.env.USERS_TABLE

export async function handler({ body }: { body: string }) {
  const { user_email, user_password, user_name } = JSON.parse(body)
  const { Item } = await client.send(new GetCommand({ TableName, Key: { user_email } }))
  if (Item) return { statusCode: 409, body: '{}' }
  const uid = randomUUID()
  const hash = await hashPassword(user_password)
  await client.send(new PutCommand({ TableName, Item: { user_email, uid, user_name, user_password: hash } }))
  return { statusCode: 201, body: JSON.stringify({ uid }) }
}
