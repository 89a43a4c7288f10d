export type Bar = { name: string; parts: number[] }

/** Grey, blue and orange are readable on white and on black. */
const COLORS = ['#8c959f', '#2f81f7', '#d9822b']
const PIXELS = { left: 220, width: 400, row: 34 }

/** Horizontal bars in milliseconds, each made of parts, as an SVG. */
export function drawChart(title: string, legend: string[], bars: Bar[]): string {
  const sum = ({ parts }: Bar) => parts.reduce((total, part) => total + part, 0)
  const scale = PIXELS.width / Math.max(...bars.map(sum))
  const text = (x: number, y: number, content: string, more = '') =>
    `<text x="${x.toFixed(1)}" y="${y}"${more}>${content}</text>`
  const rect = (x: number, y: number, width: number, color = 0) =>
    `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="20" fill="${COLORS[color]}"/>`
  const labels = legend.map((label, i) => rect(10 + i * 230, 40, 20, i) + text(38 + i * 230, 55, label))
  const rows = bars.map((bar, row) => {
    const y = 80 + row * PIXELS.row
    const end = (count: number) => PIXELS.left + scale * sum({ ...bar, parts: bar.parts.slice(0, count) })
    const parts = bar.parts.map((part, i) => rect(end(i), y, part * scale, i))
    const name = text(PIXELS.left - 10, y + 15, bar.name, ' text-anchor="end"')
    return name + parts.join('') + text(end(bar.parts.length) + 8, y + 15, `${sum(bar).toFixed(0)} ms`)
  })
  const height = 90 + bars.length * PIXELS.row
  const style = 'font-family="system-ui, sans-serif" font-size="14" fill="#7d8590"'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 ${height}" ${style} role="img" aria-label="${title}">
${[text(10, 24, title, ' font-weight="600"'), ...labels, ...rows].join('\n')}
</svg>
`
}
