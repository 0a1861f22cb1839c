// Measures all peers in turns and writes the report: see usage below. `bench/run` builds and calls it.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build, install, peers, repository } from './peers.mjs'
import { measureRecords } from './records.mjs'
import { canDo, rows } from './rows.mjs'
import { Server, generatorPin } from './servers.mjs'
import { htmlReport } from './html.mjs'
import { markdownReport } from './markdown.mjs'

const measured = rows.filter(({ from }) => from === undefined)
const usage = `bench/run [OPTION...]

  --only NAMES     rows and peers, separated by commas: ${measured.map(({ name }) => name).join(' ')};
                   ${peers.map(({ name }) => name).join(' ')}
  --rounds N       how often everything is measured in turns: 3
  --quick          one round of a tenth, to see whether it works
  --out FOLDER     where report.md, report.html and results.json go: build/bench
  --help           prints this
`

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: path.join(repository, 'build/bench') },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(usage)
  process.exit(0)
}
const rounds = options.quick ? 1 : Number(options.rounds)
if (!(rounds >= 1)) {
  process.stderr.write(`--rounds ${options.rounds}: a number above 0 is wanted\n`)
  process.exit(2)
}

/** Those that --only names, or all when it names none of them. */
function chosen(all) {
  const names = options.only?.split(',') ?? []
  const found = all.filter(({ name }) => names.includes(name))
  return found.length > 0 ? found : all
}
for (const name of options.only?.split(',') ?? []) {
  if (![...measured, ...peers].some((known) => known.name === name)) {
    process.stderr.write(`--only ${name}: there is no such row or peer; see bench/run --help\n`)
    process.exit(2)
  }
}

const say = (text) => process.stderr.write(`${text}\n`)

/** Less for who is slow (peers.mjs), and with --quick a tenth: it shows that everything works and measures nothing. */
function scaled(row, peer) {
  const at = row.args.indexOf('--count')
  const share = (options.quick ? 0.1 : 1) * (peer.share ?? 1)
  const isAll = at < 0 || row.kind !== undefined
  return isAll ? row.args : [...row.args.slice(0, at + 1), `${Math.max(10, Math.round(row.args[at + 1] * share))}`, ...row.args.slice(at + 2)]
}

/** One run of the generator against a server: what it says as JSON, or an error. */
function generate(row, peer, server) {
  const words = [...generatorPin, path.join(build, 'bin/sails-bench'), row.scenario, server.url, ...scaled(row, peer), '--json',
    ...server.pids.flatMap((pid) => ['--pid', `${pid}`])]
  const child = spawn(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let said = ''
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (said += data))
  return new Promise((resolve) => {
    child.on('close', (status) => resolve(status === 2 || out === '' ? { error: said.trim() } : JSON.parse(out)))
  })
}

async function measureStart(peer) {
  const server = await Server.start(peer)
  await server.stop()
  return { start_ms: server.startMs, start_cpu_ms: server.startCpuMs }
}

/** Memory is that of a server that nobody has talked to before. */
async function measureFresh(row, peer) {
  const server = await Server.start(peer)
  try {
    return await generate(row, peer, server)
  } finally {
    await server.stop()
  }
}

async function measure(row, peer, servers) {
  try {
    if (row.kind === 'start') {
      return await measureStart(peer)
    }
    if (row.kind === 'memory') {
      return await measureFresh(row, peer)
    }
    if (!servers.has(peer) || servers.get(peer).child.exitCode !== null) {
      servers.set(peer, await Server.start(peer))
    }
    return await generate(row, peer, servers.get(peer))
  } catch (error) {
    return { error: error.message }
  }
}

/** In words, while it runs. */
function brief(result) {
  if (result.error !== undefined) {
    return result.error
  }
  if (result.start_ms !== undefined) {
    return `${result.start_ms.toFixed(1)} ms`
  }
  const faults = result.checked.in_order ? '' : ` NOT IN ORDER ${JSON.stringify(result.checked)}`
  return result.scenario === 'idle'
    ? `${result.server.rss_bytes_per_connection.toFixed(0)} bytes each${faults}`
    : `${result.server.cpu_us_per_unit.toFixed(2)} us${faults}`
}

async function measureRow(row, present, results, servers) {
  const able = present.filter((peer) => canDo(peer, row))
  for (let round = 1; round <= rounds; round++) {
    for (const peer of able) {
      const result = await measure(row, peer, servers)
      ;((results[row.name] ??= {})[peer.name] ??= []).push(result)
      say(`  ${round}/${rounds}  ${peer.label.padEnd(22)} ${brief(result)}`)
    }
  }
}

function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    load: loadavg().map((value) => Number(value.toFixed(1))),
    rounds,
    quick: options.quick,
  }
}

const machine = describeMachine()
const leftOut = {}
const present = []
const results = {}
for (const peer of chosen(peers)) {
  const why = install(peer)
  if (why === null) {
    present.push({ ...peer, is: peer.version() })
  } else {
    leftOut[peer.label] = why
    say(`left out: ${peer.label}: ${why}`)
  }
}

/** After each row, so that who stops it has what was measured until then. */
function writeReport() {
  machine.load_at_end = loadavg().map((value) => Number(value.toFixed(1)))
  const report = { machine, peers: present.map(({ name, label, is }) => ({ name, label, is })), leftOut, results }
  mkdirSync(options.out, { recursive: true })
  writeFileSync(path.join(options.out, 'results.json'), `${JSON.stringify(report)}\n`)
  writeFileSync(path.join(options.out, 'report.md'), markdownReport(report))
  writeFileSync(path.join(options.out, 'report.html'), htmlReport(report))
  return report
}

const wanted = chosen(measured)
const servers = new Map() // that go on from row to row: who compiles while it runs has done so when it counts
for (const [i, row] of wanted.entries()) {
  say(`[${i + 1}/${wanted.length}] ${row.title}`)
  if (row.kind === 'records') {
    const why = await measureRecords({ rounds, quick: options.quick, results, say })
    if (why !== null) {
      leftOut[row.title] = why
      say(`left out: ${row.title}: ${why}`)
    }
  } else {
    await measureRow(row, present, results, servers)
  }
  writeReport()
}
await Promise.all([...servers.values()].map((server) => server.stop()))
process.stdout.write(markdownReport(writeReport()))
say(`written: ${path.relative(process.cwd(), options.out)}/report.md, report.html, results.json`)
