/* The client frame by frame, against a server that does only what the test says. */
import test from 'node:test'
import assert from 'node:assert/strict'
import { startFakeServer } from './support/fake-server.mjs'
import { ask, loadClient, next, record } from './support/client.mjs'

async function connected (t, options) {
  const server = await startFakeServer(t)
  const io = loadClient(t)
  const socket = io.sails.connect(server.url, options)
  const peer = await server.peer()
  const ready = next(socket, 'connect')
  await peer.accept()
  await ready
  return { server, io, socket, peer }
}

test('the handshake carries the application query, then the SDK, then the protocol', async (t) => {
  const server = await startFakeServer(t)
  const io = loadClient(t)
  io.sails.connect(server.url, { query: 'token=abc', initialConnectionHeaders: { 'x-first': '1' } })
  const { request } = await server.peer()
  assert.equal(request.url, '/socket.io/?token=abc&__sails_io_sdk_version=1.3.0&__sails_io_sdk_platform=node' +
    '&__sails_io_sdk_language=javascript&EIO=4&transport=websocket')
  assert.equal(request.headers['x-first'], '1')
})

test('path may be set, with or without a slash at its end', async (t) => {
  for (const path of ['/chat/ws', '/chat/ws/']) {
    const server = await startFakeServer(t)
    loadClient(t).sails.connect(server.url, { path })
    const { request } = await server.peer()
    assert.equal(request.url.split('?')[0], '/chat/ws/')
  }
})

test('a url without protocol is a host', async (t) => {
  const server = await startFakeServer(t)
  loadClient(t).sails.connect(server.url.replace('http://', ''))
  await server.peer()
})

test('each verb is an event with four keys in a fixed order, always with an ack id', async (t) => {
  const { socket, peer } = await connected(t, { headers: { 'x-global': 'g' } })
  socket.get('/hello', () => {})
  socket.post('/thing?x=1', { a: 1 })
  socket.put('/list', [1, 2], () => {})
  socket.patch('/thing/1', undefined, () => {})
  socket.delete('/thing/1')
  socket.request({ method: 'HEAD', url: '/hello', params: { p: 1 }, headers: { 'x-global': undefined, 'x-own': '1' } })
  const headers = '"headers":{"x-global":"g"}'
  assert.equal(await peer.frame(), `420["get",{"method":"get",${headers},"data":{},"url":"/hello"}]`)
  assert.equal(await peer.frame(), `421["post",{"method":"post",${headers},"data":{"a":1},"url":"/thing?x=1"}]`)
  assert.equal(await peer.frame(), `422["put",{"method":"put",${headers},"data":[1,2],"url":"/list"}]`)
  assert.equal(await peer.frame(), `423["patch",{"method":"patch",${headers},"data":{},"url":"/thing/1"}]`)
  assert.equal(await peer.frame(), `424["delete",{"method":"delete",${headers},"data":{},"url":"/thing/1"}]`)
  assert.equal(await peer.frame(), '425["head",{"method":"head","headers":{"x-own":"1"},"data":{"p":1},"url":"/hello"}]')
})

test('headers may change while connected, other settings may not', async (t) => {
  const { socket, peer } = await connected(t)
  socket.headers = { later: 'yes' }
  socket.get('/a')
  assert.match(await peer.frame(), /"headers":{"later":"yes"}/)
  assert.throws(() => { socket.url = 'http://elsewhere' }, /Cannot change `url` while the socket is connected/)
  socket.path = '/socket.io' // the value it has
})

