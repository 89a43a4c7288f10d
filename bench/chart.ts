import { round } from './statistics.ts'

/** Bars of what a fresh process takes to answer its first sign-up beyond the hash itself, as an SVG. */
export function drawChart(bars: { name: string; value: number }[], caption: string): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const rows = bars.map(({ name, value }, index) => {
    const y = 50 + index * 34
    const width = (value / longest) * 330
    return `  <text x="190" y="${y + 16}" text-anchor="end">${name}</text>
  <rect x="200" y="${y}" width="${round(width)}" height="22" rx="3" fill="${index ? '#9aa5b5' : '#1a56c4'}"/>
  <text x="${round(208 + width)}" y="${y + 16}">${round(value, 0)} ms</text>`
  })
  const height = 60 + bars.length * 34
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 ${height}" font-family="system-ui, sans-serif" font-size="14" fill="#6b7686" role="img" aria-label="${caption}">
  <text x="10" y="28" font-weight="600">${caption}</text>
${rows.join('\n')}
</svg>
`
}
