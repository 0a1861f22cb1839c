// examples/todo: an application of JSON files, over HTTP, over sockets, and in two browsers that see each other's changes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startBrowser } from '../client/support/browser.mjs'
import { ask, loadClient } from '../client/support/client.mjs'
import { atEnd } from './support/ends.mjs'
import { binaryOf, startApp } from './support/server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const cwd = fileURLToPath(new URL('../../examples/todo/', import.meta.url))
const env = { sails_datastores__default__url: ':memory:' }
const start = (t, options) => startApp(t, 'sails', { folder: 'bin', words: ['lift'], cwd, env, ...options })

const api = async (app, method, path, data) => {
  const response = await fetch(`${app.url}/api${path}`, {
    method,
    headers: data && { 'content-type': 'application/json' },
    body: data && JSON.stringify(data),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
}

test('records are made, linked, listed and let go', async (t) => {
  const app = await start(t)
  const list = (await api(app, 'POST', '/list', { name: 'Garden' })).body
  const task = (await api(app, 'POST', '/task', { title: 'Mow', list: list.id })).body
  const ann = (await api(app, 'POST', '/person', { name: 'Ann' })).body

  assert.equal((await api(app, 'PUT', `/task/${task.id}/people/${ann.id}`)).body.people[0].name, 'Ann')
  assert.equal((await api(app, 'GET', `/list/${list.id}`)).body.tasks[0].title, 'Mow')
  assert.equal((await api(app, 'POST', '/person', { name: 'Ann' })).body.code, 'E_UNIQUE')
  assert.equal((await api(app, 'POST', '/task', { list: list.id })).body.code, 'E_INVALID_NEW_RECORD')
  assert.equal((await api(app, 'GET', '/task/create?title=x')).body.code, 'E_INVALID_CRITERIA') // no shortcut: a key
  await api(app, 'DELETE', `/list/${list.id}`)
  assert.equal((await api(app, 'GET', `/task/${task.id}`)).body.list, null)
})

// pubsub-and-blueprints, "events of one record arrive in the order of its changes"
test('messages about a record come in the order of its changes, however many change it', async (t) => {
  const app = await start(t, { args: ['--workers=2'] })
  const socket = loadClient(t).sails.connect(app.url)
  const task = (await api(app, 'POST', '/task', { title: '0' })).body
  const heard = []
  const n = 60

  await ask(socket, 'get', `/api/task/${task.id}`)
  const all = new Promise((resolve) => {
    socket.on('task', (message) => heard.push(message) === n && resolve())
  })
  await Promise.all(
    Array.from({ length: n }, (_, i) => api(app, 'PATCH', `/task/${task.id}`, { title: String(i + 1) })),
  )
  await all
  let before = '0'
  for (const { data, previous } of heard) {
    assert.equal(previous.title, before)
    before = data.title
  }
  assert.equal((await api(app, 'GET', `/task/${task.id}`)).body.title, before)
})

/* ---- in browsers ---- */

async function open(t, browser, url, viewport) {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  const errors = []
  atEnd(t, () => context.close())
  page.setDefaultTimeout(PATIENCE_MS)
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('dialog', (dialog) => dialog.accept('Orchard'))
  await page.goto(url)
  await live(page)
  return { page, errors }
}

const live = (page) => page.locator('#connection[data-state="connected"]').waitFor()
const task = (page, title) => page.locator('.task', { hasText: title })
const fill = async (page, label, text) => {
  await page.getByLabel(label).fill(text)
  await page.getByLabel(label).press('Enter')
}

test('two pages see each other change lists, tasks and people at once, and survive a restart', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-'))
  atEnd(t, () => rm(folder, { recursive: true }))
  const app = await start(t, {
    env: { sails_datastores__default__url: `sqlite:${path.join(folder, 'todo.sqlite')}` },
  })
  const browser = await startBrowser(t)
  const desk = await open(t, browser, app.url, { width: 1280, height: 800 })
  const phone = await open(t, browser, app.url, { width: 390, height: 844 })

  await fill(desk.page, 'Name of a new list', 'Garden')
  await phone.page.getByRole('button', { name: /Garden/ }).waitFor()
  await fill(desk.page, 'What is to do', 'Mow the lawn')
  await fill(phone.page, 'What is to do', 'Water the roses')
  await task(phone.page, 'Mow the lawn').waitFor()
  await task(desk.page, 'Water the roses').waitFor()

  // A check mark, on the phone first
  await task(phone.page, 'Mow the lawn').locator('.box').click()
  await desk.page.locator('.task.done', { hasText: 'Mow the lawn' }).waitFor()
  await desk.page.getByText('1 of 2 done').waitFor()

  // Somebody is assigned: a link between two models
  await fill(phone.page, 'Name of somebody else', 'Ann')
  await task(desk.page, 'Water').getByRole('button', { name: 'Ann', pressed: false }).click()
  await task(phone.page, 'Water').getByRole('button', { name: 'Ann', pressed: true }).waitFor()
  await task(phone.page, 'Water').getByRole('button', { name: 'Ann', pressed: true }).click()
  await task(desk.page, 'Water').getByRole('button', { name: 'Ann', pressed: false }).waitFor()

  // What is refused is told, and nothing has changed
  await fill(phone.page, 'Name of somebody else', 'Ann')
  await phone.page.getByRole('alert').waitFor()
  assert.equal(await desk.page.locator('#people .avatar').count(), 1)

  await desk.page.getByRole('button', { name: 'Rename' }).click()
  await phone.page.getByRole('heading', { name: 'Orchard' }).waitFor()

  await task(desk.page, 'Mow the lawn').getByRole('button', { name: 'Delete the task' }).click()
  await task(phone.page, 'Mow the lawn').waitFor({ state: 'detached' })

  // A server that comes back is asked again, and told of what is new
  await app.restart()
  await Promise.all([desk, phone].map(({ page }) => live(page)))
  await phone.page.getByRole('heading', { name: 'Orchard' }).waitFor()
  await fill(phone.page, 'What is to do', 'Rake the leaves')
  await task(desk.page, 'Rake the leaves').waitFor()
  assert.deepEqual([...desk.errors, ...phone.errors], [])
})

test('the API is described as OpenAPI, with schemas from the models', async () => {
  const run = promisify(execFile)
  const { stdout: routes } = await run(binaryOf('sails', 'bin'), ['lift', '--routes'], { cwd, env: { ...process.env, ...env } })
  assert.match(routes, /PUT +\/api\/task\/:parentid\/people\/:childid +task\/add/)
  const { stdout } = await run(binaryOf('sails', 'bin'), ['lift', '--openapi'], { cwd, env: { ...process.env, ...env } })
  const { paths, components } = JSON.parse(stdout)

  assert.deepEqual(Object.keys(paths['/api/task']).sort(), ['delete', 'get', 'post']) // DELETE /api/task?id=1
  assert.deepEqual(Object.keys(paths['/api/task/{id}']).sort(), ['delete', 'get', 'patch', 'put'])
  assert.deepEqual(components.schemas.NewTask.required, ['title'])
  assert.deepEqual(components.schemas.NewTask.properties.people, { type: 'array', items: { type: 'number' } })
  assert.deepEqual(components.schemas.Task.properties.people, { type: 'array', items: { $ref: '#/components/schemas/Person' } })
  assert.deepEqual(paths['/api/task'].post.requestBody.content['application/json'].schema, { $ref: '#/components/schemas/NewTask' })
  assert.ok(paths['/api/task'].get.parameters.some(({ name }) => name === 'where'))
  const refs = [...stdout.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  assert.deepEqual([...new Set(refs)].filter((name) => !(name in components.schemas)), [])
})
