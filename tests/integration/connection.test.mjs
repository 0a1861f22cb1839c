// What lies beneath a socket, the changes of rooms, and namespaces that are made while the app runs.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, asks, clients, everyWay, next, settled, within } from './support/clients.mjs'

/** Asks until the answer is as it should be: for what comes when another connection has ended. */
async function until(socket, event, isIt) {
  const found = (async () => {
    for (;;) {
      const answer = await ask(socket, event)
      if (isIt(answer)) return answer
    }
  })()
  return within(found, `${event} as it should be`)
}

for (const client of clients) {
  test(`the upgrade of a connection is told (client ${client})`, async (t) => {
    const app = await startApp(t, 'connection')
    const socket = app.open({ client, transports: ['polling', 'websocket'] })
    const told = next(socket, 'upgraded')

    // engine-io 10
    await settled(socket)
    assert.deepEqual(await told, ['websocket'])
  })
}

for (const via of everyWay()) {
  test(`what was queued has drained (${via.name})`, async (t) => {
    const app = await startApp(t, 'connection')
    const socket = await app.connect(via)

    assert.equal(await until(socket, 'drained', (is) => is === true), true)
  })
}

test('how a connection has ended is told beside the reason', async (t) => {
  const app = await startApp(t, 'connection')
  const witness = await app.connect()
  const endings = [
    // socket-io 11, engine-io 11
    [(socket) => socket.disconnect(), ['client namespace disconnect', null, 0]],
    [(socket) => socket.io.engine.transport.ws.close(4001), ['transport close', null, 4001]],
    [(socket) => socket.io.engine.transport.ws.terminate(), ['transport close', 'SAILS_ECLOSED', 1006]],
    [(socket) => socket.io.engine.transport.ws.send('7'), ['parse error', 'SAILS_EPROTO', 0]],
  ]

  for (const [end, want] of endings) {
    const socket = await app.connect()
    end(socket)
    const [reason] = want
    const told = await until(witness, 'last', (last) => last?.[0] === reason && last[2] === want[2])
    assert.deepEqual(told, want)
  }
})

test('what passes over connections is counted', async (t) => {
  const app = await startApp(t, 'connection', { args: ['--workers', '2'] })
  const one = await app.connect()
  const two = await app.connect({ transports: ['polling'] })
  const before = await ask(one, 'traffic')

  assert.equal(before.connections, 2)
  assert.equal(before.opened, 2)
  assert.equal(before.closed, 0)
  await ask(two, 'join', 'x'.repeat(100))
  const after = await ask(one, 'traffic')
  // The join and its ack, the second question and the ack of the first.
  assert.equal(after.packetsIn - before.packetsIn, 2)
  assert.equal(after.packetsOut - before.packetsOut, 2)
  assert.ok(after.bytesIn - before.bytesIn > 100)
  two.disconnect()
  const gone = await until(one, 'traffic', (traffic) => traffic.connections === 1)
  assert.equal(gone.closed, 1)
})

for (const workers of ['1', '4']) {
  test(`rooms that come, change and go are told (${workers} workers)`, async (t) => {
    const app = await startApp(t, 'connection', { args: ['--workers', workers] })
    const sockets = []
    for (let i = 0; i < 4; i++) sockets.push(await app.connect())
    const [one, two, three] = sockets
    const changes = () => ask(one, 'changes')

    // socket-io 12: the events of an adapter
    assert.deepEqual(
      (await changes()).sort(),
      [...Array(4).fill('create own'), ...Array(4).fill('join own')],
    )
    await ask(one, 'join', 'hall')
    await ask(two, 'join', 'hall')
    await ask(two, 'join', 'hall')
    await ask(three, 'join', 'hall')
    assert.deepEqual(await changes(), ['create hall', 'join hall', 'join hall', 'join hall'])
    await ask(one, 'leave', 'hall')
    await ask(one, 'leave', 'hall')
    await ask(three, 'leave', 'hall')
    assert.deepEqual(await changes(), ['leave hall', 'leave hall'])
    await ask(two, 'join', 'yard')
    two.disconnect()
    const heard = []
    while (!heard.includes('delete own')) heard.push(...(await changes()))
    assert.deepEqual(heard, [
      ...['create yard', 'join yard', 'leave hall', 'delete hall'],
      ...['leave yard', 'delete yard', 'leave own', 'delete own'],
    ])
  })
}

for (const client of clients) {
  test(`a namespace is made while the app runs, and clients find it (client ${client})`, async (t) => {
    const app = await startApp(t, 'connection', { args: ['--workers', '4'] })
    const root = await app.connect({ client })
    const made = next(root, 'made')

    // socket-io 10
    const early = app.open({ client, nsp: '/late' })
    await within(
      new Promise((resolve) => {
        early.once('connect_error', resolve)
        early.once('error', resolve)
      }),
      'refusal',
    )
    assert.deepEqual(await asks(root, 'add', 'late'), [null, 'SAILS_ESTATE'])
    assert.deepEqual(await made, ['/late'])
    assert.deepEqual(await asks(root, 'add', '/late'), ['SAILS_EEXIST', 'SAILS_ESTATE'])
    for (let i = 0; i < 8; i++) {
      const socket = await app.connect({ client, nsp: '/late' })
      assert.deepEqual(await asks(socket, 'echo', i), [i])
    }
    const refused = app.open({ client, nsp: '/late', auth: { token: 'no' } })
    const [why] = await within(
      new Promise((resolve) => {
        refused.once('connect_error', (error) => resolve([error.message]))
        refused.once('error', (message) => resolve([message]))
      }),
      'refusal',
    )
    assert.equal(why, 'not you')
  })
}
