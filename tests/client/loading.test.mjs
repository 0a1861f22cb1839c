/* The ways to load the client, and what the script tag and io.sails say. */
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { loadClient, loadPage, next } from './support/client.mjs'
import { startFakeServer } from './support/fake-server.mjs'

const tick = () => new Promise((resolve) => setTimeout(resolve))

test('the ES module gives the same object as the CommonJS module', async () => {
  const { default: io } = await import('../../clients/js/sails.io.mjs')
  const { default: again } = await import('../../clients/js/sails.io.js')
  assert.equal(io, again)
  assert.equal(typeof io.sails.connect, 'function')
  assert.equal(io('whatever'), io) // the line that loads the original: require('sails.io.js')(socketIoClient)
})

test('in Node the eager socket connects one tick after loading, if it knows where to', async (t) => {
  const server = await startFakeServer(t)
  const io = loadClient(t, { autoConnect: true, url: server.url })
  assert.equal(io.socket.mightBeAboutToAutoConnect(), true)
  io.socket.get('/queued')
  const peer = await (await server.peer()).accept()
  assert.match(await peer.frame(), /queued/)
  assert.equal(io.socket.mightBeAboutToAutoConnect(), false)
  io.socket.disconnect()
})

test('in Node the eager socket stays idle without a url, and is deleted without autoConnect', async (t) => {
  const idle = loadClient(t, { autoConnect: true })
  await tick()
  assert.equal(idle.socket.isConnecting(), false)
  const off = loadClient(t)
  await tick()
  assert.equal(off.socket, undefined)
})

test('without a WebSocket implementation connect() says what to do', (t) => {
  const { io } = loadPage(t, { page: 'http://127.0.0.1/', globals: { WebSocket: undefined } })
  assert.throws(() => io.sails.connect(), /io\.sails\.WebSocket = require\('ws'\)/)
})

test('a page connects to the server it came from once it is read', async (t) => {
  const server = await startFakeServer(t)
  const { io, finishLoading } = loadPage(t, { page: `${server.url}/some/page.html?secret=1#top` })
  await tick()
  assert.equal(io.socket.isConnecting(), false) // a later script may still change io.sails
  finishLoading()
  const { request } = await server.peer()
  assert.equal(request.url, '/socket.io/?__sails_io_sdk_version=1.3.0&__sails_io_sdk_platform=browser' +
    '&__sails_io_sdk_language=javascript&EIO=4&transport=websocket')
})

test('the script tag configures the client, and data- attributes win', async (t) => {
  const server = await startFakeServer(t)
  const { io, finishLoading } = loadPage(t, {
    page: server.url + '/',
    src: server.url + '/sails.io.min.js',
    attributes: {
      url: 'http://wrong',
      'data-url': server.url,
      path: '/ws',
      reconnection: 'true',
      headers: '{"x-from-tag":"1"}',
      autoconnect: ''
    }
  })
  assert.equal(io.sails.reconnection, true)
  assert.equal(io.sails.environment, 'production')
  finishLoading()
  const peer = await server.peer()
  assert.match(peer.request.url, /^\/ws\/\?/)
  await peer.accept()
  io.socket.get('/x')
  assert.match(await peer.frame(), /"headers":{"x-from-tag":"1"}/)
})

test('autoConnect="false" deletes the eager socket, and nonsense is refused', (t) => {
  const { io, finishLoading } = loadPage(t, { page: 'http://127.0.0.1/', attributes: { 'data-autoconnect': 'false' } })
  finishLoading()
  assert.equal(io.socket, undefined)
  assert.throws(() => loadPage(t, { page: 'http://127.0.0.1/', attributes: { autoconnect: 'maybe' } }), /autoConnect/)
})

test('a page of another origin fetches the session cookie first, whether the route exists or not', async (t) => {
  for (const answer of [() => Promise.resolve(), () => Promise.reject(new Error('404'))]) {
    const server = await startFakeServer(t)
    const fetched = []
    const fetch = (url, options) => {
      fetched.push([url, options.credentials])
      return answer()
    }
    const { io } = loadPage(t, { page: 'http://elsewhere.example/', readyState: 'complete', attributes: { url: server.url }, globals: { fetch } })
    const ready = next(io.socket, 'connect')
    await (await server.peer()).accept()
    await ready
    assert.deepEqual(fetched, [[server.url + '/__getcookie', 'include']])
  }
})

