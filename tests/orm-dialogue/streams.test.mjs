// A stream in one process, and another process that adds and removes records meanwhile (waterline 31).
import test from 'node:test'
import assert from 'node:assert/strict'
import { of } from './support/script.mjs'
import { Peer } from './support/peer.mjs'
import { KINDS, openStore } from './support/stores.mjs'
import { defaults } from './worlds.mjs'

const only = process.env.ORM_STORES?.split(',') ?? KINDS
const N = 40
const BATCH = 10

const models = {
  doc: { attributes: { name: { type: 'string', required: true }, rank: { type: 'number', allowNull: true } } },
  word: { primaryKey: 'text', attributes: { id: false, text: { type: 'string', required: true }, rank: { type: 'number' } } },
}
const [doc, word] = ['doc', 'word'].map(of)

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const nameOf = (n) => `n${String(n).padStart(4, '0')}`

async function start(t, kind) {
  const store = await openStore(kind)
  const peers = [new Peer('c'), new Peer('c')]
  t.after(async () => {
    await Promise.all(peers.map((peer) => peer.close()))
    await store.close()
  })
  for (const peer of peers) {
    await peer.must({ define: { datastores: store.c, models, defaults } })
  }
  await peers[0].must({ migrate: 'drop' })
  return peers
}

/** The batches of a stream, and what happens behind the n-th of them. */
async function batches(peer, request, meanwhile = {}) {
  const got = []
  const eachBatch = async (records) => {
    got.push(records.map(({ id, text }) => id ?? text))
    await meanwhile[got.length]?.()
  }
  await peer.must(request, { eachBatch })
  return got
}

const stream = (model, criteria, more = {}) => model.stream(criteria, { each: 'batch', meta: { batchSize: BATCH }, ...more })

for (const kind of only) {
  test(`waterline 31: by key, what others add and remove neither repeats nor hides a record (${kind})`, async (t) => {
    const [reader, writer] = await start(t, kind)
    await reader.must(doc.createEach(numbers(1, N).map((n) => ({ name: nameOf(n) })), {}))

    const ascending = await batches(reader, stream(doc, {}), {
      1: () => writer.must(doc.destroy({ id: { '<=': 5 } }, {})), // pages by number would leave out 11 to 15
      2: () => writer.must(doc.destroy({ id: 25 }, {})), // which has not been read yet
      3: () => writer.must(doc.createEach([{ name: 'late' }], {})), // behind all: it comes
    })
    assert.deepEqual(ascending.flat(), [...numbers(1, 24), ...numbers(26, N + 1)])
    assert.deepEqual(ascending.slice(0, 3).map(({ length }) => length), [BATCH, BATCH, BATCH])

    const descending = await batches(reader, stream(doc, { where: { name: { '!=': 'late' } }, sort: 'id DESC', skip: 1, limit: 25 }), {
      1: () => writer.must(doc.createEach([{ name: 'new' }], {})), // before all: pages by number would repeat one
      2: () => writer.must(doc.destroy({ id: { in: [16, 15, 14] } }, {})),
    })
    assert.deepEqual(descending.flat(), [...numbers(26, N - 1).reverse(), ...numbers(10, 24).reverse().filter((id) => id > 16 || id < 14)].slice(0, 25))
  })

  test(`waterline 31: in another order, what others add and remove neither repeats nor hides a record (${kind})`, async (t) => {
    const [reader, writer] = await start(t, kind)
    const ranks = (n) => (n % 4 === 0 ? null : n % 3)
    await reader.must(doc.createEach(numbers(1, N).map((n) => ({ name: nameOf(N + 1 - n), rank: ranks(n) })), {}))

    const byName = await batches(reader, stream(doc, { sort: 'name' }), {
      1: async () => {
        await writer.must(doc.destroy({ name: { in: [nameOf(1), nameOf(12)] } }, {}))
        await writer.must(doc.createEach([{ name: 'a first' }, { name: nameOf(20) }, { name: 'z last' }], {}))
      },
      2: () => writer.must(doc.update({ name: nameOf(35) }, { name: nameOf(2) }, {})), // has moved: it comes once
    })
    const moved = N + 1 - 35
    const stayed = numbers(1, N).reverse().filter((id) => id !== N + 1 - 12 && id !== moved)
    assert.deepEqual(byName.flat().filter((id) => id !== moved), stayed)
    assert.equal(byName.flat().filter((id) => id === moved).length, 1)

    // Nulls, equal values, both directions, skip and limit: as one find has them.
    for (const sort of ['rank', 'rank DESC', [{ rank: 'DESC' }, { name: 'ASC' }], [{ rank: 'ASC' }, { id: 'DESC' }]]) {
      for (const criteria of [{ sort }, { sort, where: { rank: { '!=': 2 } } }, { sort, skip: 7, limit: 15 }]) {
        const all = (await reader.must(doc.find(criteria))).map(({ id }) => id)
        assert.deepEqual((await batches(reader, stream(doc, criteria))).flat(), all, JSON.stringify(criteria))
      }
    }
  })

  test(`waterline 31: keys that are texts, and what the reader itself changes (${kind})`, async (t) => {
    const [reader] = await start(t, kind)
    const texts = ['a', 'B', 'b', 'ä', '%', '_', "it's", '漢字', 'a b', 'a\n', '0', '10', '9'].map((text, rank) => ({ text, rank: -rank }))
    await reader.must(word.createEach(texts, {}))
    const small = { meta: { batchSize: 3 } }
    for (const sort of ['text', 'text DESC', 'rank']) {
      const all = (await reader.must(word.find({ sort }))).map(({ text }) => text)
      assert.deepEqual((await batches(reader, stream(word, { sort }, small))).flat(), all, sort)
    }
    // More in a batch than one question has keys.
    await reader.must(doc.createEach(numbers(1, 2500).map((n) => ({ name: nameOf(n) })), {}))
    const large = await batches(reader, stream(doc, { sort: 'name DESC' }, { meta: { batchSize: 2400 } }))
    assert.deepEqual(large, [numbers(101, 2500).reverse(), numbers(1, 100).reverse()])
  })
}
