// What little text did much with: each attack with a bound of memory, and of what the server does before
// another client has its answer. The bounds hold with sanitizers; what they stopped was several times as much.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { startApp } from './support/server.mjs'
import { dial, join, Polling } from './support/wire.mjs'

const MB = 1_000_000

/** The most memory that the server has had so far. */
function peak(app) {
  const status = readFileSync(`/proc/${app.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024
}

/** A client of the same worker that is in, with its greeting read. */
async function bystander(app) {
  const wire = await join(app)
  await wire.nextPacket()
  return wire
}

/** The server's CPU time so far, in ms. */
function cpu(app) {
  const fields = readFileSync(`/proc/${app.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10 // user's and kernel's, in 1/100 s
}

/** What the server does, in ms of CPU time, before that client has the ack that it asks for now. */
async function waits(app, wire) {
  const began = cpu(app)
  wire.send('421["sync"]')
  assert.equal(await wire.nextPacket(), '431[]')
  return cpu(app) - began
}

// 60 KB of text and one attachment of 500 KB became 986 MB.
test('placeholders that share an attachment', async (t) => {
  const app = await startApp(t, 'io')
  const other = await bystander(app)
  const header = (nsp) =>
    `451-${nsp}["echo"${',{"_placeholder":true,"num":0}'.repeat(2000)}]`
  const strangers = [await dial(app), await dial(app)]
  const member = await bystander(app)
  const before = peak(app)

  strangers[0].send(header(''), Buffer.alloc(500_000))
  strangers[1].send(header('/admin,'), Buffer.alloc(500_000))
  member.send(header(''), Buffer.alloc(500_000))
  for (const wire of strangers) {
    assert.equal(await wire.end(), 1005)
  }
  assert.ok((await waits(app, other)) < 2000)
  assert.ok(peak(app) - before < 100 * MB, `${(peak(app) - before) / MB} MB`)
})

// 10 MB peaked at 760 MB, and kept the worker for 1.1 s.
test('text that is all values', async (t) => {
  const app = await startApp(t, 'io')
  const other = await bystander(app)
  const wires = [await bystander(app), await dial(app)]
  const before = peak(app)

  for (const wire of wires) {
    wire.send(`42["echo",[${'{},'.repeat(3_300_000)}{}]]`)
    assert.equal(await wire.end(), 1009)
  }
  assert.ok((await waits(app, other)) < 2000)
  assert.ok(peak(app) - before < 200 * MB, `${(peak(app) - before) / MB} MB`)
})

// 100 MB are 14 million packets: all in one turn, they kept the worker for 10 s.
test('a body that is all packets', async (t) => {
  const app = await startApp(t, 'io')
  const other = await bystander(app)
  const attacker = await new Polling(app).open()
  let isUnderWay = true
  let longest = 0

  await attacker.post('40')
  const posted = attacker.post('42["x"]\x1e'.repeat(2_500_000) + '6').finally(() => (isUnderWay = false))
  while (isUnderWay) {
    longest = Math.max(longest, await waits(app, other))
  }
  assert.deepEqual(await posted, { status: 200, body: 'ok' })
  assert.ok(longest < 1500, `${longest} ms`)
})

// 420 KB of these delayed the ack by 14.5 s when 100,000 events were kept.
test('guesses at what may be recovered', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.connectionStateRecovery'] })
  const other = await bystander(app)
  const attacker = await bystander(app)
  const n = 20_000

  // Kept, but for nobody who is there.
  for (let i = 1; i <= n; i++) {
    other.send('42["broadcast",{"to":["nobody"]},"news",[1]]')
  }
  await waits(app, other)
  for (let i = 0; i < 4000; i++) {
    attacker.send('41', '40{"pid":"AAAAAAAAAAAAAAAAAAAA","offset":"zz"}')
  }
  const ms = await waits(app, other)
  assert.ok(ms < 4000, `${ms} ms`)
})

// 1.7 MB of bad events became 9.5 MB of log, and a line break in one a line of its own.
test('complaints by the thousand, with lines of their own', async (t) => {
  const app = await startApp(t, 'sockets')
  const wire = await join(app)

  for (let i = 0; i < 5000; i++) {
    wire.send('42["get",5]')
  }
  wire.send('420["get",{"url":"/nowhere\\n error: FORGED \\u001b[31m"}]')
  for (let packet = ''; !packet.startsWith('430'); ) {
    packet = await wire.nextPacket()
  }
  await app.end()
  assert.ok(app.log.length < 20_000, `${app.log.length} characters`)
  assert.match(app.log, /[0-9]+ more lines were only counted: Failed to parse a request/)
  assert.doesNotMatch(app.log, /^ error: FORGED|\u001b\[31m/m)
})
