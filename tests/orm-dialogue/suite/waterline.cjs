// What Waterline looks like to its users, with a program behind it that serves an ORM as lines of JSON.
// The published adapter tests take it for Waterline; it has what they call.

const ARGUMENTS = {
  find: ['criteria'],
  findOne: ['criteria'],
  count: ['criteria'],
  sum: ['attribute', 'criteria'],
  avg: ['attribute', 'criteria'],
  create: ['values'],
  createEach: ['values'],
  findOrCreate: ['criteria', 'values'],
  update: ['criteria', 'values'],
  destroy: ['criteria'],
  addToCollection: ['targets', 'attribute', 'members'],
  removeFromCollection: ['targets', 'attribute', 'members'],
  replaceCollection: ['targets', 'attribute', 'members'],
}
const CLAUSES = ['where', 'limit', 'skip', 'sort', 'select', 'omit']

/** A query that has been said but not yet been asked. */
class Query {
  constructor(model, request) {
    this.model = model
    this.request = request
  }

  /** The criteria with a clause more, in the long form. */
  #clause(name, value) {
    const { criteria } = this.request
    const isLong = criteria && CLAUSES.some((clause) => clause in Object(criteria))

    this.request.criteria = { ...(isLong ? criteria : { where: criteria ?? {} }), [name]: value }
    return this
  }

  static {
    for (const name of CLAUSES) {
      this.prototype[name] = function (value) {
        return this.#clause(name, value)
      }
    }
  }

  populate(name, criteria = true) {
    this.request.populates = { ...this.request.populates, [name]: criteria }
    return this
  }

  meta(meta) {
    this.request.meta = { ...this.request.meta, ...meta }
    return this
  }

  set(values) {
    this.request.values = values
    return this
  }

  async #ask() {
    const { error, result } = await stillThere(this.model.peer).ask(this.request)

    if (error) {
      throw Object.assign(new Error(error.message), error)
    }
    return result ?? undefined
  }

  then(...all) {
    return this.#ask().then(...all)
  }

  catch(f) {
    return this.#ask().catch(f)
  }

  exec(done) {
    this.#ask().then(
      (result) => setImmediate(done, null, result),
      (error) => setImmediate(done, error),
    )
  }
}

/** A model's methods. */
function modelOf(peer, identity, definition) {
  const model = { peer, identity, ...definition }

  for (const [method, keys] of Object.entries(ARGUMENTS)) {
    model[method] = (...args) => {
      const at = args.findIndex((arg) => typeof arg === 'function')
      const given = at < 0 ? args : args.slice(0, at)
      const request = { model: identity, method }
      keys.forEach((key, i) => (request[key] = given[i]))
      const query = new Query(model, request)
      if (at >= 0) {
        query.meta(args[at + 1]).exec(args[at])
      }
      return query
    }
  }
  return model
}

const running = new Set()

/** A model outlives its instance of Waterline: the next one has the same adapter. */
const stillThere = (peer) => (running.has(peer) ? peer : [...running].at(-1))

/** A definition as JSON has it. `connection` is the old name of `datastore`; `migrate` of a model has no effect,
 * and the tests have one that there is not. */
function definitionOf({ identity, connection, datastore, migrate, ...definition }) {
  return { datastore: datastore ?? connection, ...definition }
}

class Waterline {
  #definitions = {}
  #peer = null

  static Collection = { extend: (definition) => definition }
  static Model = Waterline.Collection

  registerModel(definition) {
    const { identity = definition.tableName } = definition
    this.#definitions[identity.toLowerCase()] = definition
  }

  initialize({ datastores, defaults = {} }, done) {
    // The attributes among them are those that the tests have put into each model themselves.
    const { attributes, ...settings } = defaults
    this.#start(datastores, { schema: true, ...settings }).then((orm) => done(null, orm), done)
  }

  async #start(datastores, defaults) {
    const { Peer } = await import('../support/peer.mjs')
    const given = this.#definitions
    const models = Object.fromEntries(Object.entries(given).map(([identity, definition]) => [identity, definitionOf(definition)]))
    const configs = Object.fromEntries(Object.keys(datastores).map((name) => [name, global.SuiteDatastore]))

    this.#peer = new Peer(global.SuiteProgram)
    running.add(this.#peer)
    const request = { define: { datastores: { default: global.SuiteDatastore, ...configs }, models, defaults } }
    const { models: all } = await this.#peer.must(request)
    this.collections = Object.fromEntries(all.map((identity) => [identity, modelOf(this.#peer, identity, given[identity])]))
    return this
  }

  async migrate(strategy) {
    await stillThere(this.#peer).must({ migrate: strategy })
  }

  teardown(done) {
    running.delete(this.#peer)
    this.#peer.close().then(() => done(), done)
  }
}

/** Ends the programs of those that have not been torn down. */
exports.closeAll = () => Promise.all([...running].map((peer) => peer.close()))

exports.Waterline = Waterline
exports.utils = {
  autoMigrations: (strategy, orm, done) => orm.migrate(strategy).then(() => done(), done),
}
