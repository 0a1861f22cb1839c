// Nodes over Redis Streams: ours and Node's (redis-cluster 9).
import test from 'node:test'
import assert from 'node:assert/strict'
import { ask, asks, bytesEqual, next, record, within } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { startRedis } from './support/redis.mjs'

const adapter = '@socket.io/redis-streams-adapter'
const MAIN = 'socket.io#/#'

test('every operation reaches every node over a stream (redis-cluster 26)', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const nodes = {
    c1: await startC(t, redis, [], { adapter }),
    c2: await startC(t, redis, ['--workers=3'], { adapter }),
    n1: await startNode(t, redis, { version: 'streams' }),
  }
  await gathered(client, 3, MAIN)
  const people = {}
  for (const [name, node] of Object.entries(nodes)) {
    const socket = await node.connect()
    people[name] = Object.assign(socket, { heard: record(socket, 'said') })
    socket.on('who', (ack) => ack(name))
  }
  const heard = async (sender) => {
    const flushed = Object.values(people).map((socket) => next(socket, 'flush'))
    await ask(sender, 'emit', {}, 'flush', [])
    await Promise.all(flushed)
    const entries = Object.entries(people).map(([name, { heard }]) => [name, heard.splice(0).flat()])
    return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
  }
  await ask(people.c1, 'join', 'kitchen')
  await ask(people.n1, 'join', 'kitchen')

  for (const [name, sender] of Object.entries(people)) {
    const says = async (target, word) => {
      await ask(sender, 'emit', target, 'said', [word])
      return heard(sender)
    }
    assert.deepEqual(await says({}, 'hi'), { c1: ['hi'], c2: ['hi'], n1: ['hi'] }, name)
    assert.deepEqual(await says({ to: ['kitchen'] }, 1), { c1: [1], n1: [1] }, name)
    assert.deepEqual(await says({ except: ['kitchen'] }, 2), { c2: [2] }, name)
    const binary = Object.values(people).map((socket) => next(socket, 'binary'))
    await ask(sender, 'emit', {}, 'binary', [{ deep: Buffer.from([1, 2, 3]) }])
    for (const got of await Promise.all(binary)) {
      bytesEqual(got, [{ deep: Buffer.from([1, 2, 3]) }])
    }
    assert.equal((await ask(sender, 'fetch', {})).length, 3, name)
    const [error, names] = await asks(sender, 'ask-all', {}, 5000, 'who', [])
    assert.equal(error, null)
    assert.deepEqual(names.sort(), ['c1', 'c2', 'n1'])
    assert.deepEqual(await asks(sender, 'server-ask', 'tell', [7]), [null, [7, 7]])
    await ask(sender, 'join-many', {}, [`${name}-a`])
    const members = async () => (await ask(sender, 'fetch', { to: [`${name}-a`] })).length
    await within((async () => { while ((await members()) !== 3);  })(), 'everybody in the room')
  }
  // As Node writes entries: base64 only where there is binary.
  const entries = await client.sendCommand(['XRANGE', 'socket.io', '-', '+'])
  for (const [, fields] of entries.map(([id, list]) => [id, list.map(String)])) {
    assert.deepEqual(fields.filter((_, i) => i % 2 === 0), ['uid', 'nsp', 'type', 'data'])
    assert.match(fields[1], /^[0-9a-f]{16}$/)
    assert.equal(fields[7].startsWith('{'), !Buffer.from(fields[7], 'base64').includes('binary'))
  }
})

test('a node that has lost Redis for a while reads what it has missed', async (t) => {
  const redis = await startRedis(t)
  const [one, two] = [await startC(t, redis, [], { adapter }), await startC(t, redis, [], { adapter })]
  const client = await connectRedis(t, redis)
  const [ann, bob] = await Promise.all([one, two].map((node) => node.connect()))
  const heard = record(bob, 'n')

  await ask(ann, 'emit', {}, 'n', [0])
  for (let n = 1; n < 20; n++) {
    if (n === 5) {
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
      await one.says(/this node is alone/)
      await within((async () => { while ((await client.sendCommand(['PUBSUB', 'NUMSUB', MAIN]))[1] !== 2);  })(), 'both')
      await one.says(/this node is alone[^]*among the others/)
    }
    await ask(ann, 'emit', {}, 'n', [n])
  }
  const last = next(bob, 'last')
  await ask(ann, 'emit', {}, 'last', [])
  await last
  assert.deepEqual(heard.flat(), Array.from({ length: 20 }, (_, n) => n))
})
