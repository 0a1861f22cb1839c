// The unmodified sails.io.js 1.2.1 with socket.io-client 2.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { request, sail, setSail } from './support/sails.mjs'
import { within } from './support/clients.mjs'

const both = ['polling', 'websocket']

const once = (socket, event) =>
  within(
    new Promise((resolve) => {
      const listener = (data) => {
        socket.off(event, listener)
        resolve(data)
      }
      socket.on(event, listener)
    }),
    event,
  )

for (const transports of [['websocket'], both]) {
  // sails-sockets 77, sails-sockets 78
  test(`every method of the client works (${transports})`, async (t) => {
    const app = await startApp(t, 'requests')
    const socket = await sail(app, { transports, headers: { 'x-global': 'g' } })
    const { engine } = socket._raw.io
    if (engine.transport.name !== 'websocket') {
      await within(new Promise((resolve) => engine.once('upgrade', resolve)), 'upgrade')
    }

    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      const shown = await within(
        new Promise((resolve) => socket[method]('/show?a=1', { b: [2] }, resolve)),
        method,
      )
      assert.equal(shown.method, method.toUpperCase())
      assert.deepEqual(shown.body, { b: [2] })
      assert.deepEqual(shown.query, { a: '1' })
      assert.equal(shown.id, socket._raw.id)
    }
    const ok = await request(socket, 'get', '/text')
    assert.deepEqual([ok.body, ok.statusCode, ok.error], ['ok!', 200, undefined])
    const missing = await request(socket, 'get', '/nope')
    assert.deepEqual([missing.body, missing.statusCode], ['Not Found', 404])
    assert.ok(missing.error instanceof Error)
    const names = ['x-global', 'x-own']
    const headers = await request(socket, 'post', '/headers', { names }, { 'x-own': 'o' })
    assert.deepEqual(headers.body, ['g', 'o'])
    const binary = await request(socket, 'get', '/binary')
    assert.deepEqual([...binary.body.bytes], [1, 2])
  })

  test(`events reach the client, and rooms (${transports})`, async (t) => {
    const app = await startApp(t, 'sockets')
    const [ann, bob] = await Promise.all([sail(app, { transports }), sail(app, { transports })])
    await request(ann, 'put', '/join', { room: 'kitchen' })

    const said = once(ann, 'said')
    await request(bob, 'post', '/broadcast', { rooms: ['kitchen'], event: 'said', data: { a: 1 } })
    assert.deepEqual(await said, { a: 1 })
  })

  test(`the client leaves and comes back (${transports})`, async (t) => {
    const app = await startApp(t, 'sockets')
    const socket = await sail(app, { transports })
    const first = (await request(socket, 'get', '/id')).body.id

    const gone = once(socket, 'disconnect')
    socket.disconnect()
    await gone
    assert.equal(socket.isConnected(), false)
    socket.reconnect()
    await once(socket, 'connect')
    const second = (await request(socket, 'get', '/id')).body.id
    assert.notEqual(second, first)
  })
}

// sails-sockets 79
test('requests made before the connection are answered in their order', async (t) => {
  const app = await startApp(t, 'requests')
  const socket = setSail(app)
  const numbers = Array.from({ length: 20 }, (_, i) => i)

  assert.equal(socket.isConnected(), false)
  const order = []
  await Promise.all(
    numbers.map(async (i) => {
      order.push((await request(socket, 'post', '/json', { data: [i] })).body[0])
    }),
  )
  assert.deepEqual(order, numbers)
})

// sails-sockets 80
test('requests that the connection breaks fail, and later ones wait for the next', async (t) => {
  const app = await startApp(t, 'requests')
  const socket = await sail(app, { reconnection: true, reconnectionDelay: 20 })

  const broken = within(
    new Promise((resolve) => socket.get('/wait', (body, jwr) => resolve([body, jwr]))),
    'failure',
  )
  await request(socket, 'get', '/text') // it is on its way: this came behind it
  const gone = once(socket, 'disconnect')
  const back = once(socket, 'connect')
  const restarted = app.restart()
  const [error, jwr] = await broken
  assert.ok(error instanceof Error)
  assert.equal(jwr.statusCode, 0)
  await gone
  const queued = request(socket, 'get', '/text')
  await restarted
  await back
  assert.equal((await queued).body, 'ok!')
})

test('the server can send a client away', async (t) => {
  const app = await startApp(t, 'sockets')
  const [ann, bob] = await Promise.all([sail(app), sail(app)])
  const { id } = (await request(ann, 'get', '/id')).body

  const gone = once(ann, 'disconnect')
  await request(bob, 'put', '/disconnect', { id, close: true })
  assert.equal(await gone, 'io server disconnect')
})
