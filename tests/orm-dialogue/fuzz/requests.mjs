// Requests by chance: most make sense, some nearly, some not at all.
import { describe, typeOf } from './worlds.mjs'

const TEXTS = ['a', 'b', 'ab', 'abc', '', ' ', 'x', '5', '1.5', 'a%', '%', "o'h", 'é', 'true', 'a@b.co', '127.0.0.1', '#fff', 'http://a.b', '00000000-0000-0000-0000-000000000000']
const NUMBERS = [0, 1, 2, 3, 5, 7, 10, 11, -1, 1.5, 100, 4294967296, 9007199254740991]
const JSONS = [null, 0, 1, 'a', '', true, false, [], [1, 'a'], {}, { a: 1 }, { a: { b: [true] } }]
const ODD = [null, '', 'x', '7', 0, -1, 1.5, true, false, [], ['a'], {}, { a: 1 }, undefined]
const WRONG = 12 // 1 in so many is anything

const dictionary = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {})

export class Requests {
  constructor(random, world) {
    this.random = random
    this.world = world
    this.models = Object.keys(world.models).map((identity) => describe(world, identity))
    this.nextId = 1
  }

  // ---- values ----

  valueOf(type) {
    const { random } = this

    if (random.oneIn(WRONG)) {
      return random.pick(ODD)
    }
    return { string: () => random.pick(TEXTS), number: () => random.pick(NUMBERS), boolean: () => random.oneIn(2), json: () => random.pick(JSONS) }[type]()
  }

  /** An id that may well be there. */
  idOf(model) {
    const { random } = this
    const type = model.attributes[model.primaryKey].type

    if (random.oneIn(WRONG)) {
      return random.pick(ODD)
    }
    return type === 'number' ? 1 + random.below(8) : `k${1 + random.below(8)}`
  }

  newId(model) {
    const n = this.random.oneIn(12) ? 1 + this.random.below(8) : this.nextId++
    return model.attributes[model.primaryKey].type === 'number' ? n : `k${n}`
  }

  otherOf(model, name) {
    const { model: one, collection } = model.attributes[name]
    return this.models.find(({ identity }) => identity === (one ?? collection))
  }

  attributeValue(model, name) {
    const { random } = this
    const attribute = model.attributes[name]

    if (attribute.collection !== undefined) {
      return random.times(random.below(3), () => this.idOf(this.otherOf(model, name)))
    }
    if (attribute.model !== undefined) {
      return random.oneIn(4) ? null : this.idOf(this.otherOf(model, name))
    }
    return attribute.allowNull && random.oneIn(3) ? null : this.goodValue(attribute)
  }

  /** What keeps the rules, mostly: else nothing would ever be stored. */
  goodValue(attribute) {
    const { random } = this
    const { type } = attribute

    if (random.oneIn(8)) {
      return this.valueOf(type)
    }
    if (attribute.unique) {
      return type === 'number' ? random.below(1000) : `u${random.below(1000)}`
    }
    if (attribute.isIn) {
      return random.pick(attribute.isIn)
    }
    if (attribute.isEmail) {
      return random.pick(['a@b.co', 'c@d.org'])
    }
    if (attribute.isUUID) {
      return 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
    }
    if (attribute.isURL) {
      return 'http://a.com'
    }
    if (attribute.isIP) {
      return '10.0.0.1'
    }
    if (attribute.isHexColor) {
      return '#abc'
    }
    if (attribute.isString) {
      return random.pick(['a', 'b'])
    }
    if (type === 'number') {
      return random.below(11)
    }
    return type === 'string' ? random.pick(['ab', 'abc', 'cab', 'ba']) : this.valueOf(type)
  }

  record(model) {
    const { random } = this
    const values = { [model.primaryKey]: this.newId(model) }

    for (const name of [...model.scalars, ...model.toOne, ...model.toMany]) {
      const { required, autoCreatedAt, autoUpdatedAt, collection } = model.attributes[name]
      if (name === model.primaryKey || autoCreatedAt || autoUpdatedAt) {
        continue
      }
      if (required ? !random.oneIn(30) : random.oneIn(collection ? 4 : 2)) {
        values[name] = this.attributeValue(model, name)
      }
    }
    if (random.oneIn(20)) {
      values.bogus = 1
    }
    return values
  }

  set(model) {
    const { random } = this
    const names = [...model.scalars, ...model.toOne, ...model.toMany].filter((name) => name !== model.primaryKey && !/edAt$/.test(name))
    const values = Object.fromEntries(random.some(names, 1 + random.below(2)).map((name) => [name, this.attributeValue(model, name)]))

    return random.oneIn(25) ? random.pick([{}, null, [], 'x', undefined, { bogus: 1 }]) : values
  }

  // ---- criteria ----

