import tiny from 'tiny-json-http'
import { requireDocumented } from './contract.ts'

export type Reply = { status: number; headers: Headers; body: Record<string, unknown> }

export const ada = { user_email: 'ada@example.com', user_password: 'engine of 1837', user_name: 'Ada Lovelace' }

/** Signs up as the front end does. tiny-json-http resolves for any 2xx, and rejects with the status for all else. */
export async function signUp(api: { url: string }, data: object, headers: Record<string, string> = {}): Promise<Reply> {
  try {
    const reply = await tiny.post({ url: `${api.url}/signup`, data, headers })
    return documented({ status: 201, headers: new Headers(reply.headers), body: reply.body })
  } catch (error) {
    const { statusCode, raw, body } = error as {
      statusCode?: number
      raw: { headers: Record<string, string> }
      body: Reply['body']
    }
    if (!statusCode) throw error
    return documented({ status: statusCode, headers: new Headers(raw.headers), body })
  }
}

/** Posts these very bytes, which need not be JSON. */
export async function post(
  api: { url: string },
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Reply> {
  const reply = await fetch(`${api.url}/signup`, { method: 'POST', headers, body })
  return documented({ status: reply.status, headers: reply.headers, body: (await reply.json()) as Reply['body'] })
}

function documented(reply: Reply): Reply {
  requireDocumented(reply.status, reply.headers, reply.body)
  return reply
}
