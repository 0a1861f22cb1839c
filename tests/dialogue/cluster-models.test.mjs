// One cluster of Sails in Node and of ours, with models: who looks at a record on one node hears what happens to it on another.
import test from 'node:test'
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { open, record, settled, within } from '../integration/support/clients.mjs'
import { connectRedis, gathered } from '../integration/support/cluster.mjs'
import { startRedis } from '../integration/support/redis.mjs'
import { Servers } from './support/servers.mjs'

const NAMES = ['c1', 'c2', 'node1', 'node2']
const query = { __sails_io_sdk_version: '1.2.1' }
const classRoom = 'sails_model_create_doc'
const recordRoom = (key) => `sails_model_doc_${key}:doc`

/** Each has records of its own: rooms and messages are what a cluster shares. */
async function startCluster(t) {
  const redis = await startRedis(t)
  const watcher = await connectRedis(t, redis)
  const servers = new Servers()
  const configuration = {
    both: {
      'sockets.adapter': '@sailshq/socket.io-redis',
      'sockets.url': `redis://127.0.0.1:${redis.port}`,
      'sockets.transports': ['websocket'],
    },
    env: { DIALOGUE_MODELS: fileURLToPath(new URL('models.json', import.meta.url)) },
  }
  const cluster = {}
  for (const name of NAMES) {
    const server = await servers.start(name.replace(/\d/, ''), configuration)
    t.after(() => server.stop())
    cluster[name] = { server }
  }
  await gathered(watcher, 4, 'socket.io-request#/#')
  await gathered(watcher, 4, 'socket.io#sails#')
  for (const member of Object.values(cluster)) {
    const socket = open(member.server.url, { query })
    t.after(() => socket.close())
    await settled(socket)
    Object.assign(member, { socket, heard: record(socket, 'doc') })
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
  return response.json().catch(() => null)
}

async function ask(member, method, url) {
  const answer = await within(member.socket.emitWithAck(method, { method, url, data: {}, headers: {} }), url)
  assert.equal(answer.statusCode, 200, `${method} ${url}: ${JSON.stringify(answer)}`)
}

/** Waits until the clients of exactly these nodes are in a room. */
async function members(cluster, room, expected) {
  let last
  const wait = async () => {
    do {
      const all = await Promise.all(NAMES.map((name) => call(cluster[name], 'POST', '/rooms', { ids: [cluster[name].socket.id] })))
      last = NAMES.filter((name, i) => all[i][0].includes(room))
    } while (JSON.stringify(last) !== JSON.stringify(expected))
  }
  await within(wait(), `members of ${room}`).catch((error) => assert.fail(`${error}: ${last}`))
}

/** What each client has heard of documents, when all have heard one more thing from the same server. */
async function heard(cluster, actor) {
  const last = NAMES.map((name) => new Promise((resolve) => cluster[name].socket.once('last', resolve)))
  await call(actor, 'POST', '/blast', { event: 'last', data: 1 })
  await within(Promise.all(last), 'last')
  return Object.fromEntries(NAMES.map((name) => [name, cluster[name].heard.splice(0).flat().map(({ verb, id, data, previous }) =>
    [verb, id, data?.text ?? previous?.text])]))
}

test('pubsub-and-blueprints 65: watchers and subscribers on each kind of node hear of records on each', async (t) => {
  const cluster = await startCluster(t)
  const all = (word) => Object.fromEntries(NAMES.map((name) => [name, [word]]))
  const nobody = Object.fromEntries(NAMES.map((name) => [name, []]))

  for (const name of NAMES) {
    await ask(cluster[name], 'get', '/doc')
  }
  await members(cluster, classRoom, NAMES)
  for (const name of NAMES) {
    const actor = cluster[name]

    await call(actor, 'POST', '/doc', { slug: name, text: 'new' })
    assert.deepEqual(await heard(cluster, actor), all(['created', name, 'new']), `created on ${name}`)
    await members(cluster, recordRoom(name), NAMES) // introduced, wherever they are

    await call(actor, 'PATCH', `/doc/${name}`, { text: 'changed' })
    assert.deepEqual(await heard(cluster, actor), all(['updated', name, 'changed']), `updated on ${name}`)

    await call(actor, 'DELETE', `/doc/${name}`)
    assert.deepEqual(await heard(cluster, actor), all(['destroyed', name, 'changed']), `destroyed on ${name}`)
    await members(cluster, recordRoom(name), []) // retired

    await call(actor, 'POST', '/doc', { slug: name, text: 'again' })
    await heard(cluster, actor)
    await members(cluster, recordRoom(name), NAMES)
    await call(actor, 'DELETE', `/doc/${name}`)
    await heard(cluster, actor)
    await members(cluster, recordRoom(name), [])
    assert.deepEqual(await heard(cluster, actor), nobody)
  }
})
