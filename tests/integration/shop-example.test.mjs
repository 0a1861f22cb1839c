// examples/shop: orders over HTTP, and the stock that listeners are told. Its records are in memory.
import test from 'node:test'
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { startApp } from './support/server.mjs'
import { ask } from './support/clients.mjs'

const cwd = fileURLToPath(new URL('../../examples/shop/', import.meta.url))
const env = { sails_datastores__default__url: ':memory:' }
const start = (t) => startApp(t, 'example-shop', { folder: 'examples', cwd, env })

const order = async (app, items, customer = 'ann@example.com') => {
  const response = await fetch(`${app.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer, items }),
  })
  return { status: response.status, body: await response.json() }
}

const get = async (app, path) => (await fetch(app.url + path)).json()
const stock = async (app) => (await get(app, '/products')).map(({ name, stock }) => [name, stock])

test('an order is written, read, and in the report', async (t) => {
  const app = await start(t)
  const { status, body } = await order(app, [{ product: 2, quantity: 2 }, { product: 1, quantity: 1 }])
  assert.equal(status, 201)
  assert.equal(body.total, 2 * 29900 + 4900)
  assert.deepEqual(await get(app, `/orders/${body.id}`), body)
  assert.deepEqual(await stock(app), [['Oar', 9], ['Sail', 1]])
  assert.deepEqual(await get(app, '/report'), [
    { name: 'Sail', sold: 2, turnover: 59800 },
    { name: 'Oar', sold: 1, turnover: 4900 },
  ])
  assert.equal((await fetch(`${app.url}/orders/2`)).status, 404)
})

test('what cannot be sold is refused, with its kind', async (t) => {
  const app = await start(t)
  const codes = {}
  for (const [name, items] of Object.entries({
    'too many': [{ product: 1, quantity: 1 }, { product: 2, quantity: 4 }],
    'no such product': [{ product: 3, quantity: 1 }],
    'half a one': [{ product: 1, quantity: 0.5 }],
    'less than none': [{ product: 1, quantity: -1 }],
    'nothing': [],
  })) {
    const { status, body } = await order(app, items)
    codes[name] = [status, body.code]
  }
  assert.deepEqual(codes, {
    'too many': [409, 'E_NO_STOCK'],
    'no such product': [409, 'E_NO_PRODUCT'],
    'half a one': [400, 'E_INVALID_NEW_RECORDS'],
    'less than none': [400, 'E_INVALID_NEW_RECORDS'],
    'nothing': [400, 'E_MISSING_OR_INVALID_PARAMS'],
  })
  assert.deepEqual(await stock(app), [['Oar', 10], ['Sail', 3]])
})

test('the last piece is sold once, however many want it', async (t) => {
  const app = await start(t)
  const all = await Promise.all(Array.from({ length: 10 }, () => order(app, [{ product: 2, quantity: 1 }])))
  assert.deepEqual(
    all.map(({ status }) => status).sort(),
    [201, 201, 201, 409, 409, 409, 409, 409, 409, 409],
  )
  assert.deepEqual(await stock(app), [['Oar', 10], ['Sail', 0]])
})

test('who has asked over a socket is told of the stock', async (t) => {
  const app = await start(t)
  const socket = await app.connect()
  assert.equal((await ask(socket, 'get', { url: '/products' })).statusCode, 200)
  const told = new Promise((resolve) => socket.once('stock', resolve))
  await order(app, [{ product: 1, quantity: 3 }])
  assert.deepEqual((await told).map(({ name, stock }) => [name, stock]), [['Oar', 7]])
})
