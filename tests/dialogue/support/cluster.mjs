// One cluster of Sails in Node and of ours: two servers of each kind, and a client on each.
import assert from 'node:assert/strict'
import { open, record, settled, within } from '../../integration/support/clients.mjs'
import { connectRedis, gathered } from '../../integration/support/cluster.mjs'
import { startRedis } from '../../integration/support/redis.mjs'
import { Servers } from './servers.mjs'

export const NAMES = ['c1', 'c2', 'node1', 'node2']

/** What sails.io.js would send: Node Sails serves nobody without it. */
const query = { __sails_io_sdk_version: '1.2.1' }

/**
 * Each member has its server, the socket of its client, and what that has heard of `event`. `key`: the prefix of
 * channels; `own`: settings of one member's alone; `env`: of all.
 */
export async function startCluster(t, { event, key, own = {}, env = {} }) {
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
    const server = await servers.start(name.replace(/\d/, ''), { both: { ...settings, ...own[name] }, env })
    t.after(() => server.stop())
    cluster[name] = { server }
  }
  await gathered(watcher, 4, `${key ?? 'socket.io'}-request#/#`)
  await gathered(watcher, 4, key ?? 'socket.io#sails#')
  for (const member of Object.values(cluster)) {
    const socket = open(member.server.url, { query })
    t.after(() => socket.close())
    await settled(socket)
    Object.assign(member, { socket, heard: record(socket, event) })
  }
  return cluster
}

/** A request over HTTP to a member's server: the text of its answer. */
export async function call(member, method, path, data) {
  const response = await fetch(member.server.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  })
  const text = await response.text()
  assert.equal(response.status, 200, `${method} ${path} of ${member.server.url}: ${text}`)
  return text
}

/** The rooms of a member's client, as its own server has them, but for its own. */
async function roomsOf(member) {
  const [rooms] = JSON.parse(await call(member, 'POST', '/rooms', { ids: [member.socket.id] }))
  return rooms.slice(1)
}

/** Waits until a room has exactly these members: what other nodes do has no moment at which it is done. */
export async function members(cluster, room, expected) {
  let last
  const wait = async () => {
    do {
      const all = await Promise.all(NAMES.map((name) => roomsOf(cluster[name])))
      last = NAMES.filter((name, i) => all[i].includes(room))
    } while (JSON.stringify(last) !== JSON.stringify(expected))
  }
  await within(wait(), `members of ${room}`).catch((error) => assert.fail(`${error}: ${last}`))
}

/** What each client has heard, by name, when all have heard one more thing from the same server. */
export async function heard(cluster, actor) {
  const last = NAMES.map((name) => new Promise((resolve) => cluster[name].socket.once('last', resolve)))
  await call(actor, 'POST', '/blast', { event: 'last', data: 1 })
  await within(Promise.all(last), 'last')
  return Object.fromEntries(NAMES.map((name) => [name, cluster[name].heard.splice(0).flat()]))
}
