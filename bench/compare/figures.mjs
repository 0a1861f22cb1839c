// From results to figures: medians over the rounds, ratios round by round, whether a bar is met.
import { rows } from './rows.mjs'

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length === 0 ? null : sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

const whole = (result) => result !== undefined && result.error === undefined

/** A row may show another figure of what was measured for one before. */
const resultsOf = (report, row, peer) => report.results[row.from ?? row.name]?.[peer] ?? []

/** What a row compares: CPU time of a unit, bytes of a connection, ms of a start. */
export function valueOf(row, result) {
  if (!whole(result)) {
    return null
  }
  if (row.kind === 'start') {
    return result[row.field]
  }
  return row.kind === 'memory' ? result.server.rss_bytes_per_connection : result.server.cpu_us_per_unit
}

/** Values of all rounds in which there was one. */
function valuesOf(report, row, peer) {
  return resultsOf(report, row, peer).map((result) => valueOf(row, result)).filter((value) => value !== null)
}

/** Round by round, so that what else the machine did in it happened to both. */
function ratios(report, row, peer, to) {
  const ours = resultsOf(report, row, peer)
  const theirs = resultsOf(report, row, to)
  return ours.map((result, i) => {
    const a = valueOf(row, result)
    const b = valueOf(row, theirs[i])
    return a === null || !b ? null : a / b
  }).filter((ratio) => ratio !== null)
}

/** The kernel's share of all rounds together: the clock ticks that it is counted in are too coarse for one. */
function outsideOf(report, row, peer) {
  const all = resultsOf(report, row, peer).filter((result) => whole(result) && result.server !== undefined)
  const units = all.reduce((sum, { units: n }) => sum + n, 0)
  const us = all.reduce((sum, { server }) => sum + server.cpu_us * (1 - server.kernel_share), 0)
  return row.kind === undefined && units > 0 ? us / units : null
}

function faultsOf(report, row, peer) {
  const all = resultsOf(report, row, peer)
  const errors = all.map(({ error }) => error).filter((error) => error !== undefined)
  const kinds = ['lost', 'duplicated', 'reordered', 'damaged', 'closed']
  const counted = kinds.map((kind) => [kind, all.reduce((sum, result) => sum + (result.checked?.[kind] ?? 0), 0)]).filter(([, n]) => n > 0)
  return [...errors.slice(0, 1), ...counted.map(([kind, n]) => `${n} ${kind}`)].join(', ') || null
}

/** All there is about a row and a peer; null when it was not measured. */
export function figure(report, row, peer) {
  if (resultsOf(report, row, peer).length === 0) {
    return null
  }
  const spread = ratios(report, row, peer, 'bare')
  return {
    value: median(valuesOf(report, row, peer)),
    ratio: median(spread),
    least: Math.min(...spread),
    most: Math.max(...spread),
    outside: outsideOf(report, row, peer),
    faults: faultsOf(report, row, peer),
  }
}

/** Of 'took': percentiles in us, medians over the rounds. */
export function latency(report, row, peer, which = 'latency_us') {
  const all = resultsOf(report, row, peer).filter((result) => whole(result) && result[which] !== undefined)
  return all.length === 0 ? null : Object.fromEntries(Object.keys(all[0][which]).map((key) => [key, median(all.map((result) => result[which][key]))]))
}

const number = (value) => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3)
const WHOSE = { sails: 'Sails\'', nginx: 'nginx\'s' }
export const unitOf = (row) => (row.kind === 'start' ? 'ms' : row.kind === 'memory' ? 'B' : 'µs')
export const shown = (row, value) => (value === null || value === undefined ? '–' : `${row.kind === 'memory' ? Math.round(value).toLocaleString('en') : number(value)} ${unitOf(row)}`)
export const times = (ratio) => (ratio === null || !Number.isFinite(ratio) ? '–' : number(ratio))

/** Each thing that a bar asks for: in words, and whether it is so; null: it was not measured. */
export function verdicts(report, row) {
  const ours = figure(report, row, 'sails-c')
  const bar = row.bar ?? {}
  const found = []
  if (ours === null) {
    return found
  }
  if (bar.ratio !== undefined) {
    found.push({ text: `${bar.ratio} × bare`, is: times(ours.ratio), isMet: ours.ratio === null ? null : ours.ratio <= bar.ratio })
  }
  if (bar.outside !== undefined) {
    found.push({ text: `${bar.outside} µs outside the kernel`, is: times(ours.outside), isMet: ours.outside === null ? null : ours.outside <= bar.outside })
  }
  if (bar.of !== undefined && row.kind !== 'records') {
    const share = median(ratios(report, row, 'sails-c', bar.of))
    found.push({ text: `${number(bar.share)} of ${WHOSE[bar.of]}`, is: times(share), isMet: share === null ? null : share <= bar.share })
  }
  if (bar.bytes !== undefined || bar.ms !== undefined) {
    found.push({ text: `${bar.bytes ?? bar.ms} ${unitOf(row)}`, is: shown(row, ours.value), isMet: ours.value === null ? null : ours.value <= (bar.bytes ?? bar.ms) })
  }
  return found
}

/** Lines about records: what was asked, ours and the other's time, the ratio. */
export function records(report) {
  const bars = { 'GET /user/1': 0.1, 'GET /user (30)': 0.1 }
  return Object.entries(report.results.records ?? {}).flatMap(([what, lines]) =>
    lines.map((line) => ({ ...line, what, ratio: line.ours / line.theirs, bar: line.other === 'pocketbase' ? bars[what] : undefined })))
}

export const measuredRows = (report) => rows.filter(({ name, from, kind }) => kind !== 'records' && report.results[from ?? name] !== undefined)