test('an answer becomes a JWR', async (t) => {
  const { socket, peer } = await connected(t)
  const cases = [
    ['{"body":{"id":7},"headers":{"x":"1"},"statusCode":201}', { body: { id: 7 }, headers: { x: '1' }, statusCode: 201 }, null],
    ['{"headers":{},"statusCode":204}', { body: undefined, headers: {}, statusCode: 204 }, null],
    ['{"body":0}', { body: 0, headers: {}, statusCode: 200 }, null],
    ['{"body":"Redirecting","statusCode":302}', { body: 'Redirecting', headers: {}, statusCode: 302 }, null],
    ['{"body":"Not Found","statusCode":404}', { body: 'Not Found', headers: {}, statusCode: 404 }, /404.*Not Found/],
    // The bare error object of a server that could not read the request.
    ['{"code":"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ","status":400}', { body: undefined, headers: {}, statusCode: 400 }, /400/]
  ]
  for (const [wire, pojo, error] of cases) {
    const answered = new Promise((resolve) => socket.get('/x', (body, jwr) => resolve([body, jwr])))
    const id = /^42(\d+)/.exec(await peer.frame())[1]
    peer.send(`43${id}[${wire}]`)
    const [body, jwr] = await answered
    assert.deepEqual(jwr.toPOJO(), pojo)
    assert.equal(body, jwr.body)
    if (error) {
      assert.match(jwr.error.message, error)
    } else {
      assert.equal(jwr.error, null)
    }
    assert.match(String(jwr), new RegExp(`Status: ${pojo.statusCode}`))
  }
})

test('answers reach their requests in whatever order they come, and only once', async (t) => {
  const { socket, peer } = await connected(t)
  const heard = []
  socket.get('/slow', (body) => heard.push(body))
  socket.get('/fast', (body) => heard.push(body))
  const last = ask(socket, 'get', '/last')
  peer.send('431[{"body":"fast"}]', '431[{"body":"again"}]', '4399[{"body":"unknown"}]', '430[{"body":"slow"}]', '432[{}]')
  await last
  assert.deepEqual(heard, ['fast', 'slow'])
})

test('wrong arguments throw at once', async (t) => {
  const { socket } = await connected(t)
  assert.throws(() => socket.get(), /`url`/)
  assert.throws(() => socket.get(5), /`url`/)
  assert.throws(() => socket.get(''), /`url`/)
  assert.throws(() => socket.get('/x', 'text'), /`data`/)
  assert.throws(() => socket.get('/x', {}, 'no function'), /`callback`/)
  assert.throws(() => socket.request({ url: '/x', method: 5 }), /`method`/)
  assert.throws(() => socket.request({ url: '/x', headers: 'x' }), /`headers`/)
  assert.throws(() => socket.request({ url: '/x', params: 'x' }), /`data`/)
  assert.throws(() => socket.request({ url: '/x', params: {}, data: {} }), /`params` and `data`/)
  assert.throws(() => socket.request(), /`url`/)
  assert.throws(() => socket.on('x'), /Usage/)
  assert.throws(() => socket.reconnect(), /the socket is connected/)
  const cycle = {}
  cycle.cycle = cycle
  assert.throws(() => socket.post('/x', cycle), TypeError)
})

test('a query that is no text, and transports without websocket, are refused', (t) => {
  const io = loadClient(t)
  assert.throws(() => io.sails.connect('http://127.0.0.1:9', { query: { a: 1 } }), /`query`/)
  assert.throws(() => io.sails.connect('http://127.0.0.1:9', { transports: ['polling'] }), /only WebSocket/)
  assert.throws(() => io.sails.connect(), /Which server/)
})

/* sails-sockets 79 */
test('requests made before the connection wait and go out in order, after those of connect listeners', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  socket.on('connect', () => socket.get('/first'))
  socket.get('/second')
  socket.get('/third')
  assert.equal(socket.isConnecting(), true)
  assert.equal(socket.isConnected(), false)
  const peer = await (await server.peer()).accept()
  const urls = [await peer.frame(), await peer.frame(), await peer.frame()].map((frame) => /"url":"(.*?)"/.exec(frame)[1])
  assert.deepEqual(urls, ['/first', '/second', '/third'])
  assert.equal(socket.isConnected(), true)
  assert.equal(socket.id, 'socket')
})

test('an event that overtakes the CONNECT answer waits for it', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  const log = record(socket, ['connect', 'news'])
  const heard = next(socket, 'news')
  const peer = await server.peer()
  peer.open()
  peer.send('42["news","early"]', '40{"sid":"socket"}')
  await heard
  assert.deepEqual(log, ['connect', 'news early'])
})

