/** Replaces the digits of every script by 0 to 9. Unicode has ten in order, and some scripts have several such tens in a row. */
export function asciiDigits(text: string): string {
  const isDigit = (codePoint: number) => /\p{Nd}/u.test(String.fromCodePoint(codePoint))
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const codePoint = digit.codePointAt(0) ?? 0
    let distance = 0
    while (isDigit(codePoint - distance - 1)) distance++
    return String(distance % 10)
  })
}
