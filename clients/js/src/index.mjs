/*
 * sails.io.js - the socket client of Sails for C. Start reading here.
 *
 *   <script src="/sails.io.js"></script>            defines the global `io`
 *   const io = require('@sails-c/client')           Node; before Node 22: io.sails.WebSocket = require('ws')
 *   import io from '@sails-c/client'
 *
 * `io.sails` has the settings and connect(), `io.socket` is a socket that connects by itself.
 *
 *   index ---> sails-socket ---> connection      a SailsSocket outlives its connections
 *                   |
 *              settings, endpoint, jwr
 */
import { global, inNode } from './tools.mjs'
import { sails } from './settings.mjs'
import { SailsSocket } from './sails-socket.mjs'

// A function, so that require('sails.io.js')(require('socket.io-client')), the line with which programs
// load the original, keeps working. In a page, a Socket.IO client that was loaded before us already owns
// the name `io`: it keeps it, and gets `sails` and `socket` added.
const io = (!inNode && global.io) || function io () { return io }
if (io.sails) {
  throw new Error('sails.io.js has been loaded twice')
}

io.sails = sails
sails.connect = (url, options) => {
  const settings = typeof url === 'string' ? { ...options, url } : { ...url, ...options }
  return new SailsSocket(settings).reconnect()
}

const eager = new SailsSocket()
let isAboutToConnect = true
eager.mightBeAboutToAutoConnect = () => isAboutToConnect
io.socket = eager

function connectEagerly () {
  isAboutToConnect = false
  if (sails.autoConnect === false || sails.autoconnect === false) {
    delete io.socket
  } else if (!eager.isConnected() && !eager.isConnecting() && (global.location || eager.url || sails.url)) {
    eager.reconnect()
  }
}

// Not at once: the scripts that follow may set io.sails.autoConnect, url and so on.
if (global.document && global.document.readyState === 'loading') {
  global.document.addEventListener('DOMContentLoaded', connectEagerly)
} else {
  setTimeout(connectEagerly)
}

// build.mjs wraps us in a function of this argument: `module`, where there is one.
if (commonjs.exports) {
  commonjs.exports = io
} else {
  global.io = io
}