test('an event with an ack id gives its listener a function to answer with, which works once', async (t) => {
  const { socket, peer } = await connected(t)
  socket.on('question', (text, answer) => {
    answer(text + '!', { ok: true })
    answer('too late')
  })
  socket.on('silent', () => {})
  peer.send('42["silent"]', '4217["question","so"]')
  assert.equal(await peer.frame(), '4317["so!",{"ok":true}]')
  socket.get('/sync')
  assert.match(await peer.frame(), /sync/)
})

test('binary values are received as Buffers wherever they stand', async (t) => {
  const { socket, peer } = await connected(t)
  const event = next(socket, 'file')
  peer.send('452-["file",{"a":[{"_placeholder":true,"num":1},1]},{"_placeholder":true,"num":0}]', Buffer.from('zero'), '2', Buffer.from('one'))
  assert.deepEqual(await event, [{ a: [Buffer.from('one'), 1] }, Buffer.from('zero')])
  assert.equal(await peer.frame(), '3') // a ping may stand between attachments

  const answer = ask(socket, 'get', '/file')
  await peer.frame()
  peer.send('461-0[{"body":{"_placeholder":true,"num":0},"headers":{},"statusCode":200}]', Buffer.from([1, 2]))
  assert.deepEqual((await answer).body, Buffer.from([1, 2]))
})

test('binary values are sent as attachments, in order', async (t) => {
  const { socket, peer } = await connected(t)
  socket.post('/file', { a: Buffer.from('a'), list: [new Uint8Array([1, 2]), new Uint8Array([3]).buffer], at: new Date(0) })
  assert.equal(await peer.frame(), '453-0["post",{"method":"post","headers":{},"data":{"a":{"_placeholder":true,"num":0},' +
    '"list":[{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}],"at":"1970-01-01T00:00:00.000Z"},"url":"/file"}]')
  assert.deepEqual(await peer.frame(), Buffer.from('a'))
  assert.deepEqual(await peer.frame(), Buffer.from([1, 2]))
  assert.deepEqual(await peer.frame(), Buffer.from([3]))
})

/* engine-io 9.1 */
test('a ping is answered, and a server that stops pinging is left', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  const peer = await server.peer()
  await peer.accept({ pingInterval: 150, pingTimeout: 150 })
  peer.send('2')
  assert.equal(await peer.frame(), '3')
  assert.deepEqual(await next(socket, 'disconnect'), ['ping timeout'])
  await peer.closed
})

for (const [what, frames] of [
  ['an unknown Engine.IO packet', ['9']],
  ['an unknown Socket.IO packet', ['47']],
  ['broken JSON', ['42["a"']],
  ['an event that is no list', ['42{}']],
  ['an attachment that nobody announced', [Buffer.from('x')]],
  ['a text packet in place of an attachment', ['451-["a",{"_placeholder":true,"num":0}]', '42["b"]']],
  ['a placeholder without attachment', ['451-["a",{"_placeholder":true,"num":1}]', Buffer.from('x')]],
  ['a binary packet without a count', ['45["a"]']]
]) {
  test(`${what} ends the connection with a parse error`, async (t) => {
    const { socket, peer } = await connected(t)
    const reason = next(socket, 'disconnect')
    peer.send(...frames)
    assert.deepEqual(await reason, ['parse error'])
    await peer.closed
  })
}

