// Requests: what an action sees, and what its answer becomes, over a socket and over HTTP.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, asks, bytesEqual, next } from './support/clients.mjs'
import { join } from './support/wire.mjs'

const methods = ['get', 'post', 'put', 'delete', 'patch', 'options', 'head']

/** One request over a socket: the answer's {body, headers, statusCode}. */
const send = (socket, method, url, message = {}) => ask(socket, method, { url, ...message })

const body = async (socket, method, url, message) => (await send(socket, method, url, message)).body

async function connected(t, options) {
  const app = await startApp(t, 'requests', options)
  return { app, socket: await app.connect() }
}

// ---- the interpreter ----

// sails-sockets 18
test('each of the seven verbs reaches its route, whatever the message says', async (t) => {
  const { socket } = await connected(t)

  for (const method of methods) {
    const shown = await body(socket, method, '/verb', { method: 'put' })
    assert.equal(shown.method, method.toUpperCase())
    assert.equal(shown.isSocket, true)
    assert.equal(shown.id, socket.id)
    assert.equal((await body(socket, method, '/show')).method, method.toUpperCase())
    const { statusCode, headers } = await send(socket, method, '/by-default')
    assert.equal(statusCode, 200)
    assert.equal('allow' in headers, method === 'options')
  }
})

// sails-sockets 19
test('other events are no requests', async (t) => {
  const { app } = await connected(t)
  const wire = await join(app)

  wire.send('421["GET",{"url":"/text"}]', '422["message",{"url":"/text"}]', '423["foo"]')
  wire.send('424["trace",{"url":"/text"}]', '429["get",{"url":"/text"}]')
  assert.equal(await wire.nextPacket(), '439[{"body":"ok!","headers":{},"statusCode":200}]')
})

// sails-sockets 20
test('a request without an ack id runs, and nothing is answered', async (t) => {
  const { app } = await connected(t)
  const wire = await join(app)

  wire.send('42["post",{"url":"/count"}]', '421["get",{"url":"/count"}]')
  assert.equal(await wire.nextPacket(), '431[{"body":{"count":1},"headers":{},"statusCode":200}]')
})

const CODE = 'SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ'
const KEYS = ['code', 'name', 'status', 'message', 'details', 'body', 'headers', 'statusCode']

function assertParseError(error, details) {
  assert.deepEqual(Object.keys(error), KEYS)
  assert.equal(error.code, CODE)
  assert.equal(error.name, `Error (${CODE}):`)
  assert.equal(error.status, 400)
  assert.equal(error.message, 'Failed to parse incoming socket.io request.')
  assert.deepEqual(error.body, { code: CODE, details: error.details })
  assert.equal(error.statusCode, 400)
  if (details) {
    assert.equal(error.details, details)
  }
}

// sails-sockets 21
test('a message without a usable url is a parse error', async (t) => {
  const { socket } = await connected(t)

  for (const [message, details] of [
    [{}, 'No url provided in request: {}'],
    [{ url: '' }, 'No url provided in request: {"url":""}'],
    [{ url: null }],
    [{ url: 5 }, 'Invalid url provided: 5'],
    [{ url: ['/text'] }],
    [{ data: { url: '/text' } }],
  ]) {
    assertParseError(await ask(socket, 'get', message), details)

    const told = next(socket, 'sails:parseError')
    socket.emit('get', message)
    assertParseError((await told)[0], details)
  }
  assert.equal(await body(socket, 'get', '/text'), 'ok!')
})

// sails-sockets 22
test('a message that is no object is a parse error', async (t) => {
  const { app, socket } = await connected(t)
  const wire = await join(app)

  for (const event of ['["get"]', '["get",null]', '["get",5]', '["get",["x"]]', '["get","/text"]']) {
    wire.send(`421${event}`)
    const answer = await wire.nextPacket()
    assert.ok(answer.startsWith('431['), answer)
    assertParseError(JSON.parse(answer.slice(3))[0])
  }
  assert.equal(await body(socket, 'get', '/text'), 'ok!')
})

