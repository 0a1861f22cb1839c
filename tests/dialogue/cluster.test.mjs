// One cluster of Sails in Node and of ours: every method of sails.sockets is called on each, and observed on each.
import test from 'node:test'
import assert from 'node:assert/strict'
import { open, record, settled, within } from '../integration/support/clients.mjs'
import { connectRedis, gathered } from '../integration/support/cluster.mjs'
import { startRedis } from '../integration/support/redis.mjs'
import { Servers } from './support/servers.mjs'

const NAMES = ['c1', 'c2', 'node1', 'node2']

/** What sails.io.js would send: Node Sails serves nobody without it. */
const query = { __sails_io_sdk_version: '1.2.1' }

/** Two servers of each kind, and a client on each, which records what it hears as "said". */
async function startCluster(t, key) {
  const redis = await startRedis(t)
  const watcher = await connectRedis(t, redis)
  const servers = new Servers()
  const settings = {
    'sockets.adapter': '@sailshq/socket.io-redis',
    'sockets.url': `redis://127.0.0.1:${redis.port}`,
    'sockets.transports': ['websocket'],
    ...(key ? { 'sockets.key': key } : {}),
  }
  const cluster = {}
  for (const name of NAMES) {
    const own = name === 'c2' ? { workers: 3 } : {}
    const server = await servers.start(name.replace(/\d/, ''), { both: { ...settings, ...own } })
    t.after(() => server.stop())
    cluster[name] = { server }
  }
  await gathered(watcher, 4, `${key ?? 'socket.io'}-request#/#`)
  await gathered(watcher, 4, key ?? 'socket.io#sails#')
  for (const member of Object.values(cluster)) {
    const socket = open(member.server.url, { query })
    t.after(() => socket.close())
    await settled(socket)
    Object.assign(member, { socket, heard: record(socket, 'said') })
  }
  return cluster
}

async function call(member, method, path, data) {
  const response = await fetch(member.server.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  })
  assert.equal(response.status, 200, `${method} ${path} of ${member.server.url}: ${await response.clone().text()}`)
  return response.text()
}

/** The rooms of a member's client, as its own server has them, but for its own. */
async function roomsOf(member) {
  const [rooms] = JSON.parse(await call(member, 'POST', '/rooms', { ids: [member.socket.id] }))
  return rooms.slice(1)
}

/** Waits until a room has exactly these members: what other nodes do has no moment at which it is done. */
async function members(cluster, room, expected) {
  const now = async () => {
    const all = await Promise.all(NAMES.map((name) => roomsOf(cluster[name])))
    return NAMES.filter((name, i) => all[i].includes(room))
  }
  let last
  const wait = async () => {
    do {
      last = await now()
    } while (JSON.stringify(last) !== JSON.stringify(expected))
  }
  await within(wait(), `members of ${room}`).catch((error) => assert.fail(`${error}: ${last}`))
}

/** What each client has heard, when all have heard one more thing from the same server. */
async function heard(cluster, actor) {
  const last = NAMES.map((name) => new Promise((resolve) => cluster[name].socket.once('last', resolve)))
  await call(actor, 'POST', '/blast', { event: 'last', data: 1 })
  await within(Promise.all(last), 'last')
  return Object.fromEntries(NAMES.flatMap((name) => {
    const words = cluster[name].heard.splice(0).flat()
    return words.length > 0 ? [[name, words]] : []
  }))
}

for (const key of [undefined, 'mine']) {
  test(`sails-sockets 8: each method reaches each kind of node (key ${key ?? 'not set'})`, async (t) => {
    const cluster = await startCluster(t, key)
    const all = (word) => Object.fromEntries(NAMES.map((name) => [name, [word]]))

    for (const name of NAMES) {
      const actor = cluster[name]
      const room = (n) => `${name}-${n}`
      for (const other of NAMES) {
        await call(actor, 'PUT', '/join', { id: cluster[other].socket.id, room: room('all') })
      }
      await members(cluster, room('all'), NAMES)
      await call(actor, 'PUT', '/leave', { id: cluster.node2.socket.id, room: room('all') })
      await members(cluster, room('all'), NAMES.slice(0, 3))
      await call(actor, 'PUT', '/add', { room: room('all'), to: [room('more'), room('most')] })
      await members(cluster, room('most'), NAMES.slice(0, 3))
      await call(actor, 'PUT', '/remove', { room: room('all'), from: [room('more')] })
      await members(cluster, room('more'), [])

      await call(actor, 'POST', '/broadcast', { rooms: room('most'), event: 'said', data: 'a room' })
      await call(actor, 'POST', '/broadcast', { rooms: [cluster.node1.socket.id], event: 'said', data: 'node1' })
      await call(actor, 'POST', '/broadcast', { rooms: [cluster.c2.socket.id], event: 'said', data: 'c2' })
      await call(actor, 'POST', '/broadcast', { rooms: 'nobody', event: 'said', data: 'nobody' })
      assert.deepEqual(await heard(cluster, actor),
        { c1: ['a room'], c2: ['a room', 'c2'], node1: ['a room', 'node1'] }, name)
      await call(actor, 'POST', '/blast', { event: 'said', data: 'all' })
      assert.deepEqual(await heard(cluster, actor), all('all'), name)

      await call(actor, 'PUT', '/leave-all', { room: room('most') })
      await members(cluster, room('most'), [])
      await members(cluster, room('all'), [])
    }
  })
}
