// The command `sails`, as somebody at a shell has it: with pipes or on a terminal, in a folder of its own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { atEnd } from './ends.mjs'
import { binaryOf } from './server.mjs'
import { within } from './clients.mjs'

/** A folder with these files (path to text), which goes with the test. */
export async function folderOf(t, files = {}) {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'sails-cli-')))
  atEnd(t, () => rm(folder, { recursive: true, force: true, maxRetries: 9 }))
  await writeFiles(folder, files)
  return folder
}

export async function writeFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), typeof text === 'string' ? text : JSON.stringify(text))
  }
}

/** The environment of this process without what an application would read of it. */
function cleanEnv(cwd) {
  const env = { ...process.env, HOME: cwd, TERM: 'xterm' }
  for (const name of ['PORT', 'NODE_ENV', 'SAILS_ENV', 'NO_COLOR']) {
    delete env[name]
  }
  return env
}

/** A running `sails ...`. */
export class Command {
  #said = { stdout: '', stderr: '' }
  #begins = 0

  /** `terminal`: on a pseudo-terminal, where stdout has both streams. */
  constructor(t, cwd, args, { env = {}, terminal = false, binary = binaryOf('sails', 'bin') } = {}) {
    const quoted = [binary, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    const [file, words] = terminal
      ? ['script', ['-qefc', `exec ${quoted}`, '/dev/null']]
      : [binary, args]
    this.child = spawn(file, words, {
      cwd,
      env: { ...cleanEnv(cwd), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].setEncoding('utf8').on('data', (text) => (this.#said[stream] += text))
    }
    this.exited = once(this.child, 'close').then(([code, signal]) => signal ?? code)
    this.exited.catch(() => {})
    const gone = once(this.child, 'exit').catch(() => {}) // also where it could not be started
    atEnd(t, () => this.child.kill('SIGKILL') && gone)
  }

  /** All that it has said on both streams so far: to be told in failures. */
  get said() {
    return this.#said.stdout + this.#said.stderr
  }

  /** Waits until a stream has, behind what says() has found before, what the pattern matches. */
  async says(pattern) {
    for (;;) {
      const found = pattern.exec(this.#said.stdout.slice(this.#begins))
      if (found) {
        this.#begins += found.index + found[0].length
        return found
      }
      await within(
        Promise.race([
          once(this.child.stdout, 'data'),
          this.exited.then((status) => assert.fail(`ended with ${status}: ${this.said}`)),
        ]),
        `${pattern} in ${this.said}`,
      )
    }
  }

  /** Waits until one of the streams has what the pattern matches, wherever: the two come in any order. */
  async tells(pattern) {
    while (!pattern.test(this.#said.stdout) && !pattern.test(this.#said.stderr)) {
      await within(
        Promise.race([
          once(this.child.stdout, 'data'),
          once(this.child.stderr, 'data'),
          this.exited.then((status) => assert.match(this.said, pattern, `ended with ${status}`)),
        ]),
        `${pattern} in ${this.said}`,
      )
    }
  }

  async listens() {
    return `http://127.0.0.1:${(await this.says(/Listening on \S+:(\d+)/))[1]}`
  }

  /** Says a line to it. */
  type(line) {
    this.child.stdin.write(`${line}\n`)
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    return this.exited
  }

  async ended() {
    const status = await within(this.exited, `the end of ${this.said}`)
    return { status, out: this.#said.stdout, err: this.#said.stderr }
  }
}

/** Runs `sails ...` to its end. */
export async function sails(t, cwd, args, options = {}) {
  const command = new Command(t, cwd, args, options)
  command.child.stdin.end(options.input ?? '')
  return command.ended()
}
