// Compares Waterline and C on requests by chance, as many as one likes:
//
//     SAILS_BUILD_DIR=build/asan node tests/orm-dialogue/fuzz/fuzz.mjs [--store sqlite] [--seed 1]
//                                                                      [--rounds 100] [--calls 80]
//
// Prints each difference as it is found; --rounds 1 with its seed shows it again.
import { parseArgs } from 'node:util'
import { decisions as table } from '../decisions.mjs'
import { Decisions } from '../support/decide.mjs'
import { Pair } from '../support/hold.mjs'
import { Peer } from '../support/peer.mjs'
import { openStore } from '../support/stores.mjs'
import { round } from './rounds.mjs'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '100' },
    calls: { type: 'string', default: '80' },
  },
})
const [seed, rounds, calls] = [values.seed, values.rounds, values.calls].map(Number)
const store = await openStore(values.store)
const pair = new Pair({ node: new Peer('node'), c: new Peer('c') }, store)
const decisions = new Decisions(table)
let found = 0

for (let i = seed; i < seed + rounds; i++) {
  for (const { step, request, node, c, after } of await round(pair, decisions, i, calls)) {
    found++
    console.log(`seed ${i}, ${step}: ${JSON.stringify(request)}${after ? ` after ${JSON.stringify(after)}` : ''}`)
    console.log(`  - ${JSON.stringify(node)}\n  + ${JSON.stringify(c)}`)
  }
}
console.log(`${rounds} rounds of ${calls} calls over ${values.store}: ${found} differences`)
await Promise.all([pair.peers.node.close(), pair.peers.c.close()])
await store.close()
process.exitCode = found > 0 ? 1 : 0