test('a Socket.IO client that was loaded before keeps the name io, and a second copy of ours is refused', (t) => {
  const socketIo = () => 'a socket of socket.io-client'
  const { io } = loadPage(t, { page: 'http://127.0.0.1/', globals: { io: socketIo } })
  assert.equal(io(), 'a socket of socket.io-client')
  assert.equal(typeof io.sails.connect, 'function')
  assert.throws(() => loadPage(t, { page: 'http://127.0.0.1/', globals: { io } }), /loaded twice/)
})

test('all seven attributes are read, plain or with data-', (t) => {
  const attributes = {
    autoConnect: 'false',
    reconnection: 'true',
    environment: 'staging',
    url: 'http://example.com:1337',
    path: '/ws',
    headers: '{"x":"1"}',
    transports: '["websocket"]'
  }
  for (const prefix of ['', 'data-']) {
    const named = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [prefix + name, text]))
    const { io } = loadPage(t, { page: 'http://127.0.0.1/', attributes: named })
    const { autoConnect, reconnection, environment, url, path, headers, transports } = io.sails
    assert.deepEqual(JSON.parse(JSON.stringify({ autoConnect, reconnection, environment, url, path, headers, transports })), {
      ...attributes, autoConnect: false, reconnection: true, headers: { x: '1' }, transports: ['websocket']
    })
  }
})

test('an attribute of a wrong type is refused, with its name', (t) => {
  for (const [name, text] of [['autoConnect', '1'], ['reconnection', 'yes'], ['headers', 'x: 1'], ['transports', 'websocket']]) {
    assert.throws(() => loadPage(t, { page: 'http://127.0.0.1/', attributes: { [name]: text } }),
      { message: new RegExp(`attribute ${name} must be a JSON (boolean|object), not '${text}'`) })
  }
})

test('the environment comes from the address of the script, or from what the view says', (t) => {
  const environment = (options) => loadPage(t, { page: 'http://127.0.0.1/', ...options }).io.sails.environment
  assert.equal(environment({}), 'development')
  assert.equal(environment({ src: '/sails.io.min.js' }), 'production')
  assert.equal(environment({ src: '/sails.io.js#production' }), 'production')
  assert.equal(environment({ src: '/sails.io.min.js?v=1' }), 'development')
  for (const _environment of ['production', 'staging']) {
    assert.equal(environment({ globals: { SAILS_LOCALS: { _environment } } }), 'production')
  }
  assert.equal(environment({ globals: { SAILS_LOCALS: { _environment: 'development' } } }), 'development')
  assert.equal(environment({ src: '/sails.io.min.js', attributes: { environment: 'development' } }), 'development')
})

test('a page of the same origin, and one that was told so, fetch no cookie; another route may be named', async (t) => {
  const server = await startFakeServer(t)
  const fetched = []
  const fetch = async (url) => fetched.push(url)
  const load = async (page, useCORSRouteToGetCookie) => {
    const { io } = loadPage(t, { page, attributes: { autoconnect: 'false' }, globals: { fetch } })
    io.sails.connect(server.url, { useCORSRouteToGetCookie }).disconnect()
    await tick()
    return fetched.splice(0)
  }
  assert.deepEqual(await load(server.url + '/page'), [])
  assert.deepEqual(await load('http://elsewhere.example/', false), [])
  assert.deepEqual(await load('http://elsewhere.example/', '/my/cookie'), [server.url + '/my/cookie'])
})

test('in Node its own WebSocket is used, with headers, and cannot be told to trust everybody', async (t) => {
  const server = await startFakeServer(t)
  const script = `
    const io = require(${JSON.stringify(new URL('../../clients/js/sails.io.js', import.meta.url).pathname)})
    const options = { initialConnectionHeaders: { 'x-first': '1' } }
    try {
      io.sails.connect('${server.url}', { rejectUnauthorized: false })
    } catch (error) {
      console.log(error.message)
    }
    const socket = io.sails.connect('${server.url}', options)
    socket.on('connect', () => socket.disconnect())`
  const done = promisify(execFile)(process.execPath, ['--experimental-websocket', '-e', script])
  const peer = await server.peer()
  assert.equal(peer.request.headers['x-first'], '1')
  await peer.accept()
  assert.match((await done).stdout, /`rejectUnauthorized` needs io.sails.WebSocket/)
})