/* sails-sockets 80 */
test('when the connection drops, pending requests fail with status 0 and nothing is resent', async (t) => {
  const { server, socket, peer } = await connected(t, { reconnection: true })
  const pending = new Promise((resolve) => socket.get('/slow', (body, jwr) => resolve([body, jwr])))
  await peer.frame()
  const log = record(socket, ['disconnect', 'reconnect_attempt', 'reconnecting', 'reconnect', 'connect'])
  peer.socket.terminate()
  const [error, jwr] = await pending
  assert.ok(error instanceof Error)
  assert.deepEqual(jwr.toPOJO(), { body: null, headers: {}, statusCode: 0 })
  assert.equal(jwr.error, error)
  assert.equal(socket.id, undefined)

  const queued = ask(socket, 'get', '/queued')
  const again = await (await server.peer()).accept()
  assert.match(await again.frame(), /^420\["get".*"\/queued"/)
  again.send('430[{"body":"ok"}]')
  assert.equal((await queued).body, 'ok')
  assert.deepEqual(log, ['disconnect transport close', 'reconnect_attempt 1', 'reconnecting 1', 'reconnect 1', 'connect'])
})

test('without `reconnection` a lost connection stays lost until reconnect(), which keeps the listeners', async (t) => {
  const { server, socket, peer } = await connected(t)
  const log = record(socket, ['reconnecting', 'news'])
  const lost = next(socket, 'disconnect')
  peer.socket.terminate()
  await lost
  assert.equal(socket.isConnected(), false)
  assert.throws(() => socket.disconnect(), /Cannot disconnect/)

  socket.reconnect()
  const again = await (await server.peer()).accept()
  const heard = next(socket, 'news')
  again.send('42["news","kept"]')
  await heard
  assert.deepEqual(log, ['news kept']) /* sails-sockets D34 */
})

test('attempts are counted, and given up after the last', async (t) => {
  const { socket, server, peer } = await connected(t, { reconnection: true, reconnectionAttempts: 2 })
  const log = record(socket, ['disconnect', 'reconnecting', 'connect_error', 'reconnect_error', 'reconnect_failed'])
  const failed = next(socket, 'reconnect_failed')
  peer.socket.terminate()
  for (let attempt = 0; attempt < 2; attempt++) {
    (await server.peer()).socket.terminate()
  }
  await failed
  assert.deepEqual(log, ['disconnect transport close', 'reconnecting 1', 'connect_error', 'reconnect_error',
    'reconnecting 2', 'connect_error', 'reconnect_error', 'reconnect_failed'])
})

test('disconnect() and a changed setting both end the attempts', async (t) => {
  for (const stop of [(socket) => socket.disconnect(), (socket) => { socket.path = '/elsewhere' }]) {
    const { socket, peer } = await connected(t, { reconnection: true })
    const log = record(socket, ['reconnecting', 'connect'])
    const lost = next(socket, 'disconnect')
    socket.on('disconnect', () => stop(socket))
    peer.socket.terminate()
    await lost
    assert.throws(() => socket.disconnect(), /neither connected nor about to be/)
    assert.deepEqual(log, [])
  }
})

test('the delays double up to the maximum, and chance only shortens them', (t) => {
  const io = loadClient(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const random = t.mock.method(Math, 'random', () => 0)
  let opened = 0
  let fail
  io.sails.WebSocket = class {
    constructor () {
      opened++
      fail = () => this.onclose()
    }

    close () {}
  }
  io.sails.connect('http://127.0.0.1:9', { reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 300 })
  for (const delay of [100, 200, 300, 300]) {
    const before = opened
    fail()
    t.mock.timers.tick(delay - 1)
    assert.equal(opened, before)
    t.mock.timers.tick(1)
    assert.equal(opened, before + 1)
  }
  random.mock.mockImplementation(() => 1)
  fail()
  t.mock.timers.tick(150)
  assert.equal(opened, 6)
})

test('a server that disconnects the socket is not called again', async (t) => {
  const { socket, peer } = await connected(t, { reconnection: true })
  const lost = next(socket, 'disconnect')
  peer.send('41')
  assert.deepEqual(await lost, ['io server disconnect'])
  assert.throws(() => socket.disconnect(), /neither connected nor about to be/)
  await peer.closed
})

test('a server that refuses the socket is not called again, and its reason is told', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url, { reconnection: true })
  const log = record(socket, ['connect_error', 'error', 'reconnecting'])
  const refused = next(socket, 'error')
  const peer = await server.peer()
  peer.open()
  assert.equal(await peer.frame(), '40')
  peer.send('44{"message":"not you","data":{"code":7}}')
  const [error] = await refused
  assert.equal(error.message, 'not you')
  assert.deepEqual(error.data, { code: 7 })
  assert.throws(() => socket.disconnect(), /neither connected nor about to be/)
  assert.deepEqual(log, ['connect_error', 'error'])
})

