// The protocols by hand, for what no client would do: frames and polling bodies as they are.
import { WebSocket } from 'ws'
import { within } from './clients.mjs'

/** A WebSocket whose messages wait until they are asked for; text as string, binary as Buffer. */
export class Wire {
  #inbox = []
  #waiting = []

  constructor(socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: String(reason) })
        this.#deliver(null)
      })
    })
    socket.on('message', (data, isBinary) => this.#deliver(isBinary ? data : String(data)))
    socket.on('error', () => {})
  }

  #deliver(message) {
    const waiting = this.#waiting.shift()
    if (waiting) {
      waiting(message)
    } else {
      this.#inbox.push(message)
    }
  }

  send(...messages) {
    for (const message of messages) {
      this.socket.send(message)
    }
  }

  /** The next message, in order; null: the connection was closed. */
  next() {
    if (this.#inbox.length > 0) {
      return Promise.resolve(this.#inbox.shift())
    }
    return within(new Promise((resolve) => this.#waiting.push(resolve)), 'message')
  }

  /** The next message that is no heartbeat; those of revision 4 are answered. */
  async nextPacket() {
    for (;;) {
      const message = await this.next()
      if (message === '2') {
        this.send('3')
      } else if (message !== '3') {
        return message
      }
    }
  }

  /** Waits for the close and returns its code; fails if a packet comes before it. */
  async end() {
    const message = await this.nextPacket()
    if (message !== null) {
      throw new Error(`expected the end, got ${message}`)
    }
    return (await this.closed).code
  }

  close() {
    this.socket.terminate()
  }
}

export function address(app, params = {}, path = '/socket.io/') {
  const query = new URLSearchParams({ EIO: '4', transport: 'websocket', ...params })
  return `${app.url.replace(/^http/, 'ws')}${path}?${query}`
}

/** A WebSocket session up to its open packet, which is `wire.open`. */
export async function dial(app, params = {}, { path, headers } = {}) {
  const wire = new Wire(new WebSocket(address(app, params, path), { headers }))
  app.onEnd(() => wire.close())
  const first = await wire.next()
  if (first === null || first[0] !== '0') {
    throw new Error(`expected an open packet, got ${first}`)
  }
  wire.open = JSON.parse(first.slice(1))
  return wire
}

/** dial(), and joined to a namespace; the reply is `wire.reply`. */
export async function join(app, nsp = '/', params = {}) {
  const wire = await dial(app, params)
  const name = nsp === '/' ? '' : `${nsp},`
  if (params.EIO !== '3') {
    wire.send(`40${name}`)
    wire.reply = await wire.nextPacket()
    wire.sid = JSON.parse(wire.reply.slice(2 + name.length)).sid
    return wire
  }
  await wire.nextPacket() // 40: revision 3 joins "/" by itself
  if (nsp !== '/') {
    wire.send(`40${name}`)
    wire.reply = await wire.nextPacket()
  }
  return wire
}

/** How the server answers a WebSocket request that it refuses. */
export function refusal(app, params = {}, { path, headers } = {}) {
  const socket = new WebSocket(address(app, params, path), { headers })
  const refused = new Promise((resolve, reject) => {
    socket.on('error', () => {})
    socket.once('open', () => reject(new Error('was accepted')))
    socket.once('unexpected-response', (request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => (body += text))
      response.once('end', () => {
        request.destroy()
        resolve({ status: response.statusCode, headers: response.headers, body })
      })
    })
  })
  return within(refused, 'answer').finally(() => socket.terminate())
}

/** A polling session of revision 4. `init`: what fetch() takes, for every request. */
export class Polling {
  constructor(app, init = {}) {
    this.app = app
    this.init = init
  }

  #url(params) {
    const query = new URLSearchParams({ EIO: '4', transport: 'polling', ...params })
    if (this.sid) {
      query.set('sid', this.sid)
    }
    return `${this.app.url}/socket.io/?${query}`
  }

  async open(params = {}) {
    const answer = await this.get(params)
    this.handshake = JSON.parse(answer.body.slice(1))
    this.sid = this.handshake.sid
    return this
  }

  async get(params = {}) {
    const response = await fetch(this.#url(params), this.init)
    return { status: response.status, headers: response.headers, body: await response.text() }
  }

  async post(body) {
    const response = await fetch(this.#url(), { method: 'POST', body, ...this.init })
    return { status: response.status, body: await response.text() }
  }

  /** Polls until `n` packets have come. Heartbeats do not count, and are answered. */
  async packets(n) {
    const packets = []
    while (packets.length < n) {
      const { status, body } = await this.get()
      if (status !== 200) {
        throw new Error(`poll: ${status} ${body}`)
      }
      for (const packet of body.split('\x1e')) {
        if (packet === '2') {
          await this.post('3')
        } else if (packet !== '6') {
          packets.push(packet)
        }
      }
    }
    return packets
  }
}
