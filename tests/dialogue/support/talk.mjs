// A talk: one dialogue with one server, and the record of it.
//
// Each participant has a name. What it says and hears becomes a line of the record, in the order of
// the script: "ann >> 420[...]", "ann << 430[...]". What arrives waits until the script listens, so
// that the order of different participants' lines does not depend on the clock.
import { createHmac } from 'node:crypto'
import { WebSocket } from 'ws'
import { SECRET } from '../configurations.mjs'
import { Wire, address } from '../../integration/support/wire.mjs'
import { within } from '../../integration/support/clients.mjs'
import { setSail } from '../../integration/support/sails.mjs'
import { Names } from './names.mjs'

/** What sails.io.js would send with every handshake. Node Sails serves nobody without it (D23). */
const SDK = { __sails_io_sdk_version: '1.2.1' }

const COMPARED_HEADERS = [
  'content-type',
  'connection',
  'set-cookie',
  'allow',
  'location',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-credentials',
]

/** The handshake's query, less what is undefined. */
function handshake(EIO, query) {
  const all = Object.entries({ ...SDK, EIO: String(EIO), ...query })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}

export class Talk {
  lines = []
  names = new Names()
  #ends = []
  #present = []

  /**
   * @param server  Who is talked to.
   * @param lifts   Tries to lift another one with these settings: why not, or null (servers.mjs).
   * @param unheard Headers that are left out of the record.
   */
  constructor(server, lifts, unheard = []) {
    this.server = server
    this.unheard = unheard
    this.url = server.url
    this.lifts = lifts
    this.names.give(new URL(server.url).host, '<server>')
  }

  /** Calls `close` at the end of this talk; the server outlives it. */
  onEnd(close) {
    this.#ends.push(close)
  }

  /** What a participant says, hears, or does. */
  note(who, what, text) {
    this.lines.push(`${who} ${what} ${this.names.replace(text)}`)
  }

  /** A WebSocket up to its open packet. `query` and `headers` are the handshake's. */
  async dial(name, { EIO = 4, query = {}, headers = {} } = {}) {
    const url = address(this, handshake(EIO, query))
    const speaker = new Speaker(this, name, new Wire(new WebSocket(url, { headers })))

    this.onEnd(() => speaker.close())
    const open = JSON.parse((await speaker.next()).slice(1))
    this.names.give(open.sid, EIO === 3 ? `<${name}>` : `<session of ${name}>`)
    this.note(name, '<<', `0${JSON.stringify(open)}`)
    return speaker
  }

  /** dial(), and connected to "/". The id that everybody else knows is `speaker.id`. */
  async connect(name, options = {}) {
    const speaker = await this.dial(name, options)
    if (options.EIO !== 3) {
      speaker.say('40')
    }
    await speaker.hear()
    this.#present.push(speaker)
    return speaker
  }

  /** The answer to a WebSocket request that is not accepted. */
  async refused(name, { EIO = 4, query = {}, headers = {} } = {}) {
    const socket = new WebSocket(address(this, handshake(EIO, query)), { headers })
    const answered = new Promise((resolve) => {
      socket.on('error', () => {})
      socket.once('open', () => resolve('was accepted'))
      socket.once('unexpected-response', async (request, response) => {
        resolve(await told(response.statusCode, response.headers, text(response)))
        request.destroy()
      })
    })
    this.note(name, '<<', await within(answered, 'answer').finally(() => socket.terminate()))
  }

  /** One request over HTTP, with `data` as JSON, or a `text` as it is: {status, headers, body}. */
  async http(name, method, path, { headers = {}, data, text = JSON.stringify(data), cookie } = {}) {
    const body = text
    const all = { ...(body && { 'content-type': 'application/json' }), ...headers, ...(cookie && { cookie }) }

    this.note(name, '>>', `${method} ${path}${body ? ` ${body}` : ''}`)
    const response = await fetch(this.url + path, { method, body, headers: all, redirect: 'manual' })
    const answer = { status: response.status, headers: response.headers, body: await response.text() }
    const heard = Object.entries(Object.fromEntries(response.headers)).filter(([key]) => !this.unheard.includes(key))
    this.note(name, '<<', await told(answer.status, Object.fromEntries(heard), answer.body))
    return answer
  }

