// bench/compare: a short run end to end, and what the report makes of results.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { figure, latency, median, records, verdicts } from '../../bench/compare/figures.mjs'
import { htmlReport } from '../../bench/compare/html.mjs'
import { markdownReport } from '../../bench/compare/markdown.mjs'
import { readLine } from '../../bench/compare/records.mjs'
import { rows } from '../../bench/compare/rows.mjs'

const program = fileURLToPath(new URL('../../bench/compare/run.mjs', import.meta.url))
const row = (name) => rows.find((found) => found.name === name)

function run(t, ...args) {
  const out = mkdtempSync(path.join(tmpdir(), 'bench-run-'))
  t.after(() => rmSync(out, { recursive: true }))
  const env = { ...process.env, SAILS_BUILD_DIR: process.env.SAILS_BUILD_DIR ?? 'build/asan' }
  const { status, stdout, stderr } = spawnSync('node', [program, '--out', out, ...args], { encoding: 'utf8', env })
  return { status, stdout, stderr, read: (name) => readFileSync(path.join(out, name), 'utf8') }
}

test('a short run measures what was chosen, and writes the report in three forms', (t) => {
  const { status, stdout, stderr, read } = run(t, '--quick', '--only', 'bare,sails-c,ack,fan-out,start')

  assert.equal(status, 0, stderr)
  const { results, peers } = JSON.parse(read('results.json'))
  assert.deepEqual(Object.keys(results), ['ack', 'fan-out', 'start'])
  assert.deepEqual(peers.map(({ name }) => name), ['bare', 'sails-c'])
  for (const peer of ['bare', 'sails-c']) {
    assert.equal(results.ack[peer][0].units, 1500)
    assert.equal(results['fan-out'][peer][0].units, 15 * 1000)
    assert.ok(results.ack[peer][0].server.cpu_us_per_unit > 1)
    assert.equal(results.ack[peer][0].checked.in_order, true)
    assert.ok(results.start[peer][0].start_cpu_ms > 0 && results.start[peer][0].start_ms > 0)
  }
  assert.match(stderr, /\[1\/3\] ack round trip.*\n {2}1\/1 {2}bare epoll program +[\d.]+ us\n/)
  assert.equal(read('report.md'), stdout)
  assert.match(stdout, /\| ack round trip, 100 connections, 1 outstanding \| [\d.]+ µs \| [\d.]+ \| .*1\.15 × bare: /)
  assert.match(stdout, /Everybody delivered everything once and in order/)
  assert.match(read('report.html'), /<svg [\s\S]*Sails for C[\s\S]*<\/svg>/)
})

test('what is not known is refused', (t) => {
  for (const [args, said] of [
    [['--only', 'nobody'], /--only nobody: there is no such row or peer/],
    [['--rounds', '0'], /--rounds 0: a number above 0/],
  ]) {
    const { status, stderr } = run(t, ...args)
    assert.equal(status, 2)
    assert.match(stderr, said)
  }
})

const CHECKED = { lost: 0, duplicated: 0, reordered: 0, damaged: 0, closed: 0, in_order: true }

/** What the generator says of a thousand units that cost so much each. */
function result(us, more = {}) {
  const times = { mean: 1, min: 1, p50: us, p90: us, p99: us * 10, 'p99.9': us * 20, 'p99.99': us * 30, max: us * 30 }
  return { scenario: 'ack', units: 1000, checked: CHECKED, latency_us: times, corrected_us: times,
    server: { cpu_us: us * 1000, cpu_us_per_unit: us, kernel_share: 0.75, rss_bytes_per_connection: 1000 }, ...more }
}

function report(results) {
  const names = ['bare', 'sails-c', 'socketio', 'nginx']
  return {
    machine: { date: '2026-11-29 12:00', cpu: 'a processor', cores: 2, memory_gib: 8, kernel: '6.1', load: [1], load_at_end: [2], rounds: 3, quick: false },
    peers: names.map((name) => ({ name, label: name.toUpperCase(), is: '1.0' })),
    leftOut: { 'SOMEBODY <else>': 'there is no cargo here' },
    results,
  }
}

test('ratios are taken round by round, so that a slow round is not one of us alone', () => {
  // In the second round everything took ten times as long: the ratio of the medians would be 2.4 / 1.
  const all = report({ ack: { bare: [result(1), result(10), result(1)], 'sails-c': [result(1.2), result(12), result(2.4)] } })
  const found = figure(all, row('ack'), 'sails-c')

  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([1, 2, 3, 4]), 2.5)
  assert.ok(Math.abs(found.ratio - 1.2) < 1e-9)
  assert.equal(found.value, 2.4)
  assert.ok(Math.abs(found.most - 2.4) < 1e-9)
  assert.ok(Math.abs(found.outside - (1.2 + 12 + 2.4) / 3 / 4) < 1e-9)
  assert.equal(latency(all, row('ack'), 'sails-c').p99, 24)
  assert.equal(figure(all, row('ack'), 'socketio'), null)
})

test('a bar is met, missed, or not known', () => {
  const all = report({
    ack: { bare: [result(10)], 'sails-c': [result(11)] },
    http: { 'sails-c': [result(8)], nginx: [result(10)] },
    idle: { 'sails-c': [result(1)] },
    start: { 'sails-c': [{ start_ms: 4, start_cpu_ms: 3 }] },
  })
  const isMet = (name) => verdicts(all, row(name)).map((verdict) => verdict.isMet)

  assert.deepEqual(isMet('ack'), [true, false]) // 1.1 of 1.15; 2.75 us of 1 outside the kernel
  assert.deepEqual(isMet('http'), [true]) // 0.8 of nginx's time, 0.91 is asked for
  assert.deepEqual(isMet('idle'), [false])
  assert.deepEqual(isMet('start'), [true])
  assert.deepEqual(isMet('bursts'), [])
  const text = markdownReport(all)
  assert.match(text, /1\.15 × bare: met \(1\.10\); 1 µs outside the kernel: \*\*missed\*\* \(2\.75\)/)
  assert.match(text, /5 ms: met \(4\.00 ms\)/)
})

test('who is not in order, or was not measured, is said', () => {
  const broken = result(5, { checked: { ...CHECKED, lost: 3, closed: 1, in_order: false } })
  const all = report({ ack: { bare: [result(5)], 'sails-c': [result(5)], socketio: [broken, { error: 'does not start' }] } })
  const text = markdownReport(all)
  const page = htmlReport(all)

  assert.match(text, /ack round trip.*: SOCKETIO: does not start, 3 lost, 1 closed/)
  assert.match(text, /\| 1\.00 \(!\) \|/)
  assert.match(text, /SOMEBODY <else>: there is no cargo here/)
  assert.match(page, /SOMEBODY &lt;else&gt;: there is no cargo here/)
  assert.match(page, /SOCKETIO: does not start, 3 lost, 1 closed/)
})

test('lines of bench-blueprints are read', () => {
  const line = 'blueprints, GET /user (30): CPU for one request: server 110.84 us, PocketBase 1855.53 us (medians)'
  const read = readLine(line)

  assert.deepEqual(read, { what: 'GET /user (30)', ours: 110.84, other: 'pocketbase', theirs: 1855.53 })
  assert.equal(readLine('blueprints, GET /user/1: ratio 0.0193 (median of the rounds)'), null)
  const [found] = records(report({ records: { 'GET /user (30)': [read] } }))
  assert.equal(found.bar, 0.1)
  assert.ok(found.ratio < 0.06)
})
