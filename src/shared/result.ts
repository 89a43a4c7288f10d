/** A value, or why there is none. */
export type Result<Value, Failure> = { value: Value } | { error: Failure }
