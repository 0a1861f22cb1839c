// The programs of docs/guide.md do what it says. scripts/check-install has built them.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import WebSocket from 'ws'
import { ask, record } from '../integration/support/clients.mjs'
import { startRedis } from '../integration/support/redis.mjs'
import { binaryOf, startApp } from '../integration/support/server.mjs'
import { openPage, run } from './browser.mjs'
import { block, makeFolder } from './page.mjs'

/** The program of a section, in a folder with these files. */
const start = (t, section, { files = {}, ...options } = {}) =>
  startApp(t, section, { folder: 'guide', cwd: makeFolder(t, files), ...options })

const json = (body, headers = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) })

test('your first app', async (t) => {
  const app = await start(t, 'a-program')
  assert.deepEqual(await (await fetch(`${app.url}/hello/you`)).json(), { hello: 'you' })
})

test('pages', async (t) => {
  const app = await start(t, 'pages', {
    files: {
      'views/user/list.ejs': block('pages', 'html'),
      'views/shared/footer.ejs': '<p>Since <%= year %></p>',
    },
  })
  const text = await (await fetch(`${app.url}/users`)).text()
  assert.equal(text.replace(/\s+/g, ' ').trim(), '<li>ann</li> <li>&lt;bob&gt;</li> <p>Since 2026</p>')
})

// ---- requests ----

test('what comes in, what goes out, over HTTP and over a socket', async (t) => {
  const app = await start(t, 'what-comes-in-what-goes-out')
  const url = `${app.url}/rooms/kitchen/messages`

  const said = await fetch(url, json({ text: 'dinner', to: ['ann'] }))
  assert.deepEqual(await said.json(), { text: 'dinner', to: ['ann'] })
  assert.equal(said.status, 201)
  assert.equal(said.headers.get('x-room'), 'kitchen')
  assert.deepEqual(await (await fetch(url, form({ text: 'dinner' }))).json(), {
    text: 'dinner',
    to: null,
  })
  assert.equal((await fetch(url, { method: 'POST' })).status, 400)

  const page = openPage(app)
  assert.deepEqual(await run(page, block('over-a-socket', 'js')), ['dinner', 201])
  const socket = await app.connect()
  const log = await new Promise((resolve) => {
    const console = { log: (...args) => resolve(args) }
    new Function('socket', 'console', block('over-a-socket', 'js', 1))(socket, console)
  })
  assert.deepEqual(log, ['dinner', 201])
})

test('actions, inputs, policies, hooks', async (t) => {
  const section = 'actions-inputs-policies-hooks'
  const app = await start(t, section, { files: { 'config/app.json': block(section, 'json') } })
  const url = `${app.url}/books`
  const key = { 'x-key': 'open sesame' }

  const made = await fetch(url, json({ title: 'Moby-Dick' }, key))
  assert.equal(made.status, 201)
  assert.deepEqual(await made.json(), { title: 'Moby-Dick', pages: 1 })
  assert.equal(made.headers.get('x-served-by'), 'books')
  assert.equal((await fetch(url, json({ title: 'Moby-Dick' }))).status, 403)
  const refused = await fetch(url, json({ pages: 0 }, key))
  assert.equal(refused.status, 400)
  assert.equal((await refused.json()).problems.length, 2)
  const missing = await fetch(`${app.url}/nowhere`)
  assert.equal(missing.status, 404)
  assert.deepEqual(await missing.json(), { nothing_at: '/nowhere' })
})

test('files and uploads', async (t) => {
  const cwd = makeFolder(t, { 'public/index.html': 'hello', 'secret.txt': 'secret' })
  const app = await startApp(t, 'files-and-uploads', { folder: 'guide', cwd })
  const send = (size) => {
    const body = new FormData()
    body.append('photo', new Blob(['x'.repeat(size)], { type: 'image/png' }), 'cat.png')
    return fetch(`${app.url}/photos`, { method: 'POST', body })
  }
  const download = (name) => fetch(`${app.url}/download?name=${encodeURIComponent(name)}`)

  const [file] = await (await send(1000)).json()
  const name = path.basename(file.fd)
  assert.equal(file.filename, 'cat.png')
  assert.equal(readFileSync(path.join(cwd, 'photos', name)).length, 1000)
  const back = await download(name)
  assert.match(back.headers.get('content-disposition'), /^attachment/)
  assert.equal((await back.text()).length, 1000)

  const refused = await send(5_000_001)
  assert.equal(refused.status, 400)
  assert.equal((await refused.json()).code, 'E_EXCEEDS_UPLOAD_LIMIT')
  assert.deepEqual(readdirSync(path.join(cwd, 'photos')), [name])
  assert.equal((await download('../secret.txt')).status, 404)
  assert.equal(await (await fetch(app.url)).text(), 'hello')
})

// ---- records ----

