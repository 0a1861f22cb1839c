// The three generations of socket.io-client behind one face, so that a dialogue is written once.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { io as io4 } from 'socket.io-client'
import { PATIENCE_MS } from '../../support/patience.mjs'

const require = createRequire(import.meta.url)
const lookups = { 4: io4, 3: require('socket.io-client-3'), 2: require('socket.io-client-2') }

export const clients = [4, 3, 2]
export const ways = [['polling'], ['websocket'], ['polling', 'websocket']]

/**
 * Every client over every transport: `for (const via of everyWay()) test(`... (${via.name})`, ...)`,
 * then app.connect(via).
 */
export function everyWay(overrides = {}) {
  return clients.flatMap((client) =>
    ways.map((transports) => ({
      ...overrides,
      client,
      transports,
      get name() {
        return `client ${client}, ${transports.join(' to ')}`
      },
    })),
  )
}

/**
 * Opens a socket of that client. Nothing is shared between sockets (each has its own connection)
 * unless `manager` is given, and nothing reconnects unless `reconnection` says so.
 *
 * @param {{client?: 2|3|4, nsp?: string, auth?: object, query?: object, manager?: object}} options
 *        and all that the client itself takes. `auth` goes to a client 2 as the query of its
 *        namespace, which is what that protocol has.
 */
export function open(url, { client = 4, nsp = '/', auth, query, manager, name, ...rest } = {}) {
  if (manager) {
    return manager.socket(nsp, client === 2 ? { query: auth } : { auth })
  }
  const options = {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    query,
    ...(client === 2 ? {} : { auth }),
    ...rest,
  }
  const spelled = client === 2 && auth ? `${nsp}?${new URLSearchParams(auth)}` : nsp
  const socket = lookups[client](url + (spelled === '/' ? '' : spelled), options)
  socket.upgraded = options.transports.join() === 'polling,websocket' ? upgrade(socket) : null
  return socket
}

function upgrade(socket) {
  return new Promise((resolve) => socket.io.engine.once('upgrade', resolve))
}

/** Waits until a socket is connected and, if it is to be, upgraded. */
export async function settled(socket) {
  if (!socket.connected) {
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no connect within time')), PATIENCE_MS)
      const done = (finish) => (value) => {
        clearTimeout(timer)
        finish(value)
      }
      socket.once('connect', done(resolve))
      socket.once('connect_error', done(reject))
      socket.once('error', done(reject))
    })
  }
  if (socket.upgraded) {
    await within(socket.upgraded, 'upgrade')
  }
}

/** Emits and waits for the ack: all of its arguments as a list. */
export function asks(socket, event, ...args) {
  const answered = new Promise((resolve) => {
    socket.emit(event, ...args, (...answer) => resolve(answer))
  })
  return within(answered, `an ack of ${event}`)
}

/** Emits and waits for the ack: its first argument. */
export async function ask(socket, event, ...args) {
  return (await asks(socket, event, ...args))[0]
}

/** Waits for an event: its arguments as a list. */
export function next(socket, event) {
  const heard = new Promise((resolve) => socket.once(event, (...args) => resolve(args)))
  return within(heard, event)
}

/** A list that grows by the arguments of every such event from now on. */
export function record(socket, event) {
  const heard = []
  socket.on(event, (...args) => heard.push(args))
  return heard
}

/**
 * What was sent to these sockets before now has arrived afterwards: a connection delivers in order,
 * so that what has not come when this ack comes was never sent.
 */
export async function caughtUp(...sockets) {
  await Promise.all(sockets.map((socket) => ask(socket, 'sync')))
}

export function within(promise, what, ms = PATIENCE_MS) {
  let timer
  const late = new Promise((_, reject) => {
    const error = new Error(`no ${what} within ${ms} ms`)
    timer = setTimeout(() => reject(error), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Buffers and typed arrays compared by their bytes, wherever they stand in a value. */
export function bytesEqual(actual, expected, message) {
  assert.deepEqual(plain(actual), plain(expected), message)
}

function plain(value) {
  if (value instanceof ArrayBuffer) {
    return { bytes: [...new Uint8Array(value)] }
  }
  if (ArrayBuffer.isView(value)) {
    return { bytes: [...value] }
  }
  if (Array.isArray(value)) {
    return value.map(plain)
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value
}