test('an attempt that takes longer than `timeout` fails', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url, { timeout: 30 })
  const [error] = await next(socket, 'connect_error')
  assert.equal(error.message, 'timeout')
})

test('a server of an older protocol is refused', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  const refused = next(socket, 'connect_error')
  const peer = await server.peer()
  peer.open()
  peer.send('40')
  const [error] = await refused
  assert.match(error.message, /older Socket.IO protocol/)
})

test('disconnect() says good-bye, also to the listeners', async (t) => {
  const { socket, peer } = await connected(t, { reconnection: true })
  const log = record(socket, ['disconnect', 'reconnecting'])
  socket.disconnect()
  assert.equal(await peer.frame(), '41')
  await peer.closed
  assert.deepEqual(log, ['disconnect io client disconnect'])
})

test('disconnect() while connecting gives up in silence', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url, { reconnection: true })
  const log = record(socket, ['disconnect', 'connect_error', 'reconnecting'])
  socket.disconnect()
  assert.equal(socket.isConnecting(), false)
  assert.deepEqual(log, [])
})

test('off() and removeAllListeners() remove what they say', async (t) => {
  const { socket, peer } = await connected(t)
  const log = []
  const one = () => log.push('one')
  const two = () => log.push('two')
  const fire = async () => {
    const answer = ask(socket, 'get', '/sync')
    const id = /^42(\d+)/.exec(await peer.frame())[1]
    peer.send('42["news"]', `43${id}[{}]`)
    await answer
    return log.splice(0)
  }
  socket.on('news', one).on('news', two)
  assert.deepEqual(await fire(), ['one', 'two'])
  socket.off('news', one)
  assert.deepEqual(await fire(), ['two'])
  socket.off('news')
  assert.deepEqual(await fire(), [])
  socket.on('news', one).removeAllListeners()
  assert.deepEqual(await fire(), [])
})

test('an exception in a listener is uncaught, and harms neither the other listeners nor the connection', async (t) => {
  const { socket, peer } = await connected(t)
  const uncaught = new Promise((resolve) => {
    const timer = t.mock.method(globalThis, 'setTimeout', (thrower) => {
      timer.mock.restore()
      resolve(thrower)
    })
  })
  socket.on('news', () => { throw new Error('mine') })
  const heard = next(socket, 'news')
  peer.send('42["news"]')
  await heard
  assert.throws(await uncaught, /mine/)
  assert.equal(socket.isConnected(), true)
})

test('settings may be changed while connecting, and with strict: false also while connected', async (t) => {
  const server = await startFakeServer(t)
  const io = loadClient(t)
  const socket = io.sails.connect(server.url)
  socket.reconnection = true
  const peer = await server.peer()
  const ready = next(socket, 'connect')
  await peer.accept()
  await ready
  assert.throws(() => { socket.reconnectionDelay = 7 }, /Cannot change `reconnectionDelay`/)
  io.sails.strict = false
  socket.reconnectionDelay = 7
  assert.equal(socket.reconnectionDelay, 7)
  peer.socket.terminate()
  await (await server.peer()).accept() // it came back, as it was told while connecting
})

