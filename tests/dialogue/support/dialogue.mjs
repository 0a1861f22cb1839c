// How a dialogue is written down.

/**
 * @param {string} items    Of the checklist of sails-sockets, "1, 2".
 * @param {string} title    A sentence that holds.
 * @param {(talk: import('./talk.mjs').Talk) => Promise<void>} script  The same for both servers. It
 *        may assert what holds on both, so that they do not agree on a failure.
 * @param {{on?: string, alone?: boolean}} [where]  `on`: the configuration (configurations.mjs).
 *        `alone`: with servers of its own, because Node's does not survive it.
 */
export function dialogue(items, title, script, { on = 'default', alone = false } = {}) {
  return { name: `sails-sockets ${items}: ${title}`, script, on, alone }
}
