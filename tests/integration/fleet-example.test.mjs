// examples/fleet: devices, and who looks at them.
import test from 'node:test'
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { ask, next } from './support/clients.mjs'
import { startApp } from './support/server.mjs'

const cwd = fileURLToPath(new URL('../../examples/fleet/', import.meta.url))
const token = 'only for a trial'

const start = (t, args = []) => startApp(t, 'example-fleet', { folder: 'examples', cwd, args })
const device = (app, id, auth = { token }) => app.connect({ nsp: '/devices', auth: { ...auth, id } })
const devices = async (app) => (await fetch(`${app.url}/devices`)).json()

const command = (app, id, what) =>
  fetch(`${app.url}/devices/${id}/command`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command: what }),
  })

test('who has no token, or no id, does not come in', async (t) => {
  const app = await start(t)
  for (const auth of [{}, { token: 'x', id: 'd1' }, { token }, { token, id: '' }]) {
    await assert.rejects(app.connect({ nsp: '/devices', auth }), { message: 'not authorized' })
  }
  assert.deepEqual(await devices(app), [])
})

test('the dashboard hears who comes, what is measured, and who goes', async (t) => {
  const app = await start(t)
  const page = await app.connect()
  const arrived = next(page, 'arrived')
  const d7 = await device(app, 'd7')
  assert.deepEqual(await arrived, [{ id: 'd7', last: null }])
  const measured = next(page, 'measured')
  await d7.timeout(5000).emitWithAck('measure', 21.5)
  assert.deepEqual(await measured, [{ id: 'd7', last: 21.5 }])
  assert.deepEqual(await devices(app), [{ id: 'd7', last: 21.5 }])
  const { body } = await ask(page, 'get', { url: '/devices' })
  assert.deepEqual(body, [{ id: 'd7', last: 21.5 }])
  const left = next(page, 'left')
  d7.disconnect()
  assert.deepEqual(await left, [{ id: 'd7', last: 21.5 }])
  assert.deepEqual(await devices(app), [])
})

test('a command reaches its device, whose answer is the answer', async (t) => {
  const app = await start(t)
  const d7 = await device(app, 'd7')
  const d8 = await device(app, 'd8')
  d7.on('command', (what, answer) => answer({ done: what }))
  d8.on('command', () => assert.fail('for another'))
  const answer = await command(app, 'd7', { blink: 3 })
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { done: { blink: 3 } })
  assert.equal((await command(app, 'd9', 'blink')).status, 404)
})

test('a device that does not answer in time is a 504', async (t) => {
  const app = await start(t, ['--custom.patienceMs=20'])
  await device(app, 'd7')
  assert.equal((await command(app, 'd7', 'blink')).status, 504)
})

test('the page and its client are served', async (t) => {
  const app = await start(t)
  assert.match(await (await fetch(`${app.url}/`)).text(), /<h1>Fleet<\/h1>/)
  assert.equal((await fetch(`${app.url}/sails.io.js`)).status, 200)
})