// sails-sockets 23
test('an argument behind the message is a parse error, told by an event', async (t) => {
  const { app } = await connected(t)
  const wire = await join(app)

  wire.send('421["get",{"url":"/text"},{}]')
  const [event, error] = JSON.parse((await wire.nextPacket()).slice(2))
  assert.equal(event, 'sails:parseError')
  assertParseError(error)
  wire.send('422["get",{"url":"/text"},null]')
  assert.equal(await wire.nextPacket(), '432[{"body":"ok!","headers":{},"statusCode":200}]')
})

// sails-sockets 24, sails-sockets 25
test('the version of the SDK decides who is served', async (t) => {
  const { app } = await connected(t)
  const name = '__sails_io_sdk_version'
  const cases = [
    [undefined, undefined, true],
    ['0.10.0', undefined, false],
    ['0.10.99', undefined, false],
    ['0.11.0', undefined, true],
    ['0.11.0-1', undefined, true],
    ['1.2.1', undefined, true],
    ['10.0.0', undefined, true],
    ['nonsense', undefined, false],
    ['1.2', undefined, false],
    ['1.2.1', '0.9.0', false],
    ['0.9.0', '1.2.1', true],
  ]

  for (const [inQuery, inHeader, served] of cases) {
    const socket = await app.connect({
      query: inQuery ? { [name]: inQuery } : {},
      extraHeaders: inHeader ? { [name]: inHeader } : {},
    })
    const answer = await ask(socket, 'get', { url: '/text' })
    const why = `query ${inQuery}, header ${inHeader}: ${JSON.stringify(answer)}`
    assert.equal(answer.statusCode, served ? 200 : 400, why)
    assert.equal(answer.code, served ? undefined : CODE, why)
    socket.close()
  }
})

// ---- what an action sees ----

// sails-sockets 26, sails-sockets 27
test('the body is params, and data over it; a list may be one', async (t) => {
  const { socket } = await connected(t)
  const merged = { params: { a: 1, b: 1 }, data: { b: 2, c: [3] } }

  for (const method of methods) {
    assert.deepEqual((await body(socket, method, '/show', merged)).body, { a: 1, b: 2, c: [3] })
    const list = (await body(socket, method, '/show', { data: [1, { a: 2 }] })).body
    const stays = ['post', 'put', 'patch', 'options'].includes(method)
    assert.deepEqual(list, stays ? [1, { a: 2 }] : { 0: 1, 1: { a: 2 } }, method)
  }
  assert.deepEqual((await body(socket, 'post', '/show', { params: ['x'] })).body, { 0: 'x' })
  assert.deepEqual((await body(socket, 'post', '/show', { data: 'text' })).body, {})
  assert.deepEqual((await body(socket, 'post', '/show')).body, {})
})

// sails-sockets 28
test('the query is flat', async (t) => {
  const { socket } = await connected(t)
  const query = async (url) => (await body(socket, 'get', url)).query

  assert.deepEqual(await query('/show?a=1&a=2&c[]=3'), { a: ['1', '2'], 'c[]': '3' })
  assert.deepEqual(await query('/show?d[x]=1&e=a+b%20c&f&g='), { 'd[x]': '1', e: 'a b c', f: '', g: '' })
  assert.deepEqual(await query('/show'), {})
})

// sails-sockets 29
test('parameters come from the path, the body, the query', async (t) => {
  const { socket } = await connected(t)
  const url = '/show/in path/of/7?name=query&id=query&b=query&c=query'
  const { params } = await body(socket, 'post', url, { data: { id: 'body', b: 'body', d: [1] } })
  assert.deepEqual(params, { name: 'in path', id: '7', b: 'body', c: 'query', d: [1] })

  const param = (name, data, query = '') => body(socket, 'post', `/param/${name}${query}`, { data })
  assert.deepEqual(await param('a', { a: 'text' }, '?a=q'), { text: 'text', json: 'text' })
  assert.deepEqual(await param('a', {}, '?a=q'), { text: 'q', json: 'q' })
  assert.deepEqual(await param('a', { a: 5 }), { text: '5', json: 5 })
  assert.deepEqual(await param('a', { a: 1.5 }), { text: '1.5', json: 1.5 })
  assert.deepEqual(await param('a', { a: true }), { text: 'true', json: true })
  assert.deepEqual(await param('a', { a: [1] }), { text: null, json: [1] })
  assert.deepEqual(await param('a', {}), { text: null, json: null })
  assert.deepEqual(await param('a%2Fb', { 'a/b': 'x' }), { text: 'x', json: 'x' })
})

