// Our code in the manner of the Remix grunge-stack, app/models/user.server.ts: look up, put the password and the user
// into two tables, read the user back. It hashes at cost 10; here it hashes at cost 12 as all others do.
import { randomUUID } from 'node:crypto'
import arc from '@architect/functions'
import { hashPassword } from './hash.ts'

type Tables = { mathai_users: { user_email: string; uid: string; user_name: string }; mathai_signup_attempts: object }

export async function handler({ body }: { body: string }) {
  const { user_email, user_password, user_name } = JSON.parse(body)
  if (await findUser(user_email)) return { statusCode: 409, body: '{}' }
  const tables = await arc.tables<Tables>()
  const hash = await hashPassword(user_password)
  await tables.mathai_signup_attempts.put({ source_window: `email#${user_email}`, user_password: hash })
  await tables.mathai_users.put({ user_email, uid: randomUUID(), user_name })
  const user = await findUser(user_email)
  return { statusCode: 201, body: JSON.stringify({ uid: user?.uid }) }
}

async function findUser(user_email: string) {
  const { mathai_users } = await arc.tables<Tables>()
  const { Items } = await mathai_users.query({
    KeyConditionExpression: 'user_email = :email',
    ExpressionAttributeValues: { ':email': user_email },
  })
  return Items[0]
}
