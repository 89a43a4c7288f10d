/** List prices of us-east-1 in US dollars on 2026-11-23, arm64, without the free tier. */
const PRICES = {
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  /** API Gateway counts a request once for every 512 KB that are begun. */
  apiRequest: 1 / 1e6,
  tableWrite: 0.625 / 1e6,
  logGigabyte: 0.5,
  /** A month of the table and of its point-in-time recovery. */
  storedGigabyte: 0.25 + 0.2,
}
/** The counter and the user. */
const WRITES = 2
/** The handler's line and the one of the access log. */
const LOG_BYTES = 1000
/** An assumption for one user. */
const STORED_BYTES = 500
/** `@limits requests-per-second` of app.arc, by default. */
const REQUESTS_PER_SECOND = 50
/** What a new AWS account may have, until it asks for more. */
export const FUNCTIONS_AT_ONCE = 10
/** Lambda takes no larger body. */
const MAX_BODY_KILOBYTES = 6 * 1024
/** An assumption: twice what reading and refusing such an event took on the machine of bench/README.md. */
const LARGE_BODY_MS = 20

/** Memory of the function: one full vCPU. */
const MEGABYTES = 1769

/** Milliseconds from the start of a process until its code is loaded, and of a first and a warm sign-up. */
export type Times = { initMs: number; firstMs: number; warmMs: number }

/** Dollars for so many sign-ups. `coldShare` is the share of them that start a process: AWS bills INIT since August 2025. */
export function costOfSignups(count: number, coldShare: number, times: Times): number {
  const { initMs, firstMs, warmMs } = times
  const ms = coldShare * (initMs + firstMs) + (1 - coldShare) * warmMs
  return count * (costOfLambda(ms) + PRICES.apiRequest + WRITES * PRICES.tableWrite + costOfLogs())
}

/** Dollars a month for so many users, if nobody signs up. */
export function costOfUsers(count: number): number {
  return count * (STORED_BYTES / 1e9) * PRICES.storedGigabyte
}

/** Dollars an hour, if somebody sends all that the throttle lets pass: new accounts, or bodies that are too large. */
export function costOfAttack(times: Times) {
  const requests = REQUESTS_PER_SECOND * 3600
  const units = MAX_BODY_KILOBYTES / 512
  const largeBody = units * PRICES.apiRequest + costOfLambda(LARGE_BODY_MS) + costOfLogs()
  return { newAccounts: costOfSignups(requests, 0, times), largeBodies: requests * largeBody }
}

function costOfLambda(ms: number): number {
  return (ms / 1000) * (MEGABYTES / 1024) * PRICES.lambdaGigabyteSecond + PRICES.lambdaRequest
}

function costOfLogs(): number {
  return (LOG_BYTES / 1e9) * PRICES.logGigabyte
}