// sails-sockets 30, sails-sockets 31
test('headers are those of the message, but for what the handshake decides', async (t) => {
  const { app } = await connected(t)
  const headers = { Cookie: 'from=handshake', Origin: 'http://handshake.example' }
  const plain = await app.connect({ extraHeaders: { nosession: 'true' } })
  const cookieless = await app.connect()
  const dressed = await app.connect({ extraHeaders: headers })
  const names = ['cookie', 'origin', 'host', 'X-CUSTOM', 'number', 'list', 'object', 'null', 'user-agent']
  const message = {
    headers: {
      Cookie: 'from=message',
      origin: 'http://message.example',
      Host: 'message.example',
      'x-Custom': 'yes',
      number: 5,
      list: [1, 2],
      object: {},
      null: null,
    },
    data: { names },
  }
  const rest = ['message.example', 'yes', '5', '1,2', '[object Object]', 'null', null]

  assert.deepEqual(await body(plain, 'post', '/headers', message), ['from=message', null, ...rest])
  // A connection without a cookie has that of its own session.
  const [own] = await body(cookieless, 'post', '/headers', message)
  assert.match(own, /^sails\.sid=s%3A[^;]+$/)
  assert.deepEqual(await body(dressed, 'post', '/headers', message), [
    'from=handshake',
    'http://handshake.example',
    ...rest,
  ])
  const none = Array(names.length).fill(null)
  assert.deepEqual(await body(plain, 'post', '/headers', { headers: 'abc', data: { names } }), none)
})

// sails-sockets 32
test("the address is the connection's, whatever a header says", async (t) => {
  const { app } = await connected(t)
  const socket = await app.connect({ extraHeaders: { 'X-Forwarded-For': '1.2.3.4' } })

  const { ip } = await body(socket, 'get', '/show', { headers: { 'x-forwarded-for': '5.6.7.8' } })
  assert.match(ip, /127\.0\.0\.1$/)
})

// sails-sockets 33
test('case, a slash and blanks at the end do not prevent a match', async (t) => {
  const { socket } = await connected(t)

  for (const url of ['/text', '/TEXT', '/text/', '/text ', '/text?a=1', 'http://foo.example/text']) {
    assert.equal(await body(socket, 'get', url), 'ok!', url)
  }
  for (const url of ['text', '/text//', '/tex', '/text/x', '/']) {
    assert.equal((await send(socket, 'get', url)).statusCode, 404, url)
  }
})

test('a path that ends in a pattern does not take what looks like a file', async (t) => {
  const { socket } = await connected(t)

  assert.equal((await body(socket, 'get', '/show/a.b/of/c')).params.name, 'a.b')
  assert.equal((await body(socket, 'get', '/file/c')).params.name, 'c')
  assert.equal((await send(socket, 'get', '/file/c.png')).statusCode, 404)
})

test('OPTIONS lists the methods of a path', async (t) => {
  const { socket } = await connected(t)
  const { headers, statusCode } = await send(socket, 'options', '/text')

  assert.equal(statusCode, 200)
  assert.deepEqual(headers.allow.split(/, */).sort(), ['GET', 'HEAD'])
})

// ---- answers ----

// sails-sockets 34, sails-sockets 39
test('what no route matches is not found', async (t) => {
  const { app } = await connected(t)
  const wire = await join(app)

  wire.send('421["get",{"url":"/nope"}]')
  assert.equal(await wire.nextPacket(), '431[{"body":"Not Found","headers":{},"statusCode":404}]')
})

