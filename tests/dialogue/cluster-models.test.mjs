// One cluster of Sails in Node and of ours, with models: who looks at a record on one node hears what happens to it on another.
import test from 'node:test'
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { within } from '../integration/support/clients.mjs'
import { NAMES, call, heard, members, startCluster } from './support/cluster.mjs'

const classRoom = 'sails_model_create_doc'
const recordRoom = (key) => `sails_model_doc_${key}:doc`

/** Each node has records of its own: rooms and messages are what a cluster shares. */
const env = { DIALOGUE_MODELS: fileURLToPath(new URL('models.json', import.meta.url)) }

async function ask(member, method, url) {
  const answer = await within(member.socket.emitWithAck(method, { method, url, data: {}, headers: {} }), url)
  assert.equal(answer.statusCode, 200, `${method} ${url}: ${JSON.stringify(answer)}`)
}

/** What each client has heard of documents. */
async function told(cluster, actor) {
  const all = Object.entries(await heard(cluster, actor))
  return Object.fromEntries(all.map(([name, words]) =>
    [name, words.map(({ verb, id, data, previous }) => [verb, id, data?.text ?? previous?.text])]))
}

test('pubsub-and-blueprints 65: watchers and subscribers on each kind of node hear of records on each', async (t) => {
  const cluster = await startCluster(t, { event: 'doc', env })
  const all = (word) => Object.fromEntries(NAMES.map((name) => [name, [word]]))
  const nobody = Object.fromEntries(NAMES.map((name) => [name, []]))

  for (const name of NAMES) {
    await ask(cluster[name], 'get', '/doc')
  }
  await members(cluster, classRoom, NAMES)
  for (const name of NAMES) {
    const actor = cluster[name]

    await call(actor, 'POST', '/doc', { slug: name, text: 'new' })
    assert.deepEqual(await told(cluster, actor), all(['created', name, 'new']), `created on ${name}`)
    await members(cluster, recordRoom(name), NAMES) // introduced, wherever they are

    await call(actor, 'PATCH', `/doc/${name}`, { text: 'changed' })
    assert.deepEqual(await told(cluster, actor), all(['updated', name, 'changed']), `updated on ${name}`)

    await call(actor, 'DELETE', `/doc/${name}`)
    assert.deepEqual(await told(cluster, actor), all(['destroyed', name, 'changed']), `destroyed on ${name}`)
    await members(cluster, recordRoom(name), []) // retired

    await call(actor, 'POST', '/doc', { slug: name, text: 'again' })
    await told(cluster, actor)
    await members(cluster, recordRoom(name), NAMES)
    await call(actor, 'DELETE', `/doc/${name}`)
    await told(cluster, actor)
    await members(cluster, recordRoom(name), [])
    assert.deepEqual(await told(cluster, actor), nobody)
  }
})
