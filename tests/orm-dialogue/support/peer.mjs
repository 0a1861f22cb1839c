// A program that serves an ORM as lines of JSON: conformance-orm, or node/orm.js.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('..', import.meta.url))
const buildDir = path.resolve(here, '../..', process.env.SAILS_BUILD_DIR ?? 'build/asan')

const ANSWER_MS = 60_000

const commands = {
  node: [process.execPath, path.join(here, 'node/orm.js')],
  c: [path.join(buildDir, 'tests/conformance/conformance-orm')],
}

/** What a named function may throw: the error's keys. */
export class Thrown {
  constructor(keys) {
    this.keys = { name: 'Error', message: 'thrown', ...keys }
  }
}

export class Peer {
  #child
  #lines = []
  #waiting = null
  #rest = []
  #nextId = 1
  log = ''

  /** @param {'node' | 'c'} kind */
  constructor(kind, { env = {}, cwd } = {}) {
    const [command, ...args] = commands[kind]

    this.kind = kind
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, cwd })
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#arrive(null)
      return { code, signal }
    })
    this.#child.stdin.on('error', () => {}) // it has ended: read() tells
    this.#child.stdout.on('data', (data) => this.#receive(data))
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-4000)))
  }

  get pid() {
    return this.#child.pid
  }

  #receive(data) {
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10)) {
      this.#rest.push(data.subarray(0, at))
      this.#arrive(Buffer.concat(this.#rest.splice(0)).toString('utf8'))
      data = data.subarray(at + 1)
    }
    this.#rest.push(data)
  }

  #arrive(line) {
    this.#lines.push(line)
    this.#waiting?.()
  }

  /** Bytes as they are. */
  write(bytes) {
    this.#child.stdin.write(bytes)
  }

  say(value) {
    this.write(`${JSON.stringify(value)}\n`)
  }

  /** The next line as it came; null: it has ended. */
  async readLine() {
    while (this.#lines.length === 0) {
      await new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${this.kind} does not answer\n${this.log}`)), ANSWER_MS)
        this.#waiting = () => {
          clearTimeout(late)
          resolve()
        }
      })
      this.#waiting = null
    }
    return this.#lines[0] === null ? null : this.#lines.shift()
  }

  async read() {
    const line = await this.readLine()

    assert.ok(line !== null, `${this.kind} has ended\n${this.log}`)
    return JSON.parse(line)
  }

  /**
   * Sends a request and plays the functions that it calls.
   *
   * @param {object} request                     Without an id.
   * @param {Record<string, Function>} functions By name; what they return (or promise) is the
   *                                             result, a Thrown the error.
   * @returns {Promise<object>}  The answer without its id; `calls` beside it, if there were some.
   */
  async ask(request, functions = {}) {
    const id = this.#nextId++
    const calls = []

    this.say({ id, ...request })
    for (;;) {
      const said = await this.read()
      if (!('call' in said)) {
        assert.equal(said.id, id, `the answer of ${this.kind} to ${JSON.stringify(request)}`)
        const { id: answered, ...answer } = said
        return calls.length > 0 ? { ...answer, calls } : answer
      }
      const { call, ...what } = said
      calls.push(what)
      this.say({ return: call, ...(await play(functions, what)) })
    }
  }

  /** ask(), when it must succeed: its result. */
  async must(request, functions) {
    const answer = await this.ask(request, functions)

    assert.ok('result' in answer, `${this.kind}: ${JSON.stringify(request)}\n${JSON.stringify(answer)}`)
    return answer.result
  }

  /** Ends it as its protocol says, and checks that it ends so. */
  async close() {
    this.#child.stdin.end()
    const { code, signal } = await this.ended
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `${this.kind}\n${this.log}`)
  }

  kill() {
    this.#child.kill('SIGKILL')
  }
}

async function play(functions, { function: name, arguments: args }) {
  const f = functions[name]

  assert.ok(f, `nobody plays ${name}`)
  const returned = await f(...args)
  return returned instanceof Thrown ? { error: returned.keys } : { result: returned ?? null }
}
