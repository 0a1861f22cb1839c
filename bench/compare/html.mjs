// The report as a page: plots of each row, then the tables. One file, without a script.
import { figure, latency, measuredRows, records, shown, times, verdicts } from './figures.mjs'
import { LOAD_NOTE, aboutMachine, faultLines } from './markdown.mjs'
import { bars, escape, percentiles } from './plots.mjs'

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee6; --card: #fff; --page: #f4f6f9; --ours: #0b7a75; --bare: #8a94a3; --other: #b9c4d3; --limit: #c2410c; --good: #15803d; --bad: #c2410c }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa6b5; --line: #333c49; --card: #1b212a; --page: #12161c; --ours: #2cb5ac; --bare: #7b8696; --other: #46546a; --limit: #fb923c; --good: #4ade80; --bad: #fb923c } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 64px }
h1 { font-size: 28px; margin: 8px 0 4px; line-height: 1.2 }
h2 { font-size: 20px; margin: 40px 0 8px }
h3 { font-size: 15px; margin: 0 0 2px; line-height: 1.3 }
p { margin: 0 0 8px; max-width: 75ch }
.soft, .scale, .what { color: var(--soft); font-size: 13.5px }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; margin-top: 12px }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 14px 10px; min-width: 0 }
.card .what { margin: 0 0 6px }
.scale { margin: 0; text-align: right; font-size: 12px }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
svg text { fill: var(--ink) } svg text.value { fill: var(--soft); paint-order: stroke; stroke: var(--card); stroke-width: 3px } svg text.limit { fill: var(--limit); font-size: 11px }
rect.ours { fill: var(--ours) } rect.bare { fill: var(--bare) } rect.other { fill: var(--other) }
line.limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 4 3 } line.grid { stroke: var(--line) }
polyline { fill: none; stroke-width: 2 }
.key { display: flex; flex-wrap: wrap; gap: 2px 12px; font-size: 12.5px; margin: 6px 0 0; color: var(--soft) }
.key i { display: inline-block; width: 14px; height: 3px; margin-right: 5px; vertical-align: middle }
${['#8a94a3', '#0b9a92', '#d97706', '#b45309', '#2563eb', '#9333ea', '#16a34a', '#db2777', '#64748b', '#0891b2'].map((colour, i) => `polyline.s${i} { stroke: ${colour} } i.s${i} { background: ${colour} }`).join('\n')}
.met { color: var(--good); font-weight: 600 } .missed { color: var(--bad); font-weight: 600 }
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin-top: 12px }
table { border-collapse: collapse; font-size: 14px; width: 100% }
th, td { text-align: right; padding: 7px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; font-variant-numeric: tabular-nums }
th { color: var(--soft); font-weight: 600 } tr:last-child td { border-bottom: 0 }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 230px }
ul { padding-left: 20px; margin: 8px 0 }
`

const table = (head, lines) => `<div class="table"><table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join('')}</tr></thead><tbody>` +
  `${lines.map((line) => `<tr>${line.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table></div>`

const kindOf = (name) => (name === 'sails-c' ? 'ours' : name === 'bare' ? 'bare' : 'other')

/** What a bar asks for, as the value that the plot shows. */
function limitOf(report, row) {
  const bar = row.bar ?? {}
  const base = bar.ratio !== undefined ? figure(report, row, 'bare')?.value * bar.ratio : bar.of !== undefined ? figure(report, row, bar.of)?.value * bar.share : (bar.bytes ?? bar.ms)
  return base > 0 ? base : undefined
}

const verdictSpans = (report, row) => verdicts(report, row).filter(({ isMet }) => isMet !== null)
  .map(({ text, is, isMet }) => `<span class="${isMet ? 'met' : 'missed'}">${isMet ? 'met' : 'missed'}</span> ${escape(text)}: ${escape(is)}`).join('<br>')

function card(report, row) {
  const items = report.peers.map(({ name, label }) => ({ name, label, found: figure(report, row, name) }))
    .filter(({ found }) => found !== null && found.value > 0)
    .map(({ name, label, found }) => ({ label, value: found.value, kind: kindOf(name), text: `${shown(row, found.value)}${found.faults ? ' (!)' : ''}` }))
    .sort((a, b) => a.value - b.value)
  if (items.length === 0) {
    return ''
  }
  const verdict = verdictSpans(report, row)
  return `<section class="card"><h3>${escape(row.title)}</h3><p class="what">${verdict === '' ? 'no bar' : verdict}</p>${bars(row.title, items, limitOf(report, row))}</section>`
}

function latencyCard(report, row) {
  const series = report.peers.map(({ name, label }) => ({ label, points: latency(report, row, name) })).filter(({ points }) => points !== null && points.p50 > 0)
  return series.length === 0 ? '' : `<section class="card"><h3>${escape(row.title)}</h3>${percentiles(row.title, series)}</section>`
}

function ratioTable(report) {
  const lines = measuredRows(report).filter(({ kind }) => kind === undefined).map((row) => [escape(row.title), ...report.peers.map(({ name }) => {
    const found = figure(report, row, name)
    return found === null ? '–' : name === 'bare' || found.ratio === null ? shown(row, found.value) : `${times(found.ratio)} ×`
  })])
  return lines.length === 0 ? '' : table(['work', ...report.peers.map(({ label }) => label)], lines)
}

function recordsSection(report) {
  const lines = records(report).map(({ what, ours, other, theirs, ratio, bar }) => [escape(what), `${ours.toFixed(1)} µs`, `${other === 'sails' ? 'Sails' : 'PocketBase'} ${theirs.toFixed(0)} µs`,
    times(ratio), bar === undefined ? '–' : `<span class="${ratio <= bar ? 'met' : 'missed'}">${ratio <= bar ? 'met' : 'missed'}</span> ${bar}`])
  return lines.length === 0 ? '' : `<h2>REST over SQLite</h2>${table(['request', 'Sails for C', 'other', 'ratio', 'bar'], lines)}`
}

const cards = (title, about, all) => (all.join('') === '' ? '' : `<h2>${title}</h2><p class="soft">${about}</p><div class="cards">${all.join('\n')}</div>`)
const list = (title, lines) => (lines.length === 0 ? '' : `<h2>${title}</h2><ul>${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>`)

export function htmlReport(report) {
  const all = measuredRows(report)
  const faults = faultLines(report)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sails for C: measured against everyone</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Measured against everyone</h1>
<p class="soft">${escape(aboutMachine(report))}</p>
<p class="soft">${escape(LOAD_NOTE)}</p>
${cards('CPU time of the server', 'For one unit of work, user and system. The dashed line is the bar that Sails for C is to reach.', all.filter(({ kind }) => kind === undefined).map((row) => card(report, row)))}
${cards('Memory and start', 'Resident memory of one idle connection; from the start of the process to the first connection that it accepts.', all.filter(({ kind }) => kind !== undefined).map((row) => card(report, row)))}
${all.some(({ kind }) => kind === undefined) ? `<h2>As a multiple of the bare program</h2><p class="soft">Ratios of CPU time, round by round, medians.</p>${ratioTable(report)}` : ''}
${recordsSection(report)}
${cards('How long it took', 'Of each message or round trip. Whoever shares the machine is in these times.', all.filter(({ name }) => ['ack', 'ack-4', 'request', 'broadcasts', 'http', 'slow'].includes(name)).map((row) => latencyCard(report, row)))}
${list('Not once and in order (!)', faults)}
<h2>Who was measured</h2>
${table(['server', 'version'], report.peers.map(({ label, is }) => [escape(label), escape(is)]))}
${list('Left out', Object.entries(report.leftOut).map(([what, why]) => `${what}: ${why}`))}
</main>
</body>
</html>
`
}
