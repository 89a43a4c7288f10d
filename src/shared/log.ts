/** What is known of one request: never the password, its hash or the e-mail address. Times are milliseconds. */
export type RequestLog = {
  outcome: string
  cold?: boolean
  uid?: string
  fields?: string[]
  skipped?: string[]
  error?: string
  hash_ms?: number
  store_ms?: number
}

/** Writes the one line of a request. Lambda's JSON logging takes an object and keeps its fields searchable. */
export function log(record: RequestLog): void {
  console.log(process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON' ? record : JSON.stringify(record))
}
