// CPU time of a cluster of two nodes for a broadcast that goes through Redis to receivers on the other node:
// two of ours, against two of socket.io in Node.js with its Redis adapter; in turns.
//
//     node bench/cluster.mjs build/release/bench/bench-server [receivers] [broadcasts] [rounds]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../tests/integration/support/redis.mjs'

const require = createRequire(new URL('../tests/package.json', import.meta.url))
const { WebSocket } = require('ws')

const AIM = 0.2
const TEXT = 'x'.repeat(100)
const TICKS_PER_SECOND = 100

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

const ours = (binary, redis) =>
  start(binary, ['--port=0', '--explicitHost=127.0.0.1', '--sockets.transports=["websocket"]',
    '--environment=production', '--session.enabled=false', '--sockets.onlyAllowOrigins=http://127.0.0.1',
    '--sockets.allowMissingOrigin=true', '--sockets.adapter=@socket.io/redis-adapter', `--sockets.url=redis://127.0.0.1:${redis.port}`])

const theirs = (redis) => start(process.execPath, [fileURLToPath(import.meta.url), 'serve', String(redis.port)])

/** A client in room1, which counts what it hears. */
async function connect(port, count) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
  const joined = new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('message', (data) => {
      const text = data.toString()
      if (text === '2') socket.send('3')
      else if (text.startsWith('0')) socket.send('40')
      else if (text.startsWith('40')) socket.send('420["join","room1"]')
      else if (text.startsWith('430')) resolve()
      else if (text.startsWith('42["broadcast"')) count()
    })
  })
  await joined
  return socket
}

/** Milliseconds of CPU, user and system, since it began. */
function cpuOf({ child }) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1].split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** Two nodes, one that is told and one whose clients hear. */
async function makeCluster(make, receivers) {
  const nodes = [await make(), await make()]
  const cluster = { nodes, heard: 0, wanted: Infinity, resolve: () => {} }
  const count = () => ++cluster.heard === cluster.wanted && cluster.resolve()
  for (let i = 0; i < receivers; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, receivers - i) }, () => connect(nodes[1].port, count)))
  }
  cluster.sender = await connect(nodes[0].port, () => {})
  return cluster
}

/** CPU of both nodes for so many broadcasts, each heard by all before the next is sent. */
async function round(cluster, receivers, broadcasts) {
  const before = cluster.nodes.map(cpuOf)
  for (let i = 0; i < broadcasts; i++) {
    cluster.heard = 0
    cluster.wanted = receivers
    const all = new Promise((resolve) => (cluster.resolve = resolve))
    cluster.sender.send(`42["broadcast","${TEXT}"]`)
    await all
  }
  return cluster.nodes.reduce((sum, node, i) => sum + cpuOf(node) - before[i], 0)
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

async function measure(binary, receivers, broadcasts, rounds) {
  const ends = []
  const redis = await startRedis({ after: (end) => ends.push(end) })
  const clusters = {
    c: await makeCluster(() => ours(binary, redis), receivers),
  }
  const other = await startRedis({ after: (end) => ends.push(end) })
  clusters.node = await makeCluster(() => theirs(other), receivers)
  for (const cluster of Object.values(clusters)) {
    await round(cluster, receivers, 20) // until Node.js has compiled what is hot
  }
  const times = { c: [], node: [] }
  for (let i = 0; i < rounds; i++) {
    for (const [kind, cluster] of Object.entries(clusters)) {
      times[kind].push((await round(cluster, receivers, broadcasts)) / broadcasts)
    }
  }
  const ratios = times.c.map((ms, i) => ms / times.node[i])
  console.log(`cluster: ${receivers} receivers on the other node, ${TEXT.length} bytes, ${rounds} x ${broadcasts} broadcasts`)
  console.log(`cluster: CPU of both nodes for one broadcast: C ${median(times.c).toFixed(2)} ms, Node.js ${median(times.node).toFixed(2)} ms (medians)`)
  console.log(`cluster: ratio ${median(ratios).toFixed(3)} (median of the rounds; the aim is at most ${AIM}); from ${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`)
  for (const { child } of Object.values(clusters).flatMap(({ nodes }) => nodes)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const end of ends) {
    await end()
  }
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'serve') {
  await serve(rest[0])
} else {
  const [receivers = 1000, broadcasts = 50, rounds = 9] = rest.map(Number)
  await measure(first, receivers, broadcasts, rounds)
  process.exit(0)
}
