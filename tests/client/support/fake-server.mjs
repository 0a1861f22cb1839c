/*
 * A server that does only what the test says, frame by frame:
 *
 *   const server = await startFakeServer(t)
 *   const peer = await server.peer()          // the next connection
 *   await peer.accept()                       // the usual opening
 *   assert.equal(await peer.frame(), '420["get",...]')
 */
import { once } from 'node:events'
import { WebSocketServer } from 'ws'

/** A queue that can be awaited. */
class Inbox {
  items = []
  waiting = []

  put (item) {
    const taker = this.waiting.shift()
    if (taker) {
      taker(item)
    } else {
      this.items.push(item)
    }
  }

  take () {
    return this.items.length > 0
      ? Promise.resolve(this.items.shift())
      : new Promise((resolve) => this.waiting.push(resolve))
  }
}

class Peer {
  constructor (socket, request) {
    this.socket = socket
    this.request = request
    this.frames = new Inbox()
    this.closed = once(socket, 'close')
    socket.on('message', (data, isBinary) => this.frames.put(isBinary ? data : data.toString()))
  }

  /** The next frame of the client: text, or a Buffer. */
  frame () {
    return this.frames.take()
  }

  send (...frames) {
    frames.forEach((frame) => this.socket.send(frame))
  }

  open ({ pingInterval = 25000, pingTimeout = 20000 } = {}) {
    this.send(`0{"sid":"engine","upgrades":[],"pingInterval":${pingInterval},"pingTimeout":${pingTimeout},"maxPayload":1000000}`)
  }

  async accept (heartbeat) {
    this.open(heartbeat)
    const frame = await this.frame()
    if (frame !== '40') {
      throw new Error(`expected a CONNECT, got ${frame}`)
    }
    this.send('40{"sid":"socket"}')
    return this
  }
}

export async function startFakeServer (t) {
  const peers = new Inbox()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket, request) => peers.put(new Peer(socket, request)))
  await once(server, 'listening')
  t.after(() => {
    server.clients.forEach((client) => client.terminate())
    server.close()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, peer: () => peers.take() }
}
