// What a cluster costs, through a Redis of its own: two nodes of ours, against two of socket.io in Node.js with its Redis
// adapter, in turns; and ten of ours.
//
//   cpu      both nodes' CPU time for a broadcast to receivers on the other node, and how much of it is the kernel's
//   latency  how much later than on its own node a broadcast is heard on the other one
//   idle     ten nodes with 10,000 rooms: what a broadcast to a room whose member is on one node costs those that have none
//
//     node bench/cluster.mjs build/release/bench/bench-server [receivers] [broadcasts] [rounds]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../tests/integration/support/redis.mjs'

const require = createRequire(new URL('../tests/package.json', import.meta.url))
const { WebSocket } = require('ws')

const AIM = 0.2
const LATENCY_AIM_MS = 1
const PERIOD_MS = 10 // a moderate rate: a hundred a second
const TEXT = 'x'.repeat(100)
const TICK_MS = 10
const NODES = 10
const ROOMS_OF_A_NODE = 1000

/** A server of Node.js that answers what bench/server.c answers. */
async function serve(redisPort) {
  const { Server } = require('socket.io')
  const { createAdapter } = require('@socket.io/redis-adapter')
  const { createClient } = require('redis-4')
  const [pub, sub] = [1, 2].map(() => createClient({ url: `redis://127.0.0.1:${redisPort}` }))
  await Promise.all([pub.connect(), sub.connect()])
  const http = require('node:http').createServer()
  const io = new Server(http, { adapter: createAdapter(pub, sub), transports: ['websocket'] })
  io.on('connection', (socket) => {
    socket.on('join', (room, ack) => (socket.join(room), ack()))
    socket.on('broadcast', (value) => io.to('room1').emit('broadcast', value))
  })
  http.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${http.address().port}`))
}

/** A program that says where it listens. */
function start(command, args) {
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${command} has ended:\n${said}`)))
    child.stdout.on('data', (text) => {
      said += text
      const port = /Listening on http:\/\/\S*:(\d+)/.exec(said)?.[1]
      if (port) {
        resolve({ child, port })
      }
    })
  })
}

const ours = (binary, redis, options = []) =>
  start(binary, ['--port=0', '--explicitHost=127.0.0.1', '--sockets.transports=["websocket"]',
    '--environment=production', '--session.enabled=false', '--sockets.onlyAllowOrigins=http://127.0.0.1',
    '--sockets.allowMissingOrigin=true', '--sockets.adapter=@socket.io/redis-adapter', `--sockets.url=redis://127.0.0.1:${redis.port}`,
    ...options])

const theirs = (redis) => start(process.execPath, [fileURLToPath(import.meta.url), 'serve', String(redis.port)])

/** A client in these rooms, which tells what it hears. */
async function connect(port, rooms, hear) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
  let missing = rooms.length
  const joined = new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (data) => {
      const text = data.toString()
      if (text === '2') socket.send('3')
      else if (text.startsWith('0')) socket.send('40')
      else if (text.startsWith('40')) rooms.forEach((room, i) => socket.send(`42${i}["join","${room}"]`))
      else if (text.startsWith('43') && --missing === 0) resolve()
      else if (text.startsWith('42["broadcast"')) hear(text)
    })
  })
  await joined
  return socket
}

/** Milliseconds of CPU since it began: {user, system}. */
function cpuOf({ child }) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1].split(' ')
  return { user: Number(fields[11]) * TICK_MS, system: Number(fields[12]) * TICK_MS }
}

const tasksOf = ({ child }) => readdirSync(`/proc/${child.pid}/task`).map((task) => `/proc/${child.pid}/task/${task}`)

/** Milliseconds of CPU, to the nanosecond, and how often it has woken up. */
function wakingsOf(node) {
  const sum = { ms: 0, wakings: 0 }
  for (const task of tasksOf(node)) {
    sum.ms += Number(readFileSync(`${task}/schedstat`, 'latin1').split(' ')[0]) / 1e6
    sum.wakings += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`${task}/status`, 'latin1'))[1])
  }
  return sum
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const span = (list) => `from ${Math.min(...list).toFixed(3)} to ${Math.max(...list).toFixed(3)}`