test('a setting that is changed in the middle of an attempt to reconnect makes it the last', async (t) => {
  const { server, socket, peer } = await connected(t, { reconnection: true })
  const log = record(socket, ['reconnecting', 'reconnect_error', 'connect_error'])
  peer.socket.terminate()
  const second = await server.peer()
  socket.path = '/elsewhere'
  const failed = next(socket, 'connect_error')
  second.socket.terminate()
  await failed
  assert.throws(() => socket.disconnect(), /neither connected nor about to be/)
  assert.deepEqual(log, ['reconnecting 1', 'connect_error'])

  socket.reconnect() // "uses the current properties, so it can change servers"
  assert.match((await server.peer()).request.url, /^\/elsewhere\//)
})

test('a socket takes what it was not told from io.sails, when it starts to connect', async (t) => {
  const server = await startFakeServer(t)
  const io = loadClient(t, { url: server.url, path: '/common', query: '?common=1', headers: { common: '1' }, timeout: 1234 })
  const own = io.sails.connect({ query: 'own=1', multiplex: false })
  const common = io.sails.connect()
  io.sails.path = '/later'
  assert.match((await server.peer()).request.url, /^\/common\/\?own=1&__sails/)
  assert.match((await server.peer()).request.url, /^\/common\/\?common=1&__sails/)
  assert.equal(own.multiplex, false)
  for (const socket of [own, common]) {
    assert.equal(socket.url, server.url)
    assert.equal(socket.path, '/common')
    assert.equal(socket.timeout, 1234)
    assert.equal(socket.randomizationFactor, 0.5)
    assert.equal(socket.useCORSRouteToGetCookie, true)
    assert.deepEqual(socket.headers, { common: '1' })
  }
})

test('several sockets to one server have a connection each', async (t) => {
  const server = await startFakeServer(t)
  const io = loadClient(t, { url: server.url })
  const sockets = [io.sails.connect(), io.sails.connect({ multiplex: true })]
  const peers = [await (await server.peer()).accept(), await (await server.peer()).accept()]
  sockets[0].get('/first')
  sockets[1].get('/second')
  assert.match(await peers[0].frame(), /^420.*first/)
  assert.match(await peers[1].frame(), /^420.*second/)
})

test('_raw has what programs use of it, and emits plain events, with and without an ack', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  const answered = new Promise((resolve) => socket._raw.emit('sum', 1, 2, (...answer) => resolve(answer)))
  assert.equal(socket._raw.connected, false)
  socket.emit('hello', { queued: true }).get('/after')
  const peer = await (await server.peer()).accept()
  assert.equal(await peer.frame(), '420["sum",1,2]')
  assert.equal(await peer.frame(), '42["hello",{"queued":true}]')
  assert.match(await peer.frame(), /^421\["get"/)
  peer.send('430[3,"three"]')
  assert.deepEqual(await answered, [3, 'three'])
  assert.equal(socket._raw.connected, true)
  assert.equal(socket._raw.id, socket.id)

  socket.emit('lost', () => assert.fail('nobody answered'))
  const heard = next(socket._raw, 'disconnect')
  peer.socket.terminate()
  await heard
})

test('replay() sends what waits, and does no harm when nothing does', async (t) => {
  const server = await startFakeServer(t)
  const socket = loadClient(t).sails.connect(server.url)
  socket.get('/waits')
  assert.equal(socket.replay(), socket)
  socket.on('connect', () => socket.replay().get('/after'))
  const peer = await (await server.peer()).accept()
  assert.match(await peer.frame(), /waits/)
  assert.match(await peer.frame(), /after/)
  assert.equal(socket.replay(), socket)
})

test('each ping is told, and so is the pong that was sent', async (t) => {
  const { socket, peer } = await connected(t)
  const log = record(socket, ['ping', 'pong'])
  const heard = next(socket, 'pong')
  peer.send('2')
  await heard
  assert.deepEqual(log, ['ping', 'pong'])
})

test('a JWR is no stream, and says so', async (t) => {
  const { socket, peer } = await connected(t)
  const answer = ask(socket, 'get', '/x')
  await peer.frame()
  peer.send('430[{"body":{"a":1},"headers":{},"statusCode":200}]')
  const jwr = await answer
  assert.match(jwr.pipe().message, /no stream/)
  assert.equal(String(jwr), '[ResponseFromSails]  -- Status: 200  -- Headers: {}  -- Body: {"a":1}')
})

test('headers of one request do not leak into the next, nor into the object that was given', async (t) => {
  const { socket, peer } = await connected(t, { headers: { a: 'common' } })
  const headers = { b: 'own' }
  socket.request({ url: '/x', headers })
  assert.match(await peer.frame(), /"headers":{"b":"own","a":"common"}/)
  assert.deepEqual(headers, { b: 'own' })
  socket.get('/y')
  assert.match(await peer.frame(), /"headers":{"a":"common"}/)
})
