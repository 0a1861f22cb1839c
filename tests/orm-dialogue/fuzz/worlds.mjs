// Definitions by chance, all of them good: models, attributes of every type, associations of every shape.

const TYPES = ['string', 'number', 'boolean', 'json']
const RULES = {
  string: [{ isEmail: true }, { maxLength: 5 }, { minLength: 2 }, { isIn: ['a', 'b', 'ab'] }, { isNotIn: ['x'] }, { regex: '/^[a-c]*$/i' }, { isUUID: true }, { isURL: true }, { isIP: true }, { isHexColor: true }, { isNotEmptyString: true }],
  number: [{ isInteger: true }, { max: 10 }, { min: 0 }, { max: 10, isInteger: true }, { isIn: [0, 1, 2, 3] }],
  boolean: [],
  json: [{ isString: true }, { isNumber: true }, { isIn: [1, 'a', null] }],
}
const DEFAULTS = { string: ['d', ''], number: [0, 7, 1.5], boolean: [true, false], json: [{ a: 1 }, [], 'j', 5] }

function attribute(random, name) {
  const type = random.pick(TYPES)
  const made = { type }

  if (random.oneIn(6)) {
    made.required = true
    if (type !== 'json' && type !== 'boolean' && random.oneIn(3)) {
      made.unique = true
    }
  } else if (random.oneIn(4) && type !== 'json') {
    made.allowNull = true
  } else if (random.oneIn(4)) {
    made.defaultsTo = random.pick(DEFAULTS[type])
  }
  if (random.oneIn(5) && RULES[type].length > 0 && made.defaultsTo === undefined) {
    Object.assign(made, random.pick(RULES[type]))
  }
  if (random.oneIn(6)) {
    made.columnName = `c_${name}`
  }
  if (type === 'string' && random.oneIn(6) && made.defaultsTo === undefined && !made.unique) {
    made.encrypt = true
  }
  return random.oneIn(8) ? type : made
}

/** { models, defaults } */
export function randomWorld(random) {
  const names = random.some(['ant', 'bee', 'cat', 'dog'], 2 + random.below(3))
  const models = Object.fromEntries(names.map((name) => [name, model(random, name)]))

  for (const name of names) {
    associate(random, models, names, name)
  }
  return {
    models,
    defaults: {
      schema: true,
      dataEncryptionKeys: { default: 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI=' },
      attributes: {
        id: { type: 'number', autoIncrement: true },
        ...(random.oneIn(2) ? { createdAt: { type: 'number', autoCreatedAt: true }, updatedAt: { type: 'number', autoUpdatedAt: true } } : {}),
      },
    },
  }
}

function model(random, name) {
  const attributes = Object.fromEntries(random.times(1 + random.below(5), (i) => [`${'stuvw'[i]}`, attribute(random, 'stuvw'[i])]))
  const settings = random.oneIn(4) ? { tableName: `table_${name}` } : {}

  if (random.oneIn(4)) {
    return { ...settings, primaryKey: 'code', attributes: { id: false, code: { type: 'string', required: true }, ...attributes } }
  }
  return { ...settings, attributes }
}

function associate(random, models, names, name) {
  const other = random.pick(names)
  const one = `${name}_${other}`
  const many = `${other}_of_${name}`

  random.weighted([
    [1, () => {}],
    [2, () => (models[name].attributes[one] = { model: other })],
    [3, () => {
      models[name].attributes[one] = { model: other }
      models[other].attributes[`all_${name}`] = { collection: name, via: one }
    }],
    [2, () => (models[name].attributes[`set_${other}`] = { collection: other })],
    [3, () => {
      if (name !== other) {
        models[name].attributes[`left_${other}`] = { collection: other, via: many }
        models[other].attributes[many] = { collection: name, via: `left_${other}` }
      }
    }],
  ])()
}

// ---- reading a world ----

/** The definition of a model with what it inherits, in a form that is easy to ask. */
export function describe({ models, defaults }, identity) {
  const { primaryKey = 'id', attributes } = models[identity]
  const all = Object.entries({ ...defaults.attributes, ...attributes }).filter(([, value]) => value !== false)
  const normal = all.map(([name, value]) => [name, typeof value === 'string' ? { type: value } : value])
  const is = (test) => normal.filter(([, value]) => test(value)).map(([name]) => name)

  return {
    identity,
    primaryKey,
    attributes: Object.fromEntries(normal),
    scalars: is(({ type }) => type !== undefined),
    // What is encrypted is different in every run, and so are times; JSON is in an order of the database's.
    sortable: is(({ type, encrypt, autoCreatedAt, autoUpdatedAt }) => type !== undefined && type !== 'json' && !encrypt && !autoCreatedAt && !autoUpdatedAt),
    searchable: is(({ type, encrypt }) => type !== undefined && !encrypt),
    numbers: is(({ type, autoCreatedAt, autoUpdatedAt }) => type === 'number' && !autoCreatedAt && !autoUpdatedAt),
    toOne: is((value) => value.model !== undefined),
    toMany: is((value) => value.collection !== undefined),
  }
}

/** The type of an attribute's values: of a to-one that of the other's primary key. */
export function typeOf(world, { attributes }, name) {
  const { type, model: other } = attributes[name]

  if (other === undefined) {
    return type
  }
  const described = describe(world, other)
  return described.attributes[described.primaryKey].type
}
