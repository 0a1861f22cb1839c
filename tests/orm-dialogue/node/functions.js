// The functions that a definition names, played by whoever is on the other side.
const { readLine, writeLine } = require('./lines')

let calls = 0

/** Calls the other side's function and waits: what it returns, or throws what it throws. */
function call(name, model, args) {
  calls++
  writeLine({ call: calls, function: name, model, arguments: plain(args) })

  const answer = JSON.parse(readLine())
  if (answer.return !== calls) {
    throw new Error(`call ${calls} is not what is returned`)
  }
  if (answer.error) {
    throw Object.assign(new Error(answer.error.message), answer.error)
  }
  return answer.result
}
exports.call = call

/** As JSON, but without calling any toJSON() of a model's records. */
function plain(value) {
  if (value instanceof Date) {
    return value.toJSON()
  }
  if (Array.isArray(value)) {
    return value.map((item) => plain(item) ?? null)
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => typeof item !== 'function')
    return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]))
  }
  return value
}
exports.plain = plain

const isNamed = (value) => typeof value === 'string' && value.startsWith('@')

const CALLBACKS = ['Create', 'Update', 'Destroy'].flatMap((what) => [`before${what}`, `after${what}`])

/** A callback: `argument` is replaced in place, for nobody looks at what it returns. */
function callback(name, model) {
  return (argument, proceed) => {
    try {
      const replacement = call(name, model, [argument])
      if (replacement !== null && typeof replacement === 'object') {
        Object.keys(argument).forEach((key) => delete argument[key])
        Object.assign(argument, replacement)
      }
    } catch (error) {
      return proceed(error)
    }
    return proceed()
  }
}

/** The attribute with what JSON has no form for: patterns and functions. */
function attributeOf(attribute, model) {
  if (typeof attribute !== 'object' || attribute === null) {
    return attribute
  }
  const made = { ...attribute }
  if (typeof made.regex === 'string') {
    made.regex = pattern(made.regex)
  }
  if (isNamed(made.custom)) {
    const name = made.custom.slice(1)
    made.custom = (value) => call(name, model, [value])
  }
  if (typeof made.validations === 'object') {
    made.validations = attributeOf(made.validations, model)
  }
  return made
}

function pattern(text) {
  const [, body, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [null, text, '']

  return new RegExp(body, flags)
}

const attributesOf = (attributes, model) =>
  typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes)
    ? Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, attributeOf(value, model)]),
      )
    : attributes

/** A definition from JSON; `converters` gets the functions of customToJSON. */
exports.definitionOf = function definitionOf(definition, model, converters) {
  if (typeof definition !== 'object' || definition === null) {
    return definition
  }
  const made = { ...definition }

  if ('attributes' in made) {
    made.attributes = attributesOf(made.attributes, model)
  }
  for (const key of CALLBACKS) {
    if (isNamed(made[key])) {
      made[key] = callback(made[key].slice(1), model)
    }
  }
  if (isNamed(made.customToJSON)) {
    converters.set(model, made.customToJSON.slice(1))
    delete made.customToJSON
  }
  return made
}
