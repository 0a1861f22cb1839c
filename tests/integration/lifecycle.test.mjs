// How connections end, and how they come back.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, asks, caughtUp, everyWay, next, record, settled, within } from './support/clients.mjs'
import { Polling } from './support/wire.mjs'

/** Somebody who is told who goes, and why. */
async function watch(app) {
  const watcher = await app.connect()
  await ask(watcher, 'join', 'watchers')
  return watcher
}

for (const via of everyWay()) {
  test(`the client leaves (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const watcher = await watch(app)
    const socket = await app.connect(via)
    const { id } = socket
    await ask(socket, 'join', 'kitchen')

    // socket-io 23, socket-io 24
    const going = next(watcher, 'going')
    const gone = next(watcher, 'gone')
    const told = next(socket, 'disconnect')
    socket.disconnect()
    assert.equal((await told)[0], 'io client disconnect')
    const [goer, reason, rooms] = await going
    assert.deepEqual([goer, reason], [id, 'client namespace disconnect'])
    assert.deepEqual(rooms.sort(), [id, 'kitchen'].sort())
    assert.deepEqual(await gone, [id, 'client namespace disconnect', []])
    assert.deepEqual(await ask(watcher, 'fetch', { to: ['kitchen', id] }), [])
  })

  test(`the server sends a socket away (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const watcher = await watch(app)

    for (const close of [false, true]) {
      const socket = await app.connect({ ...via, reconnection: true, reconnectionDelay: 1 })
      const { id } = socket
      const gone = next(watcher, 'gone')
      const told = next(socket, 'disconnect')
      socket.emit('kick', close)
      assert.equal((await told)[0], 'io server disconnect', `close: ${close}`)
      assert.deepEqual(await gone, [id, 'server namespace disconnect', []])
      // Such a client does not come back by itself.
      assert.equal(socket.connected, false)
    }
  })

  test(`a whole connection is closed with all its namespaces (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect(via)
    const other = app.open({ ...via, manager: root.io, nsp: '/dyn-1' })
    await settled(other)

    // socket-io 21
    const told = Promise.all([root, other].map((socket) => next(socket, 'disconnect')))
    root.emit('kick', true)
    assert.deepEqual((await told).map(([reason]) => reason), Array(2).fill('io server disconnect'))
  })

  test(`a namespace is left alone (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect(via)
    const other = app.open({ ...via, manager: root.io, nsp: '/dyn-1' })
    await settled(other)

    // socket-io 20
    const told = next(other, 'disconnect')
    other.emit('kick', false)
    assert.equal((await told)[0], 'io server disconnect')
    await caughtUp(root)

    // And can be joined again over the same connection.
    other.connect()
    await settled(other)
    assert.deepEqual(await asks(other, 'ack', 'back'), ['back'])
  })

  test(`the client comes back to a restarted server (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect({ ...via, reconnection: true, reconnectionDelay: 20 })
    const first = socket.id
    await ask(socket, 'join', 'kitchen')

    // socket-io 22: a shutdown sends no DISCONNECT, or the client would stay away.
    const told = next(socket, 'disconnect')
    const back = within(new Promise((resolve) => socket.once('connect', resolve)), 'reconnect')
    await app.restart()
    assert.match((await told)[0], /^transport (close|error)$/)
    await back
    assert.deepEqual(await asks(socket, 'ack', 'again'), ['again'])
    assert.notEqual(socket.id, first)
    assert.deepEqual(await ask(socket, 'rooms'), [socket.id])
  })
}

for (const via of everyWay()) {
  test(`the client comes back to a server that crashed (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect({ ...via, reconnection: true, reconnectionDelay: 20 })

    const told = next(socket, 'disconnect')
    const back = within(new Promise((resolve) => socket.once('connect', resolve)), 'reconnect')
    await app.crash()
    assert.match((await told)[0], /^transport (close|error)$/)
    await back
    assert.deepEqual(await asks(socket, 'ack', 'again'), ['again'])
  })
}

test('a connection that breaks is a transport close', async (t) => {
  const app = await startApp(t, 'io')
  const watcher = await watch(app)
  const socket = await app.connect()
  const { id } = socket

  // socket-io 23
  const gone = next(watcher, 'gone')
  socket.io.engine.transport.ws.terminate()
  assert.deepEqual(await gone, [id, 'transport close', []])
})

for (const client of [4, 3]) {
  for (const transports of [['polling'], ['websocket']]) {
    test(`a client that does not answer pings is let go (client ${client}, ${transports})`, async (t) => {
      const args = ['--sockets.pingInterval=100', '--sockets.pingTimeout=100']
      const app = await startApp(t, 'io', { args })
      const watcher = await watch(app)
      const socket = await app.connect({ client, transports })
      const { id } = socket

      // socket-io 23
      const gone = next(watcher, 'gone')
      const { engine } = socket.io
      engine['_sendPacket' in engine ? '_sendPacket' : 'sendPacket'] = () => {}
      assert.deepEqual(await gone, [id, 'ping timeout', []])
    })
  }
}

test('heartbeats keep idle connections of both revisions', async (t) => {
  const args = ['--sockets.pingInterval=100', '--sockets.pingTimeout=400']
  const app = await startApp(t, 'io', { args })
  const sockets = await Promise.all(everyWay().map((via) => app.connect(via)))
  const lost = sockets.map((socket) => record(socket, 'disconnect'))

  const newest = sockets[0].io.engine
  for (let beats = 0; beats < 8; beats++) {
    await new Promise((resolve) => newest.once('ping', resolve))
  }
  await caughtUp(...sockets)
  assert.deepEqual(lost.flat(), [])
})

test('events behind a disconnect are not delivered', async (t) => {
  const app = await startApp(t, 'io')
  const watcher = await watch(app)
  const heard = record(watcher, 'after')
  const socket = await app.connect()
  const gone = next(watcher, 'gone')

  // socket-io 38
  socket.io._packet({ type: 1, nsp: '/' })
  socket.io._packet({ type: 2, nsp: '/', data: ['emit', {}, 'after', []] })
  await gone
  await caughtUp(watcher)
  assert.deepEqual(heard, [])
})

test('a shutdown closes sockets with the reason for it, and ends in time', async (t) => {
  const app = await startApp(t, 'io')
  const ways = everyWay()
  const sockets = await Promise.all(ways.map((via) => app.connect(via)))

  const told = sockets.map((socket) => next(socket, 'disconnect'))
  await app.stop()
  for (const [i, [reason]] of (await Promise.all(told)).entries()) {
    assert.match(reason, /^transport (close|error)$/, ways[i].name)
  }
})

test('a shutdown ends sessions that nobody polls just now', async (t) => {
  const app = await startApp(t, 'io')
  const polling = await new Polling(app, { headers: { Connection: 'close' } }).open()

  assert.equal((await polling.post('40')).body, 'ok')
  await app.stop()
})
