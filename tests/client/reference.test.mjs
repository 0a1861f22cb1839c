/* The client against the reference Socket.IO server. */
import test from 'node:test'
import assert from 'node:assert/strict'
import { startReferenceServer } from './support/reference-server.mjs'
import { ask, loadClient, next } from './support/client.mjs'

async function connected (t, options, serverOptions) {
  const server = await startReferenceServer(t, serverOptions)
  const socket = loadClient(t).sails.connect(server.url, options)
  await next(socket, 'connect')
  return { server, socket }
}

test('every verb reaches the server and is answered', async (t) => {
  const { socket } = await connected(t, { headers: { 'x-common': '1' } })
  for (const method of ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']) {
    const { body, statusCode, error } = await ask(socket, method, '/echo?q=1', { n: 1, text: 'Grüße €😀' })
    assert.equal(statusCode, 200)
    assert.equal(error, null)
    assert.deepEqual(body, { method, headers: { 'x-common': '1' }, data: { n: 1, text: 'Grüße €😀' }, url: '/echo?q=1' })
  }
})

test('failures arrive with body, headers and status', async (t) => {
  const { socket } = await connected(t)
  assert.deepEqual((await ask(socket, 'get', '/broken')).toPOJO(),
    { body: 'Internal Server Error', headers: { 'x-why': 'test' }, statusCode: 500 })
  assert.equal((await ask(socket, 'get', '/nowhere')).statusCode, 404)
  assert.equal((await ask(socket, 'get', '/empty')).body, undefined)
})

test('the socket knows the id that the server knows it by', async (t) => {
  const { socket } = await connected(t)
  assert.equal((await ask(socket, 'get', '/id')).body, socket.id)
})

test('events, their acks and binary values go both ways', async (t) => {
  const { server, socket } = await connected(t)
  socket.on('sum', (a, b, answer) => answer(a + b))
  socket.on('reverse', (bytes, answer) => answer({ bytes: Buffer.from(bytes).reverse() }))
  assert.deepEqual(await server.io.timeout(2000).emitWithAck('sum', 2, 3), [5])
  assert.deepEqual(await server.io.timeout(2000).emitWithAck('reverse', Buffer.from([1, 2, 3])), [{ bytes: Buffer.from([3, 2, 1]) }])

  const { body } = await ask(socket, 'post', '/echo', { file: Buffer.from('file'), view: new Uint16Array([1]) })
  assert.deepEqual(body.data, { file: Buffer.from('file'), view: Buffer.from([1, 0]) })
})

test('heartbeats keep the connection', async (t) => {
  const { socket } = await connected(t, {}, { pingInterval: 30, pingTimeout: 300 })
  for (let pings = 0; pings < 12; pings++) { // for longer than pingInterval + pingTimeout
    await next(socket, 'ping')
  }
  assert.equal((await ask(socket, 'get', '/id')).body, socket.id)
})

test('the client comes back, with a new id, to a server that was away', async (t) => {
  const { server, socket } = await connected(t, { reconnection: true })
  const id = socket.id
  const pending = ask(socket, 'get', '/never')
  const lost = next(socket, 'disconnect')
  await server.stop()
  await lost
  assert.equal((await pending).statusCode, 0)
  await next(socket, 'reconnect_error')

  const queued = ask(socket, 'get', '/id')
  await server.start()
  assert.equal((await queued).body, socket.id)
  assert.notEqual(socket.id, id)
})

test('a disconnect by the server is final, reconnect() is not', async (t) => {
  const { server, socket } = await connected(t, { reconnection: true })
  const lost = next(socket, 'disconnect')
  server.io.disconnectSockets()
  assert.deepEqual(await lost, ['io server disconnect'])
  socket.reconnect()
  await next(socket, 'connect')
  assert.equal((await ask(socket, 'get', '/id')).body, socket.id)
})

test('a connection that middleware refuses tells its reason', async (t) => {
  const server = await startReferenceServer(t)
  server.io.use((socket, proceed) => proceed(Object.assign(new Error('no entry'), { data: { code: 1 } })))
  const socket = loadClient(t).sails.connect(server.url)
  const [error] = await next(socket, 'connect_error')
  assert.equal(error.message, 'no entry')
  assert.deepEqual(error.data, { code: 1 })
})
