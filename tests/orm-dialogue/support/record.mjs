// What two answers have apart. What is different in every run has a name instead, and an error is
// its name, its code and what it is about: its wording is free.

const NEARLY_NOW_MS = 24 * 3600 * 1000
const ENCRYPTED = /^YWVzLTI1Ni1nY20kJ[\w+/=]*\$[\w+/=]*\$[\w+/=]*\$[\w+/=]*$/

/** Messages that are the same, word for word (waterline.md 5, 10). */
const QUOTED = [
  'Would violate uniqueness constraint-- a record already exists with conflicting value(s).',
  'More than one matching record found for',
  'found too many (',
]

const isNow = (ms) => Math.abs(ms - Date.now()) < NEARLY_NOW_MS

/** Without what is different in every run. */
export function masked(value) {
  if (typeof value === 'number' && isNow(value)) {
    return '<now>'
  }
  if (typeof value === 'string') {
    if (ENCRYPTED.test(value)) {
      return '<encrypted>'
    }
    return /^\d{4}-\d\d-\d\dT.*Z$/.test(value) && isNow(Date.parse(value)) ? '<iso now>' : value
  }
  if (Array.isArray(value)) {
    return value.map(masked)
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, masked(value[key])]))
  }
  return value
}

/** The first of the model's attributes or clauses that a text names between backticks. */
function named(text, words) {
  const found = [...String(text).matchAll(/`([^`\n]+)`/g)].map(([, word]) => word)

  return found.find((word) => words.includes(word))
}

const CLAUSES = ['where', 'limit', 'skip', 'sort', 'select', 'omit', 'or', 'and']

/** The errors as they are compared. `about` is what Node's details name: C's must name it, too. */
function toldError(error, about) {
  const { name, code, attrNames, modelIdentity, ruleViolations, details, message = '' } = error
  const told = { name, code: code ?? null }

  if (attrNames !== undefined) {
    told.attrNames = [...attrNames].sort()
    told.modelIdentity = modelIdentity
  }
  if (ruleViolations !== undefined) {
    told.rules = ruleViolations.map(({ rule }) => rule)
  }
  const quoted = QUOTED.find((text) => message.includes(text))
  if (quoted !== undefined) {
    told.message = quoted
  }
  if (about !== undefined && details !== undefined) {
    told.about = String(details).includes(about) ? about : `(${about} is not named)`
  }
  return told
}

function told(answer, node, words) {
  const { error, answers, ...rest } = answer
  const shown = masked(rest)

  if (error !== undefined) {
    shown.error = toldError(error, node?.error && named(node.error.details, words))
  }
  if (answers !== undefined) {
    shown.answers = answers.map((item, i) => told(item, node?.answers?.[i], words))
  }
  return shown
}

/**
 * Both answers in the form that is compared.
 *
 * @param {string[]} attributes  Of the model.
 */
export function comparable(node, c, attributes = []) {
  const words = [...attributes, ...CLAUSES]

  return { node: told(node, node, words), c: told(c, node, words) }
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)
