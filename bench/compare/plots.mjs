// Plots as SVG, 360 wide, so that on a phone they are as large as they were drawn.
const WIDTH = 360
const LABEL = 138
const LINE = 24

const escape = (text) => `${text}`.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
const svg = (height, label, inside) =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(label)}">${inside}</svg>`

/**
 * Bars of { label, value, text, kind } on a logarithmic scale where the largest is more than thirty times the smallest;
 * `bar`: a value with a line through all.
 */
export function bars(title, items, limit) {
  const values = items.map(({ value }) => value)
  const most = Math.max(...values, limit ?? 0)
  const least = Math.min(...values, limit ?? Infinity)
  const isLog = most / least > 30
  const room = WIDTH - LABEL - 62
  const x = (value) => (isLog ? Math.max(3, (Math.log(value / (least / 2)) / Math.log(most / (least / 2))) * room) : Math.max(1, (value / most) * room))
  const lines = items.map(({ label, value, text, kind }, i) => {
    const y = i * LINE
    return `<text x="${LABEL - 6}" y="${y + 16}" text-anchor="end">${escape(label)}</text>` +
      `<rect class="${kind}" x="${LABEL}" y="${y + 4}" width="${x(value).toFixed(1)}" height="${LINE - 8}" rx="2"/>` +
      `<text class="value" x="${(LABEL + x(value) + 5).toFixed(1)}" y="${y + 16}">${escape(text)}</text>`
  })
  const height = items.length * LINE + 18
  const at = limit === undefined ? null : LABEL + x(limit)
  const line = at === null ? '' : `<line class="limit" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="0" y2="${height - 16}"/>` +
    `<text class="limit" x="${at.toFixed(1)}" y="${height - 4}" text-anchor="middle">bar</text>`
  return svg(height, title, line + lines.join('')) + (isLog ? '<p class="scale">logarithmic scale</p>' : '')
}

const ms = (power) => (power >= 3 ? `${10 ** (power - 3)} s` : `${power >= 0 ? 10 ** power : (10 ** power).toFixed(-power)} ms`)
const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9', 'p99.99']

/** Lines of { label, points: {p50, ...} in us }, both axes logarithmic: the tail is what is looked at. */
export function percentiles(title, series) {
  const height = 210
  const left = 56
  const bottom = height - 24
  const all = series.flatMap(({ points }) => PERCENTILES.map((name) => points[name] / 1000)).filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...all)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))))
  const x = (i) => left + (i / (PERCENTILES.length - 1)) * (WIDTH - left - 14)
  const y = (ms) => bottom - ((Math.log10(ms) - low) / (high - low)) * (bottom - 10)
  const grid = []
  for (let power = low; power <= high; power++) {
    grid.push(`<line class="grid" x1="${left}" x2="${WIDTH - 14}" y1="${y(10 ** power).toFixed(1)}" y2="${y(10 ** power).toFixed(1)}"/>`,
      `<text x="${left - 5}" y="${(y(10 ** power) + 4).toFixed(1)}" text-anchor="end">${ms(power)}</text>`)
  }
  const names = PERCENTILES.map((name, i) => `<text x="${x(i)}" y="${height - 6}" text-anchor="${i === PERCENTILES.length - 1 ? 'end' : 'middle'}">${name}</text>`)
  const lines = series.map(({ points }, i) =>
    `<polyline class="s${i}" points="${PERCENTILES.map((name, j) => `${x(j).toFixed(1)},${y(Math.max(points[name] / 1000, 10 ** low)).toFixed(1)}`).join(' ')}"/>`)
  const key = series.map(({ label }, i) => `<span><i class="s${i}"></i>${escape(label)}</span>`).join('')
  return svg(height, title, [...grid, ...names, ...lines].join('')) + `<p class="key">${key}</p>`
}

export { escape }
