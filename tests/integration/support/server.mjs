// The server under test: a small C application of apps/, as a process of its own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { EventEmitter } from 'node:events'
import { open, settled, within } from './clients.mjs'
import { atEnd } from './ends.mjs'
import { PATIENCE_MS } from '../../support/patience.mjs'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const buildDir = path.resolve(repository, process.env.SAILS_BUILD_DIR ?? 'build/asan')

/**
 * Starts <folder>/<name> of the build on a free port. When the test ends, the clients are closed
 * and the app must end with status 0 upon SIGTERM: a sanitizer's report fails the test that caused
 * it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} name
 * @param {{args?: string[], words?: string[], env?: object, connect?: object, folder?: string, cwd?: string}} [options]
 *        `connect`: defaults of the options of app.open() and app.connect(). `words`: before all options.
 */
export async function startApp(t, name, options = {}) {
  const { args = [], words = [], env = {}, connect = {}, folder, cwd } = options
  const app = new App(binaryOf(name, folder), args, env, connect, cwd, words)
  atEnd(t, () => app.end())
  await app.start(0)
  return app
}

/** Where the build has put a program. */
export function binaryOf(name, folder = 'tests/integration/apps') {
  return path.join(buildDir, folder, name)
}

export class App {
  #binary
  #args
  #env
  #defaults
  #cwd
  #words
  #process = null
  #isRunning = false
  #clients = []
  #log = ''
  #begins = 0 // where in the log the present process begins
  #spoken = new EventEmitter().setMaxListeners(0)
  port = 0

  constructor(binary, args, env, defaults, cwd, words = []) {
    this.#binary = binary
    this.#args = args
    this.#env = env
    this.#defaults = defaults
    this.#cwd = cwd
    this.#words = words
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  get pid() {
    return this.#process.pid
  }

  /**
   * All that it has said, on both streams. Only when it has ended: a program that runs may have
   * answered before its line is here, and what is missing proves nothing. Else see says().
   */
  get log() {
    assert.ok(!this.#isRunning, 'what a running program says is waited for: says()')
    return this.#log
  }

  /** Waits until it has said what the pattern matches, since it was started last. */
  async says(pattern) {
    const find = () => pattern.exec(this.#log.slice(this.#begins))
    const ended = this.exited.then(() => assert.fail(`it has ended without ${pattern}\n${this.#log}`))
    const said = new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (found) {
          this.#spoken.off('text', look)
          resolve(found)
        }
      }
      this.#spoken.on('text', look)
      look()
    })
    ended.catch(() => {}) // later, when nobody waits any more
    return within(Promise.race([said, ended]), `line like ${pattern} in the log`)
  }

  /** Runs the program and returns when it says where it listens. */
  async start(port) {
    const child = spawn(this.#binary, [...this.#words, '--port', String(port), ...this.#args], {
      cwd: this.#cwd,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    this.#isRunning = true
    this.#begins = this.#log.length
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#isRunning = false
        resolve({ code, signal })
      })
    })
    this.port = await this.#listening(child)
  }

  #listening(child) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${this.#binary} ${why}\n${this.#log}`))
      const timer = setTimeout(() => fail('does not listen'), PATIENCE_MS)
      const read = (text) => {
        this.#log += text
        this.#spoken.emit('text')
        const found = /Listening on https?:\/\/\S*:(\d+)/.exec(this.#log.slice(this.#begins))
        if (found) {
          clearTimeout(timer)
          resolve(Number(found[1]))
        }
      }
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', read)
      }
      this.exited.then(
        ({ code, signal }) => {
          clearTimeout(timer)
          fail(`ended with ${signal ?? code}`)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  /** Ends the program as an operator would, and demands that it ends in order. */
  async stop(signal = 'SIGTERM') {
    const child = this.#process
    if (child === null) {
      return
    }
    this.#process = null
    const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    child.kill(signal)
    const ended = await this.exited.finally(() => clearTimeout(killer))
    assert.deepEqual(ended, { code: 0, signal: null }, `${this.#binary} ended badly:\n${this.#log}`)
  }

  /** Ends the program, if it still runs, whatever becomes of its clients. */
  async kill() {
    this.#process?.kill('SIGKILL')
    this.#process = null
    await this.exited
  }

  /** Once more on the same port; `meanwhile` is waited for before it is back. */
  async restart(meanwhile = async () => {}) {
    const { port } = this
    await this.stop()
    await meanwhile()
    await this.start(port)
  }

  /** Ends the program without a word to its clients, and starts it again on the same port. */
  async crash() {
    const { port } = this
    const child = this.#process
    this.#process = null
    child.kill('SIGKILL')
    await this.exited
    await this.start(port)
  }

  /** A socket that may not have connected yet: see open() in clients.mjs. */
  open(options = {}) {
    const socket = open(this.url, { ...this.#defaults, ...options })
    this.#clients.push(() => socket.close())
    return socket
  }

  /** A connected socket, upgraded where `transports` says so. */
  async connect(options = {}) {
    const socket = this.open(options)
    await settled(socket)
    return socket
  }

  /** Calls `close` before the server is stopped. */
  onEnd(close) {
    this.#clients.push(close)
  }

  async end() {
    for (const close of this.#clients.splice(0)) {
      await close()
    }
    await this.stop()
  }
}
