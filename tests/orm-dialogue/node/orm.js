// Waterline as lines of JSON on standard input and output: the other side of conformance-orm.
const { readLine, writeLine } = require('./lines')
const { lift, lower, migrate } = require('./lift')
const { isMethod, isNormalized, run } = require('./methods')
const { runNative, withConnection } = require('./datastores')

// What Waterline has to say beside its answers.
console.log = console.info = console.warn = (...all) => console.error(...all)

if (process.env.INT8_AS_NUMBER) {
  require('pg').types.setTypeParser(20, Number)
}

let lifted = null

class ProtocolError extends Error {
  name = 'ProtocolError'
}

function demand(condition, what) {
  if (!condition) {
    throw new ProtocolError(what)
  }
}

const isDictionary = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

// ---- requests ----

const KINDS = { define, migrate: migrateAll, model: onModel, datastore: onDatastore }

async function handle(request) {
  const kinds = Object.keys(KINDS).filter((kind) => kind in request)

  demand(typeof request.id === 'number' || typeof request.id === 'string', 'a request has an id')
  demand(kinds.length === 1, 'no such request')
  demand(kinds[0] === 'define' || lifted !== null, 'nothing has been defined')
  return KINDS[kinds[0]](request)
}

async function define({ define }) {
  demand(isDictionary(define), 'a definition is a dictionary')
  demand(isDictionary(define.datastores ?? {}), 'datastores are a dictionary')
  demand(isDictionary(define.models), 'models are a dictionary')
  demand(isDictionary(define.defaults ?? {}), 'defaults are a dictionary')

  const before = lifted
  lifted = null
  if (before !== null) {
    await lower(before.sails)
  }
  lifted = await lift(define)
  return { result: { models: Object.keys(lifted.orm.collections).sort() } }
}

async function migrateAll({ migrate: strategy }) {
  demand(['alter', 'drop', 'safe'].includes(strategy), 'no such migration')
  return { result: await migrate(lifted, strategy) }
}

function checkModel(request) {
  demand(Object.hasOwn(lifted.orm.collections, request.model), `no model ${request.model}`)
  demand(isMethod(request.method), `no method ${request.method}`)
  demand(request.normalize !== true || isNormalized(request.method), 'this is not normalized')
}

function onModel(request) {
  checkModel(request)
  return run(lifted, request)
}

async function onDatastore(request) {
  if ('native' in request) {
    demand(typeof request.native === 'string', 'a native query is text')
    return { result: await runNative(datastoreOf(request.datastore), request) }
  }
  demand(['transaction', 'leaseConnection'].includes(request.method), 'no such method')
  demand(Array.isArray(request.calls), 'calls are a list')
  demand(['commit', 'rollback', undefined].includes(request.end), 'no such end')
  request.calls.forEach(checkCall)
  const answers = []
  try {
    const datastore = datastoreOf(request.datastore)
    await withConnection(datastore, request, (connection) => body(request, datastore, connection, answers))
    return { result: null, answers }
  } catch (error) {
    return { error: told(error), answers }
  }
}

function checkCall(call) {
  demand(isDictionary(call), 'a call is a dictionary')
  if ('native' in call) {
    demand(typeof call.native === 'string', 'a native query is text')
  } else {
    checkModel(call)
  }
}

async function body({ calls, end }, datastore, connection, answers) {
  for (const call of calls) {
    const using = call.outside === true ? undefined : connection
    try {
      const answer =
        'native' in call
          ? { result: await runNative(datastore, call, using) }
          : await run(lifted, call, using)
      answers.push(answer)
    } catch (error) {
      answers.push({ error: told(error) })
      if (call.tolerate !== true) {
        throw error
      }
    }
  }
  if (end === 'rollback') {
    throw Object.assign(new Error('Rolled back, as asked for.'), { code: 'E_ROLLBACK' })
  }
}

function datastoreOf(name) {
  return lifted.sails.getDatastore(name)
}

// ---- errors ----

const NAMES = ['UsageError', 'AdapterError', 'ProtocolError']
const TOLD = ['code', 'details', 'attrNames', 'modelIdentity', 'ruleViolations']

function told(error) {
  const shown = { name: NAMES.includes(error.name) ? error.name : 'Error', message: String(error.message ?? error) }

  for (const key of TOLD.filter((key) => error[key] !== undefined && error[key] !== null)) {
    shown[key] = error[key]
  }
  return shown
}

// ---- the loop ----

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

async function answerTo(line) {
  const request = parse(line)

  if (!isDictionary(request)) {
    return { id: null, error: told(new ProtocolError('this is no JSON object')) }
  }
  const id = request.id ?? null
  try {
    return { id, ...(await Promise.race([handle(request), accident()])) }
  } catch (error) {
    return { id, error: told(error) }
  }
}

/** Waterline throws some of its errors where nobody can catch them: they belong to the request. */
let onAccident = () => {}
process.on('uncaughtException', (error) => onAccident(error))

function accident() {
  return new Promise((resolve, reject) => {
    onAccident = reject
  })
}

async function serve() {
  for (let line = readLine(); line !== null; line = readLine()) {
    writeLine(await answerTo(line))
  }
  if (lifted !== null) {
    await lower(lifted.sails)
  }
  process.exit(0)
}

serve()
