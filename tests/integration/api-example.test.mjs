// examples/api: every route over HTTP, over the project's own client, and over Sails' client.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startBrowser } from '../client/support/browser.mjs'
import { ask, loadClient, next } from '../client/support/client.mjs'
import { binaryOf, startApp } from './support/server.mjs'
import { request, sail } from './support/sails.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const cwd = fileURLToPath(new URL('../../examples/api/', import.meta.url))
const start = (t, options) => startApp(t, 'example-api', { folder: 'examples', cwd, ...options })
const key = { 'x-key': 'sesame' }

// Each gives a function that asks, and is told {status, body}.
const ways = {
  HTTP: async (t, app) => async (method, path, data, headers) => {
    const response = await fetch(app.url + path, {
      method: method.toUpperCase(),
      headers: { 'content-type': 'application/json', ...headers },
      body: data && JSON.stringify(data),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type'))
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  },

  'our client': async (t, app) => {
    const socket = loadClient(t).sails.connect(app.url)
    return (method, url, data, headers) =>
      new Promise((resolve) => {
        socket.request({ method, url, data, headers }, (body, { statusCode }) =>
          resolve({ status: statusCode, body }),
        )
      })
  },

  'sails.io.js 1.2.1': async (t, app) => {
    const socket = await sail(app)
    return async (method, url, data, headers) => {
      const { statusCode, body } = await request(socket, method, url, data, headers)
      return { status: statusCode, body }
    }
  },
}

for (const [way, open] of Object.entries(ways)) {
  test(`notes are written, listed, read, changed and thrown away (${way})`, async (t) => {
    const app = await start(t)
    const notes = await open(t, app)

    const created = await notes('post', '/notes', { title: 'Bread', tags: ['buy', 'food'] }, key)
    const { createdAt, updatedAt, ...bread } = created.body
    assert.equal(created.status, 201)
    assert.deepEqual(bread, { id: 1, title: 'Bread', text: '', tags: ['buy', 'food'] })
    assert.ok(Math.abs(createdAt - Date.now()) < 60_000 && updatedAt === createdAt)
    await notes('post', '/notes', { title: 'Sails', text: 'Mend them', tags: [] }, key)

    const titles = async (query) => (await notes('get', `/notes${query}`)).body.map((it) => it.title)
    assert.deepEqual(await titles(''), ['Bread', 'Sails'])
    assert.deepEqual(await titles('?tag=buy'), ['Bread'])
    assert.deepEqual(await titles('?skip=1'), ['Sails'])
    assert.deepEqual(await titles('?limit=1'), ['Bread'])
    assert.deepEqual(await notes('get', '/notes/1'), { status: 200, body: created.body })

    const changed = await notes('patch', '/notes/1', { text: 'Rye' }, key)
    assert.equal(changed.status, 200)
    assert.deepEqual(
      { ...changed.body, updatedAt },
      { ...created.body, text: 'Rye' },
    )
    assert.deepEqual((await notes('delete', '/notes/1', undefined, key)).body, changed.body)
    assert.deepEqual(await titles(''), ['Sails'])
  })

  test(`who has no key may only read (${way})`, async (t) => {
    const app = await start(t, { env: { sails_custom__key: 'swordfish' } })
    const notes = await open(t, app)

    for (const headers of [{}, key]) {
      for (const [method, path] of [['post', '/notes'], ['patch', '/notes/1'], ['delete', '/notes/1']]) {
        assert.equal((await notes(method, path, { title: 'x' }, headers)).status, 403)
      }
    }
    assert.deepEqual(await notes('get', '/notes'), { status: 200, body: [] })
    const sesame = { 'x-key': 'swordfish' }
    assert.equal((await notes('post', '/notes', { title: 'x' }, sesame)).status, 201)
  })

  test(`what is missing, wrong or not there is told (${way})`, async (t) => {
    const app = await start(t)
    const notes = await open(t, app)

    for (const [method, path, data, about] of [
      ['post', '/notes', { text: 'no title' }, ['title']],
      ['post', '/notes', { title: 'x'.repeat(101), tags: 'no list' }, ['title', 'tags']],
      ['get', '/notes?limit=101&skip=-1', undefined, ['skip', 'limit']],
      ['get', '/notes/first', undefined, ['id']],
      ['patch', '/notes/1', { title: '' }, ['title']],
      ['delete', '/notes/0', undefined, ['id']],
    ]) {
      const { status, body } = await notes(method, path, data, key)
      assert.equal(status, 400)
      assert.equal(body.code, 'E_MISSING_OR_INVALID_PARAMS')
      const names = body.problems.map((problem) => /"(\w+)"/.exec(problem)[1])
      assert.deepEqual([...new Set(names)], about)
    }
    for (const [method, path] of [['get', '/notes/7'], ['patch', '/notes/7'], ['delete', '/notes/7'], ['get', '/x']]) {
      assert.deepEqual(await notes(method, path, undefined, key), { status: 404, body: 'Not Found' })
    }
  })
}

test('sockets that have listed the notes hear of changes, but not of their own', async (t) => {
  const app = await start(t)
  const [ann, bob] = [1, 2].map(() => loadClient(t).sails.connect(app.url, { headers: key }))
  await Promise.all([ann, bob].map((socket) => ask(socket, 'get', '/notes')))
  const heard = []
  ann.on('notes', ({ what, note }) => heard.push(`${what} ${note.title}`))

  const first = next(bob, 'notes')
  await ask(ann, 'post', '/notes', { title: 'mine' })
  assert.equal((await first)[0].what, 'created')
  await ask(bob, 'patch', '/notes/1', { title: 'ours' })
  await (await ways.HTTP(t, app))('delete', '/notes/1', undefined, key)
  await ask(ann, 'get', '/notes') // behind all that was told
  assert.deepEqual(heard, ['updated ours', 'destroyed ours'])
})

test('the program lists its routes and describes them as OpenAPI', async () => {
  const run = promisify(execFile)
  const { stdout: routes } = await run(binaryOf('example-api', 'examples'), ['--routes'], { cwd })
  for (const line of [/GET +\/notes\b/, /POST +\/notes\b/, /PATCH +\/notes\/:id\b/, /DELETE +\/notes\/:id\b/]) {
    assert.match(routes, line)
  }
  const { stdout } = await run(binaryOf('example-api', 'examples'), ['--openapi'], { cwd })
  const { openapi, paths } = JSON.parse(stdout)
  assert.match(openapi, /^3\./)
  assert.deepEqual(Object.keys(paths['/notes']).sort(), ['get', 'post'])
  assert.deepEqual(Object.keys(paths['/notes/{id}']).sort(), ['delete', 'get', 'patch'])
})

test('two people use the page', async (t) => {
  const app = await start(t)
  const browser = await startBrowser(t)
  const [ann, bob] = await Promise.all([1, 2].map(async () => {
    const page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.errors = []
    page.on('pageerror', (error) => page.errors.push(error.message))
    await page.goto(app.url)
    return page
  }))
  const item = (page, title) => page.getByRole('listitem').filter({ hasText: title })

  const empty = (page) => page.getByText('There are no notes yet')
  await Promise.all([ann, bob].map((page) => empty(page).waitFor()))
  await ann.getByLabel('Title').fill('<b>Bread</b>')
  await ann.getByLabel('Tags').fill('buy food')
  await ann.getByRole('button', { name: 'Write' }).click()
  await ann.getByRole('alert').getByText('This needs the key.').waitFor()
  await ann.getByLabel('Key').fill('open')
  await ann.getByRole('button', { name: 'Write' }).click()
  await ann.getByRole('alert').getByText('This is not the key.').waitFor()
  await ann.getByLabel('Key').fill('sesame')
  await ann.getByRole('button', { name: 'Write' }).click()
  for (const page of [ann, bob]) {
    await item(page, '<b>Bread</b>').getByText('#buy #food').waitFor()
    await empty(page).waitFor({ state: 'hidden' })
  }

  await bob.getByLabel('Key').fill('sesame')
  await item(bob, 'Bread').getByRole('button', { name: 'Throw away' }).click()
  await item(ann, 'Bread').waitFor({ state: 'detached' })
  await Promise.all([ann, bob].map((page) => empty(page).waitFor()))

  await ann.setViewportSize({ width: 360, height: 640 })
  await ann.getByLabel('Title').fill('x'.repeat(100))
  await ann.getByRole('button', { name: 'Write' }).click()
  await item(ann, 'xxx').waitFor()
  assert.equal(await ann.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing sticks out')
  assert.deepEqual([...ann.errors, ...bob.errors], [])
})
