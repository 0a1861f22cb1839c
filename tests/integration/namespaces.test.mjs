// Namespaces: who is let in, what a refusal says, and that they do not hear each other.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import {
  ask,
  asks,
  caughtUp,
  clients,
  everyWay,
  next,
  record,
  settled,
  within,
} from './support/clients.mjs'

/** How a refused socket learns of it; a client 2 gets the bare payload, as an `error`. */
function refused(socket) {
  return within(
    new Promise((resolve) => {
      socket.once('connect_error', (error) => {
        resolve({ message: error.message, data: error.data })
      })
      socket.once('error', (payload) => resolve(payload))
    }),
    'refusal',
  )
}

for (const via of everyWay()) {
  const newer = via.client > 2

  test(`a middleware refuses with message and data, and the client may try again (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect(via)

    // socket-io 8, socket-io 9
    const socket = app.open({ ...via, manager: root.io, nsp: '/admin', auth: { token: 'no' } })
    const refusal = await refused(socket)
    assert.deepEqual(refusal, newer ? { message: 'not authorized', data: { code: 7 } } : { code: 7 })

    const never = await refused(app.open({ ...via, manager: root.io, nsp: '/never' }))
    assert.deepEqual(never, newer ? { message: 'never', data: undefined } : 'never')

    // The connection is still there, and so is the namespace.
    await caughtUp(root)
    const { client, transports } = via
    const again = await app.connect({ client, transports, nsp: '/admin', auth: { token: 'letmein' } })
    assert.deepEqual(await ask(again, 'get-data'), ['first', 'second'])
    assert.deepEqual((await ask(again, 'whoami')).auth, { token: 'letmein' })
    assert.equal((await ask(again, 'whoami')).nsp, '/admin')
  })

  test(`a connection carries several namespaces, each with its own events (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect(via)
    const filter = app.open({ ...via, manager: root.io, nsp: '/filter' })
    const dynamic = app.open({ ...via, manager: root.io, nsp: '/dyn-1' })
    await Promise.all([settled(filter), settled(dynamic)])
    const heard = [root, filter, dynamic].map((socket) => record(socket, 'news'))

    assert.equal(await ask(filter, 'emit', {}, 'news', ['here']), null)
    await caughtUp(root, filter, dynamic)
    assert.deepEqual(heard, [[], [['here']], []])

    // Leaving one leaves the others alone.
    filter.disconnect()
    assert.deepEqual(await asks(root, 'ack', 1), [1])
    assert.deepEqual(await asks(dynamic, 'ack', 2), [2])
  })

  test(`the connection reply comes before what the server emits at once (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = app.open({ ...via, nsp: '/dyn-first' })
    const order = []
    socket.on('connect', () => order.push('connect'))
    const hello = next(socket, 'hello')
    socket.on('hello', () => order.push('hello'))

    // socket-io 25
    const [id, rooms] = await hello
    assert.deepEqual(order, ['connect', 'hello'])
    assert.equal(id, socket.id)
    assert.deepEqual(rooms, [socket.id])
  })
}

for (const client of clients) {
  test(`an unknown namespace is refused by its name (client ${client})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect({ client })

    // socket-io 3
    const refusal = await refused(app.open({ client, manager: root.io, nsp: '/nowhere' }))
    assert.equal(refusal.message, 'Invalid namespace')
    await caughtUp(root)
  })

  test(`a middleware may decide on another thread (client ${client})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect({ client, nsp: '/late' })
    assert.deepEqual(await asks(socket, 'ack', 'in'), ['in'])
  })

  test(`what is emitted to a parent reaches all its children (client ${client})`, async (t) => {
    const app = await startApp(t, 'io')
    const names = ['/dyn-a', '/dyn-a', '/dyn-b', '/', '/filter']
    const sockets = await Promise.all(names.map((nsp) => app.connect({ client, nsp })))
    const heard = sockets.map((socket) => record(socket, 'shout'))

    // socket-io 29
    assert.equal(await ask(sockets[0], 'shout', 'hey'), null)
    await caughtUp(...sockets)
    assert.deepEqual(heard, [[['hey']], [['hey']], [['hey']], [], []])
    assert.equal((await ask(sockets[2], 'whoami')).nsp, '/dyn-b')
  })

  test(`ids of namespaces (client ${client})`, async (t) => {
    const app = await startApp(t, 'io')
    const root = await app.connect({ client })
    const other = app.open({ client, manager: root.io, nsp: '/dyn-ids' })
    await settled(other)
    const engine = root.io.engine.id
    const ids = [(await ask(root, 'whoami')).id, (await ask(other, 'whoami')).id]

    // socket-io 4, socket-io 6
    assert.deepEqual(ids, [root.id, other.id])
    if (client === 2) {
      assert.deepEqual(ids, [engine, `/dyn-ids#${engine}`])
    } else {
      assert.equal(new Set([...ids, engine]).size, 3)
      ids.forEach((id) => assert.match(id, /^[A-Za-z0-9_-]{20}$/))
    }
  })
}

test('the name of a namespace is compared byte by byte', async (t) => {
  const app = await startApp(t, 'io')

  // socket-io 36
  for (const nsp of ['/Admin', '/admin/', '/dyn', '/é']) {
    assert.equal((await refused(app.open({ nsp }))).message, 'Invalid namespace', nsp)
  }
  await app.connect({ nsp: '/dyn-é ü' })
})

test('a client 2 gives its token in the query of the namespace', async (t) => {
  const app = await startApp(t, 'io')

  // socket-io 7
  const socket = await app.connect({ client: 2, nsp: '/admin', auth: { token: 'letmein', a: 'b c' } })
  assert.deepEqual((await ask(socket, 'whoami')).auth, { token: 'letmein', a: 'b c' })
})
