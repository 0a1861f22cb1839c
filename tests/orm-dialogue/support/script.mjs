// How a dialogue is written down.

const CRITERIA = ['find', 'findOne', 'stream', 'count', 'destroy', 'destroyOne', 'archive', 'archiveOne']

/**
 * A dialogue: what is asked, in order, of an empty database.
 *
 * @param {string} items    Of the checklist of waterline.md, "12, 13".
 * @param {string} title    A sentence that holds.
 * @param {string} world    The definitions (worlds.mjs).
 * @param {object[]} calls  Requests without ids.
 * @param {{on?: string[], functions?: object}} [options]  `on`: the kinds of store (stores.mjs).
 */
export function dialogue(items, title, world, calls, options = {}) {
  return { name: `waterline ${items}: ${title}`, world, calls, functions: {}, ...options }
}

/** A model's methods as requests: of('user').find({age: 3}, {meta: {…}}). */
export function of(model) {
  const request = (method, keys) => ({ model, method, ...keys })

  return {
    ...Object.fromEntries(
      CRITERIA.map((method) => [method, (criteria, more) => request(method, { criteria, ...more })]),
    ),
    ...Object.fromEntries(
      ['create', 'createEach'].map((method) => [
        method,
        (values, more = FETCH) => request(method, { values, ...more }),
      ]),
    ),
    ...Object.fromEntries(
      ['findOrCreate', 'update', 'updateOne'].map((method) => [
        method,
        (criteria, values, more) => request(method, { criteria, values, ...more }),
      ]),
    ),
    ...Object.fromEntries(
      ['sum', 'avg'].map((method) => [
        method,
        (attribute, criteria, more) => request(method, { attribute, criteria, ...more }),
      ]),
    ),
    ...Object.fromEntries(
      ['addToCollection', 'removeFromCollection', 'replaceCollection'].map((method) => [
        method,
        (targets, attribute, members, more) => request(method, { targets, attribute, members, ...more }),
      ]),
    ),
    validate: (attribute, values) => request('validate', { attribute, values }),
    getDatastore: () => request('getDatastore', {}),
  }
}

export const FETCH = { meta: { fetch: true } }
export const NORMALIZE = { normalize: true }

/** Each of the requests once run and once as its normal form. */
export const alsoNormalized = (requests) =>
  requests.flatMap((request) => [{ ...request, normalize: true }, request])
