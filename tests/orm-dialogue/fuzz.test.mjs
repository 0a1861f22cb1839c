// Some rounds of fuzz/ on each database; fuzz/fuzz.mjs does as many as one likes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { decisions as table } from './decisions.mjs'
import { round } from './fuzz/rounds.mjs'
import { Decisions } from './support/decide.mjs'
import { Pair } from './support/hold.mjs'
import { Peer } from './support/peer.mjs'
import { KINDS, openStore } from './support/stores.mjs'

const ROUNDS = 8
const CALLS = 60

for (const kind of KINDS) {
  test(`requests by chance are answered alike (${kind})`, async (t) => {
    const store = await openStore(kind)
    const peers = { node: new Peer('node'), c: new Peer('c') }
    t.after(async () => {
      await Promise.all(Object.values(peers).map((peer) => peer.close()))
      await store.close()
    })
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const differences = await round(new Pair(peers, store), new Decisions(table), seed, CALLS)
      assert.deepEqual(differences.map((item) => JSON.stringify(item)), [])
    }
  })
}
