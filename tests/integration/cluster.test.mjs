// Several nodes, ours and Node's, hear each other through one Redis (redis-cluster).
import test from 'node:test'
import assert from 'node:assert/strict'
import { ask, asks, bytesEqual, next, record, within } from './support/clients.mjs'
import { connectRedis, gathered, listenIn, startC, startNode } from './support/cluster.mjs'
import { startRedis } from './support/redis.mjs'

const namespaces = ['/', '/admin']

/** Two nodes of each kind, the second of ours with workers, and who watches Redis. */
async function startCluster(t) {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const nodes = {
    c1: await startC(t, redis),
    c2: await startC(t, redis, ['--workers=3']),
    n1: await startNode(t, redis, { namespaces }),
    n2: await startNode(t, redis, { namespaces }),
  }
  await gathered(client, 4)
  await gathered(client, 4, 'socket.io-request#/admin#')
  return { redis, client, nodes }
}

/** A socket on each node; each records what it hears as "said". */
async function gather(nodes, options = {}) {
  const people = {}
  for (const [name, node] of Object.entries(nodes)) {
    const socket = await node.connect(options)
    people[name] = Object.assign(socket, { heard: record(socket, 'said') })
  }
  return people
}

/**
 * What each has heard since the last look. Who has sent sends one more thing, to all: Redis keeps the
 * order of one sender, so that what is not there before it was never sent.
 */
async function heard(people, sender) {
  const flushed = Object.values(people).map((socket) => next(socket, 'flush'))
  await ask(sender, 'emit', {}, 'flush', [])
  await Promise.all(flushed)
  const entries = Object.entries(people).map(([name, { heard }]) => [name, heard.splice(0).flat()])
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
}

test('broadcasts of each node reach the clients of each (redis-cluster 4, 5, 6)', async (t) => {
  const { nodes } = await startCluster(t)
  const people = await gather(nodes)
  await ask(people.c1, 'join', 'kitchen', 'x')
  await ask(people.c2, 'join', 'kitchen')
  await ask(people.n1, 'join', 'kitchen', 'y')
  await ask(people.n2, 'join', 'hall')
  await ask(people.c2, 'join', '42')

  for (const [name, sender] of Object.entries(people)) {
    const says = async (how, target, word) => {
      await ask(sender, how, target, 'said', [word])
      return heard(people, sender)
    }
    const all = { c1: ['hi'], c2: ['hi'], n1: ['hi'], n2: ['hi'] }
    const others = Object.fromEntries(Object.entries(all).filter(([other]) => other !== name))

    assert.deepEqual(await says('emit', {}, 'hi'), all, `${name}: everybody`)
    assert.deepEqual(await says('broadcast', {}, 'hi'), others, `${name}: everybody else`)
    assert.deepEqual(await says('emit', { to: ['kitchen'] }, 1), { c1: [1], c2: [1], n1: [1] }, `${name}: a room`)
    assert.deepEqual(await says('emit', { to: ['hall', 'x', 'kitchen'], except: ['y'] }, 2),
      { c1: [2], c2: [2], n2: [2] }, `${name}: a union without some`)
    assert.deepEqual(await says('emit', { to: ['nobody'] }, 3), {}, `${name}: an empty room`)
    assert.deepEqual(await says('emit', { to: [people.c2.id] }, 4), { c2: [4] }, `${name}: one of ours`)
    assert.deepEqual(await says('emit', { to: [people.n2.id] }, 5), { n2: [5] }, `${name}: one of Node's`)
    assert.deepEqual(await says('emit', { volatile: true, compress: false }, 'hi'), all, `${name}: flags`)
    assert.deepEqual(await says('emit', { local: true }, 6), { [name]: [6] }, `${name}: local`)
  }
  nodes.n1.io.to(42).emit('said', 'a number')
  assert.deepEqual(await heard(people, people.n1), { c2: ['a number'] })
})

