// One script, two servers: what Sails in Node.js says and what Sails for C says must be the same, but
// for what decisions.mjs lists.
import test, { after } from 'node:test'
import assert from 'node:assert/strict'
import { decisions as table } from './decisions.mjs'
import { blueprints } from './dialogues/blueprints.mjs'
import { events } from './dialogues/blueprints-events.mjs'
import { readingLists } from './dialogues/blueprints-lists.mjs'
import { records } from './dialogues/blueprints-records.mjs'
import { settings } from './dialogues/blueprints-settings.mjs'
import { client } from './dialogues/client.mjs'
import { connection } from './dialogues/connection.mjs'
import { interpreter } from './dialogues/interpreter.mjs'
import { sessions } from './dialogues/sessions.mjs'
import { sockets } from './dialogues/sockets.mjs'
import { Decisions, difference } from './support/compare.mjs'
import { Servers } from './support/servers.mjs'
import { Talk } from './support/talk.mjs'

const dialogues = [
  ...[...connection, ...interpreter, ...sessions, ...sockets, ...client],
  ...[...blueprints, ...readingLists, ...records, ...events, ...settings],
]
const LAST_ITEM = 80
const isOfCluster = (item) => item >= 71 && item <= 76

const servers = new Servers()
const decisions = new Decisions(table)
const held = new Set()

/** Holds a dialogue with one server: its lines. */
async function record(kind, { script, on, alone, unheard }) {
  const server = alone ? await servers.lift(kind, on) : await servers.shared(kind, on)
  const talk = new Talk(server, (settings) => servers.whyNot(kind, settings), unheard)

  try {
    await script(talk)
    await talk.catchUp()
    return talk.lines
  } catch (error) {
    error.message = `${kind}: ${error.message}\n${talk.lines.slice(-20).join('\n')}`
    throw error
  } finally {
    await talk.end()
    if (alone) {
      await server.kill()
    }
  }
}

after(() => servers.stop())

for (const dialogue of dialogues) {
  test(dialogue.name, async (t) => {
    const [node, c] = await Promise.all(['node', 'c'].map((kind) => record(kind, dialogue)))
    const rest = decisions.unexplained(dialogue.name, node, c)

    held.add(dialogue.name)
    difference(node, c).forEach((line) => t.diagnostic(line))
    assert.equal(rest.length, 0, `- Node.js, + C:\n${rest.join('\n')}`)
  })
}

test("every item of the checklist but the cluster's has a dialogue", () => {
  const named = dialogues
    .filter(({ name }) => name.startsWith('sails-sockets'))
    .flatMap(({ name }) => /^\S+ ([\d, ]+):/.exec(name)[1].split(', ').map(Number))
  const missing = Array.from({ length: LAST_ITEM }, (_, i) => i + 1).filter(
    (item) => !named.includes(item) && !isOfCluster(item),
  )
  assert.deepEqual(missing, [])
})

test('every decision is needed', () => {
  assert.deepEqual(decisions.unused(held), [])
})