  constraint(model, name) {
    const { random } = this
    const type = typeOf(this.world, model, name)
    if (type === 'json') {
      // What is before what, and what is in what, is a database's own affair with JSON.
      return random.oneIn(2) ? null : { '!=': null }
    }
    const value = () => (model.attributes[name].model !== undefined || name === model.primaryKey ? this.idOf(model.attributes[name].model ? this.otherOf(model, name) : model) : this.valueOf(type))
    const list = () => random.times(random.below(4), value)

    return random.weighted([
      [6, value],
      [2, () => null],
      [3, list],
      [2, () => ({ '!=': random.oneIn(4) ? list() : value() })],
      [2, () => ({ [random.pick(['in', 'nin'])]: list() })],
      [4, () => ({ [random.pick(['<', '<=', '>', '>='])]: value() })],
      [1, () => ({ '>': value(), '<=': value() })],
      [type === 'string' ? 5 : 1, () => ({ [random.pick(['contains', 'startsWith', 'endsWith', 'like'])]: random.oneIn(10) ? value() : random.pick(TEXTS) })],
      [1, () => ({ [random.pick(['not', '!', 'lessThan', 'bogus', 'in', 'like'])]: random.pick(ODD) })],
    ])()
  }

  where(model, depth = 0) {
    const { random } = this
    const names = random.oneIn(40) ? [random.pick([...model.searchable, ...model.toMany, 'bogus'])] : random.some([...model.searchable.filter((name) => !/edAt$/.test(name)), ...model.toOne], random.weighted([[5, 1], [2, 2], [1, 0], [1, 3]]))
    const where = Object.fromEntries(names.map((name) => [name, name in model.attributes && !model.attributes[name].collection ? this.constraint(model, name) : 1]))

    if (depth < 3 && random.oneIn(4)) {
      where[random.pick(['or', 'or', 'and'])] = random.oneIn(25) ? random.pick(ODD) : random.times(random.below(4), () => this.where(model, depth + 1))
    }
    return where
  }

  sort(model) {
    const { random } = this
    const names = random.some([...model.sortable, ...model.toOne], 1 + random.below(2))
    const direction = () => random.pick(['ASC', 'DESC'])

    if (random.oneIn(20)) {
      return random.pick([...ODD, 'bogus', { id: 'ASC' }, [{ id: -1 }]])
    }
    return random.weighted([
      [2, () => `${names[0]} ${direction()}`],
      [2, () => [...names, model.primaryKey].filter((name, i, all) => all.indexOf(name) === i).map((name) => `${name} ${direction()}`)],
      [1, () => names.map((name) => ({ [name]: direction() }))],
      [1, () => Object.fromEntries(names.map((name) => [name, random.pick([1, -1])]))],
    ])()
  }

  clauses(model) {
    const { random } = this
    const made = {}

    if (random.oneIn(2)) {
      made.sort = this.sort(model)
    }
    if (random.oneIn(3)) {
      made.limit = random.oneIn(8) ? random.pick(ODD) : random.below(5)
    }
    if (random.oneIn(5)) {
      made.skip = random.oneIn(8) ? random.pick(ODD) : random.below(4)
    }
    if (random.oneIn(4)) {
      made.select = random.oneIn(12) ? random.pick([...ODD, ['bogus'], ['*']]) : random.some([...model.scalars, ...model.toOne])
    } else if (random.oneIn(5)) {
      made.omit = random.oneIn(12) ? random.pick([...ODD, ['bogus']]) : random.some([...model.scalars, ...model.toOne].filter((name) => name !== model.primaryKey))
    }
    if (made.limit !== undefined || made.skip !== undefined) {
      // Without a whole order nobody knows which the first are.
      made.sort = [`${random.pick(model.sortable)} ${random.pick(['ASC', 'DESC'])}`, model.primaryKey]
      made.sort = made.sort[0].startsWith(`${model.primaryKey} `) ? [made.sort[0]] : made.sort
    }
    return made
  }

  /** @param {'all' | 'some'} which  Whether limit, sort and so on make sense. */
  criteria(model, which) {
    const { random } = this

    return random.weighted([
      [6, () => this.where(model)],
      [which === 'all' ? 8 : 1, () => ({ where: this.where(model), ...this.clauses(model) })],
      [1, () => ({ where: this.where(model) })],
      [which === 'all' ? 2 : 0, () => this.clauses(model)],
      [2, () => this.idOf(model)],
      [1, () => random.times(random.below(4), () => this.idOf(model))],
      [1, () => random.pick(ODD)],
    ])()
  }

  populates(model) {
    const { random } = this
    const names = random.some([...model.toOne, ...model.toMany])
    const populates = Object.fromEntries(names.map((name) => [name, this.populate(model, name)]))

    if (random.oneIn(30)) {
      populates[random.pick(['bogus', model.primaryKey])] = true
    }
    return random.oneIn(40) ? random.pick(ODD) : populates
  }

