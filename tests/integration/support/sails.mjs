// The unmodified sails.io.js 1.2.1 around socket.io-client 2, which is what Sails' users have.
import { createRequire } from 'node:module'
import { within } from './clients.mjs'

const require = createRequire(import.meta.url)
const io = require('sails.io.js')(require('socket.io-client-2'))

io.sails.autoConnect = false
io.sails.environment = 'production' // no advice on the console

/** A SailsSocket, connected; the server's clients are closed with it. */
export async function sail(app, options = {}) {
  const socket = setSail(app, options)
  await within(new Promise((resolve) => socket.on('connect', resolve)), 'connect')
  return socket
}

/** A SailsSocket that connects on the next turn. */
export function setSail(app, options = {}) {
  const { sails } = io
  const socket = sails.connect(app.url, { transports: ['websocket'], multiplex: false, ...options })
  app.onEnd(() => {
    if (socket.isConnected()) {
      socket.disconnect()
    } else {
      socket._raw?.close()
    }
  })
  return socket
}

/** One request: the whole answer, {body, headers, statusCode, error}. */
export function request(socket, method, url, data, headers) {
  const answered = new Promise((resolve) => {
    socket.request({ url, method, data, headers }, (body, jwr) => resolve(jwr))
  })
  return within(answered, `an answer to ${method} ${url}`)
}
