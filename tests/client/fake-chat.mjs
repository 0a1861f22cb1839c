/*
 * The chat example's server API on the reference Socket.IO server, for working on its page without
 * the C application. Run it: node fake-chat.mjs [port]
 *
 * Each answer is {status, body}; a status of 400 and above is a failure that the page must show.
 */
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Server } from 'socket.io'

const repository = new URL('../../', import.meta.url)
const files = {
  '/': ['examples/chat/public/index.html', 'text/html; charset=utf-8'],
  '/style.css': ['examples/chat/public/style.css', 'text/css; charset=utf-8'],
  '/chat.js': ['examples/chat/public/chat.js', 'text/javascript; charset=utf-8'],
  '/sails.io.js': ['clients/js/sails.io.js', 'text/javascript; charset=utf-8']
}

const ok = (body = {}) => ({ status: 200, body })
const failure = (status, body) => ({ status, body })

class Chat {
  names = new Map() // socket id -> name
  rooms = new Map([['lobby', new Set()]]) // name -> socket ids; the lobby is always there

  constructor (io) {
    this.io = io
  }

  person (id) {
    return { id, name: this.names.get(id) }
  }

  members (room) {
    return [...this.rooms.get(room) || []].map((id) => this.person(id))
  }

  list () {
    return { rooms: [...this.rooms].map(([name, ids]) => ({ name, members: ids.size })) }
  }

  tellPresence (room) {
    this.io.to(room).emit('presence', { room, members: this.members(room) })
    this.io.emit('rooms', this.list())
  }

  message (socket, text) {
    return { from: this.person(socket.id), text, at: Date.now() }
  }

  setName (socket, wanted) {
    const taken = new Set([...this.names].filter(([id]) => id !== socket.id).map(([, name]) => name))
    let name = wanted
    for (let n = 2; taken.has(name); n++) {
      name = `${wanted} ${n}`
    }
    this.names.set(socket.id, name)
    for (const [room, ids] of this.rooms) {
      if (ids.has(socket.id)) {
        this.tellPresence(room)
      }
    }
    return ok(this.person(socket.id))
  }

  join (socket, room) {
    if (room === 'announce' || room.length > 40) { // POST /chat/announce could not be said to it
      return failure(400, 'A room cannot have this name.')
    }
    this.rooms.set(room, (this.rooms.get(room) || new Set()).add(socket.id))
    socket.join(room)
    this.tellPresence(room)
    return ok({ room, members: this.members(room) })
  }

  leave (socket, room) {
    const ids = this.rooms.get(room)
    if (ids && ids.delete(socket.id)) {
      socket.leave(room)
      if (ids.size === 0 && room !== 'lobby') {
        this.rooms.delete(room)
      }
      this.tellPresence(room)
    }
    return ok()
  }

  say (socket, room, text) {
    if (!this.rooms.get(room)?.has(socket.id)) {
      return failure(403, 'You are not in this room.')
    }
    socket.to(room).emit('chat', { room, ...this.message(socket, text) })
    return ok()
  }

  direct (socket, id, text) {
    if (!this.names.has(id)) {
      return failure(404, 'This person has gone.')
    }
    this.io.to(id).emit('direct', this.message(socket, text))
    return ok()
  }

  announce (socket, text) {
    this.io.emit('announcement', this.message(socket, text))
    return ok()
  }

  gone (socket) {
    for (const room of [...this.rooms.keys()]) {
      this.leave(socket, room)
    }
    this.names.delete(socket.id)
  }

  answer (socket, method, { url, data }) {
    const { pathname, searchParams } = new URL(url, 'http://chat')
    const [, , first, second] = pathname.split('/').map(decodeURIComponent)
    const { text } = data
    if (method === 'get' && first === 'me') {
      const name = (searchParams.get('name') || '').trim()
      return name ? this.setName(socket, name) : failure(400, 'A name is missing.')
    }
    if (method === 'get' && first === 'rooms') {
      return ok(this.list())
    }
    if (!this.names.has(socket.id)) {
      return failure(400, 'Say who you are first.')
    }
    if (method === 'post' && second === 'join') {
      return this.join(socket, first)
    }
    if (method === 'post' && second === 'leave') {
      return this.leave(socket, first)
    }
    if (method !== 'post') {
      return failure(404, 'Not Found')
    }
    if (typeof text !== 'string' || text === '') {
      return failure(400, 'There is nothing to say.')
    }
    if (first === 'direct') {
      return this.direct(socket, second, text)
    }
    return first === 'announce' ? this.announce(socket, text) : this.say(socket, first, text)
  }
}

async function serveFile (request, response) {
  const [path, type] = files[request.url.split('?')[0]] || []
  if (!path) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': type })
  response.end(await readFile(new URL(path, repository)))
}

/** Starts it on a free port, or on `port`. */
export async function startFakeChat ({ port = 0 } = {}) {
  const http = createServer(serveFile)
  const io = new Server(http, { transports: ['websocket'] })
  const chat = new Chat(io)
  io.on('connection', (socket) => {
    for (const method of ['get', 'post']) {
      socket.on(method, (message, respond) => {
        const { status, body } = chat.answer(socket, method, message)
        respond({ body, headers: {}, statusCode: status })
      })
    }
    socket.on('disconnect', () => chat.gone(socket))
  })
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${http.address().port}/`,
    stop: () => new Promise((resolve) => io.close(resolve))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startFakeChat({ port: Number(process.argv[2] || 0) })
  console.log(url)
}
