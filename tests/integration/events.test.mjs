// Events and acks, text and binary, between every client and the server.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, asks, bytesEqual, caughtUp, everyWay, next, record, settled } from './support/clients.mjs'

const values = [
  ['nothing', []],
  ['texts', ['', 'plain', 'quote " backslash \\ slash / tab \t newline \n', '\u0000\u001f']],
  ['text beyond ASCII', ['é€😀', '\u2028\u2029', '日本語']],
  ['numbers', [0, -1, 1.5, 1e21, -1e-7, 9007199254740991]],
  ['constants', [true, false, null]],
  ['trees', [{ a: [1, { b: [] }], c: {} }, [[['deep']]]]],
  ['what looks like packets', ['42["a"]', '1/admin,', '2probe', '\u001e']],
  ['what looks like an attachment', [{ _placeholder: 'yes', num: 0 }]],
]

for (const via of everyWay()) {
  test(`arguments come back as they were sent (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)

    // socket-io 35
    for (const [what, args] of values) {
      const echo = next(socket, 'echo')
      socket.emit('echo', ...args)
      assert.deepEqual(await echo, args, what)
      assert.deepEqual(await asks(socket, 'ack', ...args), args, what)
    }
  })

  test(`events arrive in the order in which they were emitted (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)
    const echoes = record(socket, 'echo')

    for (let i = 0; i < 200; i++) {
      socket.emit('echo', i)
    }
    await caughtUp(socket)
    assert.deepEqual(echoes, Array.from({ length: 200 }, (_, i) => [i]))
  })

  test(`a long message passes whole (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)
    const text = 'Donaudampfschiff €'.repeat(20_000)
    const bytes = Buffer.alloc(300_000, 'abc')

    assert.deepEqual(await asks(socket, 'ack', text), [text])
    bytesEqual(await asks(socket, 'ack', bytes), [bytes])
  })

  test(`one message over the bound of a queue passes, too (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = app.open({ ...via, nsp: '/long' })
    const heard = []

    // In the connection listener and by an ack: else such a client would be thrown out for ever.
    socket.on('before', () => heard.push('before'))
    socket.on('long', (text) => heard.push(text.length))
    await next(socket, 'behind')
    assert.deepEqual(heard, ['before', 5_000_000])
    await settled(socket)
    const text = 'y'.repeat(4_500_000)
    assert.equal((await ask(socket, 'ack', text)) === text, true)
    assert.equal(socket.connected, true)
  })

  test(`binary passes both ways, at any depth (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)
    const bytes = Buffer.from([0, 1, 2, 0xfe, 0xff])

    // socket-io 12, socket-io 13
    const given = next(socket, 'binary')
    socket.emit('binary')
    bytesEqual(await given, [bytes, { list: [1, bytes.subarray(0, 2)], empty: Buffer.alloc(0) }])

    const args = ['text', bytes, { a: [bytes.subarray(1), { b: bytes.subarray(2, 3) }], c: 1 }]
    const echo = next(socket, 'echo')
    socket.emit('echo', ...args)
    bytesEqual(await echo, args)
    bytesEqual(await asks(socket, 'ack', ...args), args)

    const sizes = [bytes, Buffer.alloc(0), 'text', Buffer.alloc(4000)]
    assert.deepEqual(await ask(socket, 'sizes', ...sizes), [5, 0, null, 4000])
  })

  test(`an answer may come from another thread (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)

    assert.deepEqual(await asks(socket, 'ack-later', 1, { a: 2 }), [1, { a: 2 }])
    bytesEqual(await asks(socket, 'ack-later', Buffer.from('xyz')), [Buffer.from('xyz')])
    // socket-io 15
    assert.deepEqual(await asks(socket, 'ack-later'), [])
  })

  test(`the server asks and the client answers (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)
    socket.on('question', (...args) => args.pop()('answer to', ...args))

    assert.deepEqual(await asks(socket, 'ask', 0, 'why'), [null, ['answer to', 'why']])
    assert.deepEqual(await asks(socket, 'ask', 5000), [null, ['answer to']])
    const binary = await asks(socket, 'ask', 5000, Buffer.from([9]))
    bytesEqual(binary, [null, ['answer to', Buffer.from([9])]])
  })

  test(`no answer in time is a timeout, and a late one is ignored (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect(via)
    let late

    // socket-io 17
    socket.once('question', (answer) => {
      late = answer
    })
    assert.deepEqual(await asks(socket, 'ask', 50), ['SAILS_ETIMEOUT', null])
    late('too late')
    await caughtUp(socket)
  })
}

