// sails-bench, the load generator: every scenario against the server that measurements use, and what it says of a
// server that loses, doubles, exchanges or damages what it is told.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { binaryOf, startApp } from './support/server.mjs'

/** One run: its exit status, and what it says as JSON, or as text. */
async function bench(scenario, url, ...args) {
  const child = spawn(binaryOf('sails-bench', 'bin'), [scenario, url, ...args])
  let out = ''
  let said = ''
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (said += data))
  const status = await new Promise((resolve) => child.on('close', resolve))
  return { status, said, out, result: args.includes('--json') ? JSON.parse(out) : null }
}

const CONNECTIONS = 20

// What a scenario is asked for, and how many units that is.
const SCENARIOS = [
  { name: 'connect', args: ['--count', '60'], units: 60 },
  { name: 'idle', args: ['--seconds', '1'], units: CONNECTIONS },
  { name: 'ack', args: ['--count', '300', '--outstanding', '4'], units: 300 },
  { name: 'ack', args: ['--count', '100', '--rate', '500'], units: 100 },
  { name: 'large', args: ['--count', '20', '--size', '100000'], units: 20 },
  { name: 'request', args: ['--count', '200'], units: 200 },
  { name: 'join-leave', args: ['--count', '200'], units: 200 },
  { name: 'fan-out', args: ['--count', '20'], units: 20 * CONNECTIONS },
  { name: 'bursts', args: ['--count', '30'], units: 30 * CONNECTIONS },
  { name: 'broadcasts', args: ['--count', '10', '--rate', '100'], units: 10 * CONNECTIONS },
  // A tenth reads slowly and is not counted, but heard in the end.
  { name: 'slow', args: ['--count', '50', '--rate', '500'], units: 50 * (CONNECTIONS * 0.9) },
  { name: 'rooms', args: ['--count', '100', '--rooms', '50', '--members', '4'], units: 100 * 4 },
  { name: 'direct', args: ['--count', '200'], units: 200 },
]

for (const transport of ['websocket', 'polling']) {
  for (const protocol of ['4', '3']) {
    test(`every scenario counts what it was asked for (${transport}, revision ${protocol})`, async (t) => {
      const app = await startApp(t, 'bench-server', { folder: 'bench' })
      const how = ['--connections', `${CONNECTIONS}`, '--transport', transport, '--protocol', protocol]

      for (const { name, args, units } of SCENARIOS) {
        const { status, said, result } = await bench(name, app.url, ...args, ...how, '--pid', `${app.pid}`, '--json')

        assert.equal(status, 0, `${name}: ${said}${JSON.stringify(result?.checked)}`)
        assert.equal(result.units, units, name)
        assert.equal(result.transport, transport)
        assert.equal(result.checked.in_order, true)
        const { p50, p99, max } = result.latency_us
        assert.ok(p50 > 0 && p50 <= p99 && p99 <= max, `${name}: ${p50}, ${p99}, ${max}`)
        assert.ok(result.server.cpu_us > 0 && result.server.rss_kib_end > 1000, name)
      }
    })
  }
}

test('HTTP is asked without Socket.IO', async (t) => {
  const app = await startApp(t, 'bench-server', { folder: 'bench' })
  const { status, result } = await bench('http', app.url, '--connections', '5', '--count', '200', '--json')

  assert.equal(status, 0)
  assert.equal(result.units, 200)
  assert.equal(result.transport, 'http')
  const missing = await bench('http', app.url, '--connections', '1', '--count', '5', '--path', '/nowhere', '--patience', '1')
  assert.equal(missing.status, 1)
  assert.match(missing.out, /1 closed: client 0: an answer that is not the one wanted/)
})

test('with a rate, what waits counts from when it was due', async (t) => {
  const app = await startApp(t, 'bench-server', { folder: 'bench' })
  const { result } = await bench('ack', app.url, '--connections', '4', '--count', '200', '--rate', '400', '--json')

  // 200 at 400 a second: the last is due after 199 / 400 s, and nothing is sent before its time.
  assert.ok(result.seconds >= 199 / 400, `${result.seconds} s`)
  assert.equal(result.corrected_us, undefined)
})