async function endAll(nodes) {
  for (const { child } of nodes) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** Calls `use` with a Redis, which goes then. */
async function withRedis(use) {
  const ends = []
  try {
    await use(await startRedis({ after: (end) => ends.push(end) }))
  } finally {
    for (const end of ends) await end()
  }
}

/** With two pairs of nodes, each with a Redis. */
const withPairs = (binary, use) => withRedis((redis) => withRedis(async (other) => {
  const pairs = {
    c: [await ours(binary, redis), await ours(binary, redis)],
    node: [await theirs(other), await theirs(other)],
  }
  await use(pairs)
  await endAll(Object.values(pairs).flat())
}))

// ---- CPU ----

/** One node is told, the clients of the other one hear. */
async function gather(nodes, receivers) {
  const cluster = { nodes, heard: 0, wanted: Infinity, resolve: () => {} }
  const count = () => ++cluster.heard === cluster.wanted && cluster.resolve()
  for (let i = 0; i < receivers; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, receivers - i) }, () => connect(nodes[1].port, ['room1'], count)))
  }
  cluster.sender = await connect(nodes[0].port, ['elsewhere'], () => {})
  return cluster
}

/** CPU of both nodes for so many broadcasts, each heard by all before the next is sent: {user, system} of one. */
async function round(cluster, receivers, broadcasts) {
  const before = cluster.nodes.map(cpuOf)
  for (let i = 0; i < broadcasts; i++) {
    cluster.heard = 0
    cluster.wanted = receivers
    const all = new Promise((resolve) => (cluster.resolve = resolve))
    cluster.sender.send(`42["broadcast","${TEXT}"]`)
    await all
  }
  const used = (kind) => cluster.nodes.reduce((sum, node, i) => sum + cpuOf(node)[kind] - before[i][kind], 0) / broadcasts
  return { user: used('user'), system: used('system') }
}

const measureCpu = (binary, receivers, broadcasts, rounds) => withPairs(binary, async (pairs) => {
  const clusters = { c: await gather(pairs.c, receivers), node: await gather(pairs.node, receivers) }
  const times = { c: [], node: [] }
  for (const cluster of Object.values(clusters)) {
    await round(cluster, receivers, 20) // until Node.js has compiled what is hot
  }
  for (let i = 0; i < rounds; i++) {
    for (const [kind, cluster] of Object.entries(clusters)) {
      times[kind].push(await round(cluster, receivers, broadcasts))
    }
  }
  const all = ({ user, system }) => user + system
  const shares = (list) => ['user', 'system'].map((kind) => median(list.map((time) => time[kind])).toFixed(2)).join(' + ')
  const ratios = times.c.map((time, i) => all(time) / all(times.node[i]))
  const floors = times.c.map(({ system }, i) => system / all(times.node[i]))
  console.log(`cluster: ${receivers} receivers on the other node, ${TEXT.length} bytes, ${rounds} x ${broadcasts} broadcasts`)
  console.log(`cluster: CPU of both nodes for one broadcast, program + kernel: C ${shares(times.c)} ms, Node.js ${shares(times.node)} ms (medians)`)
  console.log(`cluster: ratio ${median(ratios).toFixed(3)} (median of the rounds; the aim is at most ${AIM}); ${span(ratios)}`)
  console.log(`cluster: ratio of the kernel's share of ours to all of Node.js ${median(floors).toFixed(3)}; ${span(floors)}`)
})

// ---- latency ----

