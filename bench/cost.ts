// List prices of us-east-1 in US dollars, on 2026-11-23, arm64, without the free tier.
const GIGABYTE_SECOND = 0.0000133334
const LAMBDA_REQUEST = 0.2 / 1e6
const API_REQUEST = 1 / 1e6
const TABLE_WRITE = 0.625 / 1e6
const LOG_GIGABYTE = 0.5

/** A Lambda of this many megabytes has one full vCPU; with less memory it has as much less of it. */
const FULL_VCPU = 1769
const WRITES = 2
/** The handler's line, Lambda's report and the access log. */
const LOG_BYTES = 1000

/**
 * What a million sign-ups cost, in dollars. `cpu` is the milliseconds of one sign-up on a full vCPU. With less than one
 * it takes longer in proportion; more does not make one thread faster.
 */
export function costOfMillion(cpu: number, megabytes: number) {
  const ms = cpu * Math.max(1, FULL_VCPU / megabytes)
  const lambda = (ms / 1000) * (megabytes / 1024) * GIGABYTE_SECOND + LAMBDA_REQUEST
  const rest = API_REQUEST + WRITES * TABLE_WRITE + (LOG_BYTES / 1e9) * LOG_GIGABYTE
  return { megabytes, ms, lambda: lambda * 1e6, total: (lambda + rest) * 1e6, perSecond: 1000 / (ms / 1000) }
}
