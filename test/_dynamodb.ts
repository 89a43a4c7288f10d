import { once } from 'node:events'
import type { Server } from 'node:http'
import awsLite from '@aws-lite/client'
import plugin from '@aws-lite/dynamodb'
import type { AwsLiteDynamoDB } from '@aws-lite/dynamodb-types'
import dynalite from 'dynalite'
import { freePorts } from './_ports.ts'

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

export const TABLES = { USERS_TABLE: 'users', ATTEMPTS_TABLE: 'attempts' }

/** Sandbox's DynamoDB alone, with the two tables. */
export async function startDynamoDB() {
  const [port = 0] = await freePorts(1)
  const server: Server = dynalite({ createTableMs: 0 }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const client = await connect(port)
  await createTable(client, TABLES.USERS_TABLE, 'user_email')
  await createTable(client, TABLES.ATTEMPTS_TABLE, 'source_window')
  return {
    port,
    client,
    async user(user_email: string): Promise<Record<string, unknown> | undefined> {
      return (
        await client.GetItem({ TableName: TABLES.USERS_TABLE, Key: { user_email }, ConsistentRead: true })
      ).Item
    },
    countUsers: () => countItems(client, TABLES.USERS_TABLE),
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

export type DynamoDB = Awaited<ReturnType<typeof startDynamoDB>>

/** How many items a table has. */
export async function countItems(client: AwsLiteDynamoDB, TableName: string): Promise<number> {
  const { Items } = await client.Scan({ TableName, ConsistentRead: true, paginate: true })
  return Items?.length ?? 0
}

function createTable(client: AwsLiteDynamoDB, TableName: string, key: string) {
  return client.CreateTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
}