const answers = [
  ['get', '/text', undefined, { body: 'ok!', headers: {}, statusCode: 200 }],
  // sails-sockets 36
  ['get', '/nothing', undefined, { headers: {}, statusCode: 200 }],
  ['post', '/json', null, { body: null, headers: {}, statusCode: 200 }],
  ['post', '/json', 0, { body: 0, headers: {}, statusCode: 200 }],
  ['post', '/json', false, { body: false, headers: {}, statusCode: 200 }],
  ['post', '/json', { foo: ['bar'] }, { body: { foo: ['bar'] }, headers: {}, statusCode: 200 }],
  // sails-sockets 37
  [
    'post',
    '/json',
    'str',
    { body: '"str"', headers: { 'content-type': 'application/json' }, statusCode: 200 },
  ],
  ['post', '/ok', undefined, { body: 'OK', headers: {}, statusCode: 200 }],
  ['post', '/ok', { a: 1 }, { body: { a: 1 }, headers: {}, statusCode: 200 }],
  ['post', '/status/501', { a: 1 }, { body: { a: 1 }, headers: {}, statusCode: 501 }],
  ['post', '/bad-request', undefined, { body: 'Bad Request', headers: {}, statusCode: 400 }],
  ['post', '/bad-request', { a: 1 }, { body: { a: 1 }, headers: {}, statusCode: 400 }],
  ['get', '/forbidden', undefined, { body: 'Forbidden', headers: {}, statusCode: 403 }],
  ['get', '/not-found', undefined, { body: 'Not Found', headers: {}, statusCode: 404 }],
  [
    'post',
    '/server-error',
    undefined,
    { body: 'Internal Server Error', headers: {}, statusCode: 500 },
  ],
  ['post', '/server-error', { a: 1 }, { body: { a: 1 }, headers: {}, statusCode: 500 }],
  [
    'get',
    '/late',
    undefined,
    { body: { from: 'another thread' }, headers: { 'x-late': 'yes' }, statusCode: 201 },
  ],
]

for (const [method, url, data, expected] of answers) {
  const given = data === undefined ? '' : ` ${JSON.stringify(data)}`
  test(`the answer of ${url}${given}`, async (t) => {
    const { socket } = await connected(t)
    const answer = await send(socket, method, url, data === undefined ? {} : { data: { data } })

    assert.deepEqual(answer, expected)
    // sails-sockets 39
    assert.deepEqual(Object.keys(answer), Object.keys(expected))
  })
}

test('a redirect is told, not followed', async (t) => {
  const { socket } = await connected(t)
  const answer = await send(socket, 'get', '/redirect')

  assert.equal(answer.statusCode, 302)
  assert.equal(answer.body, 'Redirecting to /elsewhere')
  assert.equal(answer.headers.location, '/elsewhere')
})

