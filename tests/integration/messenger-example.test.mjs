// examples/messenger: Socket.IO's chat, with Socket.IO's client.
import test from 'node:test'
import assert from 'node:assert/strict'
import { next, record } from './support/clients.mjs'
import { startApp } from './support/server.mjs'

const start = (t) => startApp(t, 'example-messenger', { folder: 'examples' })
const enter = (app, username, options = {}) => app.connect({ auth: { username }, ...options })

/** Without what recovery puts behind the arguments of an event: where the client was. */
const of = (args, n) => args.slice(0, n)
const said = (socket, event, ...args) => socket.timeout(5000).emitWithAck(event, ...args)

test('who has no name is refused, with words and data', async (t) => {
  const app = await start(t)
  for (const auth of [{}, { username: '' }, { username: 5 }, { username: 'x'.repeat(41) }]) {
    const error = await app.connect({ auth }).then(() => null, (refusal) => refusal)
    assert.equal(error?.message, 'invalid username')
    assert.deepEqual(error.data, { max: 40 })
  }
})

test('others hear who comes, what is said, and who goes', async (t) => {
  const app = await start(t)
  const ann = await enter(app, 'ann')
  const comes = next(ann, 'user connected')
  const bob = await enter(app, 'bob')
  assert.deepEqual(of(await comes, 1), ['bob'])
  const heard = record(ann, 'chat message')
  const own = next(bob, 'chat message')
  await said(bob, 'chat message', 'hello')
  await said(ann, 'chat message', 'hello you')
  assert.deepEqual(heard.map((args) => of(args, 2)), [['bob', 'hello']])
  assert.deepEqual(of(await own, 2), ['ann', 'hello you'])
  const goes = next(ann, 'user disconnected')
  bob.disconnect()
  assert.deepEqual(of(await goes, 1), ['bob'])
})

test('a private message reaches all devices of one person, and nobody else', async (t) => {
  const app = await start(t)
  const ann = await enter(app, 'ann')
  const [phone, laptop, cleo] = [await enter(app, 'bob'), await enter(app, 'bob'), await enter(app, 'cleo')]
  const heard = [phone, laptop, cleo, ann].map((socket) => record(socket, 'private message'))
  await said(ann, 'private message', 'dinner?', 'bob')
  await said(ann, 'private message', 'to nobody', ['nobody'])
  await said(ann, 'private message', 'to no name', { a: 1 })
  await Promise.all([phone, laptop, cleo].map((socket) => said(socket, 'chat message', 'yes')))
  assert.deepEqual(
    heard.map((events) => events.map((args) => of(args, 2))),
    [[['ann', 'dinner?']], [['ann', 'dinner?']], [], []],
  )
})

test('what is too long is refused, with or without an ack', async (t) => {
  const app = await start(t)
  const ann = await enter(app, 'ann')
  const bob = await enter(app, 'bob')
  const heard = record(bob, 'chat message')
  assert.deepEqual(await said(ann, 'chat message', 'x'.repeat(1001)), { error: { message: 'too long' } })
  const error = next(ann, 'error')
  ann.emit('chat message', 'x'.repeat(1001))
  assert.deepEqual(of(await error, 1), [{ message: 'too long' }])
  await said(ann, 'chat message', 'short')
  await said(bob, 'chat message', 'seen')
  assert.deepEqual(heard.map((args) => of(args, 2)), [['ann', 'short']])
})

for (const transports of [['polling'], ['websocket']]) {
  test(`who comes back soon has missed nothing (${transports})`, async (t) => {
    const app = await start(t)
    const ann = await enter(app, 'ann', {
      transports, reconnection: true, reconnectionDelay: 200, reconnectionDelayMax: 200,
    })
    const bob = await enter(app, 'bob')
    const heard = record(ann, 'private message')
    await said(bob, 'private message', 'first', 'ann')
    await said(ann, 'chat message', 'heard') // what has come before the ack was before it
    const back = next(ann, 'connect')
    const away = next(ann, 'disconnect')
    ann.io.engine.close()
    await away
    await said(bob, 'private message', 'are you there?', 'ann')
    await back
    assert.equal(ann.recovered, true)
    await said(bob, 'private message', 'good', 'ann')
    await said(ann, 'private message', 'yes', 'bob')
    assert.deepEqual(heard.map((args) => of(args, 2)), [['bob', 'first'], ['bob', 'are you there?'], ['bob', 'good']])
  })
}
