// Packets as MessagePack (sockets.parser "msgpack"), with the parsers and clients of both protocols.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { WebSocket } from 'ws'
import { startApp } from './support/server.mjs'
import { ask, asks, bytesEqual, caughtUp, everyWay, next, record, within } from './support/clients.mjs'

const require = createRequire(import.meta.url)
const parsers = {
  4: require('socket.io-msgpack-parser'),
  3: require('socket.io-msgpack-parser'),
  2: require('socket.io-msgpack-parser-2'),
}
const args = ['--sockets.parser', 'msgpack']

const values = [
  ['nothing', []],
  ['texts', ['', 'plain', 'quote " backslash \\ tab \t', '\u0000\u001f', 'é€😀']],
  ['numbers', [0, -1, 1.5, -1e-7, 9007199254740991, 2 ** 32, -(2 ** 31)]],
  ['constants', [true, false, null]],
  ['trees', [{ a: [1, { b: [] }], c: {} }, [[['deep']]]]],
  ['what looks like an attachment', [{ _placeholder: true, num: 0 }]],
]

for (const via of everyWay()) {
  const options = { ...via, parser: parsers[via.client] }

  test(`events and acks pass both ways, with binary values (${via.name})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const socket = await app.connect(options)

    // socket-io 35, with another parser
    for (const [what, list] of values) {
      const echo = next(socket, 'echo')
      socket.emit('echo', ...list)
      assert.deepEqual(await echo, list, what)
      assert.deepEqual(await asks(socket, 'ack', ...list), list, what)
    }
    const bytes = Buffer.from([0, 1, 2, 0xfe, 0xff])
    const binary = ['text', bytes, { a: [bytes.subarray(1), { b: bytes.subarray(2, 3) }], c: 1 }]
    const echo = next(socket, 'echo')
    socket.emit('echo', ...binary)
    bytesEqual(await echo, binary)
    bytesEqual(await asks(socket, 'ack-later', ...binary), binary)
    const many = Array.from({ length: 30 }, () => bytes)
    bytesEqual(await asks(socket, 'ack', ...many), many)
    bytesEqual(await asks(socket, 'ack', Buffer.alloc(300_000, 'abc')), [Buffer.alloc(300_000, 'abc')])
  })

  test(`the server asks and the client answers (${via.name})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const socket = await app.connect(options)

    socket.on('question', (...list) => list.pop()('answer to', ...list))
    assert.deepEqual(await asks(socket, 'ask', 5000, 'why'), [null, ['answer to', 'why']])
    bytesEqual(await asks(socket, 'ask', 5000, Buffer.from([9])), [null, ['answer to', Buffer.from([9])]])
  })

  test(`namespaces, with what a client brings along, and refusals (${via.name})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const root = await app.connect(options)
    const refused = (socket) =>
      within(
        new Promise((resolve) => {
          socket.once('connect_error', (error) => resolve(error.message))
          socket.once('error', resolve)
        }),
        'refusal',
      )

    // socket-io 8, socket-io 9
    const admin = await app.connect({ ...options, nsp: '/admin', auth: { token: 'letmein' } })
    assert.equal((await ask(admin, 'whoami')).nsp, '/admin')
    assert.equal((await ask(admin, 'whoami')).auth.token, 'letmein')
    assert.equal(await refused(app.open({ ...options, nsp: '/never' })), 'never')
    assert.match(String(await refused(app.open({ ...options, nsp: '/unknown' }))), /Invalid namespace/)
    const gone = next(admin, 'disconnect')
    admin.emit('kick', false)
    await gone
    assert.deepEqual(await asks(root, 'ack', 1), [1])
  })

  test(`what is sent to rooms reaches their members (${via.name})`, async (t) => {
    const app = await startApp(t, 'io', { args: [...args, '--workers', '4'] })
    const sockets = []
    for (let i = 0; i < 4; i++) sockets.push(await app.connect(options))
    const heard = sockets.map((socket) => record(socket, 'news'))

    await ask(sockets[0], 'join', 'hall')
    await ask(sockets[1], 'join', 'hall')
    await ask(sockets[2], 'emit', { to: ['hall'] }, 'news', [1, { two: 2 }])
    await ask(sockets[2], 'emit', { except: ['hall'] }, 'news', ['others'])
    await caughtUp(...sockets)
    assert.deepEqual(heard, [[[1, { two: 2 }]], [[1, { two: 2 }]], [['others']], [['others']]])
  })
}

test('a lost connection is recovered, and what was missed comes', async (t) => {
  const app = await startApp(t, 'io', { args: [...args, '--sockets.connectionStateRecovery'] })
  const socket = await app.connect({ parser: parsers[4], reconnection: true, reconnectionDelay: 10 })
  const other = await app.connect({ parser: parsers[4] })

  // socket-io 14
  await ask(socket, 'join', 'hall')
  const first = next(socket, 'news')
  await ask(other, 'emit', { to: ['hall'] }, 'news', ['first'])
  assert.equal((await first)[0], 'first')
  const again = next(socket, 'connect')
  const missed = next(socket, 'news')
  socket.io.engine.close()
  await ask(other, 'emit', { to: ['hall'] }, 'news', ['missed'])
  await again
  assert.equal(socket.recovered, true)
  assert.equal((await missed)[0], 'missed')
})

/** Messages of a WebSocket that speaks Engine.IO alone; null: closed. */
async function speak(app) {
  const ws = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  const queue = []
  let wake = () => {}
  const push = (item) => {
    queue.push(item)
    wake()
  }
  ws.on('message', (data, isBinary) => push(isBinary ? data : String(data)))
  ws.on('close', () => push(null))
  app.onEnd(() => ws.terminate())
  const take = () =>
    within(
      (async () => {
        while (queue.length === 0) await new Promise((resolve) => (wake = resolve))
        return queue.shift()
      })(),
      'message',
    )
  assert.match(await take(), /^0/)
  return { send: (data) => ws.send(data), take }
}

test('what is no packet ends the connection, and nothing else', async (t) => {
  const app = await startApp(t, 'io', { args })
  const witness = await app.connect({ parser: parsers[4] })
  const pack = (packet) => new parsers[4].Encoder().encode(packet)[0]
  const deep = Buffer.concat([
    Buffer.from([0x83, 0xa4]),
    Buffer.from('type'),
    Buffer.from([2, 0xa3]),
    Buffer.from('nsp'),
    Buffer.from([0xa1, 0x2f, 0xa4]),
    Buffer.from('data'),
    Buffer.alloc(100_000, 0x91),
  ])
  const bad = [
    ['text', '40'],
    ['JSON', '4{"type":0,"nsp":"/"}'],
    ['nothing', Buffer.alloc(0)],
    ['a number', Buffer.from([7])],
    ['a claim of much', Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])],
    ['depth', deep],
    ['no type', pack({ nsp: '/', data: ['x'] })],
    ['a type too high', pack({ type: 9, nsp: '/' })],
    ['no namespace', pack({ type: 2, data: ['x'] })],
    ['a name of numbers', pack({ type: 2, nsp: 7, data: ['x'] })],
    ['no list', pack({ type: 2, nsp: '/', data: 'x' })],
    ['no name', pack({ type: 2, nsp: '/', data: [] })],
    ['a name that is a tree', pack({ type: 2, nsp: '/', data: [{}] })],
    ['a reserved name', pack({ type: 2, nsp: '/', data: ['disconnect'] })],
    ['a negative id', pack({ type: 2, nsp: '/', data: ['x'], id: -1 })],
    ['an id of text', pack({ type: 2, nsp: '/', data: ['x'], id: '1' })],
    ['data of a disconnect', pack({ type: 1, nsp: '/', data: {} })],
    ['binary auth', pack({ type: 0, nsp: '/admin', data: { token: Buffer.from('x') } })],
    ['values behind it', Buffer.concat([pack({ type: 2, nsp: '/', data: ['x'] }), Buffer.from([1])])],
  ]

  // socket-io 16
  for (const [what, message] of bad) {
    const client = await speak(app)
    client.send(pack({ type: 0, nsp: '/' }))
    assert.ok(Buffer.isBuffer(await client.take()), what)
    client.send(message)
    let last = await client.take() // what "/" says to all who come is before the end
    while (last !== null) last = await client.take()
  }
  assert.deepEqual(await asks(witness, 'ack', 'alive'), ['alive'])
})

test('packets that come before their namespace is entered wait, and are heard', async (t) => {
  const app = await startApp(t, 'io', { args })
  const client = await speak(app)
  const pack = (packet) => new parsers[4].Encoder().encode(packet)[0]

  // socket-io 23a
  client.send(pack({ type: 0, nsp: '/late' }))
  client.send(pack({ type: 2, nsp: '/late', data: ['ack', Buffer.from('ab'), 'c'], id: 5 }))
  const answers = []
  const decoder = new parsers[4].Decoder()
  decoder.on('decoded', (packet) => answers.push(packet))
  while (answers.at(-1)?.type !== 3) decoder.add(await client.take())
  assert.equal(answers[0].type, 0)
  bytesEqual(answers.at(-1), { type: 3, nsp: '/late', data: [Buffer.from('ab'), 'c'], id: 5 })
})
