/*
 * What the application holds, and what outlives its connections.
 *
 *            reconnect()           #onConnect()
 *    idle -------------> connecting ------------> connected
 *     ^                   |      ^                    |
 *     |    #onClose(),    |      | back-off is over   | #onClose(), `reconnection`
 *     |  no reconnection  v      |                    v
 *     +-------------------+---- waiting <-------------+
 *
 * What is to be sent waits in #queue unless connected. Listeners belong to the SailsSocket and so
 * survive every reconnection, also that by reconnect().
 */
import { call, isObject } from './tools.mjs'
import { Connection } from './connection.mjs'
import { JWR } from './jwr.mjs'
import { DEFAULTS, sails, warn } from './settings.mjs'
import { fetchCookie, findEndpoint, openWebSocket } from './endpoint.mjs'

const USAGE = '. Usage: socket.request({url, method, headers, data}, callback)'

export class SailsSocket {
  #settings // see DEFAULTS
  #state = 'idle'
  #connection = null
  #listeners = new Map() // event -> functions
  #queue = [] // functions that send something
  #timer
  #attempt = 0 // number of the current attempt to reconnect, 0 outside a reconnection
  #turn = 0 // changes with every start and stop, which makes older timers and promises void

  constructor (options) {
    this.#settings = { ...options }
    for (const name of Object.keys(DEFAULTS)) {
      Object.defineProperty(this, name, {
        enumerable: true,
        get: () => this.#settings[name],
        set: (value) => this.#set(name, value)
      })
    }
  }

