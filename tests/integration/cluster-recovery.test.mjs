// Connection state recovery on another node, ours or Node's, over Redis Streams (redis-cluster 9).
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { ask, next, record, within } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { startRedis } from './support/redis.mjs'

const adapter = '@socket.io/redis-streams-adapter'
const recovering = ['--sockets.connectionStateRecovery']
const lasting = { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 10 }
const MAIN = 'socket.io#/#'

/** Two nodes of ours and one of Node's. */
async function startNodes(t, redis) {
  const client = await connectRedis(t, redis)
  const nodes = {
    c1: await startC(t, redis, recovering, { adapter }),
    c2: await startC(t, redis, [...recovering, '--workers=3'], { adapter }),
    n1: await startNode(t, redis, { version: 'streams', options: { connectionStateRecovery: {} } }),
  }
  await gathered(client, 3, MAIN)
  return { client, nodes }
}

/** Waits until somebody's session is kept. */
async function keptSession(client) {
  const keys = async () => client.sendCommand(['KEYS', 'sio:session:*'])
  await within((async () => { while ((await keys()).length === 0) await new Promise(setImmediate) })(), 'a session')
}

/** Loses the connection and comes back to `node`; `meanwhile` runs once the session is kept. */
async function move(client, socket, node, meanwhile = async () => {}) {
  const back = next(socket, 'connect')
  const away = next(socket, 'disconnect')
  socket.io.reconnection(false)
  socket.io.engine.close()
  await away
  await keptSession(client)
  await meanwhile()
  socket.io.reconnection(true)
  socket.io.uri = node.url
  socket.connect()
  await back
}

/** All say goodbye, so that Node, which ends after its Redis, has no session to keep. */
async function part(node, sockets) {
  sockets.forEach((socket) => socket.disconnect())
  await within((async () => { while (node.io.of('/').sockets.size > 0) await new Promise(setImmediate) })(), 'the end')
}

for (const [from, to] of [['c1', 'c2'], ['c2', 'c1'], ['c1', 'n1'], ['n1', 'c2'], ['c2', 'c2']]) {
  test(`who comes back from ${from} to ${to} gets what it missed, once (redis-cluster 27)`, async (t) => {
    const redis = await startRedis(t)
    const { client, nodes } = await startNodes(t, redis)
    const ann = await nodes[from].connect(lasting)
    const others = await Promise.all(Object.values(nodes).map((node) => node.connect()))
    const heard = record(ann, 'news')
    const id = ann.id
    const say = (n, target, from = others[n % 3]) => ask(from, 'emit', target, 'news', [n])

    await ask(ann, 'join', 'kitchen')
    await ask(ann, 'set-data', { name: 'ann' })
    const first = next(ann, 'news')
    await say(1, {})
    await first
    await move(client, ann, nodes[to], async () => {
      for (let n = 2; n < 11; n += 3) {
        await say(n, {})
        await say(n + 1, { to: ['kitchen'] })
        await say(n + 2, { to: ['hall'] })
      }
      await say(100, { except: ['kitchen'] })
      await say(11, { to: [id] })
      for (const other of others) { // it hears itself when all that it has said is in the stream
        const flushed = next(other, 'flush')
        await ask(other, 'emit', {}, 'flush', [])
        await flushed
      }
    })
    assert.deepEqual([ann.recovered, ann.id], [true, id])
    assert.deepEqual((await ask(ann, 'rooms')).sort(), [id, 'kitchen'].sort())
    const [{ data }] = await ask(others[0], 'fetch', { to: [id] })
    assert.deepEqual(data, { name: 'ann' })
    const last = next(ann, 'last')
    await say(12, { to: ['kitchen'] }, ann)
    await ask(ann, 'emit', {}, 'last', [])
    await last
    const numbers = heard.map(([n]) => n)
    assert.deepEqual(numbers.toSorted((a, b) => a - b), [1, 2, 3, 5, 6, 8, 9, 11, 12])
    for (const own of [[1], [2, 5, 8, 11], [3, 6, 9]]) { // in the order of each who says it
      assert.deepEqual(numbers.filter((n) => own.includes(n)), own)
    }
    assert.deepEqual(await client.sendCommand(['KEYS', 'sio:session:*']), [])
    await part(nodes.n1, [ann, ...others])
  })
}

