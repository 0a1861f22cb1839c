// The report as Markdown.
import { figure, latency, measuredRows, records, shown, times, verdicts } from './figures.mjs'

const table = (head, lines) => [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines.map((line) => `| ${line.join(' | ')} |`), ''].join('\n')

/** "met", "missed", or both with what is asked for. */
function verdictText(report, row) {
  const all = verdicts(report, row).filter(({ isMet }) => isMet !== null)
  return all.length === 0 ? '–' : all.map(({ text, is, isMet }) => `${text}: ${isMet ? 'met' : '**missed**'} (${is})`).join('; ')
}

export function aboutMachine({ machine }) {
  const rounds = machine.quick ? 'one short round, which shows that it works and measures nothing' : `${machine.rounds} interleaved round${machine.rounds > 1 ? 's' : ''}, medians`
  return `${machine.cpu}, ${machine.cores} core${machine.cores > 1 ? 's' : ''}, ${machine.memory_gib} GiB, Linux ${machine.kernel}; ${machine.date} UTC; ` +
    `${rounds}; ${machine.cores > 1 ? 'each server pinned to one core, the generator to another' : 'server and generator on one core'}; ` +
    `load average ${machine.load.join(', ')} at the beginning, ${machine.load_at_end.join(', ')} at the end.`
}

export const LOAD_NOTE = 'A load above the number of cores means that others used the machine meanwhile: CPU time and its ratios, which are taken ' +
  'round by round, suffer little from that; times of round trips and of starts suffer in full.'

/** Whether anybody was measured who is not in order, row by row. */
export function faultLines(report) {
  return measuredRows(report).flatMap((row) => report.peers.flatMap(({ name, label }) => {
    const faults = figure(report, row, name)?.faults
    return faults ? [`${row.title}: ${label}: ${faults}`] : []
  }))
}

function mainTable(report) {
  const others = report.peers.filter(({ name }) => name !== 'bare' && name !== 'sails-c')
  const lines = measuredRows(report).filter(({ kind }) => kind === undefined).map((row) => {
    const bare = figure(report, row, 'bare')
    const ours = figure(report, row, 'sails-c')
    const spread = ours !== null && ours.ratio !== null && ours.least !== ours.most ? ` (${times(ours.least)} to ${times(ours.most)})` : ''
    return [row.title, shown(row, bare?.value), ours === null ? '–' : `${times(ours.ratio)}${spread}`, `${shown(row, ours?.value)}; ${shown(row, ours?.outside)} outside`,
      verdictText(report, row), ...others.map(({ name }) => cell(row, figure(report, row, name), bare))]
  })
  return table(['work', 'bare, CPU', 'Sails for C, × bare', 'of it outside the kernel', 'bar', ...others.map(({ label }) => label)], lines)
}

/** As a multiple of the bare program where that was measured, else as it is. */
function cell(row, of, bare) {
  if (of === null) {
    return '–'
  }
  const mark = of.faults ? ' (!)' : ''
  return (bare?.value ? times(of.ratio) : shown(row, of.value)) + mark
}

function plainTable(report) {
  const lines = measuredRows(report).filter(({ kind }) => kind !== undefined).map((row) =>
    [row.title, verdictText(report, row), ...report.peers.map(({ name }) => shown(row, figure(report, row, name)?.value))])
  return lines.length === 0 ? '' : table(['', 'bar', ...report.peers.map(({ label }) => label)], lines)
}

function latencyTable(report) {
  const lines = measuredRows(report).filter(({ kind }) => kind === undefined).flatMap((row) => report.peers.flatMap(({ name, label }) => {
    const took = latency(report, row, name)
    const fair = latency(report, row, name, 'corrected_us')
    const ms = (value) => (value === undefined || value === null ? '–' : (value / 1000).toFixed(2))
    return took === null ? [] : [[row.title, label, ms(took.p50), ms(took.p99), ms(took['p99.9']), ms(fair?.p99)]]
  }))
  return table(['work', 'server', 'p50, ms', 'p99', 'p99.9', 'p99 corrected'], lines)
}

function recordsTable(report) {
  const lines = records(report).map(({ what, ours, other, theirs, ratio, bar }) =>
    [what, `${ours.toFixed(1)} µs`, `${other === 'sails' ? 'Sails' : 'PocketBase'}: ${theirs.toFixed(0)} µs`, times(ratio),
      bar === undefined ? '–' : `${bar}: ${ratio <= bar ? 'met' : '**missed**'}`])
  return lines.length === 0 ? '' : `## REST over SQLite\n\nCPU time of one request, medians of interleaved rounds (\`bench-blueprints\`).\n\n${table(['request', 'Sails for C', 'other', 'ratio', 'bar'], lines)}\n`
}

const section = (title, text) => (text === '' ? '' : `## ${title}\n\n${text}\n`)

export function markdownReport(report) {
  const faults = faultLines(report)
  const leftOut = Object.entries(report.leftOut).map(([what, why]) => `- ${what}: ${why}`)
  return [
    '# Measured against everyone\n\n',
    `Written by \`bench/run\`. ${aboutMachine(report)}\n\n${LOAD_NOTE}\n\n`,
    section('CPU time', `The server's CPU time for one unit of work, user and system, as a multiple of a bare epoll program that moves the same bytes.\n\n${mainTable(report)}`),
    section('Memory and start', plainTable(report)),
    recordsTable(report),
    section('Who was measured', table(['server', 'version'], report.peers.map(({ label, is }) => [label, is]))),
    leftOut.length > 0 ? section('Left out', `${leftOut.join('\n')}\n`) : '',
    section('Checked', faults.length === 0 ? 'Everybody delivered everything once and in order.\n' : `(!) Not once and in order:\n\n${faults.map((line) => `- ${line}`).join('\n')}\n`),
    section('How long it took', latencyTable(report)),
  ].join('').trimEnd() + '\n'
}

