// Where the records are kept: for each of the two programs a database of its own, of one kind.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../support/database', import.meta.url))

/** A database server of one's own (tests/support/database). */
export class Server {
  #child

  /** @param {'postgresql' | 'mariadb'} kind */
  static async start(kind) {
    const server = new Server()

    server.kind = kind
    server.#child = spawn(script, [kind], { stdio: ['pipe', 'pipe', 'inherit'] })
    server.lines = readline.createInterface({ input: server.#child.stdout })[Symbol.asyncIterator]()
    server.url = await server.#line()
    return server
  }

  async #line() {
    const { value, done } = await this.lines.next()

    assert.ok(!done, `${this.kind} has ended`)
    return value
  }

  /** @param {'kill' | 'stop' | 'start'} what */
  async tell(what) {
    this.#child.stdin.write(`${what}\n`)
    assert.equal(await this.#line(), what)
  }

  /** The URL of a new database. */
  create(name) {
    const sql = `CREATE DATABASE ${name}`
    const { hostname, port, username } = new URL(this.url)
    const [command, args] =
      this.kind === 'postgresql'
        ? ['psql', ['-q', '-c', sql, this.url]]
        : ['mariadb', ['--no-defaults', '-h', hostname, '-P', port, '-u', username, '-e', sql]]
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })

    assert.equal(status, 0, stderr)
    return this.url.replace(/[^/]*$/, name)
  }

  async stop() {
    this.#child.stdin.end()
    await once(this.#child, 'close')
  }
}

export const KINDS = ['sqlite', 'postgresql', 'mariadb']

const ADAPTERS = { postgresql: 'sails-postgresql', mariadb: 'sails-mysql' }

/** The `datastores` of one program over a server's new database. */
function served(kind, url) {
  return { default: { adapter: ADAPTERS[kind], url } }
}

/**
 * Both programs' datastores of a kind, as `define` takes them: `store.node`, `store.c`. SQLite is
 * held against sails-disk.
 */
export async function openStore(kind) {
  if (kind === 'sqlite') {
    const folder = mkdtempSync(path.join(tmpdir(), 'sails-orm-'))
    return {
      kind,
      node: { default: { adapter: 'sails-disk', inMemoryOnly: true } },
      c: { default: { adapter: 'sails-sqlite', file: path.join(folder, 'c.sqlite') } },
      close: async () => rmSync(folder, { recursive: true }),
    }
  }
  const server = await Server.start(kind)
  return {
    kind,
    server,
    node: served(kind, server.create('node')),
    c: served(kind, server.create('c')),
    close: () => server.stop(),
  }
}
