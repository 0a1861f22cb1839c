// Nodes of one cluster: ours, and socket.io in Node with its Redis adapter, behind one face.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import { open, settled, within } from './clients.mjs'
import { atEnd } from './ends.mjs'
import { startApp } from './server.mjs'

const require = createRequire(import.meta.url)
const { createClient } = require('redis-4')
const { createAdapter: createAdapter7 } = require('@socket.io/redis-adapter-7')
const createAdapter6 = require('@sailshq/socket.io-redis')

/** A connection to the Redis of the test, which goes with it. */
export async function connectRedis(t, redis) {
  const client = createClient({ url: `redis://127.0.0.1:${redis.port}` })
  client.on('error', () => {}) // the tests stop Redis, and it comes back
  await client.connect()
  atEnd(t, () => (client.isReady ? client.quit() : client.disconnect())) // what it was told last is done
  return client
}

/** As connectRedis(), for an adapter of Node: it does not look whether Redis is still there when it goes. */
async function connectAdapter(t, redis) {
  const client = await connectRedis(t, redis)
  for (const name of ['unsubscribe', 'pUnsubscribe', 'sUnsubscribe']) {
    const call = client[name].bind(client)
    client[name] = (...args) => call(...args).catch(() => {})
  }
  return client
}

/** Our node, of the program apps/io, which has said that it is among the others. */
export async function startC(t, redis, args = [], { adapter = '@socket.io/redis-adapter', name = 'io', url } = {}) {
  const app = await startApp(t, name, {
    args: [`--sockets.adapter=${adapter}`,
      `--sockets.url=${url ?? `redis://127.0.0.1:${redis.port}`}`, ...args],
  })
  await app.says(/this node is among the others/)
  return app
}

function listen(io, nsp, event, call) {
  io.of(nsp).on('connection', (socket) => socket.on(event, (...args) => call(socket, ...args)))
}

function select(base, { to, except, volatile, local, compress } = {}) {
  let operator = base
  for (const room of to ?? []) operator = operator.to(room)
  for (const room of except ?? []) operator = operator.except(room)
  if (volatile) operator = operator.volatile
  if (local) operator = operator.local
  if (compress === false) operator = operator.compress(false)
  return operator
}

const plainSockets = (sockets) =>
  sockets.map(({ id, handshake, rooms, data }) => ({ id, handshake, rooms: [...rooms], data }))

/** As apps/io.c: each event names the call that it makes, and its ack has the result. */
function drive(io, nsp) {
  const on = (event, call) => listen(io, nsp, event, call)
  const all = () => io.of(nsp)
  on('sync', (_, ack) => ack())
  on('join', (socket, ...args) => {
    const ack = args.pop()
    socket.join(args)
    ack([...socket.rooms])
  })
  on('rooms', (socket, ack) => ack([...socket.rooms]))
  on('set-data', (socket, data, ack) => ack((socket.data = data) && null))
  on('emit', (_, target, event, args, ack) => ack(!select(all(), target).emit(event, ...args)))
  on('fetch', async (_, target, ack) => ack(await select(all(), target).fetchSockets().then(plainSockets)))
  on('join-many', (_, target, rooms, ack) => ack(select(all(), target).socketsJoin(rooms) ?? null))
  on('leave-many', (_, target, rooms, ack) => ack(select(all(), target).socketsLeave(rooms) ?? null))
  on('disconnect-many', (_, target, close, ack) =>
    ack(select(all(), target).disconnectSockets(close) ?? null))
  on('ask-all', (_, target, timeout, event, args, ack) =>
    select(all(), target).timeout(timeout).emit(event, ...args, (error, answers) =>
      ack(error === null ? null : 'SAILS_ETIMEOUT', answers)))
  on('all-rooms', async (_, ack) => ack(null, [...(await io.of(nsp).adapter.allRooms())]))
  on('server-emit', (_, event, args, ack) => ack(io.of(nsp).serverSideEmit(event, ...args) && null))
  on('server-ask', (_, event, args, ack) =>
    io.of(nsp).serverSideEmit(event, ...args, (error, answers) =>
      ack(error === null ? null : 'SAILS_ETIMEOUT', answers)))
  io.of(nsp).on('tell', (...args) => {
    const ack = typeof args.at(-1) === 'function' ? args.pop() : () => {}
    io.of(nsp).local.emit('server-heard', ...args)
    ack(args[0])
  })
  on('broadcast', (socket, target, event, args, ack) =>
    ack(!select(socket.broadcast, target).emit(event, ...args)))
}

/**
 * The connections that an adapter makes of this one, in a list. The streams adapter waits for ever for what it has
 * asked of a Redis that has gone: whoever ends it ends them.
 */
function watchDuplicates(client) {
  const made = []
  const duplicate = client.duplicate.bind(client)
  client.duplicate = (...args) => {
    made.push(duplicate(...args))
    return made.at(-1)
  }
  return made
}

function endForGood(client) {
  const disconnect = client.disconnect.bind(client)
  client.disconnect = async () => {} // the adapter's own, when its question fails now
  return disconnect().catch(() => {}) // closed already
}

/** A server of Node in this process. */
export async function startNode(t, redis, { key, namespaces = ['/'], options, sharded, version = 8 } = {}) {
  const http = createServer()
  const [pub, sub] = [await connectAdapter(t, redis), await connectAdapter(t, redis)]
  const duplicates = watchDuplicates(pub)
  const adapters = {
    8: () => (sharded ? createShardedAdapter(pub, sub, sharded) : createAdapter(pub, sub, { key })),
    7: () => createAdapter7(pub, sub, { key }),
    streams: () => createStreamsAdapter(pub),
    6: () => createAdapter6({ host: '127.0.0.1', port: redis.port, key: key ?? 'socket.io' }),
  }
  const adapter = adapters[version]()
  const io = new Server(http, { adapter, ...options })
  namespaces.forEach((nsp) => drive(io, nsp))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  atEnd(t, async () => {
    const { pubClient, subClient } = io.of('/').adapter
    await new Promise((resolve) => io.close(resolve))
    await Promise.all(duplicates.map(endForGood))
    if (version === 6) {
      ;[pubClient, subClient].forEach((client) => client.end(true)) // its own
    }
  })
  const url = `http://127.0.0.1:${http.address().port}`
  return {
    io,
    url,
    async connect(options = {}) {
      const socket = open(url, options)
      atEnd(t, () => socket.close())
      await settled(socket)
      return socket
    },
  }
}

/** Waits until so many nodes have subscribed to a channel. */
export async function gathered(client, n, channel = 'socket.io-request#/#', how = 'NUMSUB') {
  const count = async () => (await client.sendCommand(['PUBSUB', how, channel]))[1]
  const wait = async () => {
    while ((await count()) !== n) await new Promise(setImmediate)
  }
  await within(wait(), `${n} nodes`)
}

/** All that is published from now on: {channel, payload}. */
export async function listenIn(t, redis, pattern) {
  const client = await connectRedis(t, redis)
  const heard = []
  await client.pSubscribe(pattern, (payload, channel) => heard.push({ channel: `${channel}`, payload }), true)
  return heard
}
