// How a dialogue is written down.

/**
 * @param {string} items    Of a checklist, "1, 2".
 * @param {string} title    A sentence that holds.
 * @param {(talk: import('./talk.mjs').Talk) => Promise<void>} script  The same for both servers. It
 *        may assert what holds on both, so that they do not agree on a failure.
 * @param {{on?: string, alone?: boolean, checklist?: string, unheard?: string[]}} [where]  `on`: the configuration (configurations.mjs).
 *        `alone`: with servers of its own, because Node's does not survive it. `checklist`: whose items these are.
 *        `unheard`: headers of which this is not about.
 */
export function dialogue(items, title, script, { on = 'default', checklist = 'sails-sockets', ...how } = {}) {
  return { name: `${checklist} ${items}: ${title}`, script, on, alone: false, unheard: [], ...how }
}
