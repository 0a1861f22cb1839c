// A round: a world by chance, some records in it, and calls by chance, each made of both programs.
import { isError } from '../support/exchange.mjs'
import { comparable, same } from '../support/record.mjs'
import { Random } from './random.mjs'
import { Requests } from './requests.mjs'
import { randomWorld } from './worlds.mjs'

const SEEDS = 5 // records of each model to begin with
const WRITES = /^(create|findOrCreate|update|destroy|archive|add|remove|replace)/
const EACH = { eachRecord: () => null, eachBatch: () => null }

/**
 * @returns {Promise<object[]>}  What differs and has not been decided: {seed, step, request, node, c}.
 *          A round ends when the databases have come apart.
 */
export async function round(pair, decisions, seed, calls) {
  const random = new Random(seed)
  const world = randomWorld(random)
  const requests = new Requests(random, world)
  const differences = []
  const check = (exchange, step) => {
    const both = decisions.unexplained(exchange)
    if (both !== null) {
      differences.push({ seed, step, ...both, request: exchange.request })
    }
    return both === null
  }

  const defined = await pair.define(world.models, world.defaults)
  if (!check(defined, 'define') || defined.node.error !== undefined) {
    return differences
  }
  await pair.ask({ migrate: 'drop' })
  for (const model of requests.models) {
    for (let i = 0; i < SEEDS; i++) {
      const exchange = await pair.ask({ model: model.identity, method: 'create', values: requests.record(model) })
      if (!check(exchange, 'records') || isError(exchange.node) !== isError(exchange.c)) {
        return differences
      }
    }
  }
  if (!(await compareTables(pair, defined.node.result.models, world, (table) => check(table, 'records')))) {
    return differences
  }
  for (let step = 0; step < calls; step++) {
    const request = requests.call()
    const exchange = await pair.ask(request, EACH)
    const agreed = check(exchange, step)
    const both = comparable(exchange.node, exchange.c, exchange.attributes)

    if (!WRITES.test(request.method) || request.normalize) {
      continue
    }
    // What has been explained may have left the databases apart.
    const apart = !agreed || !same(both.node, both.c) || writesHalf(exchange)
    const before = differences.length
    const checkTable = apart ? () => true : (table) => check({ ...table, after: exchange }, `after ${step}`)
    if (!(await compareTables(pair, defined.node.result.models, world, checkTable))) {
      differences.slice(before).forEach((difference) => (difference.after = request))
      return differences
    }
  }
  return differences
}

/** Where members cannot be put into several records, Node says so when it has updated these. */
function writesHalf({ request, node }) {
  return request.method === 'update' && node.error?.code === 'E_INVALID_TARGET_RECORD_IDS'
}

/** Whether both have the same records. */
async function compareTables(pair, identities, world, check) {
  let equal = true

  for (const model of identities) {
    const { primaryKey = 'id' } = world.models[model] ?? {}
    const exchange = await pair.ask({ model, method: 'find', criteria: { sort: primaryKey } })
    const both = comparable(withoutKeys(exchange.node, model, world), withoutKeys(exchange.c, model, world))
    if (!same(both.node, both.c)) {
      equal = false
      check({ ...exchange, node: withoutKeys(exchange.node, model, world), c: withoutKeys(exchange.c, model, world) })
    }
  }
  return equal
}

/** The generated keys of rows that nobody has named are not compared. */
function withoutKeys(answer, model, world) {
  if (model in world.models || !Array.isArray(answer.result)) {
    return answer
  }
  const rows = answer.result.map(({ id, createdAt, ...row }) => Object.fromEntries(Object.entries(row).sort()))
  return { result: rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }
}
