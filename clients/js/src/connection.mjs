/*
 * One WebSocket and the packets on it: Engine.IO 4 and Socket.IO protocol 5, the default namespace.
 *
 * A connection dies with its WebSocket; what outlives it is the SailsSocket, its `owner`, which is
 * told of everything through four functions: onConnect(), onEvent(args), onPing() and, once and last,
 * onClose(reason, error). Before onConnect, `id` is undefined.
 */
import { call, inNode, isBinary, isObject } from './tools.mjs'

// type, attachments "-", namespace ",", ack id, JSON
const PACKET = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*),?)?(\d*)([^]*)$/
const CONNECT = '0'
const DISCONNECT = '1'
const CONNECT_ERROR = '4'
const EVENT = 2
const ACK = 3
const BINARY = 3 // how much BINARY_EVENT and BINARY_ACK are above EVENT and ACK

export class Connection {
  id
  closed = false
  acks = new Map() // id -> the `onAnswer` of an event that has no answer yet

  #ws
  #owner
  #timer
  #heartbeat // ms; a longer silence means that the server is gone
  #nextAck = 0
  #early = [] // events may overtake the CONNECT answer; they wait here for it
  #partial = null // a binary packet whose attachments are still to come

  constructor (webSocket, timeout, owner) {
    this.#ws = webSocket
    this.#owner = owner

    // Node gets Buffers in the end, but the standard type is the one that every WebSocket knows.
    webSocket.binaryType = 'arraybuffer'
    webSocket.onmessage = (event) => this.#receive(event.data)
    webSocket.onclose = () => this.close('transport close')
    webSocket.onerror = (event) => this.close('transport error', event.error)
    this.#expect(timeout, 'timeout')
  }

  /* Ends the connection unless it is called again, or close(), in time. One timer is enough: until
   * the CONNECT answer we wait for that, later for the next ping. */
  #expect (ms, reason) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(reason), ms)
  }

  /* Does not wait for the closing handshake: a peer that vanished would never complete it. */
  close (reason, error = new Error(reason)) {
    if (!this.closed) {
      this.closed = true
      clearTimeout(this.#timer)
      this.#ws.close()
      this.#owner.onClose(reason, error)
    }
  }

  disconnect () {
    if (this.id !== undefined) {
      this.#ws.send('4' + DISCONNECT)
    }
    this.close('io client disconnect')
  }

  /* Sends an event; `onAnswer`, if there is one, gets `null` and the arguments of its ack. */
  emit (args, onAnswer) {
    const id = onAnswer ? this.#nextAck : ''
    this.#write(EVENT, id, args) // first: it throws if `args` have no JSON, and nothing may wait then
    if (onAnswer) {
      this.acks.set(id, onAnswer)
      this.#nextAck++
    }
  }

  #write (type, id, args) {
    const attachments = []
    const json = JSON.stringify(args, function (key, value) {
      const original = this[key] // `value` has been through toJSON(), which a Buffer has
      return isBinary(original) ? { _placeholder: true, num: attachments.push(original) - 1 } : value
    })
    const head = attachments.length > 0 ? `${type + BINARY}${attachments.length}-` : type
    this.#ws.send(`4${head}${id}${json}`)
    attachments.forEach((attachment) => this.#ws.send(attachment))
  }

  // Engine.IO: the first character is the type; binary frames have none, they are attachments.

  #receive (data) {
    if (this.closed) {
      return
    }
    try {
      if (typeof data === 'string') {
        this.#onFrame(data[0], data.slice(1))
      } else {
        this.#onAttachment(inNode ? Buffer.from(data) : data)
      }
    } catch (error) {
      this.close('parse error', error)
    }
  }

  #onFrame (type, data) {
    switch (type) {
      case '0': return this.#onOpen(JSON.parse(data))
      case '1': return this.close('transport close')
      case '2': return this.#onPing(data)
      case '4': return this.#onPacket(data)
      default: throw new Error('an Engine.IO packet that no server sends over a WebSocket')
    }
  }

  #onOpen ({ pingInterval, pingTimeout }) {
    this.#heartbeat = pingInterval + pingTimeout
    this.#ws.send('4' + CONNECT)
  }

  #onPing (data) {
    this.#ws.send('3' + data)
    if (this.id !== undefined) {
      this.#expect(this.#heartbeat, 'ping timeout')
    }
    this.#owner.onPing()
  }

  // Socket.IO

  #onPacket (text) {
    const [, type, count, nsp, id, json] = PACKET.exec(text) // no match: throws, as it should
    const packet = { type, nsp, id, json, missing: Number(count || 0), attachments: [] }
    if (this.#partial || (Number(type) >= EVENT + BINARY) !== (packet.missing > 0)) {
      throw new Error('attachments do not match their packet')
    }
    if (packet.missing > 0) {
      this.#partial = packet
    } else {
      this.#dispatch(packet)
    }
  }

  #onAttachment (data) {
    const packet = this.#partial // null, hence throwing, if nobody announced the attachment
    packet.attachments.push(data)
    packet.missing--
    if (packet.missing === 0) {
      this.#partial = null
      this.#dispatch(packet)
    }
  }

  #dispatch ({ type, nsp, id, json, attachments }) {
    if (nsp && nsp !== '/') {
      return // we never join another namespace
    }
    const data = json === '' ? undefined : JSON.parse(json, (key, value) => fill(value, attachments))

    switch (type) {
      case CONNECT: return this.#onConnect(data)
      case DISCONNECT: return this.close('io server disconnect')
      case CONNECT_ERROR: return this.#onRefused(data)
      default: return Number(type) % BINARY === EVENT ? this.#onEvent(data, id) : this.#onAck(data || [], Number(id))
    }
  }

  #onConnect (data) {
    if (!isObject(data) || typeof data.sid !== 'string') {
      throw new Error('the server speaks an older Socket.IO protocol than 5')
    }
    this.id = data.sid
    this.#expect(this.#heartbeat, 'ping timeout')
    this.#owner.onConnect()
    this.#early.splice(0).forEach((args) => this.closed || this.#owner.onEvent(args))
  }

  #onRefused (data) {
    const { message, data: details } = isObject(data) ? data : { message: data }
    this.close('refused', Object.assign(new Error(message), { data: details }))
  }

  #onEvent (data, id) {
    if (!Array.isArray(data)) {
      throw new Error('an event is a list')
    }
    const args = id === '' ? data : data.concat(this.#answerTo(id))
    if (this.id === undefined) {
      this.#early.push(args)
    } else {
      this.#owner.onEvent(args)
    }
  }

  /* The function by which a listener answers an event: once, and while there is a connection. */
  #answerTo (id) {
    let answered = false
    return (...args) => {
      if (!answered && !this.closed) {
        answered = true
        this.#write(ACK, id, args)
      }
    }
  }

  #onAck (args, id) {
    const onAnswer = this.acks.get(id)
    if (onAnswer) {
      this.acks.delete(id)
      call(onAnswer, null, ...args)
    }
  }
}

/* Puts an attachment in the place of its placeholder. */
function fill (value, attachments) {
  if (attachments.length === 0 || !isObject(value) || value._placeholder !== true) {
    return value
  }
  if (attachments[value.num] === undefined) {
    throw new Error('placeholder without attachment')
  }
  return attachments[value.num]
}
