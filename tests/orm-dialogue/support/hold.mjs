// Holding a dialogue with both programs.
import { defaults, worlds } from '../worlds.mjs'

/** Node writes the rows of junctions all at once: their keys, and so their order, are chance. */
const isJunction = ({ model }) => model?.includes('__')

function withoutKeys({ result, ...rest }) {
  const rows = Array.isArray(result) ? result.map(({ id, ...row }) => row) : result
  const text = (row) => JSON.stringify(Object.entries(row).sort())

  return { ...rest, result: Array.isArray(rows) ? rows.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : rows }
}

export class Pair {
  #lifted = null

  /** @param {{node: Peer, c: Peer}} peers @param store  Of openStore(). */
  constructor(peers, store) {
    this.peers = peers
    this.store = store
  }

  /** Both answers to a request. */
  async ask(request, functions) {
    const [node, c] = await Promise.all([
      this.peers.node.ask(request, functions),
      this.peers.c.ask(request, functions),
    ])
    const kept = isJunction(request) ? [node, c].map(withoutKeys) : [node, c]
    return { request, node: kept[0], c: kept[1], kind: this.store.kind, attributes: this.attributesOf(request.model) }
  }

  attributesOf(model) {
    return Object.keys({ ...this.#lifted?.defaults?.attributes, ...this.#lifted?.models?.[model]?.attributes })
  }

  /** Defines the same with both, each over its own database. */
  async define(models, defaults) {
    const { node, c } = this.store
    this.#lifted = { models, defaults }
    const [nodes, cs] = await Promise.all([
      this.peers.node.ask({ define: { datastores: node, models, defaults } }),
      this.peers.c.ask({ define: { datastores: c, models, defaults } }),
    ])
    return { request: { define: { models, defaults } }, node: nodes, c: cs, kind: this.store.kind, attributes: [] }
  }

  /** A world with empty tables. */
  async prepare(world) {
    // sails-disk goes on counting ids in a table that has been dropped.
    if (this.#lifted?.models !== worlds[world] || this.store.kind === 'sqlite') {
      await this.#mustAll((kind) => ({
        define: { datastores: this.store[kind], models: worlds[world], defaults },
      }))
      this.#lifted = { models: worlds[world], defaults }
    }
    await this.#mustAll(() => ({ migrate: 'drop' }))
  }

  #mustAll(request) {
    return Promise.all(['node', 'c'].map((kind) => this.peers[kind].must(request(kind))))
  }

  /** Nothing is as it was. */
  forget() {
    this.#lifted = null
  }
}
