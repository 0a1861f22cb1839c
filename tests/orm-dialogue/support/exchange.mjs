// Questions about one request and its two answers, for decisions.mjs.

import { masked } from './record.mjs'

export const isDefinition = ({ request }) => 'define' in request
export const isError = (answer) => answer.error !== undefined
export const replaceError = (answer, keys) => ({ ...answer, error: { ...answer.error, ...keys } })

const WRITES = /^(create|findOrCreate|update|destroy|archive)/
export const isWrite = ({ request }) => WRITES.test(request.method)

/** Everything that a request asks records for: its criteria and those of its populates. */
function criteriaOf({ criteria, populates }) {
  return [criteria, ...Object.values(Object(populates))].filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
}

/** Each constraint of a request: {name, operator, value}; `=` and `in` where nothing is said. */
export function constraintsOf({ request }) {
  return criteriaOf(request).flatMap((criteria) => walk('where' in criteria ? criteria.where : criteria))
}

function walk(where) {
  if (typeof where !== 'object' || where === null || Array.isArray(where)) {
    return []
  }
  return Object.entries(where).flatMap(([name, value]) => {
    if (name === 'or' || name === 'and') {
      return Array.isArray(value) ? value.flatMap(walk) : []
    }
    if (typeof value !== 'object' || value === null) {
      return [{ name, operator: '=', value }]
    }
    return Array.isArray(value)
      ? [{ name, operator: 'in', value }]
      : Object.entries(value).map(([operator, operand]) => ({ name, operator, value: operand }))
  })
}

export const asks = (exchange, test) => constraintsOf(exchange).some(test)

const keyOf = (record) => record.id ?? record.slug ?? record.key ?? record.code ?? JSON.stringify(record)
const keysOf = (records) => records.map(keyOf)

/** The result as a list of records; null: it is none. */
export function recordsOf({ result }) {
  if (Array.isArray(result)) {
    return result
  }
  return typeof result === 'object' && result !== null && !('criteria' in result) && !('values' in result) ? [result] : null
}

/** Whether C has found what Node has, and more. */
export function isWider({ node, c }) {
  if (typeof node.result === 'number' && typeof c.result === 'number') {
    return true
  }
  const [some, more] = [recordsOf(node) ?? (node.result === null ? [] : null), recordsOf(c)]
  if (some === null || more === null) {
    return false
  }
  const all = new Set(keysOf(more))
  return keysOf(some).every((key) => all.has(key))
}

export const isNarrower = (exchange) => isWider({ node: exchange.c, c: exchange.node })

/** A result in which no order is left. */
function orderless(value) {
  if (Array.isArray(value)) {
    return value.map(orderless).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, orderless(value[key])]))
  }
  return value
}

/** Whether both have found the same records, in another order. */
export const isReordered = ({ node, c }) =>
  !isError(node) && !isError(c) && JSON.stringify(orderless(masked(node.result))) === JSON.stringify(orderless(masked(c.result)))

/** Whether nobody has said in which order records, or those of a populate, are wanted. */
export function isUnordered({ request }) {
  const all = [request.criteria, ...Object.values(Object(request.populates))].map(Object)

  return isWrite({ request }) || all.some((criteria) => !Object.hasOwn(criteria, 'sort'))
}

/** The first attribute of a sort. */
export function firstSorted({ request }) {
  const { sort } = Object(request.criteria)
  const first = Array.isArray(sort) ? sort[0] : sort

  return typeof first === 'string' ? first.split(' ')[0] : Object.keys(Object(first))[0]
}