test('your data', async (t) => {
  const app = await start(t, 'asking-for-records', {
    files: {
      'api/models/Book.json': block('your-data', 'json', 0),
      'api/models/Shelf.json': block('your-data', 'json', 1),
      'config/app.json': block('asking-for-records', 'json'),
    },
  })
  const post = (body) => fetch(`${app.url}/shelves`, json(body))

  assert.equal((await post({ name: ' sea', book: 'Moby-Dick' })).status, 201)
  assert.equal((await post({ name: 'sea', book: 'Typee' })).status, 409)
  const nameless = await post({ name: '  ', book: 'Typee' })
  assert.equal(nameless.status, 400)
  assert.equal((await nameless.json()).code, 'E_NO_NAME')
  const long = await post({ name: 'land', book: 'x'.repeat(201) })
  assert.equal(long.status, 400)
  assert.equal((await long.json()).code, 'E_INVALID_NEW_RECORD')

  const shelves = await (await fetch(`${app.url}/shelves`)).json()
  assert.deepEqual(shelves, [{ id: 1, name: 'sea', books: [] }]) // no length is known
  const book = await (await fetch(`${app.url}/books/1`)).json()
  assert.deepEqual(book, { id: 1, title: 'Moby-Dick', pages: null, shelf: 1 })
  assert.equal((await fetch(`${app.url}/books/2`)).status, 404)
})

test('an API from models, and words of one\'s own', async (t) => {
  const app = await start(t, 'words-of-your-own', {
    files: {
      'api/models/Note.json': block('an-api-from-models', 'json'),
      'config/app.json': block('words-of-your-own', 'json'),
    },
  })
  const as = (name, body) => json(body, { 'x-name': name })
  const list = async (name) => (await fetch(`${app.url}/api/note`, { headers: { 'x-name': name } })).json()

  assert.equal((await fetch(`${app.url}/api/note`, as('ann', { text: 'mine', owner: 'bob' }))).status, 200)
  assert.equal((await fetch(`${app.url}/api/note`, as('ann', {}))).status, 400)
  assert.deepEqual(await list('ann'), [{ id: 1, text: 'mine', owner: 'ann', likes: 0 }])
  assert.deepEqual(await list('bob'), [])
  assert.equal((await fetch(`${app.url}/api/note/1`, { method: 'DELETE', headers: { 'x-name': 'bob' } })).status, 404)
  assert.equal((await fetch(`${app.url}/api/note/1`, { method: 'DELETE', headers: { 'x-name': 'ann' } })).status, 200)
})

// ---- sockets ----

test('rooms', async (t) => {
  const app = await start(t, 'rooms')
  const [ann, bob] = [await app.connect(), await app.connect()]
  assert.equal((await fetch(`${app.url}/kitchen`, { method: 'POST' })).status, 400)
  const heard = new Promise((resolve) => ann.once('entered', resolve))
  assert.equal((await ask(ann, 'post', { url: '/kitchen' })).statusCode, 200)
  await ask(bob, 'post', { url: '/kitchen' })
  assert.deepEqual(await heard, { who: bob.id })
})

test('events, acks, namespaces', async (t) => {
  const app = await start(t, 'events-acks-namespaces')
  const game = { nsp: '/game', auth: { token: 'open sesame' } }
  const [ann, bob] = [await app.connect(game), await app.connect(game)]
  const heard = new Promise((resolve) => bob.once('moved', (...args) => resolve(args)))
  assert.equal(await ask(ann, 'move', 3, 4), true)
  assert.deepEqual(await heard, [3, 4])
  await assert.rejects(app.connect({ nsp: '/game' }), { message: 'not authorized' })
})

// ---- sessions ----

const accounts = { 'config/routes.json': block('sessions', 'json') }

test('sessions: a page logs in, and its socket knows who it is', async (t) => {
  const app = await start(t, 'sessions', { files: accounts })
  const page = openPage(app)
  const name = async () => (await (await page.fetch('/me')).json()).name

  assert.equal(await name(), null)
  assert.equal((await page.fetch('/login', form({ name: 'ann', password: 'x' }))).status, 403)
  assert.deepEqual(await run(page, block('sessions', 'js')), ['ann'])
  assert.equal(await name(), 'ann')
  await page.fetch('/logout', { method: 'POST' })
  assert.equal(await name(), null)
})

test('sessions in Redis are there after a restart', async (t) => {
  const redis = await startRedis(t)
  const setting = block('sessions', 'json', 1).replace('localhost:6379', `127.0.0.1:${redis.port}`)
  const app = await start(t, 'sessions', {
    files: { ...accounts, 'config/session.json': setting },
    args: ['--session.secret=known to the test'],
  })
  const page = openPage(app)
  await page.fetch('/login', form({ name: 'ann', password: 'open sesame' }))
  await app.restart()
  assert.deepEqual(await (await page.fetch('/me')).json(), { name: 'ann' })
})

// ---- security ----

test('CSRF: the token protocol, over HTTP and over the socket', async (t) => {
  const files = { ...accounts, 'config/security.json': block('csrf', 'json') }
  const app = await start(t, 'sessions', { files })
  const page = openPage(app)

  const login = form({ name: 'ann', password: 'open sesame' })
  assert.equal((await page.fetch('/login', login)).status, 403)
  assert.deepEqual(await run(page, block('csrf', 'js')), [200])
})

