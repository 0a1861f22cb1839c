/*
 * A fresh copy of clients/js/sails.io.js for each test: the script has one `io` for each program, and
 * its settings must not leak from one test into the next.
 */
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import WebSocket from 'ws'

const require = createRequire(import.meta.url)
const file = require.resolve('../../../clients/js/sails.io.js')

function stop (socket) {
  try {
    socket.disconnect()
  } catch { /* it is idle already */ }
}

/** In Node, with the eager socket off and short delays. */
export function loadClient (t, settings) {
  delete require.cache[file]
  const io = require(file)
  Object.assign(io.sails, {
    WebSocket,
    autoConnect: false,
    environment: 'production', // no warnings between the test results
    reconnectionDelay: 5,
    reconnectionDelayMax: 20
  }, settings)

  const sockets = []
  const connect = io.sails.connect
  io.sails.connect = (...args) => {
    const socket = connect(...args)
    sockets.push(socket)
    return socket
  }
  t.after(() => sockets.forEach(stop))
  return io
}

/** As the classic script of a page: no `module`, no `process`, but a script tag and a location. */
export function loadPage (t, { page, attributes = {}, src = '/sails.io.js', readyState = 'loading', globals = {} }) {
  const onLoaded = []
  const context = vm.createContext({
    URL,
    setTimeout,
    clearTimeout,
    console,
    WebSocket,
    location: { href: page, origin: new URL(page).origin },
    document: {
      readyState,
      currentScript: {
        src,
        getAttribute: (name) => attributes[name] ?? attributes[name.toLowerCase()] ?? null
      },
      addEventListener: (name, listener) => onLoaded.push(listener)
    },
    ...globals
  })
  t.after(() => context.io?.socket && stop(context.io.socket))
  vm.runInContext(readFileSync(file, 'utf8'), context, { filename: file })
  return { io: context.io, context, finishLoading: () => onLoaded.forEach((listener) => listener()) }
}

/** A promise of the arguments of the next `event`. */
export function next (socket, event) {
  return new Promise((resolve) => {
    const listener = (...args) => {
      socket.off(event, listener)
      resolve(args)
    }
    socket.on(event, listener)
  })
}

/** A request as a promise of its JWR; a failure is a JWR like any other. */
export function ask (socket, method, url, data) {
  return new Promise((resolve) => socket.request({ method, url, data }, (body, jwr) => resolve(jwr)))
}

/** Writes down the names, and the first argument, of these events in the order in which they occur. */
export function record (socket, events) {
  const log = []
  for (const event of events) {
    socket.on(event, (arg) => log.push(arg === undefined || arg instanceof Error ? event : `${event} ${arg}`))
  }
  return log
}