  #set (name, value) {
    if (name !== 'headers' && value !== this.#settings[name]) {
      if (this.isConnected() && sails.strict !== false) {
        throw new Error(`Cannot change \`${name}\` while the socket is connected`)
      }
      if (this.#attempt > 0 || this.#state === 'waiting') {
        this.#stop() // a reconnection with half of its settings changed is nobody's intention
      }
    }
    this.#settings[name] = value
  }

  /* The server's name for this connection, as sails.sockets.getId() gives it there. */
  get id () {
    return this.#connection ? this.#connection.id : undefined
  }

  get connected () {
    return this.isConnected()
  }

  /* In sails.io.js the Socket.IO socket within; programs use its `id`, `connected`, `emit` and `on`. */
  get _raw () {
    return this
  }

  isConnected () {
    return this.#state === 'connected'
  }

  isConnecting () {
    return this.#state === 'connecting'
  }

  mightBeAboutToAutoConnect () {
    return false // but for the eager socket, for a moment
  }

  disconnect () {
    if (this.#state === 'idle') {
      throw new Error('Cannot disconnect: the socket is neither connected nor about to be')
    }
    this.#stop()
    if (this.#connection) {
      this.#connection.disconnect()
    }
    return this
  }

  reconnect () {
    if (this.isConnected() || this.isConnecting()) {
      throw new Error(`Cannot reconnect: the socket is ${this.#state}`)
    }
    this.#stop()
    for (const name of Object.keys(DEFAULTS)) {
      // Copied now: a later change of io.sails must not lead a reconnection to another server.
      const common = sails[name] !== undefined ? sails[name] : DEFAULTS[name]
      this.#settings[name] = this.#settings[name] !== undefined ? this.#settings[name] : common
    }
    const endpoint = findEndpoint(this) // throws on a bad setting, so before any change of state
    const turn = this.#turn
    this.#state = 'connecting'
    fetchCookie(this, endpoint, () => {
      if (turn === this.#turn) {
        this.#open(endpoint)
      }
    })
    return this
  }

  // Listeners

  on (event, listener) {
    if (typeof listener !== 'function') {
      throw new Error('`listener` must be a function. Usage: socket.on(event, listener)')
    }
    this.#listeners.set(event, (this.#listeners.get(event) || []).concat(listener))
    return this
  }

  /* Without `listener`: all listeners of the event. */
  off (event, listener) {
    const left = (this.#listeners.get(event) || []).filter((it) => listener && it !== listener)
    this.#listeners.set(event, left)
    return this
  }

  removeAllListeners () {
    this.#listeners.clear()
    return this
  }

  #tell (event, ...args) {
    const listeners = this.#listeners.get(event) || []
    listeners.forEach((listener) => call(listener, ...args)) // on() and off() replace the list, so it is safe
    return listeners.length > 0
  }

  // Requests

  request (options, callback) {
    const { url, method, headers, params, data = params } = options || {}
    const check = (ok, what) => {
      if (!ok) {
        throw new Error(what + USAGE)
      }
    }
    check(typeof url === 'string' && url !== '', '`url` must be a non-empty string')
    check(method == null || typeof method === 'string', '`method` must be a string')
    check(headers == null || isObject(headers), '`headers` must be an object')
    check(params == null || options.data == null, '`params` and `data` are one and the same')
    check(data == null || isObject(data), '`data` must be an object')
    check(callback == null || typeof callback === 'function', '`callback` must be a function')
    return this.#send(() => this.#emitRequest(url, (method || 'get').toLowerCase(), headers, data || {}, callback))
  }

  #emitRequest (url, method, own, data, callback) {
    const headers = { ...own }
    for (const name of Object.keys(this.headers || {})) {
      if (!(name in headers)) { // so that `undefined` in a request suppresses a common header
        headers[name] = this.headers[name]
      }
    }
    // Always with an ack id: the answer shows that the server is done, and costs next to nothing.
    this.#connection.emit([method, { method, headers, data, url }], (lost, answer = {}) => {
      if (callback) {
        const jwr = new JWR(lost ? { body: null, statusCode: 0 } : answer || {}, lost)
        callback(lost || jwr.body, jwr)
      }
    })
  }

  /* A plain event, for servers that listen to more than requests. A function at the end gets the answer. */
  emit (event, ...args) {
    const callback = typeof args[args.length - 1] === 'function' && args.pop()
    const onAnswer = callback && ((lost, ...answer) => lost || callback(...answer))
    return this.#send(() => this.#connection.emit([event, ...args], onAnswer))
  }

  #send (task) {
    if (this.isConnected()) {
      task()
    } else {
      this.#queue.push(task)
    }
    return this
  }

  /* Sends what waits; it happens by itself after every `connect`. */
  replay () {
    while (this.isConnected() && this.#queue.length > 0) {
      call(this.#queue.shift()) // throws if the data have no JSON
    }
    return this
  }

  // The way to a connection

  /* Makes void whatever is under way, and forgets the attempts that were made. */
  #stop () {
    clearTimeout(this.#timer)
    this.#turn++
    this.#attempt = 0
    this.#state = this.#connection ? this.#state : 'idle'
  }

  #open (endpoint) {
    this.#state = 'idle' // should the next line throw
    const webSocket = openWebSocket(this, endpoint)
    const turn = this.#turn
    this.#state = 'connecting'
    this.#connection = new Connection(webSocket, this.timeout, {
      onConnect: () => this.#onConnect(),
      onEvent: (args) => this.#onEvent(args),
      onPing: () => {
        this.#tell('ping')
        this.#tell('pong') // has been sent
      },
      onClose: (reason, error) => this.#onClose(reason, error, turn === this.#turn)
    })
  }

  #onConnect () {
    const attempt = this.#attempt
    this.#attempt = 0
    this.#state = 'connected'
    if (attempt > 0) {
      this.#tell('reconnect', attempt)
    }
    this.#tell('connect')
    this.replay() // what `connect` listeners asked for is on its way: first enter rooms, then go on
  }

  #onEvent (args) {
    const heard = this.#tell(...args)
    if (args[0] === 'sails:parseError' && !heard) {
      warn('the server could not read a request:', args[1])
    }
  }

  /* `isWanted`: nobody has called disconnect(), or ended the reconnection, since this connection began. */
  #onClose (reason, error, isWanted) {
    const wasConnected = this.isConnected()
    const { acks } = this.#connection
    // The server's own decision is final. Everything else is the network's.
    const isRetried = isWanted && this.reconnection && !/^(io server disconnect|refused)$/.test(reason)

    this.#connection = null
    this.#state = 'idle'
    // Before the listeners run, so that they see the true state and may end it with disconnect().
    const failed = isRetried && !this.#retry(this.#attempt + 1)

    if (wasConnected) {
      // Nothing is resent: we cannot know what has been done and what has not.
      const lost = new Error('The connection was lost before the server answered')
      acks.forEach((onAnswer) => call(onAnswer, lost))
      this.#tell('disconnect', reason)
    } else if (reason !== 'io client disconnect') {
      this.#onConnectError(error, reason === 'refused', isRetried)
    }
    if (failed) {
      this.#attempt = 0
      this.#tell('reconnect_failed')
    }
  }

  #onConnectError (error, isRefused, isRetried) {
    const heard = this.#tell('connect_error', error)
    if (isRefused) {
      this.#tell('error', error)
    }
    if (isRetried && this.#attempt > 0) {
      this.#tell('reconnect_error', error)
    }
    if (!heard) {
      warn(`cannot connect: ${error.message}`)
    }
  }

  /* Exponential back-off. Chance shortens the delay and never lengthens it, so that clients which lost
   * one server together come back spread out, also once all have reached the maximum. */
  #retry (attempt) {
    if (attempt > this.reconnectionAttempts) {
      return false
    }
    const delay = Math.min(this.reconnectionDelay * 2 ** (attempt - 1), this.reconnectionDelayMax)
    const turn = this.#turn
    this.#state = 'waiting'
    this.#timer = setTimeout(() => {
      this.#attempt = attempt
      this.#tell('reconnect_attempt', attempt)
      this.#tell('reconnecting', attempt)
      if (turn === this.#turn) { // a listener may have called disconnect() or reconnect()
        this.#open(findEndpoint(this))
      }
    }, delay * (1 - this.randomizationFactor * Math.random()))
    return true
  }
}

for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
  SailsSocket.prototype[method] = function (url, data, callback) {
    return typeof data === 'function'
      ? this.request({ url, method }, data)
      : this.request({ url, method, data }, callback)
  }
}