test('values of every kind arrive as they were (redis-cluster 7, 8)', async (t) => {
  const { nodes } = await startCluster(t)
  const people = await gather(nodes)
  const args = [null, true, -1, 1.5, 2 ** 40, 'ü😀', [], { a: [{}] }, Buffer.from([1, 2, 3]),
    { deep: [Buffer.alloc(300, 7)] }]

  for (const sender of Object.values(people)) {
    const arrived = Object.values(people).map((socket) => next(socket, 'values'))
    await ask(sender, 'emit', {}, 'values', args)
    for (const got of await Promise.all(arrived)) {
      bytesEqual(got, args)
    }
  }
  const dated = next(people.c1, 'dated')
  nodes.n1.io.emit('dated', new Date(0), undefined, { gone: undefined })
  assert.deepEqual(await dated, ['1970-01-01T00:00:00.000Z', null, {}])
})

test('namespaces are apart, on their own channels (redis-cluster 1, 2, 10)', async (t) => {
  const { nodes, client } = await startCluster(t)
  const people = await gather(nodes)
  const admins = await gather(nodes, { nsp: '/admin', auth: { token: 'letmein' } })

  await ask(admins.c1, 'emit', {}, 'said', ['to admins'])
  assert.deepEqual(await heard(admins, admins.c1),
    { c1: ['to admins'], c2: ['to admins'], n1: ['to admins'], n2: ['to admins'] })
  assert.deepEqual(await heard(people, people.c1), {})
  const own = (await client.sendCommand(['PUBSUB', 'CHANNELS', 'socket.io-response#/#*#'])).map(String)
  assert.equal(own.length, 4)
  for (const channel of own) {
    assert.match(channel, /^socket\.io-response#\/#[A-Za-z0-9_-]{6}#$/)
  }
})

test('what we say is what Node says, byte for byte (redis-cluster 3, 4, 28)', async (t) => {
  const { redis, nodes } = await startCluster(t)
  const people = await gather({ c1: nodes.c1, n1: nodes.n1 })
  const said = await listenIn(t, redis, 'socket.io#/#*')
  const calls = [
    [{}, ['hello', 'world']],
    [{ to: ['r1'] }, ['a', 1, -40, 70000, 1.5]],
    [{ to: ['r1', 'r2'], except: ['r3'] }, ['b', { x: [null, true] }]],
    [{ to: ['0123456789abcdefghij'] }, ['c']],
    [{ volatile: true, compress: false }, ['d', Buffer.from([1, 2, 3])]],
  ]

  for (const [target, args] of calls) {
    for (const sender of [people.n1, people.c1]) {
      await ask(sender, 'emit', target, 'e', args)
    }
  }
  const last = next(people.n1, 'flush')
  await ask(people.c1, 'emit', {}, 'flush', [])
  await last
  const ofUid = ({ payload }) => payload.subarray(2, 8).toString('latin1')
  const rest = ({ channel, payload }) => [channel, payload.subarray(8).toString('hex')]
  const theirs = said.filter((one) => ofUid(one) === ofUid(said[0]))
  const ours = said.filter((one) => ofUid(one) !== ofUid(said[0]))
  assert.equal(theirs.length, calls.length)
  assert.deepEqual(ours.slice(0, calls.length).map(rest), theirs.map(rest))
})

test('what no node says harms nobody, and is told of (redis-cluster 9, 21)', async (t) => {
  const { client, nodes } = await startCluster(t)
  const c1 = await nodes.c1.connect()
  const pack = (hex) => Buffer.from(hex, 'hex')
  const heard = record(c1, 'said')
  const none = [
    ['socket.io-request#/#', 'null'],
    ['socket.io-request#/#', '{"type":99}'],
    ['socket.io-request#/#', '{"type":2,"opts":{"rooms":7},"rooms":["x"]}'],
    ['socket.io-response#/#', '{'],
  ]
  // Node's own servers would end by these on their broadcast channel, so they are for us alone.
  await nodes.n1.io.close()
  await nodes.n2.io.close()
  const broken = ['', 'c1', '93', '80', 'c0', '93a16183a474797065', '93a1618080', '93a16101a0'].map((hex) =>
    ['socket.io#/#', pack(hex)])

  for (const [channel, payload] of [...none, ...broken]) {
    await client.publish(channel, payload)
  }
  // ["old", {type: 5, data: ["said", bin 1], nsp: "/"}, {rooms: []}]: of Socket.IO 2, with binary
  await client.publish('socket.io#/#', pack(
    '93a36f6c6483a47479706505a46461746192a473616964c40101a36e7370a12f81a5726f6f6d7390'))
  await within(new Promise((resolve) => c1.once('said', resolve)), 'said')
  bytesEqual(heard, [[Buffer.from([1])]])
  await nodes.c1.says(/Cluster: refused 1 messages .* on channel socket\.io-request#\/#/)
})

/** Waits until a question has that answer: what other nodes do has no moment at which it is done. */
async function until(question, expected) {
  const asking = async () => {
    for (;;) {
      const answer = await question()
      try {
        return assert.deepEqual(answer, expected)
      } catch (error) {
        last = error
      }
    }
  }
  let last
  await within(asking(), JSON.stringify(expected)).catch((error) => assert.fail(`${error} ${last}`))
}

const membersOf = (people, sender, target) => async () => {
  const sockets = await ask(sender, 'fetch', target)
  const names = Object.entries(people).flatMap(([name, { id }]) =>
    sockets.some((socket) => socket.id === id) ? [name] : [])
  return names.concat(Array(sockets.length - names.length).fill('somebody else'))
}

test('each node fetches the sockets of all (redis-cluster 11, 18)', async (t) => {
  const { nodes } = await startCluster(t)
  const people = await gather(nodes, { query: { who: 'me' } })
  await ask(people.c1, 'set-data', { name: 'ann' })
  await ask(people.n1, 'set-data', { name: 'bob' })
  await ask(people.c2, 'join', 'kitchen')
  await ask(people.n2, 'join', 'kitchen')

  for (const [name, sender] of Object.entries(people)) {
    const sockets = await ask(sender, 'fetch', {})
    assert.deepEqual(sockets.map(({ id }) => id).sort(), Object.values(people).map(({ id }) => id).sort(), name)
    for (const socket of sockets) {
      assert.equal(socket.handshake.query.who, 'me')
      assert.ok(socket.rooms.includes(socket.id))
    }
    const dataOf = ({ id }) => sockets.find((socket) => socket.id === id).data
    assert.deepEqual(dataOf(people.c1), { name: 'ann' })
    assert.deepEqual(dataOf(people.n1), { name: 'bob' })
    assert.deepEqual(await membersOf(people, sender, { to: ['kitchen'] })(), ['c2', 'n2'])
    const [error, rooms] = await asks(sender, 'all-rooms')
    assert.equal(error, null)
    assert.deepEqual(new Set(rooms), new Set(['kitchen', ...Object.values(people).map(({ id }) => id)]))
    assert.equal(rooms.length, 5)
  }
})

test('each node lets sockets of all join, leave and go (redis-cluster 12)', async (t) => {
  const { nodes } = await startCluster(t)
  const people = await gather(nodes)

  for (const [name, sender] of Object.entries(people)) {
    await ask(sender, 'join-many', {}, [`${name}-a`, `${name}-b`])
    await until(membersOf(people, sender, { to: [`${name}-b`] }), ['c1', 'c2', 'n1', 'n2'])
    await ask(sender, 'leave-many', { to: [people.c2.id, people.n2.id] }, [`${name}-b`])
    await until(membersOf(people, sender, { to: [`${name}-b`] }), ['c1', 'n1'])
    await ask(sender, 'join-many', { to: [`${name}-b`], except: [people.n1.id] }, [`${name}-c`])
    await until(membersOf(people, sender, { to: [`${name}-c`] }), ['c1'])
    await until(membersOf(people, sender, { to: [`${name}-a`], except: [`${name}-c`] }), ['c2', 'n1', 'n2'])
  }
  for (const name of ['c1', 'n1']) {
    const guests = await gather(nodes)
    const others = Object.entries(guests).filter(([other]) => other !== name)
    const gone = others.map(([, socket]) => next(socket, 'disconnect'))
    await ask(guests[name], 'disconnect-many', { to: others.map(([, { id }]) => id) }, true)
    for (const [reason] of await Promise.all(gone)) {
      assert.match(reason, /^(transport close|io server disconnect)$/)
    }
    assert.ok(guests[name].connected)
  }
})

test('acks of clients of every node come to the one that asks (redis-cluster 15, 16)', async (t) => {
  const { redis, nodes } = await startCluster(t)
  const people = await gather(nodes)
  const requests = await listenIn(t, redis, 'socket.io-*')
  for (const [name, socket] of Object.entries(people)) {
    socket.on('who', (ack) => ack(name))
    socket.on('bytes', (ack) => ack(Buffer.from(name)))
    socket.on('none', (ack) => ack())
    socket.on('silent', () => {})
  }
  await ask(people.c2, 'join', 'kitchen')
  await ask(people.n2, 'join', 'kitchen')

  for (const sender of Object.values(people)) {
    const [error, names] = await asks(sender, 'ask-all', {}, 5000, 'who', [])
    assert.equal(error, null)
    assert.deepEqual(names.sort(), ['c1', 'c2', 'n1', 'n2'])
    assert.deepEqual((await asks(sender, 'ask-all', { to: ['kitchen'] }, 5000, 'who', []))[1].sort(), ['c2', 'n2'])
    assert.deepEqual(await asks(sender, 'ask-all', { to: ['nobody'] }, 5000, 'who', []), [null, []])
    assert.deepEqual(await asks(sender, 'ask-all', {}, 5000, 'none', []), [null, Array(4).fill(null)])
    const [, bytes] = await asks(sender, 'ask-all', {}, 5000, 'bytes', [])
    assert.deepEqual(bytes.map(String).sort(), ['c1', 'c2', 'n1', 'n2'])
    assert.deepEqual(await asks(sender, 'ask-all', {}, 200, 'silent', []), ['SAILS_ETIMEOUT', []])
  }
  // What our nodes say without binary is JSON, which ends no server of version 6.
  const uids = new Set(requests.map(({ payload }) => JSON.parse(asJson(payload))?.uid).filter(Boolean))
  assert.ok(uids.size > 0)
})

const asJson = (payload) => (payload[0] === 0x7b ? payload.toString() : 'null')

test('programs of all nodes hear each other, and answer (redis-cluster 14, 17)', async (t) => {
  const { nodes } = await startCluster(t)
  const people = await gather(nodes)
  const heardOf = Object.fromEntries(Object.entries(people).map(([name, socket]) =>
    [name, record(socket, 'server-heard')]))
  const flush = async (sender) => heard(people, sender)

  for (const [name, sender] of Object.entries(people)) {
    assert.equal(await ask(sender, 'server-emit', 'tell', [name, { deep: [1] }]), null)
    assert.deepEqual(await asks(sender, 'server-ask', 'tell', [7]), [null, [7, 7, 7]])
    await flush(sender)
    for (const [other, list] of Object.entries(heardOf)) {
      assert.deepEqual(list.splice(0), other === name ? [] : [[name, { deep: [1] }], [7]], `${name} to ${other}`)
    }
  }
})

test('adapters of versions 6, 7 and 8, and ours, are one cluster (redis-cluster 19)', async (t) => {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const nodes = {
    c1: await startC(t, redis, ['--workers=2']),
    n6: await startNode(t, redis, { version: 6 }),
    n7: await startNode(t, redis, { version: 7 }),
    n8: await startNode(t, redis, { version: 8 }),
  }
  await gathered(client, 4)
  const people = await gather(nodes)
  const all = (word) => Object.fromEntries(Object.keys(people).map((name) => [name, [word]]))

  for (const [name, sender] of Object.entries(people)) {
    await ask(sender, 'emit', {}, 'said', ['hi'])
    assert.deepEqual(await heard(people, sender), all('hi'), name)
    await ask(sender, 'join-many', { to: [people.c1.id, people.n6.id, people.n7.id] }, [`${name}-room`])
    await until(membersOf(people, sender, { to: [`${name}-room`] }), ['c1', 'n6', 'n7'])
    await ask(sender, 'emit', { to: [`${name}-room`], except: [people.n6.id] }, 'said', ['room'])
    assert.deepEqual(await heard(people, sender), { c1: ['room'], n7: ['room'] }, name)
  }
  // Version 6 answers neither: who asks is told that not all have.
  people.c1.on('who', (ack) => ack('c1'))
  assert.deepEqual(await asks(people.c1, 'ask-all', { to: [people.c1.id] }, 300, 'who', []), ['SAILS_ETIMEOUT', ['c1']])
  await ask(people.n6, 'emit', {}, 'said', ['still there'])
  assert.deepEqual(await heard(people, people.n6), all('still there'))
})