/** Milliseconds between the moments at which a client of the node that is told and one of the other hear it. */
async function delays(nodes, broadcasts) {
  const times = nodes.map(() => new Map())
  const clients = await Promise.all(nodes.map(({ port }, i) =>
    connect(port, ['room1'], (text) => times[i].set(text, performance.now()))))
  for (let i = 0; i < broadcasts; i++) {
    clients[0].send(`42["broadcast","${i} ${TEXT}"]`)
    await pause(PERIOD_MS)
  }
  while (times.some((heard) => heard.size < broadcasts)) await pause(PERIOD_MS)
  clients.forEach((client) => client.close())
  return [...times[1]].map(([text, at]) => at - times[0].get(text))
}

const measureLatency = (binary, broadcasts, rounds) => withPairs(binary, async (pairs) => {
  const added = { c: [], node: [] }
  for (let i = 0; i < rounds; i++) {
    for (const [kind, nodes] of Object.entries(pairs)) added[kind].push(...(await delays(nodes, broadcasts)))
  }
  console.log(`cluster: one client on each of two nodes, a broadcast each ${PERIOD_MS} ms, ${rounds} x ${broadcasts}`)
  console.log(`cluster: heard later on the other node (p50): C ${median(added.c).toFixed(3)} ms (the aim is less than ${LATENCY_AIM_MS}), Node.js ${median(added.node).toFixed(3)} ms`)
})

// ---- nodes that are not concerned ----

async function measureIdle(binary, options, name, broadcasts) {
  await withRedis(async (redis) => {
    const nodes = []
    for (let i = 0; i < NODES; i++) nodes.push(await ours(binary, redis, options))
    let heard = () => {}
    const clients = []
    for (const [i, { port }] of nodes.entries()) {
      const rooms = Array.from({ length: ROOMS_OF_A_NODE }, (_, k) => `room ${i} ${k}`)
      clients.push(await connect(port, rooms, () => heard()))
    }
    const tell = async (n) => {
      const all = new Promise((resolve) => {
        heard = () => --n === 0 && resolve()
      })
      for (let i = 0, last = n; i < last; i++) {
        clients[0].send(`42["tell","room 1 ${i % ROOMS_OF_A_NODE}","${TEXT}"]`)
      }
      await all
    }
    await tell(100)
    const before = nodes.map(wakingsOf)
    const began = performance.now()
    await tell(broadcasts)
    const took = performance.now() - began
    const [mid, after] = [nodes.map(wakingsOf), await pause(took).then(() => nodes.map(wakingsOf))]
    const used = (from, to, i) => ({ us: ((to[i].ms - from[i].ms) * 1000) / broadcasts, wakings: to[i].wakings - from[i].wakings })
    const others = (from, to) => nodes.slice(2).map((_, i) => used(from, to, i + 2))
    const sum = (list, key) => list.reduce((n, one) => n + one[key], 0)
    const [busy, quiet] = [others(before, mid), others(mid, after)]
    console.log(`cluster: ${NODES} nodes, ${NODES * ROOMS_OF_A_NODE} rooms, ${name}: CPU for one of ${broadcasts} broadcasts to a room of one node: ` +
      `the node that says it ${used(before, mid, 0).us.toFixed(1)} us, the one that has the room ${used(before, mid, 1).us.toFixed(1)} us, ` +
      `the ${NODES - 2} others together ${sum(busy, 'us').toFixed(2)} us, woken ${sum(busy, 'wakings')} times ` +
      `(while nothing was said for as long: ${sum(quiet, 'us').toFixed(2)} us, ${sum(quiet, 'wakings')} times)`)
    clients.forEach((client) => client.terminate())
    await endAll(nodes)
  })
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'serve') {
  await serve(rest[0])
} else {
  const [receivers = 1000, broadcasts = 50, rounds = 9] = rest.map(Number)
  await measureCpu(first, receivers, broadcasts, rounds)
  await measureLatency(first, 100, rounds)
  await measureIdle(first, ['--sockets.adapterOptions.sharded=true'], 'sharded', 1000)
  await measureIdle(first, [], 'not sharded', 1000)
  process.exit(0)
}
