// The cases of the published Socket.IO protocol suite, for protocol 5, in our own words.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from '../integration/support/server.mjs'
import { Polling, dial, join } from '../integration/support/wire.mjs'

/** The server as the published suite starts it, but that it waits longer for pongs: a busy machine is no dead client. */
const start = (t) =>
  startApp(t, 'conformance-socketio', { folder: 'tests/conformance', args: ['--sockets.pingTimeout=20000'] })

/** Joined to "/", with the "auth" event read. */
async function joined(t, nsp = '/') {
  const app = await start(t)
  const wire = await join(app, nsp)
  await wire.nextPacket()
  return wire
}

// ---- connecting ----

test('connects to "/"', async (t) => {
  const wire = await dial(await start(t))

  wire.send('40')
  const reply = await wire.nextPacket()
  assert.match(reply, /^40\{/)
  assert.deepEqual(Object.keys(JSON.parse(reply.slice(2))), ['sid'])
  assert.equal(await wire.nextPacket(), '42["auth",{}]')
})

test('connects to "/" with an auth object', async (t) => {
  const wire = await dial(await start(t))

  wire.send('40{"token":"123"}')
  assert.match(await wire.nextPacket(), /^40\{"sid":"[^"]+"\}$/)
  assert.equal(await wire.nextPacket(), '42["auth",{"token":"123"}]')
})

test('connects to a namespace', async (t) => {
  const wire = await dial(await start(t))

  wire.send('40/custom,')
  assert.match(await wire.nextPacket(), /^40\/custom,\{"sid":"[^"]+"\}$/)
  assert.equal(await wire.nextPacket(), '42/custom,["auth",{}]')
})

test('connects to a namespace with an auth object', async (t) => {
  const wire = await dial(await start(t))

  wire.send('40/custom,{"token":"abc"}')
  assert.match(await wire.nextPacket(), /^40\/custom,\{"sid":"[^"]+"\}$/)
  assert.equal(await wire.nextPacket(), '42/custom,["auth",{"token":"abc"}]')
})

test('refuses a namespace that does not exist', async (t) => {
  const wire = await dial(await start(t))

  wire.send('40/random')
  assert.equal(await wire.nextPacket(), '44/random,{"message":"Invalid namespace"}')
})

test('closes a connection over which nobody connects', async (t) => {
  const wire = await dial(await start(t))

  await wire.end()
})

// socket-io 11
test('closes it although the client keeps the heartbeat', async (t) => {
  const wire = await dial(await start(t))
  const began = Date.now()

  let beats = 0
  for (let message = await wire.next(); message !== null; message = await wire.next()) {
    assert.equal(message, '2')
    wire.send('3')
    beats++
  }
  assert.ok(Date.now() - began >= 900, 'not before the connect timeout')
  assert.ok(beats >= 1)
})

// ---- disconnecting ----

test('leaves a namespace and keeps the other', async (t) => {
  const wire = await joined(t)

  wire.send('40/custom')
  await wire.nextPacket()
  await wire.nextPacket()
  wire.send('41')
  // No reply: what comes next is the heartbeat, and the other namespace is still there.
  assert.equal(await wire.next(), '2')
  wire.send('3', '42/custom,["message","x"]', '40')
  assert.match(await wire.nextPacket(), /^40\{/)
})

test('ends with the connection', async (t) => {
  const wire = await joined(t)

  wire.socket.close()
  assert.equal((await wire.closed).code, 1005)
})

// ---- messages ----

test('sends back text', async (t) => {
  const wire = await joined(t)

  wire.send('42["message",1,"2",{"3":[true]}]')
  assert.equal(await wire.nextPacket(), '42["message-back",1,"2",{"3":[true]}]')
})

test('sends back binary', async (t) => {
  const wire = await joined(t)

  wire.send(
    '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    Buffer.from([1, 2, 3]),
    Buffer.from([4, 5, 6]),
  )
  assert.equal(
    await wire.nextPacket(),
    '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
  )
  assert.deepEqual(await wire.nextPacket(), Buffer.from([1, 2, 3]))
  assert.deepEqual(await wire.nextPacket(), Buffer.from([4, 5, 6]))
})

test('acks text', async (t) => {
  const wire = await joined(t)

  wire.send('42456["message-with-ack",1,"2",{"3":[false]}]')
  assert.equal(await wire.nextPacket(), '43456[1,"2",{"3":[false]}]')
})

test('acks binary', async (t) => {
  const wire = await joined(t)

  wire.send(
    '452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    Buffer.from([1, 2, 3]),
    Buffer.from([4, 5, 6]),
  )
  assert.equal(
    await wire.nextPacket(),
    '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
  )
  assert.deepEqual(await wire.nextPacket(), Buffer.from([1, 2, 3]))
  assert.deepEqual(await wire.nextPacket(), Buffer.from([4, 5, 6]))
})

// ---- invalid packets ----

const invalid = [
  ['of an unknown type', '4abc'],
  ['with a payload that is no JSON', '42{'],
  ['with a payload that is no array', '42{}'],
  ['with a name that is no text', '42[null]'],
  ['with an ack id that is no number', '42abc["message"]'],
  ['of an event with a reserved name', '42["disconnect"]'],
]

for (const [what, packet] of invalid) {
  test(`closes the connection upon a packet ${what}`, async (t) => {
    const wire = await joined(t)

    wire.send(packet)
    await wire.end()
  })
}

// ---- over polling ----

test('speaks over polling as over a websocket', async (t) => {
  const polling = await new Polling(await start(t)).open()

  assert.deepEqual(polling.handshake.upgrades, ['websocket'])
  assert.equal((await polling.post('40{"a":1}')).body, 'ok')
  const [reply, auth] = await polling.packets(2)
  assert.match(reply, /^40\{"sid":"[^"]+"\}$/)
  assert.equal(auth, '42["auth",{"a":1}]')

  const body = '42["message","x"]\x1e451-1["message-with-ack",{"_placeholder":true,"num":0}]\x1ebAQI='
  assert.equal((await polling.post(body)).body, 'ok')
  assert.deepEqual(await polling.packets(3), [
    '42["message-back","x"]',
    '461-1[{"_placeholder":true,"num":0}]',
    'bAQI=',
  ])
})

test('answers browsers of every origin', async (t) => {
  const app = await start(t)

  const headers = { Origin: 'http://page.example' }
  const response = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, { headers })
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  await response.text()
})

// engine-io 2: without Engine.IO 3, every other revision is refused.
test('refuses handshakes of other revisions, and of none', async (t) => {
  const app = await start(t)

  for (const revision of ['', '&EIO=3', '&EIO=abc']) {
    const response = await fetch(`${app.url}/socket.io/?transport=polling${revision}`)
    assert.equal(response.status, 400)
    assert.deepEqual(await response.json(), { code: 5, message: 'Unsupported protocol version' })
  }
})