test('every client is told events in one order, with their places in the stream', async (t) => {
  const redis = await startRedis(t)
  const { client, nodes } = await startNodes(t, redis)
  const people = await Promise.all([nodes.c1, nodes.c2, nodes.c2].map((node) => node.connect()))
  const heard = people.map((socket) => record(socket, 'n'))
  const ended = people.map((socket) => next(socket, 'end'))

  await Promise.all(people.map(async (socket, who) => {
    for (let n = 0; n < 50; n++) await ask(socket, 'emit', {}, 'n', [who, n])
  }))
  // An ack says that it is on its way into the stream; what another node says may come before it.
  const all = async () => { while (heard.some((list) => list.length < 150)) await new Promise(setImmediate) }
  await within(all(), 'all that was said')
  await ask(people[0], 'emit', {}, 'end', [])
  await Promise.all(ended)
  assert.equal(heard[0].length, 150)
  assert.deepEqual(heard[1], heard[0])
  assert.deepEqual(heard[2], heard[0])
  const entries = await client.sendCommand(['XRANGE', 'socket.io', '-', '+'])
  const said = entries.filter(([, fields]) => `${fields[7]}`.includes('"data":["n",'))
  assert.deepEqual(heard[0].map((args) => args.at(-1)), said.map(([id]) => `${id}`))
})

test('a node that has just been lifted knows what was missed before', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const one = await startC(t, redis, [...recovering, '--workers=2'], { adapter })
  const ann = await one.connect(lasting)
  const bob = await one.connect()
  const heard = record(ann, 'news')

  for (let n = 0; n < 250; n++) await ask(bob, 'emit', {}, 'news', [n])
  const two = await startC(t, redis, recovering, { adapter })
  const there = await two.connect()
  await move(client, ann, two, () => ask(there, 'emit', {}, 'news', [250]))
  assert.equal(ann.recovered, true)
  const last = next(ann, 'last')
  await ask(ann, 'emit', {}, 'last', [])
  await last
  assert.deepEqual(heard.map(([n]) => n), Array.from({ length: 251 }, (_, n) => n))
})

test('who loses a node that ends in order goes on at another', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const nodes = [await startC(t, redis, [...recovering, '--workers=3'], { adapter }), await startC(t, redis, recovering, { adapter })]
  const people = await Promise.all(Array.from({ length: 6 }, () => nodes[0].connect(lasting)))
  const heard = people.map((socket) => record(socket, 'news'))
  const firsts = people.map((socket) => next(socket, 'news'))

  await ask(people[0], 'emit', {}, 'news', [1])
  await Promise.all(firsts)
  const back = people.map((socket) => next(socket, 'connect'))
  people.forEach((socket) => (socket.io.uri = nodes[1].url))
  await nodes[0].stop()
  await Promise.all(back)
  assert.deepEqual(people.map((socket) => socket.recovered), people.map(() => true))
  const lasts = people.map((socket) => next(socket, 'last'))
  await ask(people[0], 'emit', {}, 'last', [])
  await Promise.all(lasts)
  assert.deepEqual(heard.map((list) => list.map(([n]) => n)), people.map(() => [1]))
  assert.deepEqual(await client.sendCommand(['KEYS', 'sio:session:*']), [])
})

/** One that polls by hand, and so has neither a request nor a connection open between two of them. */
class Poller {
  constructor(url) {
    this.url = `${url}/socket.io/?EIO=4&transport=polling`
  }

  async request(method, body) {
    const asked = http.request(this.url, { method, agent: false }).end(body)
    const [response] = await once(asked, 'response')
    return (await response.setEncoding('utf8').toArray()).join('')
  }

  /** The next packet that matches. */
  async next(pattern) {
    for (;;) {
      const packets = (await this.request('GET')).split('\x1e')
      const found = packets.find((packet) => pattern.test(packet))
      if (found) return found
    }
  }

  async post(text) {
    assert.equal(await this.request('POST', text), 'ok')
  }

  async open() {
    this.url += `&sid=${JSON.parse((await this.next(/^0/)).slice(1)).sid}`
    await this.post('40')
    return JSON.parse((await this.next(/^40/)).slice(2)).pid
  }
}

test('who polls, and has no request open when its node ends in order, goes on at another, too', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const node = await startC(t, redis, recovering, { adapter })
  const poller = new Poller(node.url)
  const pid = await poller.open()

  await poller.post('42["emit",{},"news",[1]]')
  await poller.next(/^42\["news",1,"\d+-\d+"\]$/)
  await node.stop()
  assert.deepEqual(await client.sendCommand(['KEYS', 'sio:session:*']), [`sio:session:${pid}`])
})

