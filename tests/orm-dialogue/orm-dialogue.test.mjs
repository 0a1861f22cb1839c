// One script, two ORMs: what Waterline in Node.js answers and what C answers must be the same, but for
// what decisions.mjs lists.
import test, { after } from 'node:test'
import assert from 'node:assert/strict'
import { decisions as table } from './decisions.mjs'
import { associations } from './dialogues/associations.mjs'
import { callbacks } from './dialogues/callbacks.mjs'
import { criteria } from './dialogues/criteria.mjs'
import { datastores } from './dialogues/datastores.mjs'
import { definitions } from './dialogues/definitions.mjs'
import { found } from './dialogues/found.mjs'
import { settings } from './dialogues/settings.mjs'
import { values } from './dialogues/values.mjs'
import { Decisions } from './support/decide.mjs'
import { Pair } from './support/hold.mjs'
import { Peer } from './support/peer.mjs'
import { KINDS, openStore } from './support/stores.mjs'

const dialogues = [...values, ...criteria, ...associations, ...callbacks, ...settings, ...datastores, ...found]
const LAST_ITEM = 43

const only = process.env.ORM_STORES?.split(',') ?? KINDS
const kinds = KINDS.filter((kind) => only.includes(kind))
const decisions = new Decisions(table)
const pairs = new Map()

function pairOver(kind) {
  if (!pairs.has(kind)) {
    pairs.set(kind, openStore(kind).then((store) => new Pair({ node: new Peer('node'), c: new Peer('c') }, store)))
  }
  return pairs.get(kind)
}

after(async () => {
  for (const pair of await Promise.all(pairs.values())) {
    await Promise.all([pair.peers.node.close(), pair.peers.c.close()])
    await pair.store.close()
  }
})

function difference(exchange) {
  const both = decisions.unexplained(exchange)

  return both === null ? [] : [[exchange.definition ?? exchange.request, both.node, both.c].map((part) => JSON.stringify(part))]
}

function report(differences, shown = 20) {
  const lines = differences.slice(0, shown).map(([request, node, c]) => `${request}\n  - ${node}\n  + ${c}`)

  return [`${differences.length} answers differ (- Node.js, + C):`, ...lines].join('\n')
}

for (const kind of kinds) {
  for (const { name, world, calls, functions, on = KINDS } of dialogues) {
    if (!on.includes(kind)) {
      continue
    }
    test(`${kind}: ${name}`, async () => {
      const pair = await pairOver(kind)
      const differences = []

      await pair.prepare(world)
      for (const call of calls) {
        differences.push(...difference({ ...(await pair.ask(call, functions)), dialogue: name }))
      }
      assert.equal(differences.length, 0, report(differences))
    })
  }

  test(`${kind}: definitions`, async () => {
    const pair = await pairOver(kind)
    const differences = []

    for (const [definition, models] of Object.entries(definitions)) {
      differences.push(...difference({ ...(await pair.define(models, undefined)), definition }))
    }
    pair.forget()
    assert.equal(differences.length, 0, report(differences))
  })
}

test('every item of the checklist has a dialogue', () => {
  const named = dialogues.flatMap(({ name }) => /^\S+ ([\d, ]+):/.exec(name)[1].split(', ').map(Number))
  const missing = Array.from({ length: LAST_ITEM }, (_, i) => i + 1).filter((item) => !named.includes(item))

  assert.deepEqual(missing, [])
})

test('every decision is needed', () => {
  assert.deepEqual(decisions.unused(kinds).map(({ reason }) => reason), [])
})
