/** The log record of one request. Never the password, its hash or the e-mail address. Times are in milliseconds. */
export type RequestLog = {
  outcome: string
  /** API Gateway's ID of the request. The access log has it too, with the address of the source. */
  request_id?: string | undefined
  cold?: boolean
  uid?: string
  fields?: string[]
  /** The checks that failed, each with the name of its error. The sign-up goes on without them. */
  skipped?: string[] | undefined
  error?: string
  hash_ms?: number | undefined
  store_ms?: number | undefined
}

/** Writes the one line of a request. Lambda's JSON logging keeps the fields of an object searchable. */
export function log(record: RequestLog): void {
  console.log(process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON' ? record : JSON.stringify(record))
}
