// Our code in the manner of arc.codes, docs/en/reference/runtime-helpers/node.js.md: arc.http and arc.tables.
import { randomUUID } from 'node:crypto'
import arc from '@architect/functions'
import { hashPassword } from './hash.ts'

type Tables = { mathai_users: object; mathai_signup_attempts: object }

export const handler = arc.http(async ({ body }) => {
  const { user_email, user_password, user_name } = body
  const { mathai_users } = await arc.tables<Tables>()
  if (await mathai_users.get({ user_email })) return { statusCode: 409, json: {} }
  const uid = randomUUID()
  await mathai_users.put({ user_email, uid, user_name, user_password: await hashPassword(user_password) })
  return { statusCode: 201, json: { uid } }
})
