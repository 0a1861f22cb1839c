// examples/guestbook: a small application of Sails, moved over; its page is the one that it had.
import test from 'node:test'
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowser } from '../client/support/browser.mjs'
import { loadClient } from '../client/support/client.mjs'
import { within } from './support/clients.mjs'
import { atEnd } from './support/ends.mjs'
import { Command, folderOf } from './support/sails-command.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const source = fileURLToPath(new URL('../../examples/guestbook/', import.meta.url))

/** The application in a folder of its own, for what is compiled stays there. */
async function start(t) {
  const cwd = await folderOf(t)
  await cp(source, cwd, { recursive: true, filter: (name) => path.basename(name) !== '.tmp' })
  const app = new Command(t, cwd, ['lift', '--port=0'], { env: { sails_datastores__default__url: ':memory:' } })
  return { app, url: await app.listens() }
}

const send = async (url, method, where, data, cookie) => {
  const answer = await fetch(url + where, {
    method,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    body: data && JSON.stringify(data),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: /^[[{]/.test(text) ? JSON.parse(text) : text,
    cookie: answer.headers.getSetCookie()[0]?.split(';')[0],
    exit: answer.headers.get('x-exit'),
  }
}

test('actions, policies, inputs and exits answer as they did', async (t) => {
  const { app, url } = await start(t)

  assert.deepEqual((await send(url, 'GET', '/entries')).body, [])
  const signed = await send(url, 'POST', '/entries', { name: 'Ann', text: '  A fine place. ' })
  assert.equal(signed.status, 201)
  assert.equal(signed.body.text, 'A fine place.')
  assert.equal((await send(url, 'POST', '/entries', { name: 'Ann', text: '   ' })).status, 400)
  const missing = await send(url, 'POST', '/entries', { name: 'Ann' })
  assert.equal(missing.body.code, 'E_MISSING_OR_INVALID_PARAMS')

  const where = `/entries/${signed.body.id}`
  assert.equal((await send(url, 'DELETE', where)).status, 403)
  assert.equal((await send(url, 'POST', '/login', { password: 'no' })).status, 401)
  const { cookie } = await send(url, 'POST', '/login', { password: 'tidy' })
  assert.equal((await send(url, 'DELETE', where, undefined, cookie)).status, 200)
  assert.equal((await send(url, 'DELETE', where, undefined, cookie)).status, 404)
  assert.deepEqual((await send(url, 'GET', '/entries')).body, [])
  assert.equal(await app.stop(), 0)
})

test('who has asked for the entries over a socket hears of each change', async (t) => {
  const { url } = await start(t)
  const socket = loadClient(t).sails.connect(url)
  const heard = (event) => within(new Promise((resolve) => socket.on(event, resolve)), event)
  const signed = heard('signed')
  const removed = heard('removed')

  await new Promise((resolve) => socket.get('/entries', resolve))
  const entry = (await send(url, 'POST', '/entries', { name: 'Bob', text: 'Hello' })).body
  assert.equal((await signed).text, 'Hello')
  const { cookie } = await send(url, 'POST', '/login', { password: 'tidy' })
  await send(url, 'DELETE', `/entries/${entry.id}`, undefined, cookie)
  assert.equal(await removed, entry.id)
})

test('the page, which nobody has changed, works in two browsers', async (t) => {
  const { url } = await start(t)
  const browser = await startBrowser(t)
  const open = async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    atEnd(t, () => context.close())
    page.setDefaultTimeout(PATIENCE_MS)
    const listed = page.waitForEvent('websocket')
    await page.goto(url)
    await listed
    return page
  }
  await send(url, 'POST', '/entries', { name: 'Ann', text: 'The first' })
  const [one, two] = [await open(), await open()]

  assert.equal(await one.title(), 'Guest book')
  await one.getByText('The first — Ann').waitFor()
  await two.getByText('The first — Ann').waitFor()
  await one.getByPlaceholder('Your name').fill('Bob')
  await one.getByPlaceholder('What you have to say').fill('<b>Bold</b>')
  await one.getByRole('button', { name: 'Sign' }).click()
  await two.getByText('<b>Bold</b> — Bob').waitFor()
})