  populate(model, name) {
    const { random } = this

    if (random.oneIn(2) || model.attributes[name].model) {
      return random.oneIn(15) ? random.pick(ODD) : true
    }
    const other = this.otherOf(model, name)
    return random.oneIn(2) ? { where: this.where(other, 2), ...this.clauses(other) } : this.clauses(other)
  }

  // ---- calls ----

  /** One call. */
  call() {
    const { random } = this
    const model = random.pick(this.models)
    const request = { model: model.identity, ...this.method(model) }

    if (random.oneIn(60)) {
      request.meta = random.pick([null, 5, { fetch: 'x' }, [], { bogus: 1 }, { batchSize: 2 }, { decrypt: true }])
    }
    return request
  }

  method(model) {
    const { random } = this
    const decrypt = random.oneIn(2) ? { decrypt: true } : {}
    const fetch = random.oneIn(3) ? {} : { meta: { fetch: true, ...decrypt } }
    const decrypted = 'decrypt' in decrypt ? { meta: decrypt } : {}
    const paged = (criteria) => (random.oneIn(12) ? { criteria: { where: this.where(model), sort: model.primaryKey }, paginate: { page: random.below(3), size: 1 + random.below(3) } } : { criteria })
    const found = () => ({ ...(random.oneIn(3) ? {} : { populates: this.populates(model) }) })
    const normalized = random.oneIn(4) ? { normalize: true } : {}

    return random.weighted([
      [10, () => ({ method: 'find', ...paged(this.criteria(model, 'all')), ...found(), ...decrypted, ...normalized })],
      // Anything but a dictionary is a callback to Node's findOne().
      [3, () => ({ method: 'findOne', criteria: this.criteria(model, 'some'), populates: dictionary(this.populates(model)), ...decrypted, ...normalized })],
      [2, () => ({ method: 'count', criteria: this.criteria(model, 'some'), ...normalized })],
      [2, () => ({ method: random.pick(['sum', 'avg']), attribute: random.oneIn(8) ? random.pick([...ODD, 'bogus', ...Object.keys(model.attributes).filter((name) => !/edAt$/.test(name))]) : random.pick(model.numbers.length > 0 ? model.numbers : ['bogus']), criteria: this.criteria(model, 'some'), ...normalized })],
      [7, () => ({ method: 'create', values: this.record(model), ...fetch, ...normalized })],
      [1, () => ({ method: 'create', values: random.pick(ODD), normalize: true })],
      [3, () => ({ method: 'createEach', values: random.oneIn(20) ? random.pick(ODD) : random.times(random.below(4), () => this.record(model)), ...fetch, ...normalized })],
      [2, () => ({ method: 'findOrCreate', criteria: this.criteria(model, 'some'), values: this.record(model), ...normalized })],
      [4, () => ({ method: 'update', criteria: this.criteria(model, 'some'), values: this.set(model), ...fetch, ...normalized })],
      [2, () => ({ method: 'updateOne', criteria: this.criteria(model, 'some'), values: this.set(model) })],
      [2, () => ({ method: 'destroy', criteria: this.criteria(model, 'some'), meta: { ...fetch.meta, ...(random.oneIn(3) ? { cascade: true } : {}) }, ...normalized })],
      [1, () => ({ method: 'destroyOne', criteria: this.criteria(model, 'some') })],
      [1, () => ({ method: random.pick(['archive', 'archiveOne']), criteria: this.criteria(model, 'some'), ...fetch })],
      // With populates Node fails in the second batch, and goes on all the same.
      [1, () => ({ method: 'stream', criteria: { where: this.where(model), ...this.clauses(model), sort: model.primaryKey }, each: random.pick(['record', 'batch', undefined]), meta: { batchSize: 1 + random.below(3) } })],
      [model.toMany.length > 0 ? 5 : 1, () => this.link(model, normalized)],
      [3, () => ({ method: 'validate', ...this.validation(model) })],
    ])()
  }

  link(model, normalized) {
    const { random } = this
    const attribute = model.toMany.length > 0 && !random.oneIn(15) ? random.pick(model.toMany) : random.pick([undefined, 'bogus', model.primaryKey, ...model.toOne])
    const other = model.attributes[attribute]?.collection ? this.otherOf(model, attribute) : model
    const ids = (of, n) => (random.oneIn(15) ? random.pick(ODD) : random.oneIn(3) ? this.idOf(of) : random.times(random.below(n + 1), () => this.idOf(of)))

    return { method: random.pick(['addToCollection', 'removeFromCollection', 'replaceCollection']), targets: ids(model, 2), attribute, members: ids(other, 3), ...normalized }
  }

  validation(model) {
    const { random } = this
    const name = random.oneIn(15) ? random.pick(['bogus', 5, undefined]) : random.pick(Object.keys(model.attributes))

    return { attribute: name, values: name in model.attributes && !random.oneIn(4) ? this.attributeValue(model, name) : random.pick([...ODD, ...TEXTS, ...NUMBERS]) }
  }
}