test('CORS: a friend’s page may read, and nobody else’s', async (t) => {
  const files = { 'config/routes.json': block('cors', 'json') }
  const app = await start(t, 'sessions', { files })
  const get = (origin) => fetch(`${app.url}/me`, { headers: { origin } })

  const friend = await get('https://friend.example')
  assert.equal(friend.headers.get('access-control-allow-origin'), 'https://friend.example')
  assert.equal(friend.headers.get('access-control-allow-credentials'), 'true')
  const stranger = await get('https://stranger.example')
  assert.equal(stranger.headers.get('access-control-allow-origin'), null)
})

test('who may connect: our pages and appliances', async (t) => {
  const app = await start(t, 'who-may-connect')
  const connect = (extraHeaders) => app.connect({ extraHeaders })
  await connect({ origin: 'https://example.com' })
  await connect({ 'x-key': 'open sesame' })
  await assert.rejects(connect({ origin: 'https://stranger.example' }))
})

test('production: refused without a secret; then headers, limits and origins hold', async (t) => {
  const files = { ...accounts, 'config/env/production.json': block('security', 'json') }
  const env = { NODE_ENV: 'production', sails_session__secret: 'known to the test' }
  const bare = spawnSync(binaryOf('sessions', 'guide'), ['--port=0'], {
    cwd: makeFolder(t, files),
    env: { ...process.env, NODE_ENV: 'production' },
  })
  assert.equal(bare.status, 78)
  assert.match(String(bare.stderr), /session\.secret/)

  const app = await start(t, 'sessions', { files, env })
  const socket = await app.connect({ extraHeaders: { origin: 'https://example.com' } })
  await assert.rejects(app.connect({ extraHeaders: { origin: 'https://stranger.example' } }))
  await assert.rejects(app.connect())
  const response = await fetch(`${app.url}/me`)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(response.status, 200)
  assert.equal((await fetch(`${app.url}/logout`, { method: 'POST' })).status, 403)
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async () => (await ask(socket, 'get', { url: '/me' })).statusCode),
  )
  assert.ok(statuses.slice(0, 150).every((status) => status === 200))
  assert.ok(statuses.includes(429))
})

// ---- devices ----

test('devices: with the token they are heard, without it they are not', async (t) => {
  const app = await start(t, 'devices-without-socketio')
  const url = `${app.url.replace('http', 'ws')}/devices`
  const page = await app.connect()
  const heard = record(page, 'measured')
  const device = new WebSocket(url, { headers: { authorization: 'Bearer open-sesame' } })
  t.after(() => device.terminate())
  await once(device, 'open')
  device.send('21.5')
  assert.equal(String((await once(device, 'message'))[0]), 'thanks')
  await ask(page, 'get', { url: '/nowhere' }) // what was said before has come
  assert.deepEqual(heard, [['21.5']])
  device.send(Buffer.from([1]))
  assert.equal((await once(device, 'close'))[0], 1003)
  const stranger = new WebSocket(url)
  assert.equal((await once(stranger, 'close'))[0], 1008)
})

// ---- the rest ----

test('threads: an answer that comes later, and an end that waits for it', async (t) => {
  const app = await start(t, 'threads')
  const half = fetch(`${app.url}/half/5`).then((response) => response.json())
  const quick = await fetch(`${app.url}/nowhere`) // meanwhile the app serves others
  assert.equal(quick.status, 404)
  await app.stop()
  assert.deepEqual(await half, { half: 2.5 })
})

test('configuration: the command line is stronger than the program', async (t) => {
  const greeting = async (args) => {
    const app = await start(t, 'configuration-and-logs', { args })
    return (await (await fetch(app.url)).json()).greeting
  }
  assert.equal(await greeting([]), 'hello')
  assert.equal(await greeting(['--custom.greeting=hi']), 'hi')
})

test('logs: an access line is what the guide shows', async (t) => {
  const args = ['--log.access', '--log.format=json']
  const app = await start(t, 'sessions', { files: accounts, args })
  await fetch(`${app.url}/me`)
  const shown = JSON.parse(block('configuration-and-logs', 'json'))
  await app.stop() // so that all is written
  const line = JSON.parse(app.log.split('\n').find((one) => one.includes('GET /me')))
  assert.deepEqual(Object.keys(line), Object.keys(shown))
  assert.deepEqual({ ...line, time: 0, ms: 0, message: 0 }, { ...shown, time: 0, ms: 0, message: 0 })
})

test('an app describes itself, and ends', (t) => {
  const cwd = makeFolder(t, accounts)
  for (const [option, expected] of [
    ['--help', /--session\.secret/],
    ['--routes', /POST +\/login +account\/login +name: string/],
    ['--openapi', /"openapi": "3\.1/],
    ['--dontLift', /not lifted/],
  ]) {
    const { status, stdout } = spawnSync(binaryOf('sessions', 'guide'), [option], { cwd })
    assert.equal(status, 0)
    assert.match(String(stdout), expected)
  }
})