/** socket.io with the events of bench-server; `tell` may deliver otherwise than it was asked. */
async function startBrokenServer(t, tell) {
  const http = createServer()
  const io = new Server(http)
  io.on('connection', (socket) => {
    socket.on('join', (room, ack) => (socket.join(room), ack()))
    socket.on('tell', (room, value) => tell(io.to(room), value))
  })
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(() => io.close())
  return `http://127.0.0.1:${http.address().port}`
}

const SEQ = (value) => Number(value.split('.')[1])
const held = []

// The warm-up is one publication, number 0, and ten follow it to five connections.
const FAULTS = [
  {
    what: 'what is lost on the way',
    tell: (room, value) => SEQ(value) === 4 || room.emit('broadcast', value),
    want: { lost: 5, duplicated: 0, reordered: 0, damaged: 0 },
  },
  {
    what: 'what is lost at the end, after waiting for it',
    patience: 5,
    tell: (room, value) => SEQ(value) === 10 || room.emit('broadcast', value),
    want: { lost: 5, duplicated: 0, reordered: 0, damaged: 0 },
  },
  {
    what: 'what comes twice',
    tell: (room, value) => {
      room.emit('broadcast', value)
      if (SEQ(value) === 4) room.emit('broadcast', value)
    },
    want: { lost: 0, duplicated: 5, reordered: 0, damaged: 0 },
  },
  {
    what: 'what is overtaken',
    tell: (room, value) => {
      if (SEQ(value) === 4) {
        held.push(value)
        return
      }
      room.emit('broadcast', value)
      for (const late of held.splice(0)) room.emit('broadcast', late)
    },
    want: { lost: 0, duplicated: 0, reordered: 5, damaged: 0 },
  },
  {
    what: 'what has lost a byte',
    tell: (room, value) => room.emit('broadcast', SEQ(value) === 4 ? value.slice(0, -1) : value),
    want: { damaged: 5 },
  },
]

for (const { what, tell, want, patience = 60 } of FAULTS) {
  test(`it says ${what}, and fails`, async (t) => {
    const url = await startBrokenServer(t, tell)
    const { status, result } = await bench('fan-out', url, '--connections', '5', '--count', '10', '--warm-up', '1',
      '--outstanding', '4', '--patience', `${patience}`, '--json')

    assert.equal(status, 1)
    assert.equal(result.checked.in_order, false)
    for (const [fault, n] of Object.entries(want)) {
      assert.equal(result.checked[fault], n, `${fault}: ${JSON.stringify(result.checked)}`)
    }
  })
}

test('who is disconnected is counted', async (t) => {
  const url = await startBrokenServer(t, (room, value) =>
    SEQ(value) === 4 ? room.disconnectSockets(true) : room.emit('broadcast', value))
  const { status, result } = await bench('fan-out', url, '--connections', '5', '--count', '10', '--patience', '1', '--json')

  assert.equal(status, 1)
  assert.equal(result.checked.closed, 5)
})

test('what cannot be measured is said, with status 2', async () => {
  const nobody = await bench('ack', 'http://127.0.0.1:1', '--connections', '1')
  assert.equal(nobody.status, 2)
  assert.match(nobody.said, /127\.0\.0\.1:1: .*: Connection refused/)
  for (const [args, said] of [
    [['nothing'], /nothing: there is no such scenario/],
    [['ack', '--connection', '1'], /--connection: there is no such option/],
    [['ack', '--connections', 'x'], /--connections x: a number from 1/],
    [['ack', '--connections'], /its value is missing/],
    [['ack', 'ftp://x'], /ftp:\/\/x: a URL as/],
    [['ack', '--pid', '4194304'], /process 4194304: it cannot be measured/],
  ]) {
    const wrong = await bench(...args)
    assert.equal(wrong.status, 2, args.join(' '))
    assert.match(wrong.said, said)
  }
})

test('help and manual page have every scenario and option', async () => {
  const help = await bench('--help')
  const man = await bench('--man')

  assert.equal(help.status, 0)
  for (const { name } of SCENARIOS) {
    assert.ok(help.out.includes(`  ${name} `), name)
    assert.ok(man.out.includes(`.B ${name.replaceAll('-', '\\-')}\n`), name)
  }
  for (const option of ['connections', 'rate', 'pid', 'json']) {
    assert.ok(help.out.includes(`--${option}`))
    assert.ok(man.out.includes(`\\-\\-${option}`))
  }
})