test('only the first ack of an event is sent', async (t) => {
  const app = await startApp(t, 'io')
  const socket = await app.connect()

  // socket-io 15
  const acked = next(socket, 'acked')
  assert.equal(await ask(socket, 'ack-twice'), 'first')
  assert.deepEqual(await acked, [null, 'SAILS_ESTATE'])
})

test('an event with more than ten attachments is refused where it is emitted', async (t) => {
  const app = await startApp(t, 'io')
  const socket = await app.connect()
  const heard = record(socket, 'attachments')

  // socket-io 40
  assert.equal(await ask(socket, 'attachments', 10), null)
  assert.equal(await ask(socket, 'attachments', 11), 'SAILS_ETOOBIG')
  assert.equal(heard.length, 1)
})

test('reserved names cannot be emitted', async (t) => {
  const app = await startApp(t, 'io')
  const socket = await app.connect()
  const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener']

  // socket-io 19
  for (const name of [...reserved, 'removeListener']) {
    assert.equal(await ask(socket, 'emit', {}, name, []), 'SAILS_ERESERVED', name)
    assert.equal(await ask(socket, 'broadcast', {}, name, []), 'SAILS_ERESERVED', name)
  }
  for (const name of ['error', 'connection', 'ping', 'message']) {
    const heard = next(socket, name)
    assert.equal(await ask(socket, 'emit', {}, name, ['x']), null, name)
    assert.deepEqual(await heard, ['x'])
  }
})

for (const transports of [['polling'], ['websocket']]) {
  test(`a second volatile event in one turn is dropped (${transports})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect({ transports })
    const heard = record(socket, 'volatile')

    // socket-io 27
    await ask(socket, 'volatile')
    assert.ok(heard.length <= 1, `heard ${heard.length}`)
    assert.deepEqual(heard.flat(), heard.length === 1 ? [1] : [])
  })
}

test('a listener of every event hears each before the listener of its name', async (t) => {
  const app = await startApp(t, 'io')
  const socket = await app.connect({ nsp: '/any' })
  const heard = []
  socket.onAny((...args) => heard.push(args))

  socket.emit('x', 1, 'two')
  socket.emit('unknown', { a: 1 })
  socket.emit('', null)
  await caughtUp(socket)
  assert.deepEqual(heard, [
    ['any', 'x', [1, 'two']],
    ['x'],
    ['any', 'unknown', [{ a: 1 }]],
    ['any', '', [null]],
    ['any', 'sync', []],
  ])
})

test('a filter keeps an event from its listeners', async (t) => {
  const app = await startApp(t, 'io')
  const socket = await app.connect({ nsp: '/filter' })
  const ran = record(socket, 'x')

  assert.equal(await ask(socket, 'blocked'), 'not allowed')
  assert.deepEqual(await asks(socket, 'ack', 'passes'), ['passes'])
  assert.deepEqual(ran, [])
})

for (const client of [4, 3, 2]) {
  test(`what the handshake tells (client ${client})`, async (t) => {
    const app = await startApp(t, 'io')
    const socket = await app.connect({
      client,
      query: { colour: 'blue and green', n: '1' },
      extraHeaders: { 'X-Custom': 'yes', Origin: 'http://elsewhere.example' },
    })

    // socket-io 33
    const handshake = await ask(socket, 'handshake')
    const keys = ['headers', 'time', 'address', 'xdomain', 'secure', 'issued', 'url', 'query', 'auth']
    assert.deepEqual(Object.keys(handshake), keys)
    assert.equal(handshake.headers['x-custom'], 'yes')
    assert.equal(handshake.query.colour, 'blue and green')
    assert.equal(handshake.query.n, '1')
    assert.equal(handshake.query.EIO, client === 2 ? '3' : '4')
    assert.equal(handshake.query.transport, 'websocket')
    assert.match(handshake.url, /^\/socket\.io\/\?.*transport=websocket/)
    assert.match(handshake.address, /127\.0\.0\.1$/)
    assert.equal(handshake.xdomain, true)
    assert.equal(handshake.secure, false)
    assert.match(handshake.time, /^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4}( \(.+\))?$/)
    const ago = Date.now() - handshake.issued
    assert.ok(ago >= -1000 && ago < 60_000, `issued ${ago} ms ago`)
    assert.equal(await ask(socket, 'header', 'X-CUSTOM'), 'yes')
    assert.equal(await ask(socket, 'header', 'x-other'), null)
  })
}