test('a status alone answers with its name', async (t) => {
  const { socket } = await connected(t)
  const named = async (status) => body(socket, 'post', '/send-status', { data: { status } })

  assert.equal(await named(204), 'No Content')
  assert.match(await named(418), /^I'm a teapot$/i)
  assert.equal(await named(503), 'Service Unavailable')
})

// sails-sockets 35
test('in production an error keeps its data to itself', async (t) => {
  // Production demands to know who may connect; this client has no origin.
  const who = ['--sockets.onlyAllowOrigins=["https://a.example"]', '--sockets.allowMissingOrigin']
  const { socket } = await connected(t, { args: ['--environment=production', '--session.secret=known to the test', ...who] })
  const answer = await send(socket, 'post', '/server-error', { data: { data: { secret: 1 } } })

  assert.deepEqual(answer, { body: 'Internal Server Error', headers: {}, statusCode: 500 })
})

// sails-sockets 38
test('headers are lower case, and cookies never reach scripts', async (t) => {
  const { app, socket } = await connected(t)
  const { headers } = await send(socket, 'get', '/set-headers')
  assert.deepEqual(Object.keys(headers).map((name) => name.toLowerCase()), Object.keys(headers))
  assert.deepEqual(headers, { 'x-custom': 'yes' })

  const response = await fetch(`${app.url}/set-headers`)
  assert.equal(response.headers.get('x-custom'), 'yes')
  assert.ok(response.headers.get('set-cookie'))
})

// sails-sockets 40
test('status and headers can be left out of answers', async (t) => {
  const noStatus = await connected(t, { args: ['--sockets.sendStatusCode=false'] })
  assert.deepEqual(await send(noStatus.socket, 'get', '/text'), { body: 'ok!', headers: {} })
  const noHeaders = await connected(t, { args: ['--sockets.sendResponseHeaders=false'] })
  assert.deepEqual(await send(noHeaders.socket, 'get', '/text'), { body: 'ok!', statusCode: 200 })
})

// sails-sockets 41
test('of two answers the first is sent', async (t) => {
  const { app } = await connected(t)
  const wire = await join(app)

  wire.send('421["get",{"url":"/twice"}]', '422["get",{"url":"/text"}]')
  assert.match(await wire.nextPacket(), /^431\[\{"body":\{"which":"first"\}/)
  assert.match(await wire.nextPacket(), /^432\[/)
  assert.deepEqual(await (await fetch(`${app.url}/twice`)).json(), { which: 'first' })
})

// sails-sockets 42
test('a fast request overtakes a slow one', async (t) => {
  const { socket } = await connected(t)
  const order = []
  const slow = body(socket, 'get', '/wait').then((answer) => order.push(answer))

  order.push(await body(socket, 'get', '/text'))
  await body(socket, 'get', '/go')
  await slow
  assert.deepEqual(order, ['ok!', { waited: 'for go' }])
})

test('who has gone meanwhile is not answered, and nobody minds', async (t) => {
  const { app, socket } = await connected(t)
  const gone = await app.connect()

  gone.emit('get', { url: '/wait' })
  // Behind the request on one connection: it waits when this is answered.
  await body(gone, 'get', '/text')
  gone.disconnect()
  assert.deepEqual(await body(socket, 'get', '/go'), { released: true })
  assert.equal(await body(socket, 'get', '/text'), 'ok!')
})

// sails-sockets 43
test('what is broadcast in the turn of the answer comes before it', async (t) => {
  const app = await startApp(t, 'sockets')
  const wire = await join(app)

  wire.send('421["post",{"url":"/say-and-answer"}]')
  assert.equal(await wire.nextPacket(), '42["said","before"]')
  assert.equal(await wire.nextPacket(), '42["said","after"]')
  assert.match(await wire.nextPacket(), /^431\[/)
})

// sails-sockets 44
test('a percent sign that is none is a bad request', async (t) => {
  const { app, socket } = await connected(t)
  const text = 'Bad request: Could not decode requested URL.'

  assert.deepEqual(await send(socket, 'get', '/param/%zz'), { body: text, headers: {}, statusCode: 400 })
  const response = await fetch(`${app.url}/param/%zz`)
  assert.deepEqual([response.status, await response.text()], [400, text])
})

test('binary passes in requests and answers', async (t) => {
  const { socket } = await connected(t)
  const bytes = Buffer.from([1, 2, 255])

  bytesEqual(await send(socket, 'get', '/binary'), {
    body: { bytes: Buffer.from([1, 2]) },
    headers: {},
    statusCode: 200,
  })
  bytesEqual(await body(socket, 'post', '/json', { data: { data: { bytes } } }), { bytes })
})

test('the application gives its actions a context', async (t) => {
  const { socket } = await connected(t)
  assert.equal((await send(socket, 'get', '/context')).body, '"the context of the app"')
})

// ---- the same routes over HTTP ----

/** Status, type and body of an answer over HTTP; the body parsed where it is JSON. */
async function http(app, method, url, init = {}) {
  const response = await fetch(app.url + url, { method, redirect: 'manual', ...init })
  const type = response.headers.get('content-type')
  const text = await response.text()
  return { status: response.status, type, body: type?.includes('json') ? JSON.parse(text) : text }
}

const json = (value) => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
})

test('HTTP: each method reaches its route', async (t) => {
  const app = await startApp(t, 'requests')

  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status, body: shown } = await http(app, method, '/verb?a=1')
    assert.equal(status, 200, method)
    assert.equal(shown.method, method)
    assert.equal(shown.isSocket, false)
    assert.equal(shown.url, '/verb?a=1')
    assert.equal(shown.path, '/verb')
    assert.deepEqual(shown.query, { a: '1' })
    assert.equal(shown.id, null)
  }
  const head = await http(app, 'HEAD', '/text')
  assert.deepEqual([head.status, head.body], [200, ''])
  assert.equal((await http(app, 'GET', '/nope')).status, 404)
  assert.equal((await http(app, 'GET', '/TEXT/')).body, 'ok!')
})

test('HTTP: bodies of JSON and of forms', async (t) => {
  const app = await startApp(t, 'requests')
  const shown = async (init) => (await http(app, 'POST', '/show', init)).body.body

  assert.deepEqual(await shown(json({ a: [1, { b: null }] })), { a: [1, { b: null }] })
  assert.deepEqual(await shown(json([1, 2])), [1, 2])
  assert.deepEqual(await shown({ body: new URLSearchParams({ a: 'b c', d: '&=' }) }), { a: 'b c', d: '&=' })
  const broken = { headers: { 'Content-Type': 'application/json' }, body: '{"a":' }
  assert.equal((await http(app, 'POST', '/show', broken)).status, 400)
  const url = '/show/path/of/7?name=query&c=query'
  const { params } = (await http(app, 'POST', url, json({ id: 'body', b: 1 }))).body
  assert.deepEqual(params, { name: 'path', id: '7', b: 1, c: 'query' })
})

test('HTTP: a body over the limit is refused', async (t) => {
  const app = await startApp(t, 'requests', { args: ['--http.maxBodySize=1000'] })

  assert.equal((await http(app, 'POST', '/show', json({ a: 'x'.repeat(900) }))).status, 200)
  assert.equal((await http(app, 'POST', '/show', json({ a: 'x'.repeat(1100) }))).status, 400)
  assert.equal((await http(app, 'GET', '/text')).status, 200)
})

test('HTTP: answers', async (t) => {
  const app = await startApp(t, 'requests')
  const post = async (url, value) => {
    const { status, body: answer } = await http(app, 'POST', url, json(value))
    return [status, answer]
  }

  assert.deepEqual(await post('/json', { data: { a: 1 } }), [200, { a: 1 }])
  assert.deepEqual(await post('/json', { data: 'str' }), [200, 'str'])
  assert.deepEqual(await post('/status/501', { data: [1] }), [501, [1]])
  assert.deepEqual(await post('/ok', {}), [200, 'OK'])
  assert.deepEqual(await post('/bad-request', {}), [400, 'Bad Request'])
  assert.deepEqual(await post('/server-error', {}), [500, 'Internal Server Error'])
  const text = await http(app, 'GET', '/text')
  assert.deepEqual(text, { status: 200, type: 'text/html; charset=utf-8', body: 'ok!' })
  assert.deepEqual((await http(app, 'GET', '/late')).body, { from: 'another thread' })

  const redirect = await fetch(`${app.url}/redirect`, { redirect: 'manual' })
  assert.deepEqual([redirect.status, redirect.headers.get('location')], [302, '/elsewhere'])
  await redirect.text()
})

test('HTTP: a slow answer waits for another connection', async (t) => {
  const app = await startApp(t, 'requests')
  const slow = http(app, 'GET', '/wait')

  while (!(await http(app, 'GET', '/go')).body.released);
  assert.deepEqual((await slow).body, { waited: 'for go' })
})

test('a request that is never answered does not hold up a shutdown', async (t) => {
  const { app, socket } = await connected(t)

  socket.emit('get', { url: '/wait' }, () => assert.fail('nobody has answered'))
  await body(socket, 'get', '/text')
  const told = next(socket, 'disconnect')
  await app.stop()
  await told
})

test('many requests at once are each answered once', async (t) => {
  const { socket } = await connected(t, { args: ['--workers', '4'] })
  const numbers = Array.from({ length: 300 }, (_, i) => i)
  const given = await Promise.all(
    numbers.map((i) => body(socket, 'post', i % 3 === 0 ? '/ok' : '/json', { data: { data: [i] } })),
  )
  assert.deepEqual(given, numbers.map((i) => [i]))

  const late = await Promise.all(numbers.map(() => asks(socket, 'get', { url: '/late' })))
  assert.ok(late.every(([answer]) => answer.statusCode === 201))
})
