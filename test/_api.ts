import { connect, readUsers } from '../local/dynamodb.ts'
import { startSandbox } from '../local/sandbox.ts'

/** What the contract tests need of a running API. */
export type Api = {
  url: string
  user(user_email: string): Promise<Record<string, unknown> | undefined>
  countUsers(): Promise<number>
  stop(): Promise<void>
}

/** The API under test: Sandbox, or the deployed API that DEPLOYED_API describes in JSON (see emulator/). */
export async function startApi(): Promise<Api> {
  const { DEPLOYED_API } = process.env
  if (!DEPLOYED_API) return startSandbox()
  const { url, dynamodbPort, usersTable } = JSON.parse(DEPLOYED_API)
  return { url, ...readUsers(await connect(dynamodbPort), usersTable), stop: async () => {} }
}