  /** A request over HTTP that brings a session: the cookie, and the answer. */
  async login(name, path = '/session') {
    const answer = await this.http(name, 'GET', path)
    const [cookie] = answer.headers.getSetCookie().map((text) => text.split(';')[0])

    return { cookie, answer }
  }

  /** The signature of a session id under the servers' secret (sails-sockets 4.1), percent-encoded. */
  signature(sid) {
    const signed = createHmac('sha256', SECRET).update(sid).digest('base64')
    return encodeURIComponent(signed.replace(/=+$/, ''))
  }

  /** Waits until afterDisconnect has been told of a socket: what it was told. */
  async gone(speaker) {
    for (;;) {
      const told = await (await fetch(`${this.url}/gone/${speaker.id}`)).json()
      if (told !== null) {
        this.note('afterDisconnect', 'is told', JSON.stringify(told))
        return told
      }
    }
  }

  /** Tries to lift with each of these settings, and tells what becomes of it. */
  async lift(...all) {
    const outcomes = await Promise.all(all.map((settings) => this.lifts(settings)))
    all.forEach((settings, i) => {
      this.note(JSON.stringify(settings), outcomes[i] === null ? 'lifts' : 'does not lift:', outcomes[i] ?? '')
    })
  }

  /** A polling request of Engine.IO. */
  async poll(name, query = {}, { headers } = {}) {
    const all = new URLSearchParams(handshake(4, { transport: 'polling', ...query }))
    const response = await fetch(`${this.url}/socket.io/?${all}`, { headers })
    const body = await response.text()

    if (body.startsWith('0{')) {
      this.names.give(JSON.parse(body.slice(1)).sid, `<session of ${name}>`)
    }
    this.note(name, '<<', await told(response.status, Object.fromEntries(response.headers), body))
    return { status: response.status, body }
  }

  /** The unmodified sails.io.js; it connects on the next turn. */
  sail(name, options = {}) {
    return new Sailor(this, name, setSail(this, options))
  }

  /** Everybody who is still connected hears what has been sent to it until now. */
  async catchUp() {
    for (const speaker of this.#present) {
      await speaker.catchUp()
    }
  }

  async end() {
    for (const close of this.#ends.splice(0)) {
      await close()
    }
  }
}

function text(stream) {
  return new Promise((resolve) => {
    let all = ''
    stream.setEncoding('utf8').on('data', (part) => (all += part))
    stream.once('end', () => resolve(all))
  })
}

async function told(status, headers, body) {
  const shown = COMPARED_HEADERS.filter((name) => name in headers && isTelling(name, headers[name]))
  const lines = shown.map((name) => `${name}: ${headers[name]}`)

  return [status, ...lines, dense(await body)].join(' | ')
}

/** Without JSON's white space, which Sails puts in while developing. */
function dense(body) {
  try {
    return JSON.stringify(JSON.parse(body))
  } catch {
    return body
  }
}

/** Of connection headers only the end is part of a refusal. */
function isTelling(name, value) {
  return name !== 'connection' || value === 'close'
}

/** Somebody with a WebSocket in his hands. */
class Speaker {
  #nextAck = 1

  constructor(talk, name, wire) {
    this.talk = talk
    this.name = name
    this.wire = wire
    this.left = false
  }

  next() {
    return this.wire.nextPacket()
  }

  say(...frames) {
    for (const frame of frames) {
      this.talk.note(this.name, '>>', frame)
      this.wire.send(frame)
    }
  }

  /** The next frame, as it came; null: the connection is closed. */
  async hear() {
    const frame = await this.next()

    if (frame === null) {
      this.left = true
      this.talk.note(this.name, '<<', '(closed)')
    } else {
      this.#learn(frame)
      this.talk.note(this.name, '<<', Buffer.isBuffer(frame) ? frame.toString('hex') : frame)
    }
    return frame
  }

