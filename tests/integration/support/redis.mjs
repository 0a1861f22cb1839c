// A real redis-server, on a free port of 127.0.0.1 and with a folder of its own; SAILS_REDIS_SERVER: another program.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { atEnd } from './ends.mjs'
import { PATIENCE_MS } from '../../support/patience.mjs'

/** Starts a server that keeps what it is told over stop() and start(). It goes with the test. */
export async function startRedis(t, options = []) {
  const redis = new Redis(await freePort(), await mkdtemp(path.join(os.tmpdir(), 'redis-')), options)
  atEnd(t, async () => {
    await redis.stop()
    await rm(redis.dir, { recursive: true })
  })
  await redis.start()
  return redis
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * A cable to a Redis, which can be cut: nothing passes then, and neither end is told. Connections that are made meanwhile
 * are as silent. When it is mended, those that have been cut are of no use any more.
 */
export async function layCable(t, redis) {
  const pairs = new Set()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(redis.port, '127.0.0.1')
    const pair = [near, far]
    const end = () => pair.forEach((socket) => socket.destroy())
    pairs.add(pair)
    pair.forEach((socket, i) => {
      socket.on('data', (data) => isCut || pair[1 - i].write(data))
      socket.on('error', () => {}) // the other end is told by the end of this one
      socket.on('close', () => isCut || (end(), pairs.delete(pair)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const mend = () => {
    isCut = false
    pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()))
    pairs.clear()
  }
  atEnd(t, async () => {
    mend()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `redis://127.0.0.1:${server.address().port}`, cut: () => (isCut = true), mend }
}

class Redis {
  #options
  #process = null

  constructor(port, dir, options) {
    this.port = port
    this.dir = dir
    this.#options = options
  }

  async start() {
    const args = ['--bind', '127.0.0.1', '--port', this.port, '--dir', this.dir, '--save', '']
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
    const child = spawn(process.env.SAILS_REDIS_SERVER ?? 'redis-server', [...args, ...durable, ...this.#options].map(String), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    await new Promise((resolve, reject) => {
      let log = ''
      const fail = (why) => reject(new Error(`redis-server ${why}\n${log}`))
      const timer = setTimeout(() => fail('is not ready'), PATIENCE_MS)
      child.once('error', reject)
      child.once('exit', (code) => fail(`ended with ${code}`))
      child.stdout.setEncoding('utf8').on('data', (text) => {
        log += text
        if (log.includes('Ready to accept connections')) {
          clearTimeout(timer)
          resolve()
        }
      })
    })
  }

  async stop() {
    const child = this.#process
    this.#process = null
    if (child !== null) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      child.kill('SIGCONT') // if it is frozen
      assert.deepEqual(await exited, [0, null])
    }
  }

  /** As a machine that fails. */
  async kill() {
    const child = this.#process
    this.#process = null
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** It stays, but says nothing any more. */
  freeze() {
    this.#process.kill('SIGSTOP')
  }

  thaw() {
    this.#process.kill('SIGCONT')
  }
}
