// Polling requests that come to the wrong node, behind a balancer that cares for nothing.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { ask, bytesEqual, next, open, record, settled, within } from './support/clients.mjs'
import { connectRedis, listenIn, startC } from './support/cluster.mjs'
import { atEnd } from './support/ends.mjs'
import { startRedis } from './support/redis.mjs'

/** A balancer that gives each request to the next node. */
async function startBalancer(t, nodes) {
  const seen = nodes.map(() => 0)
  let turn = 0
  const server = createServer((req, res) => {
    const which = turn++ % nodes.length
    const up = request(nodes[which].url + req.url, { method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    seen[which]++
    up.on('error', () => res.destroy())
    res.on('close', () => up.destroy())
    req.pipe(up)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => (server.closeAllConnections(), server.close()))
  return { url: `http://127.0.0.1:${server.address().port}`, seen }
}

async function startPair(t, args = []) {
  const redis = await startRedis(t)
  const nodes = [await startC(t, redis, args), await startC(t, redis, ['--workers=3', ...args])]
  return { redis, nodes, client: await connectRedis(t, redis) }
}

/** A session by hand: its first request at one node. */
async function openSession(node) {
  const text = await (await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`)).text()
  return JSON.parse(text.slice(1)).sid
}

const at = (node, sid) => `${node.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`
const post = (node, sid, body) => fetch(at(node, sid), { method: 'POST', body })
const unknown = [400, { code: 1, message: 'Session ID unknown' }]
const outcome = async (response) => [response.status, await response.json()]

for (const version of [4, 3, 2]) {
  test(`a client of Socket.IO ${version} polls over two nodes at once`, async (t) => {
    const { nodes } = await startPair(t)
    const { url, seen } = await startBalancer(t, nodes)
    const people = await Promise.all(Array.from({ length: 4 }, async () => {
      const socket = open(url, { client: version, transports: ['polling'] })
      atEnd(t, () => socket.close())
      await settled(socket)
      return socket
    }))
    const heard = people.map((socket) => record(socket, 'news'))
    const big = Buffer.alloc(200_000, 7)

    for (const socket of people) await ask(socket, 'join', 'all')
    for (let n = 0; n < 20; n++) await ask(people[n % 4], 'emit', { to: ['all'] }, 'news', [n])
    const told = people.map((socket) => next(socket, 'big'))
    await ask(people[0], 'emit', {}, 'big', [big])
    for (const args of await Promise.all(told)) bytesEqual(args, [big])
    for (const list of heard) {
      assert.deepEqual(list.map(([n]) => n).toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n))
    }
    assert.ok(seen.every((n) => n > 20), `${seen}`)
    const gone = next(people[1], 'disconnect')
    await ask(people[0], 'disconnect-many', { to: [people[1].id] }, true)
    await gone
  })
}

test('a session that no node has is unknown, and soon', async (t) => {
  const { nodes, redis } = await startPair(t)
  for (const sid of ['x', 'A'.repeat(20), '_'.repeat(20), 'A'.repeat(21)]) {
    for (const node of nodes) {
      assert.deepEqual(await outcome(await fetch(at(node, sid))), unknown)
      assert.deepEqual(await outcome(await post(node, sid, '3')), unknown)
    }
  }
  const alone = await startC(t, redis, ['--sockets.forwardPolling=false'])
  const sid = await openSession(nodes[0])
  assert.deepEqual(await outcome(await fetch(at(alone, sid))), unknown)
  assert.equal(await (await post(nodes[1], sid, '3')).text(), 'ok')
})

test('what is sent to a session that no node has is said to none', async (t) => {
  const { nodes, redis } = await startPair(t)
  const said = await listenIn(t, redis, '*')
  const sid = await openSession(nodes[0])

  assert.deepEqual(await outcome(await post(nodes[1], 'A'.repeat(20), '4'.repeat(500_000))), unknown)
  assert.equal(await (await post(nodes[1], sid, '40')).text(), 'ok')
  const sizes = said.map(({ payload }) => payload.length)
  assert.ok(sizes.length > 0 && Math.max(...sizes) < 2000, `${sizes}`)
  assert.equal((await post(nodes[1], sid, '4'.repeat(1_100_000))).status, 413)
})

test('who gives up a poll at the wrong node is gone at the right one', async (t) => {
  const { nodes, redis } = await startPair(t)
  const said = await listenIn(t, redis, '*')
  const polls = () => said.filter(({ payload }) => payload.includes('"do":"poll"')).length
  const sid = await openSession(nodes[0])
  assert.equal(await (await post(nodes[1], sid, '40')).text(), 'ok')
  assert.match(await (await fetch(at(nodes[1], sid))).text(), /^40\{"sid":/)
  const giving = new AbortController()
  const poll = fetch(at(nodes[1], sid), { signal: giving.signal })
  assert.equal(await (await post(nodes[1], sid, '421["sync"]')).text(), 'ok') // behind it: the poll is there
  assert.equal(await (await poll).text(), '431[]')

  const before = polls()
  const last = fetch(at(nodes[1], sid), { signal: giving.signal })
  const isThere = async () => { while (polls() === before) await new Promise(setImmediate) }
  await within(isThere(), 'a poll at the right one')
  giving.abort()
  await assert.rejects(last)
  const ended = async () => { while ((await post(nodes[0], sid, '3')).status !== 400); }
  await within(ended(), 'the end of the session')
})

test('a poll whose node has died is answered in time', async (t) => {
  const { nodes } = await startPair(t, ['--sockets.pingInterval=400', '--sockets.pingTimeout=400'])
  const sid = await openSession(nodes[0])
  const poll = fetch(at(nodes[1], sid))
  assert.equal(await (await post(nodes[1], sid, '3')).text(), 'ok')
  await nodes[0].kill()
  assert.deepEqual(await outcome(await poll), unknown)
})

test('an answer may be longer than a message of a client, and one that is too long is told of', async (t) => {
  const { nodes } = await startPair(t, ['--sockets.maxHttpBufferSize=20000'])
  const sid = await openSession(nodes[0])
  assert.equal(await (await post(nodes[1], sid, '40')).text(), 'ok')
  let greeting = ''
  while (!greeting.includes('hello')) greeting += await (await fetch(at(nodes[1], sid))).text()
  const [, id] = /"sid":"([^"]*)"/.exec(greeting)
  const ann = await nodes[0].connect()
  const send = async (n) => { // in one response: no poll is open
    for (let i = 0; i < n; i++) await ask(ann, 'emit', { to: [id] }, 'said', ['x'.repeat(10_000)])
  }
  const poll = () => fetch(at(nodes[1], sid), { headers: { 'accept-encoding': 'identity' } })

  await send(60)
  assert.equal((await (await poll()).text()).match(/said/g).length, 60)
  await send(80)
  assert.deepEqual(await outcome(await within(poll(), 'an answer')), unknown)
  await nodes[0].says(/a response of 8\d{5} bytes .* more than 767\d{3} do not go there: its session ends/)
})

test('what others say on the channel of the nodes ends none', async (t) => {
  const { nodes, client } = await startPair(t)
  const sid = await openSession(nodes[0])
  const request = (text) => Buffer.from(text).toString('base64')
  const poll = { do: 'poll', node: 'N', id: '0.1', sid, peer: '1.2.3.4', request: request('GET / HTTP/1.1\r\n\r\n') }
  const messages = ['', 'x', '[]', '{}', 'null', '{"do":1}', '{"do":"poll"}', '{"do":"mine","id":"0.1"}',
    '{"do":"answer","id":"63.1","node":"N","response":"x"}', '{"do":"answer","id":"0.","node":"N"}',
    ...[{ request: '' }, { request: '!' }, { request: request('\0\r\n') }, { request: request('GET') }, { peer: 'x'.repeat(64) },
      { node: 'N'.repeat(100) }, { id: 'x'.repeat(100) }, { id: null }, {}].map((other) => JSON.stringify({ ...poll, ...other })),
    JSON.stringify({ do: 'gone', node: 'N', id: '0.1', sid })]

  for (const message of messages) {
    await client.publish('socket.io#sails-nodes#', message)
  }
  assert.equal(await (await post(nodes[1], sid, '40')).text(), 'ok')
  assert.match(await (await fetch(at(nodes[1], sid))).text(), /^40\{"sid":/)
})