  /** 40{"sid":"..."}: the id of the socket. */
  #learn(frame) {
    const [, sid] = /^40\{"sid":"([^"]+)"/.exec(frame) ?? []

    if (sid) {
      this.id = sid
      this.talk.names.give(sid, `<${this.name}>`)
    } else if (frame === '40') {
      this.id = this.talk.names.find(`<${this.name}>`)
    }
  }

  /** A request as clients make it, and all that is heard up to its answer: the ack's argument. */
  async ask(method, url, message = {}) {
    const ack = this.#nextAck++

    this.say(`42${ack}${JSON.stringify([method, { url, ...message }])}`)
    return this.answer(ack)
  }

  async answer(ack) {
    for (;;) {
      const frame = await this.hear()
      if (frame === null) {
        return null
      }
      if (String(frame).startsWith(`43${ack}[`)) {
        return JSON.parse(frame.slice(`43${ack}`.length))[0]
      }
    }
  }

  /** What had been sent before this is answered has been heard afterwards. */
  async catchUp() {
    if (!this.left) {
      await this.ask('get', '/text')
    }
  }

  /** Goes as sails.io.js goes. */
  async leave() {
    this.say('41')
    this.close()
    await this.wire.closed
  }

  close() {
    this.left = true
    this.wire.close()
  }
}

/** Somebody with sails.io.js. */
class Sailor {
  #heard = []

  constructor(talk, name, socket) {
    this.talk = talk
    this.name = name
    this.socket = socket
  }

  note(what, value) {
    this.talk.note(this.name, what, JSON.stringify(value))
  }

  on(...events) {
    for (const event of events) {
      this.socket.on(event, (...args) => this.note(`hears ${event}`, plain(args)))
    }
  }

  /** What is heard of these events waits for catchUp(), as with a speaker. */
  gather(...events) {
    for (const event of events) {
      this.socket.on(event, (...args) => this.#heard.push([`hears ${event}`, plain(args)]))
    }
  }

  /** What had been sent before this is answered has been heard. */
  async catchUp() {
    await within(new Promise((resolve) => this.socket.get('/text', resolve)), 'an answer')
    this.#heard.splice(0).forEach((entry) => this.note(...entry))
  }

  /** Waits for an event. */
  once(event) {
    const heard = new Promise((resolve) => {
      const listener = (...args) => {
        this.socket.off(event, listener)
        resolve(args)
      }
      this.socket.on(event, listener)
    })
    return within(heard, event)
  }

  /** Connected, and upgraded where both transports are allowed. Asked for in the turn of sail(): a connect is told once. */
  async connected() {
    await this.once('connect')
    const { engine } = this.socket._raw.io
    if (this.socket.transports.length > 1 && engine.transport.name !== 'websocket') {
      await within(new Promise((resolve) => engine.once('upgrade', resolve)), 'upgrade')
    }
    this.talk.names.give(this.socket._raw.id, `<${this.name}>`)
    this.note('is connected', { transport: engine.transport.name })
  }

  /** .get(), .post() and so on; `request` with all that .request() takes. */
  call(method, ...args) {
    this.note(`calls ${method}`, args)
    const answered = new Promise((resolve) => {
      this.socket[method](...args, (body, jwr) => resolve([body, jwr]))
    })
    return within(answered, `an answer of ${method}`).then(([body, jwr]) => {
      this.note('is answered', { body: plain(body), ...shown(jwr) })
      return { body, jwr }
    })
  }
}

function shown({ statusCode, headers, error }) {
  return { statusCode, headers, error: error === undefined ? 'undefined' : String(error) }
}

/** What JSON would lose. */
function plain(value) {
  return JSON.parse(
    JSON.stringify(value, (key, item) => (item instanceof Error ? String(item) : item)) ?? 'null',
  )
}
