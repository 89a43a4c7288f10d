// The way of the Remix grunge-stack: look up, put the password and the user apart, read the user back.
import { randomUUID } from 'node:crypto'
import arc from '@architect/functions'
import bcrypt from 'bcryptjs'

type Tables = {
  mathai_users: { user_email: string; uid: string; user_name: string }
  mathai_signup_attempts: object
}

export async function handler({ body }: { body: string }) {
  const { user_email, user_password, user_name } = JSON.parse(body)
  if (await findUser(user_email)) return { statusCode: 409, body: '{}' }
  const tables = await arc.tables<Tables>()
  const hash = await bcrypt.hash(user_password, 12)
  await tables.mathai_signup_attempts.put({ source_window: `email#${user_email}`, user_password: hash })
  await tables.mathai_users.put({ user_email, uid: randomUUID(), user_name })
  const user = await findUser(user_email)
  return { statusCode: 201, body: JSON.stringify({ uid: user?.uid }) }
}

async function findUser(user_email: string) {
  const { mathai_users } = await arc.tables<Tables>()
  return mathai_users.get({ user_email })
}
