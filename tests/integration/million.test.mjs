// bench/million, with as many connections as a test may have: what it says must hold for few as for many.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('../../bench/million', import.meta.url))

async function run(t, options) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'million-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = path.join(dir, 'report.md')
  const args = ['--heartbeat', '300', '--rounds', '2', '--report', file, ...options]
  const { stdout } = await promisify(execFile)(script, args.map(String))
  return { said: stdout, report: await readFile(file, 'utf8') }
}

/** The cells of a line of one of its tables. */
function row(report, name) {
  const line = report.split('\n').find((text) => text.startsWith(`| ${name} |`))
  assert.ok(line, `no "${name}" in\n${report}`)
  return line.split('|').slice(2, -1).map(Number)
}

test('one process with all connections', async (t) => {
  const { said, report } = await run(t, ['--connections', 300, '--room', 20])

  assert.match(said, /connected: 300 of 300/)
  assert.match(report, /One process of `bench-server`/)
  assert.match(report, /Each client has heard what it should, once/)
  assert.deepEqual(row(report, 'the room').slice(0, 2), [20, 2])
  assert.deepEqual(row(report, 'all').slice(0, 2), [300, 2])
})

test('several processes that share a port, for each may open few files', async (t) => {
  const { report } = await run(t, ['--connections', 300, '--room', 50, '--files', 220])

  assert.match(report, /[3-9] processes of `bench-server`, which share the port/)
  assert.match(report, /; 3 of clients/)
  assert.match(report, /Each client has heard what it should, once/)
  assert.deepEqual(row(report, 'the room').slice(0, 2), [50, 2])
})

test('what is missing is said, and nothing is changed', async () => {
  await assert.rejects(promisify(execFile)(script, ['--connections', '99999999']), ({ code, stderr }) => {
    assert.equal(code, 1)
    assert.match(stderr, /For 99999999 connections there must be\n {2}fs\.file-max=\d+ \(it is \d+\)/)
    assert.match(stderr, /memory: \d+ MiB/)
    return true
  })
})
