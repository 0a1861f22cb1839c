/*!
 * sails.io.js - the socket client of Sails for C. MIT licence.
 *
 * Speaks to the routes of a Sails server over one WebSocket: io.socket.get('/user', cb). The API is
 * that of Sails' own sails.io.js 1.2; the wire is Engine.IO 4 and Socket.IO protocol 5, so it also
 * works with Sails 1.x on Node. No dependencies; no other transport than WebSocket.
 *
 *   <script src="/sails.io.js"></script>            defines the global `io`
 *   const io = require('./sails.io.js')             Node; before Node 22: io.sails.WebSocket = require('ws')
 *   import io from './sails.io.mjs'
 *
 * From the wire upwards the file has: Connection, one WebSocket and the packets on it, which dies
 * with its socket; SailsSocket, what the application holds, which outlives its connections; and
 * `io.sails`, the settings that every new SailsSocket starts with.
 */
(function (global) {
  'use strict'

  const inNode = typeof process === 'object' && Boolean(process.versions && process.versions.node)

  // A function, so that require('sails.io.js')(require('socket.io-client')), the line with which
  // programs load the original, keeps working. In a page, a Socket.IO client that was loaded before
  // us already owns the name `io`: it keeps it, and gets `sails` and `socket` added.
  const io = (!inNode && global.io) || function io () { return io }
  if (io.sails) {
    throw new Error('sails.io.js has been loaded twice')
  }
  if (typeof module === 'object' && module.exports) {
    module.exports = io
  } else {
    global.io = io
  }

  const VERSION = '1.3.0' // servers refuse clients below 0.11; ours continues the numbering of sails.io.js

  /* What each SailsSocket has, and the value where neither it nor `io.sails` says otherwise. */
  const DEFAULTS = {
    url: undefined, // in a page: the server that the page came from
    path: '/socket.io',
    query: undefined, // text, 'token=abc&x=1'
    headers: undefined, // of every request; may be changed at any time
    initialConnectionHeaders: undefined, // of the handshake; Node only, browsers allow none
    rejectUnauthorized: undefined, // Node only: false accepts any TLS certificate
    transports: ['websocket'],
    useCORSRouteToGetCookie: true, // true: '/__getcookie', text: another route, false: no
    timeout: 20000, // ms until an attempt to connect is given up
    reconnection: false, // as in Sails 1.x: off unless asked for
    reconnectionAttempts: Infinity,
    reconnectionDelay: 1000, // ms before the first attempt, doubled before each further one
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5 // the share of the delay that is left to chance
  }

  // --- small tools -------------------------------------------------------------------------------

  /* An error in the application's callback is the application's: it surfaces as an uncaught error,
   * as from any event handler, but must not stop us half-way through a change of state. */
  function call (callback, args) {
    try {
      callback.apply(null, args)
    } catch (error) {
      setTimeout(() => { throw error })
    }
  }

  function isBinary (value) {
    return ArrayBuffer.isView(value) ||
      /^\[object (ArrayBuffer|Blob|File)\]$/.test(Object.prototype.toString.call(value))
  }

  function isObject (value) {
    return typeof value === 'object' && value !== null
  }

  // --- Connection: one WebSocket -----------------------------------------------------------------

  // type, attachments "-", namespace ",", ack id, JSON
  const PACKET = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*),?)?(\d*)([^]*)$/
  const CONNECT = '0'
  const DISCONNECT = '1'
  const CONNECT_ERROR = '4'
  const EVENT = 2
  const ACK = 3
  const BINARY = 3 // how much BINARY_EVENT and BINARY_ACK are above EVENT and ACK

  /*
   * `owner` is told of everything through four functions: onConnect(), onEvent(args), onPing() and,
   * once and last, onClose(reason, error). Before onConnect, `id` is undefined.
   */
  class Connection {
    constructor (webSocket, timeout, owner) {
      this.ws = webSocket
      this.owner = owner
      this.id = undefined
      this.closed = false
      this.heartbeat = 0 // ms; a longer silence means that the server is gone
      this.acks = new Map() // id -> callback of a request that has no answer yet
      this.nextAck = 0
      this.early = [] // events may overtake the CONNECT answer; they wait here for it
      this.partial = null // a binary packet whose attachments are still to come

      // Node gets Buffers in the end, but the standard type is the one that every WebSocket knows.
      webSocket.binaryType = 'arraybuffer'
      webSocket.onmessage = (event) => this.receive(event.data)
      webSocket.onclose = () => this.close('transport close')
      webSocket.onerror = (event) => this.close('transport error', event.error)
      this.expect(timeout, 'timeout')
    }

    /* Ends the connection unless expect() or close() is called again in time. One timer is enough:
     * until the CONNECT answer we wait for that, later for the next ping. */
    expect (ms, reason) {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.close(reason), ms)
    }

    /* Does not wait for the closing handshake: a peer that vanished would never complete it. */
    close (reason, error) {
      if (this.closed) {
        return
      }
      this.closed = true
      clearTimeout(this.timer)
      this.ws.close()
      this.owner.onClose(reason, error || new Error(reason))
    }

    disconnect () {
      if (this.id !== undefined) {
        this.ws.send('4' + DISCONNECT)
      }
      this.close('io client disconnect')
    }

    /* Sends an event; `onAnswer` gets the arguments of its ack. */
    emit (args, onAnswer) {
      const id = this.nextAck
      this.write(EVENT, id, args) // first: it throws if `args` have no JSON, and nothing may wait then
      this.nextAck++
      this.acks.set(id, onAnswer)
    }

    write (type, id, args) {
      const attachments = []
      const json = JSON.stringify(args, function (key, value) {
        const original = this[key] // `value` has been through toJSON(), which a Buffer has
        return isBinary(original) ? { _placeholder: true, num: attachments.push(original) - 1 } : value
      })
      const head = attachments.length > 0 ? `${type + BINARY}${attachments.length}-` : type
      this.ws.send(`4${head}${id}${json}`)
      attachments.forEach((attachment) => this.ws.send(attachment))
    }

    // Engine.IO: the first character is the type; binary frames have none, they are attachments.

    receive (data) {
      if (this.closed) {
        return
      }
      try {
        if (typeof data === 'string') {
          this.onFrame(data[0], data.slice(1))
        } else {
          this.onAttachment(inNode ? Buffer.from(data) : data)
        }
      } catch (error) {
        this.close('parse error', error)
      }
    }

    onFrame (type, data) {
      switch (type) {
        case '0': return this.onOpen(JSON.parse(data))
        case '1': return this.close('transport close')
        case '2': return this.onPing(data)
        case '4': return this.onPacket(data)
        default: throw new Error('an Engine.IO packet that no server sends over a WebSocket')
      }
    }

    onOpen (handshake) {
      this.heartbeat = handshake.pingInterval + handshake.pingTimeout
      this.ws.send('4' + CONNECT)
    }

    onPing (data) {
      this.ws.send('3' + data)
      if (this.id !== undefined) {
        this.expect(this.heartbeat, 'ping timeout')
      }
      this.owner.onPing()
    }

    // Socket.IO

    onPacket (text) {
      const [, type, attachments, nsp, id, json] = PACKET.exec(text) // no match: throws, as it should
      const packet = { type, nsp, id, json, missing: Number(attachments || 0), attachments: [] }
      if (this.partial || (Number(type) >= EVENT + BINARY) !== (packet.missing > 0)) {
        throw new Error('attachments do not match their packet')
      }
      if (packet.missing > 0) {
        this.partial = packet
      } else {
        this.dispatch(packet)
      }
    }

    onAttachment (data) {
      const packet = this.partial // null, hence throwing, if nobody announced the attachment
      packet.attachments.push(data)
      packet.missing--
      if (packet.missing === 0) {
        this.partial = null
        this.dispatch(packet)
      }
    }

    dispatch ({ type, nsp, id, json, attachments }) {
      if (nsp && nsp !== '/') {
        return // we never join another namespace
      }
      const reviver = attachments.length > 0 ? (key, value) => this.fill(value, attachments) : undefined
      const data = json === '' ? undefined : JSON.parse(json, reviver)

      switch (type) {
        case CONNECT: return this.onConnect(data)
        case DISCONNECT: return this.close('io server disconnect')
        case CONNECT_ERROR: return this.onRefused(data)
        default: return Number(type) % BINARY === EVENT ? this.onEvent(data, id) : this.onAck(data || [], Number(id))
      }
    }

    fill (value, attachments) {
      if (!isObject(value) || value._placeholder !== true) {
        return value
      }
      if (attachments[value.num] === undefined) {
        throw new Error('placeholder without attachment')
      }
      return attachments[value.num]
    }

    onConnect (data) {
      if (!isObject(data) || typeof data.sid !== 'string') {
        throw new Error('the server speaks an older Socket.IO protocol than 5')
      }
      this.id = data.sid
      this.expect(this.heartbeat, 'ping timeout')
      this.owner.onConnect()
      this.early.splice(0).forEach((args) => this.closed || this.owner.onEvent(args))
    }

    onRefused (data) {
      const reason = isObject(data) ? data : { message: data }
      const error = new Error(reason.message)
      error.data = reason.data
      this.close('refused', error)
    }

    onEvent (data, id) {
      if (!Array.isArray(data)) {
        throw new Error('an event is a list')
      }
      const args = id === '' ? data : data.concat(this.answerTo(id))
      if (this.id === undefined) {
        this.early.push(args)
      } else {
        this.owner.onEvent(args)
      }
    }

    answerTo (id) {
      let answered = false
      return (...args) => {
        if (!answered && !this.closed) {
          answered = true
          this.write(ACK, id, args)
        }
      }
    }

    onAck (args, id) {
      const onAnswer = this.acks.get(id)
      if (onAnswer) {
        this.acks.delete(id)
        call(onAnswer, args)
      }
    }
  }

  // --- what a request is answered with -----------------------------------------------------------

  class JWR { // a "JSON WebSocket response"
    constructor (answer, error) {
      this.body = answer.body
      this.headers = answer.headers || {}
      // Sails on Node reports a malformed request as a bare error object, whose status has this name.
      this.statusCode = answer.statusCode !== undefined ? answer.statusCode : answer.status || 200
      this.error = error || null
      if (!error && (this.statusCode < 200 || this.statusCode >= 400)) {
        this.error = new Error(`The server answered with status ${this.statusCode}` +
          (this.body === undefined ? '' : `: ${JSON.stringify(this.body)}`))
      }
    }

    toString () {
      return '[ResponseFromSails]  -- Status: ' + this.statusCode +
        '  -- Headers: ' + JSON.stringify(this.headers) + '  -- Body: ' + JSON.stringify(this.body)
    }

    toPOJO () {
      return { body: this.body, headers: this.headers, statusCode: this.statusCode }
    }
  }

  // --- SailsSocket -------------------------------------------------------------------------------

  /*
   *            _start()              onConnect()
   *    idle -------------> connecting ------------> connected
   *     ^                   |      ^                    |
   *     |     onClose(),    |      | back-off is over   | onClose(), `reconnection`
   *     |  no reconnection  v      |                    v
   *     +-------------------+---- waiting <-------------+
   *
   * Requests wait in `_queue` unless connected. Listeners belong to the SailsSocket and so survive
   * every reconnection, also that by reconnect().
   */
  class SailsSocket {
    constructor (options) {
      this._own = Object.assign({}, options) // settings; see DEFAULTS
      this._state = 'idle'
      this._connection = null
      this._listeners = new Map() // event -> functions
      this._queue = []
      this._attempt = 0 // number of the current attempt to reconnect, 0 outside a reconnection
      this._turn = 0 // changes with every start and stop, which makes older timers and promises void
      this._eager = false
    }

    /* The server's name for this connection, as sails.sockets.getId() gives it there. */
    get id () {
      return this._connection ? this._connection.id : undefined
    }

    isConnected () {
      return this._state === 'connected'
    }

    isConnecting () {
      return this._state === 'connecting'
    }

    mightBeAboutToAutoConnect () {
      return this._eager
    }

    disconnect () {
      if (this._state === 'idle') {
        throw new Error('Cannot disconnect: the socket is neither connected nor about to be')
      }
      this._stop()
      if (this._connection) {
        this._connection.disconnect()
      }
      return this
    }

    reconnect () {
      if (this._state === 'connected' || this._state === 'connecting') {
        throw new Error(`Cannot reconnect: the socket is ${this._state}`)
      }
      this._stop()
      return this._start()
    }

    // Listeners

    on (event, listener) {
      if (typeof listener !== 'function') {
        throw new Error('Usage: socket.on(event, listener)')
      }
      this._listeners.set(event, (this._listeners.get(event) || []).concat(listener))
      return this
    }

    /* Without `listener`: all listeners of the event. */
    off (event, listener) {
      const left = (this._listeners.get(event) || []).filter((it) => listener && it !== listener)
      this._listeners.set(event, left)
      return this
    }

    removeAllListeners () {
      this._listeners.clear()
      return this
    }

    _emit (event, ...args) {
      const listeners = this._listeners.get(event) || []
      listeners.forEach((listener) => call(listener, args)) // on() and off() replace the list, so it is safe
      return listeners.length > 0
    }

    // Requests

    request (options, callback) {
      const { url, method = 'get', headers, params, data = params } = options || {}
      const check = (ok, what) => {
        if (!ok) {
          throw new Error(`${what}. Usage: socket.request({url, method, headers, data}, callback)`)
        }
      }
      check(typeof url === 'string' && url !== '', '`url` must be a non-empty string')
      check(typeof method === 'string', '`method` must be a string')
      check(headers == null || isObject(headers), '`headers` must be an object')
      check(params == null || options.data == null, '`params` and `data` are one and the same')
      check(data == null || isObject(data), '`data` must be an object')
      check(callback == null || typeof callback === 'function', '`callback` must be a function')

      const request = { url, method: method.toLowerCase(), headers, data, callback }
      if (this.isConnected()) {
        this._send(request)
      } else {
        this._queue.push(request)
      }
      return this
    }

    _send ({ url, method, headers, data, callback }) {
      const message = { method, headers: Object.assign({}, headers), data: data || {}, url }
      for (const name of Object.keys(this.headers || {})) {
        if (!(name in message.headers)) { // so that `undefined` in a request suppresses a common header
          message.headers[name] = this.headers[name]
        }
      }
      // Always with an ack id: the answer shows that the server is done, and costs next to nothing.
      this._connection.emit([method, message], (answer, lost) => {
        if (callback) {
          callback(lost || (answer || {}).body, new JWR(answer || {}, lost))
        }
      })
    }

    /* Answers what the server can no longer answer, with status 0. Nothing is resent: we cannot know
     * what has been done and what has not. */
    _fail (acks) {
      const error = new Error('The connection was lost before the server answered')
      acks.forEach((onAnswer) => call(onAnswer, [{ body: null, statusCode: 0 }, error]))
    }

    // The way to a connection

    /* Makes void whatever is under way, and forgets the attempts that were made. */
    _stop () {
      clearTimeout(this._timer)
      this._turn++
      this._attempt = 0
      this._state = this._connection ? this._state : 'idle'
    }

    _start () {
      const turn = this._turn
      for (const name of Object.keys(DEFAULTS)) {
        // Copied now: a later change of io.sails must not lead a reconnection to another server.
        if (this._own[name] === undefined) {
          this._own[name] = io.sails[name] !== undefined ? io.sails[name] : DEFAULTS[name]
        }
      }
      if (!this.transports.includes('websocket')) {
        throw new Error('This client speaks only WebSocket; `transports` must contain it')
      }
      const endpoint = findEndpoint(this) // throws on a bad setting, so before any change of state
      this._state = 'connecting'
      fetchCookie(this, endpoint, () => {
        if (turn === this._turn) {
          this._open(endpoint)
        }
      })
      return this
    }

    _open (endpoint) {
      this._state = 'idle' // should the next line throw
      const connection = new Connection(openWebSocket(this, endpoint), this.timeout, {
        onConnect: () => this._onConnect(),
        onEvent: (args) => this._onEvent(args),
        onPing: () => this._emit('ping'),
        onClose: (reason, error) => this._onClose(connection, reason, error)
      })
      this._state = 'connecting'
      this._connection = connection
    }

    _onConnect () {
      const attempt = this._attempt
      this._attempt = 0
      this._state = 'connected'
      if (attempt > 0) {
        this._emit('reconnect', attempt)
      }
      this._emit('connect')
      // What the `connect` listeners asked for is already on its way: first enter rooms, then go on.
      while (this.isConnected() && this._queue.length > 0) {
        call(() => this._send(this._queue.shift())) // throws if the data have no JSON
      }
    }

    _onEvent (args) {
      const heard = this._emit(...args)
      if (args[0] === 'sails:parseError' && !heard) {
        warn('the server could not read a request:', args[1])
      }
    }

    _onClose (connection, reason, error) {
      const wasConnected = this.isConnected()
      // The server's own decision is final, and so is ours. Everything else is the network's.
      const isFinal = /^(io (server|client) disconnect|refused)$/.test(reason)
      const isRetried = this.reconnection && !isFinal

      this._connection = null
      this._state = 'idle'
      // Before the listeners run, so that they see the true state and may end it with disconnect().
      const failed = isRetried && !this._retry(this._attempt + 1)

      if (wasConnected) {
        this._fail(connection.acks)
        this._emit('disconnect', reason)
      } else if (reason !== 'io client disconnect') {
        this._onConnectError(error, reason === 'refused', isRetried)
      }
      if (failed) {
        this._attempt = 0
        this._emit('reconnect_failed')
      }
    }

    _onConnectError (error, isRefused, isRetried) {
      const heard = this._emit('connect_error', error)
      if (isRefused) {
        this._emit('error', error)
      }
      if (isRetried && this._attempt > 0) {
        this._emit('reconnect_error', error)
      }
      if (!heard) {
        warn(`cannot connect: ${error.message}`)
      }
    }

    /* Exponential back-off. Chance shortens the delay and never lengthens it, so that clients which
     * lost one server together come back spread out, also once all have reached the maximum. */
    _retry (attempt) {
      if (attempt > this.reconnectionAttempts) {
        return false
      }
      const delay = Math.min(this.reconnectionDelay * Math.pow(2, attempt - 1), this.reconnectionDelayMax)
      const turn = this._turn
      this._state = 'waiting'
      this._timer = setTimeout(() => {
        this._attempt = attempt
        this._emit('reconnect_attempt', attempt)
        this._emit('reconnecting', attempt)
        if (turn === this._turn) { // a listener may have called disconnect() or reconnect()
          this._open(findEndpoint(this))
        }
      }, delay * (1 - this.randomizationFactor * Math.random()))
      return true
    }
  }

  for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
    SailsSocket.prototype[method] = function (url, data, callback) {
      const options = { url, method, data }
      if (typeof data === 'function') {
        options.data = undefined
        callback = data
      }
      return this.request(options, callback)
    }
  }

  for (const name of Object.keys(DEFAULTS)) {
    Object.defineProperty(SailsSocket.prototype, name, {
      get () {
        return this._own[name]
      },
      set (value) {
        if (name !== 'headers' && value !== this._own[name]) {
          if (this.isConnected() || this.isConnecting()) {
            throw new Error(`Cannot change \`${name}\` while the socket is ${this._state}`)
          }
          this._stop() // a reconnection with half of its settings changed is nobody's intention
        }
        this._own[name] = value
      }
    })
  }

  // --- the ways to the server --------------------------------------------------------------------

  function findEndpoint ({ url, path, query }) {
    const page = global.location && global.location.href
    if (url === undefined && !page) {
      throw new Error('Which server? Set io.sails.url, or call io.sails.connect(url)')
    }
    if (query !== undefined && typeof query !== 'string') {
      throw new Error('`query` must be a string like "token=abc&x=1"')
    }
    if (url !== undefined && !/^(\w+:)?\/\//.test(url)) {
      url = '//' + url // 'example.com:1337' is a host, not a path
    }
    const endpoint = new URL(url || page, page && /^http/.test(page) ? page : 'http://localhost')
    const own = url === undefined ? '' : endpoint.search.slice(1) // the page's query is not meant for us
    endpoint.protocol = /^(https|wss):$/.test(endpoint.protocol) ? 'wss:' : 'ws:'
    endpoint.pathname = path.replace(/\/*$/, '/')
    endpoint.search = [query, own, io.sails.sdk.versionString, 'EIO=4', 'transport=websocket']
      .filter(Boolean).join('&')
    endpoint.hash = '' // a WebSocket URL may have none
    return endpoint
  }

  function openWebSocket ({ initialConnectionHeaders, rejectUnauthorized }, endpoint) {
    const WebSocket = io.sails.WebSocket || global.WebSocket
    if (!WebSocket) {
      throw new Error("There is no WebSocket here; set io.sails.WebSocket = require('ws')")
    }
    if (!inNode) {
      return new WebSocket(endpoint.href)
    }
    const options = { headers: initialConnectionHeaders }
    if (rejectUnauthorized !== undefined) {
      options.rejectUnauthorized = rejectUnauthorized
    }
    return new WebSocket(endpoint.href, [], options)
  }

  /*
   * A page of another origin has no session cookie of the server yet, and a WebSocket handshake
   * cannot give it one that requests would use. So one is fetched first. The answer itself is of no
   * interest, so we neither run it as a script nor mind if the route is not there.
   */
  function fetchCookie ({ useCORSRouteToGetCookie: route }, endpoint, done) {
    const server = endpoint.origin.replace(/^ws/, 'http')
    if (inNode || !route || !global.location || server === global.location.origin) {
      return done()
    }
    const url = server + (route === true ? '/__getcookie' : route)
    global.fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => {}).then(done)
  }

  // --- io.sails, io.socket -----------------------------------------------------------------------

  function warn (...args) {
    if (io.sails.environment !== 'production') {
      console.warn('sails.io.js:', ...args)
    }
  }

  /* What the script tag says: <script src="/sails.io.js" data-reconnection="true">. */
  function readScriptTag (script) {
    const toBoolean = (text, name) => {
      if (!/^(true|false|)$/.test(text)) {
        throw new Error(`sails.io.js: attribute ${name} must be "true" or "false"`)
      }
      return text !== 'false'
    }
    const same = (text) => text
    const readers = {
      autoConnect: toBoolean,
      reconnection: toBoolean,
      environment: same,
      url: same,
      path: same,
      headers: JSON.parse
    }
    const settings = {}
    for (const name of Object.keys(readers)) {
      const plain = script.getAttribute(name)
      const data = script.getAttribute('data-' + name) // attribute names know no case
      const text = data !== null ? data : plain
      if (text !== null) {
        settings[name] = readers[name](text, name)
      }
    }
    if (settings.environment === undefined && /(\.min\.js|#production)$/.test(script.src)) {
      settings.environment = 'production'
    }
    return settings
  }

  const sdk = { version: VERSION, platform: inNode ? 'node' : 'browser', language: 'javascript' }
  sdk.versionString = ['version', 'platform', 'language'].map((key) => `__sails_io_sdk_${key}=${sdk[key]}`).join('&')

  const script = global.document && global.document.currentScript
  io.sails = Object.assign({
    sdk,
    autoConnect: true,
    environment: 'development',
    WebSocket: undefined, // an implementation, where the platform has none
    connect (url, options) {
      const isUrl = typeof url === 'string'
      return new SailsSocket(Object.assign({}, isUrl ? options : url, isUrl ? { url } : {}))._start()
    }
  }, DEFAULTS, script ? readScriptTag(script) : {})

  const eager = new SailsSocket()
  eager._eager = true
  io.socket = eager

  function connectEagerly () {
    eager._eager = false
    if (io.sails.autoConnect === false || io.sails.autoconnect === false) {
      delete io.socket
    } else if (eager._state === 'idle' && (global.location || eager.url || io.sails.url)) {
      eager._start()
    }
  }

  // Not at once: the scripts that follow may set io.sails.autoConnect, url and so on.
  if (global.document && global.document.readyState === 'loading') {
    global.document.addEventListener('DOMContentLoaded', connectEagerly)
  } else {
    setTimeout(connectEagerly)
  }
})(globalThis)