test('what is no session, or none of these events, begins anew', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const node = await startC(t, redis, recovering, { adapter })
  const bob = await node.connect()
  await ask(bob, 'emit', {}, 'news', [1])
  const [[id]] = await client.sendCommand(['XRANGE', 'socket.io', '-', '+'])
  const texts = ['', 'x', '!!!!', Buffer.from([0xc1]).toString('base64'), Buffer.from([0x80]).toString('base64'),
    Buffer.from('84a3736964a0a3706964a150a5726f6f6d7390a46461746180', 'hex').toString('base64'), // no sid
    Buffer.from('84a3736964a153a3706964a150a5726f6f6d739101a46461746180', 'hex').toString('base64')] // rooms: [1]

  for (const text of texts) {
    await client.set('sio:session:P', text)
    const ann = await node.connect({ auth: { pid: 'P', offset: `${id}` } })
    assert.equal(ann.id.length, 20, text)
  }
  const good = Buffer.from('84a3736964a153a3706964a150a5726f6f6d7391a152a46461746180', 'hex').toString('base64')
  for (const offset of ['', '0-0', '1-2-3', `${id}0`, 'x', '-', '18446744073709551616-0']) {
    await client.set('sio:session:P', good)
    assert.equal((await node.connect({ auth: { pid: 'P', offset } })).id.length, 20, offset)
  }
  await client.set('sio:session:P', good)
  const ann = await node.connect({ auth: { pid: 'P', offset: `${id}` } })
  assert.deepEqual([ann.id, await ask(ann, 'rooms')], ['S', ['S', 'R']])
})

test('while Redis is away a node serves its own, and nobody is recovered', async (t) => {
  const redis = await startRedis(t)
  const node = await startC(t, redis, recovering, { adapter })
  const [ann, bob] = [await node.connect(), await node.connect()]
  const heard = record(ann, 'news')

  await redis.stop()
  await node.says(/this node is alone/)
  const last = next(ann, 'news')
  await ask(bob, 'emit', {}, 'news', ['text'])
  await last
  assert.deepEqual(heard, [['text', null]]) // no text at the end, which clients would take for their place
  const eve = await node.connect({ auth: { pid: 'P', offset: '1-1' } })
  assert.equal(eve.id.length, 20)
})

const refusals = {
  'is full': {
    begin: ['CONFIG', 'SET', 'maxmemory', '1'],
    end: ['CONFIG', 'SET', 'maxmemory', '0'],
  },
  'has become a replica (it fails over)': {
    begin: ['REPLICAOF', '127.0.0.1', '1'],
    end: ['REPLICAOF', 'NO', 'ONE'],
  },
}

for (const [how, { begin, end }] of Object.entries(refusals)) {
  test(`where Redis ${how}, each node serves its own, and all hear all when it takes again what is said`, async (t) => {
    const redis = await startRedis(t)
    const client = await connectRedis(t, redis)
    const [one, two] = [await startC(t, redis, recovering, { adapter }), await startC(t, redis, recovering, { adapter })]
    const [ann, bob, eve] = [await one.connect(), await one.connect(), await two.connect()]
    const heard = record(eve, 'news')

    await client.sendCommand(begin)
    const refused = next(ann, 'news')
    await ask(bob, 'emit', {}, 'news', [1])
    assert.deepEqual(await refused, [1], 'at once, without a place in the stream')

    await client.sendCommand(end)
    const isBack = next(eve, 'news').then(() => true)
    for (let n = 2, heardIt = false; !heardIt; n++) { // it ends connections that wait for something, and they come back
      await ask(bob, 'emit', {}, 'news', [n])
      heardIt = await Promise.race([isBack, new Promise((resolve) => setImmediate(resolve, false))])
    }
    const all = [next(ann, 'last'), next(eve, 'last')]
    await ask(bob, 'emit', {}, 'last', [])
    for (const [place] of await Promise.all(all)) {
      assert.match(place, /^\d+-\d+$/)
    }
    const numbers = heard.map(([n]) => n)
    assert.ok(numbers[0] > 1, 'what Redis has refused is lost elsewhere')
    assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b), 'and nothing is said twice')
  })
}
