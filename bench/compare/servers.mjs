// Servers as processes of this machine: started on a free port and one core, and ended again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { availableParallelism } from 'node:os'

const START_MS = 60_000
const END_MS = 10_000

// The server has one core and the generator another one, where there are two.
const pin = (core) => (availableParallelism() > 1 ? ['taskset', '-c', `${core}`] : [])
export const generatorPin = pin(1)

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Resolves true when somebody listens there. */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => (socket.destroy(), resolve(true)))
    socket.on('error', () => (socket.destroy(), resolve(false)))
  })
}

function childrenOf(pid) {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

/** CPU time of all threads of a process until now, in ms, by the scheduler's count. */
function cpuMs(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((a, b) => a + b, 0)
}

const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1))
}
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

export class Server {
  /** Resolves when it accepts connections; how long that took, in wall and CPU time, is in startMs and startCpuMs. */
  static async start(peer) {
    const server = new Server()
    server.port = await freePort()
    const [program, ...args] = [...pin(0), ...peer.command(server.port)]
    const began = performance.now()
    server.child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...peer.env } })
    running.add(server.child)
    let said = ''
    server.child.stderr.on('data', (data) => (said = (said + data).slice(-2000)))
    server.child.on('exit', () => running.delete(server.child))
    while (!(await accepts(server.port)) || server.pids.length <= (peer.children ?? 0)) {
      if (server.child.exitCode !== null || performance.now() - began > START_MS) {
        server.child.kill('SIGKILL')
        throw new Error(`${peer.label} does not start: ${said.trim()}`)
      }
    }
    server.startMs = performance.now() - began
    server.startCpuMs = server.pids.reduce((sum, pid) => sum + cpuMs(pid), 0)
    return server
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  /** nginx has its work done by a child. */
  get pids() {
    return [this.child.pid, ...childrenOf(this.child.pid)]
  }

  async stop() {
    const ended = this.child.exitCode === null && this.child.signalCode === null ? once(this.child, 'exit') : null
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_MS)
    this.child.kill('SIGTERM')
    await ended
    clearTimeout(timer)
  }
}
