import { requireDocumented } from './contract.ts'

export type Reply = { status: number; headers: Headers; body: Record<string, unknown> }

export const ada = { user_email: 'ada@example.com', user_password: 'engine of 1837', user_name: 'Ada Lovelace' }

/** Signs up with these fields. */
export function signUp(api: { url: string }, fields: object, headers: Record<string, string> = {}): Promise<Reply> {
  return post(api, JSON.stringify(fields), { 'content-type': 'application/json', ...headers })
}

/** Posts these very bytes, which need not be JSON. */
export async function post(
  api: { url: string },
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Reply> {
  const reply = await fetch(`${api.url}/signup`, { method: 'POST', headers, body })
  const answer = { status: reply.status, headers: reply.headers, body: (await reply.json()) as Reply['body'] }
  requireDocumented(answer.status, answer.headers, answer.body)
  return answer
}
