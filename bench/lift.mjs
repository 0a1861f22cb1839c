// How long somebody waits for the command `sails`: a new application and its first answer, and the answer of a
// file of C that was changed while the application was lifted.
//
//     node bench/lift.mjs build/release/bin/sails [rounds]
//
// Wall time, since that is what somebody waits for, with the processor time of all processes beside it, which a busy
// machine does not change. Compiling and linking that file by hand is measured in turns with the reload.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

const AIMS = { first: 100, reload: 1000 }
const MS_A_TICK = 10

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** CPU in ms of the children of this process that have ended, theirs included. */
function cpuOfEnded() {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) * MS_A_TICK
}

/** CPU in ms of a process, with its children, those that have ended included. */
function cpuOfTree(pid) {
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1].split(' ')
      return [{ pid: Number(name), parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, n) => sum + Number(n), 0) }]
    } catch {
      return [] // it has just ended
    }
  })
  return stats.filter((one) => one.pid === pid || one.parent === pid).reduce((sum, one) => sum + one.ticks * MS_A_TICK, 0)
}

/** The body of an answer; null: nobody answers. */
const fetchText = (url) =>
  new Promise((resolve) => {
    get(url, { agent: false }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (more) => (text += more)).on('end', () => resolve(text))
    }).on('error', () => resolve(null))
  })

function run(cwd, command, args) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`)
}

/** A lifted application, once it has said where it listens. */
async function lift(sails, cwd) {
  const child = spawn(sails, ['lift', '--port=0', '--explicitHost=127.0.0.1'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => (said += text))
    child.once('exit', () => reject(new Error(`sails lift has ended:\n${said}`)))
    child.stdout.on('data', (text) => {
      said += text
      const found = /Listening on (http:\S+)/.exec(said)
      if (found) resolve(found[1])
    })
  })
  return { child, url }
}

async function end({ child }) {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function measureFirst(sails, home, rounds) {
  const times = []
  const before = cpuOfEnded()
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    run(home, sails, ['new', `app-${i}`, '--fast'])
    const app = await lift(sails, path.join(home, `app-${i}`))
    assert.match(await fetchText(app.url), /<h1>/)
    times.push(performance.now() - start)
    await end(app)
  }
  const cpu = (cpuOfEnded() - before) / rounds
  console.log(`lift: sails new and the first answer: ${median(times).toFixed(0)} ms (median of ${rounds}; the aim is at most ${AIMS.first}); from ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}; CPU ${cpu.toFixed(0)} ms`)
}

const actionOf = (text) => `#include <sails/sails.h>

SAILS_ACTION()
{
    sails_res_ok(res, json_string("${text}"));
}
`

/** The compiler and the linker alone, with the flags that a program without `sails` would have. */
function compileByHand(folder) {
  const before = cpuOfEnded()
  const start = performance.now()
  run(folder, 'cc', ['-std=c17', '-D_GNU_SOURCE', '-g', '-O0', '-fPIC', ...process.env.BENCH_CFLAGS.split(' '), '-c', 'api/controllers/hello.c', '-o', 'hello.o'])
  run(folder, 'cc', ['-shared', 'hello.o', '-o', 'hello.so'])
  return { ms: performance.now() - start, cpu: cpuOfEnded() - before }
}

async function measureReload(sails, home, rounds) {
  const folder = path.join(home, 'shop')
  const file = path.join(folder, 'api/controllers/hello.c')
  run(home, sails, ['new', 'shop', '--no-frontend'])
  writeFileSync(file, actionOf('first'))
  writeFileSync(path.join(folder, 'config/routes.json'), '{"GET /hello": "hello"}')
  const app = await lift(sails, folder)
  const times = []
  const byHand = []
  const cpu = []
  for (let i = 0; i < rounds; i++) {
    const before = cpuOfTree(app.child.pid)
    const start = performance.now()
    writeFileSync(file, actionOf(`round ${i}`))
    while ((await fetchText(`${app.url}/hello`)) !== `"round ${i}"`) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    times.push(performance.now() - start)
    cpu.push(cpuOfTree(app.child.pid) - before)
    byHand.push(compileByHand(folder))
  }
  await end(app)
  console.log(`lift: a changed file of C is served: ${median(times).toFixed(0)} ms (median of ${rounds}; the aim is at most ${AIMS.reload}); from ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}; CPU ${median(cpu).toFixed(0)} ms`)
  console.log(`lift: of it the compiler and the linker, by hand: ${median(byHand.map(({ ms }) => ms)).toFixed(0)} ms; CPU ${median(byHand.map(({ cpu: ms }) => ms)).toFixed(0)} ms (medians)`)
}

const sails = path.resolve(process.argv[2])
const rounds = Number(process.argv[3] ?? 9)
const home = mkdtempSync(path.join(tmpdir(), 'sails-bench-'))
process.env.BENCH_CFLAGS ??= `-I${path.resolve('include')}`
try {
  await measureFirst(sails, home, rounds)
  await measureReload(sails, home, rounds)
} finally {
  rmSync(home, { recursive: true })
}
