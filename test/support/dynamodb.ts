import { once } from 'node:events'
import type { Server } from 'node:http'
import { DynamoDB as Client } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocument, paginateScan } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { freePorts } from './server.ts'

/** A client of the DynamoDB on this port of this machine. */
export function connect(port: number): Client {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  return new Client({ credentials, region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` })
}

/** The names of the tables by their names in app.arc, as the handler gets them. */
export const TABLE_NAMES = { mathai_users: 'users', mathai_signup_attempts: 'attempts' }

/** Only Sandbox's DynamoDB, with the two tables. */
export async function startDynamoDB() {
  const [port = 0] = await freePorts(1)
  const server: Server = dynalite({ createTableMs: 0 }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(port)
  await createTable(client, TABLE_NAMES.mathai_users, 'user_email')
  await createTable(client, TABLE_NAMES.mathai_signup_attempts, 'source_window')
  return {
    port,
    client: DynamoDBDocument.from(client),
    ...readUsers(client, TABLE_NAMES.mathai_users),
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

export type DynamoDB = Awaited<ReturnType<typeof startDynamoDB>>

/** What tests read from a users table. */
export function readUsers(database: Client, TableName: string) {
  const client = DynamoDBDocument.from(database)
  return {
    async user(user_email: string): Promise<Record<string, unknown> | undefined> {
      return (await client.get({ TableName, Key: { user_email }, ConsistentRead: true })).Item
    },
    async countUsers(): Promise<number> {
      let count = 0
      for await (const { Count = 0 } of paginateScan({ client }, { TableName, ConsistentRead: true })) count += Count
      return count
    },
  }
}

export function createTable(client: Client, TableName: string, key: string) {
  return client.createTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
}
