// Nodes over sharded pub/sub (Redis 7): ours and Node's, in each mode (redis-cluster 7).
import test from 'node:test'
import assert from 'node:assert/strict'
import { ask, asks, bytesEqual, next, record, within } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { startRedis } from './support/redis.mjs'

const MAIN = 'socket.io#/#'

async function startCluster(t, subscriptionMode) {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const args = ['--sockets.adapterOptions.sharded=true',
    `--sockets.adapterOptions.subscriptionMode=${subscriptionMode}`]
  const nodes = {
    c1: await startC(t, redis, args),
    c2: await startC(t, redis, [...args, '--workers=3']),
    n1: await startNode(t, redis, { sharded: { subscriptionMode } }),
    n2: await startNode(t, redis, { sharded: { subscriptionMode } }),
  }
  await gathered(client, 4, MAIN, 'SHARDNUMSUB')
  const people = {}
  for (const [name, node] of Object.entries(nodes)) {
    const socket = await node.connect()
    people[name] = Object.assign(socket, { heard: record(socket, 'said') })
  }
  return { redis, client, people }
}

/** What each has heard, when all have heard one more thing from who has sent. */
async function heard(people, sender) {
  const flushed = Object.values(people).map((socket) => next(socket, 'flush'))
  await ask(sender, 'emit', {}, 'flush', [])
  await Promise.all(flushed)
  const entries = Object.entries(people).map(([name, { heard }]) => [name, heard.splice(0).flat()])
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
}

const idsOf = (people, names) => names.map((name) => people[name].id).sort()

for (const mode of ['static', 'dynamic', 'dynamic-private']) {
  test(`every operation reaches every node, mode ${mode} (redis-cluster 24, 25)`, async (t) => {
    const { client, people } = await startCluster(t, mode)
    const listening = (n, room) => gathered(client, mode === 'static' ? 0 : n, `${MAIN}${room}#`, 'SHARDNUMSUB')
    for (const name of ['c1', 'c2', 'n1']) {
      await ask(people[name], 'join', 'kitchen')
    }
    await listening(3, 'kitchen')
    const listeningToOne = mode === 'dynamic-private' ? 1 : 0
    await gathered(client, listeningToOne, `${MAIN}${people.c2.id}#`, 'SHARDNUMSUB')
    for (const [name, socket] of Object.entries(people)) {
      socket.on('who', (ack) => ack(name))
      socket.on('bytes', (ack) => ack(Buffer.from(name)))
    }

    for (const [name, sender] of Object.entries(people)) {
      const says = async (how, target, word) => {
        await ask(sender, how, target, 'said', [word])
        // Another channel has an order of its own only in Redis Cluster; here there is one server.
        return heard(people, sender)
      }
      const all = { c1: ['hi'], c2: ['hi'], n1: ['hi'], n2: ['hi'] }
      assert.deepEqual(await says('emit', {}, 'hi'), all, name)
      assert.deepEqual(await says('emit', { to: ['kitchen'] }, 1), { c1: [1], c2: [1], n1: [1] }, name)
      assert.deepEqual(await says('emit', { to: ['kitchen', people.n2.id], except: [people.c1.id] }, 2),
        { c2: [2], n1: [2], n2: [2] }, name)
      assert.deepEqual(await says('emit', { to: [people.c2.id] }, 3), { c2: [3] }, name)
      assert.deepEqual(await says('emit', { to: [people.n1.id] }, 4), { n1: [4] }, name)
      assert.deepEqual(await says('emit', { local: true }, 5), { [name]: [5] }, name)

      const binary = Object.values(people).map((socket) => next(socket, 'binary'))
      await ask(sender, 'emit', {}, 'binary', [{ deep: Buffer.from([1, 2, 3]) }])
      for (const got of await Promise.all(binary)) {
        bytesEqual(got, [{ deep: Buffer.from([1, 2, 3]) }])
      }

      assert.deepEqual((await ask(sender, 'fetch', { to: ['kitchen'] })).map(({ id }) => id).sort(),
        idsOf(people, ['c1', 'c2', 'n1']))
      const [error, names] = await asks(sender, 'ask-all', {}, 5000, 'who', [])
      assert.equal(error, null)
      assert.deepEqual(names.sort(), ['c1', 'c2', 'n1', 'n2'])
      const [, bytes] = await asks(sender, 'ask-all', { to: ['kitchen'] }, 5000, 'bytes', [])
      assert.deepEqual(bytes.map(String).sort(), ['c1', 'c2', 'n1'])
      assert.deepEqual(await asks(sender, 'server-ask', 'tell', [7]), [null, [7, 7, 7]])

      await ask(sender, 'join-many', {}, [`${name}-a`])
      const members = async () => (await ask(sender, 'fetch', { to: [`${name}-a`] })).length
      await within((async () => { while ((await members()) !== 4);  })(), 'everybody in the room')
      await listening(4, `${name}-a`)
      await ask(sender, 'leave-many', { to: [people.c1.id, people.n1.id] }, [`${name}-a`])
      await within((async () => { while ((await members()) !== 2);  })(), 'two in the room')
      await listening(2, `${name}-a`)
    }
    await ask(people.c1, 'leave', 'kitchen')
    await listening(2, 'kitchen')
    people.c2.close()
    await listening(1, 'kitchen')
  })
}

test('what is as long as the id of a socket is that in JavaScript, too (redis-cluster 24)', async (t) => {
  const { client, people } = await startCluster(t, 'dynamic')
  const rooms = ['ü'.repeat(10), 'ü'.repeat(20), '😀'.repeat(10), 'x'.repeat(20)]
  for (const socket of Object.values(people)) {
    await ask(socket, 'join', ...rooms)
  }
  await gathered(client, 4, `${MAIN}${rooms[0]}#`, 'SHARDNUMSUB')
  for (const [name, sender] of Object.entries(people)) {
    for (const room of rooms) {
      await ask(sender, 'emit', { to: [room] }, 'said', [room])
    }
    assert.deepEqual(await heard(people, sender), { c1: rooms, c2: rooms, n1: rooms, n2: rooms }, name)
  }
})

test('after Redis was away rooms are listened to again', async (t) => {
  const redis = await startRedis(t)
  const args = ['--sockets.adapterOptions.sharded=true']
  const nodes = [await startC(t, redis, args), await startC(t, redis, args)]
  const [ann, bob] = await Promise.all(nodes.map((node) => node.connect()))
  await ask(bob, 'join', 'kitchen')

  await redis.kill()
  await nodes[0].says(/this node is alone/)
  await nodes[1].says(/this node is alone/)
  await redis.start()
  const client = await connectRedis(t, redis)
  await gathered(client, 2, MAIN, 'SHARDNUMSUB')
  await gathered(client, 1, `${MAIN}kitchen#`, 'SHARDNUMSUB')
  const said = next(bob, 'said')
  await ask(ann, 'emit', { to: ['kitchen'] }, 'said', ['again'])
  assert.deepEqual(await said, ['again'])
})
