// examples/shop over database servers that are killed, or busy: what it has acknowledged is there.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'
import { Server } from '../orm-dialogue/support/stores.mjs'

const cwd = fileURLToPath(new URL('../../examples/shop/', import.meta.url))

/** A shop over a server of its own. */
async function open(t, kind, settings = {}) {
  const server = await Server.start(kind)
  atEnd(t, () => server.stop())
  const env = { sails_datastores__default__url: server.url, ...settings }
  const app = await startApp(t, 'example-shop', { folder: 'examples', cwd, env })
  return { app, server }
}

async function order(app, product) {
  const response = await fetch(`${app.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer: 'ann@example.com', items: [{ product, quantity: 1 }] }),
  })
  return { status: response.status, body: await response.json().catch(() => null) }
}

const ask = (app, path) => fetch(app.url + path)
const stockOf = async (app, name) => (await (await ask(app, '/products')).json()).find((product) => product.name === name).stock

/** All orders: ids have gaps, for one that is rolled back has taken its own. */
async function ordersOf(app, highest) {
  const list = []
  for (let id = 1; id <= highest; id++) {
    const response = await ask(app, `/orders/${id}`)
    if (response.status === 200) {
      list.push(await response.json())
    }
  }
  return list
}

for (const kind of ['postgresql', 'mariadb']) {
  test(`a database that is killed has all orders that were acknowledged (${kind})`, async (t) => {
    const { app, server } = await open(t, kind)
    const acknowledged = new Map()
    const refused = []

    // Two orders are always under way; the third acknowledgement kills the database, if the stock lasts or not.
    let killed
    const customer = async () => {
      while (refused.length < 3) {
        const { status, body } = await order(app, 1)
        if (status === 201) {
          acknowledged.set(body.id, body)
        } else if (status !== 409) {
          refused.push(status)
        }
        if (acknowledged.size === 3) {
          killed ??= server.tell('kill')
        }
      }
    }
    await Promise.all([customer(), customer()])
    await killed
    assert.deepEqual([...new Set(refused)], [500])
    assert.equal((await ask(app, '/products')).status, 500)
    assert.equal((await ask(app, '/report')).status, 500)

    // It is found again by itself.
    await server.tell('start')
    const last = await order(app, 2)
    assert.equal(last.status, 201)
    const there = await ordersOf(app, last.body.id - 1)
    for (const [id, body] of acknowledged) {
      assert.deepEqual(there.find((one) => one.id === id), body)
    }
    // What was cut off is there whole, if its commit had arrived, or not at all.
    assert.ok(there.length <= acknowledged.size + 2, `${there.length} orders, ${acknowledged.size} acknowledged`)
    assert.ok(there.every(({ items, total }) => items.length === 1 && total === 4900))
    assert.equal(await stockOf(app, 'Oar'), 10 - there.length)
  })
}

/** Somebody else's transaction that has the table of products for itself; `end` lets it go. */
async function lockProducts(server) {
  const other = spawn('psql', ['-q', '-A', '-t', server.url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: other.stdout })
  other.stdin.write("BEGIN; LOCK TABLE product; SELECT 'locked';\n")
  const [line] = await once(lines, 'line')
  assert.equal(line, 'locked')
  return async () => {
    other.stdin.end('ROLLBACK;\n')
    await once(other, 'close')
  }
}

test('who finds all connections in use is told so, and the others wait for the database', async (t) => {
  const { app, server } = await open(t, 'postgresql', { sails_orm__connections: '2', sails_orm__leaseTimeout: '100' })
  const release = await lockProducts(server)

  // Two wait for the lock, with the connections that there are; which two, nobody knows.
  const asked = [1, 2, 3, 4].map(() => order(app, 1))
  const first = await Promise.race(asked)
  assert.equal(first.status, 503)
  const second = await Promise.race(asked.map((one) => one.then((answer) => (answer === first ? new Promise(() => {}) : answer))))
  assert.equal(second.status, 503)
  assert.equal((await ask(app, '/products')).status, 500) // asynchronous: it waits no longer than a lease may
  await release()
  const answers = await Promise.all(asked)
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 503, 503])
  assert.equal(await stockOf(app, 'Oar'), 8)
})
