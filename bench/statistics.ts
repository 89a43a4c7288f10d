/** The middle of the numbers, or the mean of the two that share it. */
export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** A number as a person reads it. */
export function round(value: number, digits = 1): string {
  return value.toFixed(digits)
}
