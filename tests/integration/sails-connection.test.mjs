// How clients connect to a Sails app.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { dial, join, refusal } from './support/wire.mjs'
import { ask } from './support/clients.mjs'

// sails-sockets 1, sails-sockets 2
test('a client of revision 3 is connected by the server, under the id of its open packet', async (t) => {
  const app = await startApp(t, 'sockets')
  const wire = await dial(app, { EIO: '3' })

  assert.equal(await wire.nextPacket(), '40')
  wire.send('420["get",{"url":"/id"}]')
  const { sid } = wire.open
  assert.equal(
    await wire.nextPacket(),
    `430[{"body":{"id":"${sid}","same":"${sid}"},"headers":{},"statusCode":200}]`,
  )
})

// sails-sockets 3
test('a client of revision 4 connects itself, and gets an id of its own', async (t) => {
  const app = await startApp(t, 'sockets', { args: ['--sockets.pingInterval=100'] })
  const wire = await dial(app)

  assert.equal(await wire.next(), '2') // nothing but the heartbeat until it does
  wire.send('3', '40')
  const sid = /^40\{"sid":"([A-Za-z0-9_-]{20})"\}$/.exec(await wire.nextPacket())[1]
  assert.notEqual(sid, wire.open.sid)
  wire.send('420["get",{"url":"/id"}]')
  assert.match(await wire.nextPacket(), new RegExp(`^430\\[\\{"body":\\{"id":"${sid}"`))
})

// sails-sockets 4
test('the open packet shows the defaults', async (t) => {
  const app = await startApp(t, 'sockets')

  for (const EIO of ['3', '4']) {
    const { sid, ...open } = (await dial(app, { EIO })).open
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/)
    assert.deepEqual(open, {
      upgrades: [],
      pingInterval: 25000,
      pingTimeout: 60000,
      maxPayload: 100000000,
    })
  }
})

// sails-sockets 5
test('a transport that is not enabled is refused', async (t) => {
  const app = await startApp(t, 'sockets', { args: ['--sockets.transports=["websocket"]'] })

  const response = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`)
  assert.equal(response.status, 400)
  assert.equal(await response.text(), '{"code":0,"message":"Transport unknown"}')
  await join(app)
})

test('a transport that nobody knows is refused to a WebSocket in words', async (t) => {
  const app = await startApp(t, 'sockets')

  const { status, body, headers } = await refusal(app, { transport: 'pigeon' })
  assert.deepEqual([status, body, headers.connection], [400, 'Transport unknown', 'close'])
})

// sails-sockets 6
test('there is no namespace but "/"', async (t) => {
  const app = await startApp(t, 'sockets')

  for (const EIO of ['3', '4']) {
    const wire = await join(app, '/', { EIO })
    wire.send('40/other,')
    assert.equal(await wire.nextPacket(), '44/other,{"message":"Invalid namespace"}')
  }
})

test('the path of the Socket.IO server can be chosen', async (t) => {
  const app = await startApp(t, 'sockets', { args: ['--sockets.path=/realtime'] })

  const socket = await app.connect({ path: '/realtime' })
  await ask(socket, 'sync')
  assert.equal((await fetch(`${app.url}/socket.io/?EIO=4&transport=polling`)).status, 404)
})
