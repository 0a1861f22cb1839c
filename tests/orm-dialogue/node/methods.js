// A request for a model as a call of Waterline's.
const forgeStageTwoQuery = require('waterline/lib/waterline/utils/query/forge-stage-two-query')
const getQueryModifierMethods = require('waterline/lib/waterline/utils/query/get-query-modifier-methods')
const { call, plain } = require('./functions')

/** The keys of the request by method, in the order of the method's arguments. */
const KEYS = {
  find: ['criteria', 'populates'],
  findOne: ['criteria', 'populates'],
  stream: ['criteria', 'populates'],
  count: ['criteria'],
  sum: ['attribute', 'criteria'],
  avg: ['attribute', 'criteria'],
  create: ['values'],
  createEach: ['values'],
  findOrCreate: ['criteria', 'values'],
  update: ['criteria', 'values'],
  updateOne: ['criteria', 'values'],
  destroy: ['criteria'],
  destroyOne: ['criteria'],
  archive: ['criteria'],
  archiveOne: ['criteria'],
  addToCollection: ['targets', 'attribute', 'members'],
  removeFromCollection: ['targets', 'attribute', 'members'],
  replaceCollection: ['targets', 'attribute', 'members'],
  validate: ['attribute', 'values'],
  getDatastore: [],
}
exports.isMethod = (name) => Object.hasOwn(KEYS, name)

const NOT_NORMALIZED = ['stream', 'updateOne', 'destroyOne', 'archive', 'archiveOne', 'validate', 'getDatastore']
exports.isNormalized = (name) => !NOT_NORMALIZED.includes(name)

/** Runs it: the keys of the answer. */
exports.run = async function run(lifted, request, connection) {
  const model = lifted.orm.collections[request.model]
  const { method } = request

  if (method === 'getDatastore') {
    return { result: model.datastore }
  }
  if (method === 'validate') {
    return { result: plain(model.validate(request.attribute, request.values)) ?? null }
  }
  if (request.normalize === true) {
    return { result: normalForm(lifted.orm, request) }
  }
  const query = deferred(model, request, connection)
  if (method === 'findOrCreate') {
    return new Promise((resolve, reject) => {
      query.exec((error, record, created) =>
        error ? reject(error) : resolve({ result: written(lifted, request, record), created }),
      )
    })
  }
  return { result: written(lifted, request, await query) }
}

/** The query, not yet run. */
function deferred(model, request, connection) {
  const { method, meta, paginate } = request
  let query =
    method === 'stream'
      ? stream(model, request)
      : model[method](...KEYS[method].map((key) => request[key]))

  if (meta !== undefined) {
    query = query.meta(meta)
  }
  if (connection !== undefined) {
    query = query.usingConnection(connection)
  }
  return paginate === undefined ? query : query.paginate(paginate.page, paginate.size)
}

function stream(model, { criteria, populates, each }) {
  let query = model.stream(criteria)

  if (populates !== undefined) {
    query._wlQueryInfo.populates = populates
  }
  if (each === 'record') {
    query = query.eachRecord(iteratee('eachRecord', model.identity))
  } else if (each === 'batch') {
    query = query.eachBatch(iteratee('eachBatch', model.identity))
  }
  return query
}

function iteratee(name, identity) {
  return function (item, proceed) {
    try {
      call(name, identity, [item])
    } catch (error) {
      return proceed(error)
    }
    return setImmediate(proceed)
  }
}

// ---- normal forms ----

/** Waterline's names of the keys of a request, by method where they differ. */
function queryKey(method, key) {
  const values = { create: 'newRecord', createEach: 'newRecords', findOrCreate: 'newRecord' }

  return {
    values: values[method] ?? 'valuesToSet',
    targets: 'targetRecordIds',
    members: 'associatedIds',
    attribute: method === 'sum' || method === 'avg' ? 'numericAttrName' : 'collectionAttrName',
  }[key] ?? key
}

function normalForm(orm, request) {
  const { method, meta, paginate } = request
  const query = { method, using: request.model, ...(meta === undefined ? {} : { meta }) }

  for (const key of KEYS[method].filter((key) => request[key] !== undefined)) {
    query[queryKey(method, key)] = request[key]
  }
  if (paginate !== undefined) {
    const builder = { _wlQueryInfo: query }
    Object.assign(builder, getQueryModifierMethods('find')).paginate(paginate.page, paginate.size)
  }
  try {
    forgeStageTwoQuery(query, orm)
  } catch (error) {
    if (error.code === 'E_NOOP') {
      return { noop: true }
    }
    throw error
  }
  const shown = KEYS[method].filter((key) => key !== 'attribute')
  return plain(Object.fromEntries(shown.map((key) => [key, query[queryKey(method, key)]])))
}

// ---- records ----

/** The result as it is written: raw, or through customToJSON. */
function written(lifted, { model, toJSON }, result) {
  const raw = plain(result) ?? null

  return toJSON === true ? convert(lifted, model, raw) : raw
}

/** As JSON.stringify() goes: a record first, then the populated ones that are left in it. */
function convert(lifted, identity, value) {
  if (Array.isArray(value)) {
    return value.map((record) => convert(lifted, identity, record))
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const name = lifted.converters.get(identity)
  const record = name === undefined ? value : call(name, identity, [value])

  if (typeof record !== 'object' || record === null) {
    return record
  }
  const { attributes } = lifted.orm.collections[identity]
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => {
      const other = attributes[key]?.model ?? attributes[key]?.collection
      return [key, other === undefined ? item : convert(lifted, other, item)]
    }),
  )
}
