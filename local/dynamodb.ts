import { once } from 'node:events'
import type { Server } from 'node:http'
import awsLite from '@aws-lite/client'
import plugin from '@aws-lite/dynamodb'
import type { AwsLiteDynamoDB } from '@aws-lite/dynamodb-types'
import dynalite from 'dynalite'
import { freePorts } from './server.ts'

/** A client of the DynamoDB on this port of this machine. */
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

/** The names of the tables by their names in app.arc, as the handler gets them. */
export const TABLE_NAMES = { mathai_users: 'users', mathai_signup_attempts: 'attempts' }

/** Only Sandbox's DynamoDB, with the two tables. */
export async function startDynamoDB() {
  const [port = 0] = await freePorts(1)
  const server: Server = dynalite({ createTableMs: 0 }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const client = await connect(port)
  await createTable(client, TABLE_NAMES.mathai_users, 'user_email')
  await createTable(client, TABLE_NAMES.mathai_signup_attempts, 'source_window')
  return {
    port,
    client,
    ...readUsers(client, TABLE_NAMES.mathai_users),
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

export type DynamoDB = Awaited<ReturnType<typeof startDynamoDB>>

/** What tests read from a users table. */
export function readUsers(client: AwsLiteDynamoDB, TableName: string) {
  return {
    async user(user_email: string): Promise<Record<string, unknown> | undefined> {
      return (await client.GetItem({ TableName, Key: { user_email }, ConsistentRead: true })).Item
    },
    async countUsers(): Promise<number> {
      const { Items } = await client.Scan({ TableName, ConsistentRead: true, paginate: true })
      return Items?.length ?? 0
    },
  }
}

function createTable(client: AwsLiteDynamoDB, TableName: string, key: string) {
  return client.CreateTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
}
