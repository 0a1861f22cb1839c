// Decisions: where C differs on purpose.

import { comparable, same } from './record.mjs'

/**
 * @typedef {object} Exchange  One request and its two answers.
 * @property {object} request
 * @property {object} node, c    The answers.
 * @property {string} kind       Of the store (stores.mjs).
 * @property {string[]} attributes
 * @property {string} [definition]  The title, where a definition is what is asked.
 *
 * @typedef {object} Decision
 * @property {string} reason
 * @property {string[]} [on]     The kinds of store.
 * @property {(exchange: Exchange) => object | boolean | undefined} decide  What Node's answer would
 *           be if it did as C does; true: C's answer, whatever it is; undefined or false: this
 *           decision is about something else.
 */

export class Decisions {
  #unused

  /** @param {Decision[]} table */
  constructor(table) {
    this.table = table
    this.#unused = new Set(table)
  }

  /** How the answers differ beyond what has been decided: null, or both as they are compared. */
  unexplained(exchange) {
    const before = this.#compare(exchange)

    if (before === null) {
      return null
    }
    const about = this.table.filter(({ on }) => on === undefined || on.includes(exchange.kind))
    return this.#explain(exchange, about, []) ? null : before
  }

  /** Whether one decision, or one after the other, makes Node's answer C's. */
  #explain(exchange, about, needed) {
    for (const decision of about.filter((item) => !needed.includes(item))) {
      const node = decision.decide(exchange)
      const together = [...needed, decision]

      if (node === true || (node && this.#compare({ ...exchange, node }) === null)) {
        together.forEach((item) => this.#unused.delete(item))
        return true
      }
      if (node && !same(node, exchange.node) && this.#explain({ ...exchange, node }, about, together)) {
        return true
      }
    }
    return false
  }

  #compare({ node, c, attributes }) {
    const both = comparable(node, c, attributes)

    return same(both.node, both.c) ? null : both
  }

  /** Those that nothing needed, of stores that were there. */
  unused(kinds) {
    return [...this.#unused].filter(({ on }) => on === undefined || on.some((kind) => kinds.includes(kind)))
  }
}
