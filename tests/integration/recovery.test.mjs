// Connection state recovery with the client that knows it (socket.io-client 4).
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, next, record } from './support/clients.mjs'

const recovering = { args: ['--sockets.connectionStateRecovery'] }
const lasting = { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 10 }

/** As lose(), for what takes its time: it comes back when that is done. */
async function loseFor(socket, meanwhile) {
  const back = next(socket, 'connect')
  const away = next(socket, 'disconnect')
  socket.io.reconnection(false)
  socket.io.engine.close()
  await away
  await meanwhile()
  socket.io.reconnection(true)
  socket.connect()
  await back
}

/** Loses the connection; `meanwhile` runs while it is away. Waits until it is back. */
async function lose(socket, meanwhile) {
  const back = next(socket, 'connect')
  const away = next(socket, 'disconnect')
  socket.io.reconnectionDelay(200)
  socket.io.engine.close()
  await away
  await meanwhile()
  await back
}

for (const transports of [['polling'], ['websocket']]) {
  // socket-io 31
  test(`who comes back soon gets what it missed (${transports})`, async (t) => {
    const app = await startApp(t, 'io', recovering)
    const ann = await app.connect({ ...lasting, transports })
    const bob = await app.connect()
    const id = ann.id
    const heard = record(ann, 'news')

    await ask(bob, 'emit', {}, 'news', [1])
    await lose(ann, () => ask(bob, 'emit', {}, 'news', [2]))
    assert.equal(ann.recovered, true)
    assert.equal(ann.id, id)
    assert.deepEqual(heard.map(([n]) => n), [1, 2])
  })
}

// Over a WebSocket, where it is sure that one is not dropped.
test("a volatile event that ends in a text loses nobody's place", async (t) => {
  const app = await startApp(t, 'io', recovering)
  const ann = await app.connect(lasting)
  const bob = await app.connect()
  const heard = record(ann, 'news')

  await ask(bob, 'emit', {}, 'news', [1])
  for (const args of [['text'], [], [1, 'text']]) {
    const hint = next(ann, 'hint')
    await ask(ann, 'emit', { volatile: true }, 'hint', args)
    assert.deepEqual(await hint, [...args, null])
  }
  await lose(ann, () => ask(bob, 'emit', {}, 'news', [2]))
  assert.equal(ann.recovered, true)
  assert.deepEqual(heard.map(([n]) => n), [1, 2])
})

// A queue that ran over ended the session, and what was missed had gone with it.
test('who has missed more than its queue takes begins anew, on the same connection', async (t) => {
  const app = await startApp(t, 'io', recovering)
  const ann = await app.connect({ ...lasting, transports: ['polling'] })
  const bob = await app.connect()
  const heard = record(ann, 'news')
  const piece = 'x'.repeat(1_000_000)
  let connections = 0
  const hears = async (n) => {
    const news = next(ann, 'news')
    await ask(bob, 'emit', {}, 'news', [n])
    await news
  }

  ann.io.on('open', () => connections++)
  await hears(1)
  await loseFor(ann, async () => {
    for (let i = 0; i < 6; i++) {
      await ask(bob, 'emit', {}, 'news', [piece])
    }
  })
  assert.equal(ann.recovered, false)
  assert.equal(connections, 1)

  // One of any size and what goes beside it are no more than that.
  await hears(2)
  await loseFor(ann, async () => {
    await ask(bob, 'emit', {}, 'news', [piece.repeat(6)])
    await ask(bob, 'emit', {}, 'news', [3])
  })
  assert.equal(ann.recovered, true)
  await hears(4)
  assert.deepEqual(heard.map(([value]) => (value.length ? value.length : value)), [1, 2, 6_000_000, 3, 4])
})
