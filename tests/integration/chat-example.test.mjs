// examples/chat: its routes over HTTP and over sockets, and people in browsers on its page.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowser } from '../client/support/browser.mjs'
import { ask, next } from '../client/support/client.mjs'
import {
  arrive,
  bubble,
  chatDialogue,
  connected,
  inRoom,
  log,
  logIn,
  openWindow,
  passwordOf,
  seen,
  unseen,
  write,
} from './support/chat-dialogue.mjs'
import { loggedIn, Visitor } from './support/chat-visitor.mjs'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const cwd = fileURLToPath(new URL('../../examples/chat/', import.meta.url))

const withoutLimits = ['--security.limits.requestsPerAddress=0', '--security.limits.requestsPerSocket=0']

/** The example; tests are quicker than people, and so need other limits. */
const start = (t, args = withoutLimits, url = ':memory:') =>
  startApp(t, 'example-chat', { folder: 'examples', cwd, args, env: { sails_datastores__default__url: url } })

/** A file for a database. */
async function fileFor(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'chat-'))
  atEnd(t, () => rm(folder, { recursive: true }))
  return `sqlite:${path.join(folder, 'chat.sqlite')}`
}

test('nobody gets in without a name and its password', async (t) => {
  const app = await start(t)
  const stranger = new Visitor(app)
  for (const path of ['/rooms', '/rooms/lobby/messages']) {
    const { status, body } = await stranger.ask('GET', path)
    assert.deepEqual([status, body.code], [401, 'E_NOT_LOGGED_IN'])
  }
  assert.deepEqual(await stranger.ask('GET', '/me'), { status: 200, body: { name: null } })
  assert.equal((await stranger.post('/announcements', { text: 'hear me' })).status, 401)

  await loggedIn(app, 'Ann')
  await loggedIn(app, 'Ann')
  const { status, body } = await stranger.logIn('Ann', 'not her secret')
  assert.deepEqual([status, body.code], [401, 'E_WRONG_PASSWORD'])
  for (const [name, password] of [['', 'long enough'], [' Ann', 'long enough'], ['x'.repeat(25), 'long enough'], ['Bob', 'short']]) {
    assert.equal((await stranger.logIn(name, password)).body.code, 'E_MISSING_OR_INVALID_PARAMS')
  }
})

test('a log-in begins a new session, and a log-out ends it', async (t) => {
  const app = await start(t)
  const ann = new Visitor(app)
  const before = await ann.token()
  const { cookie } = ann
  await ann.logIn('Ann')
  assert.notEqual(ann.cookie, cookie)
  assert.equal((await ann.ask('POST', '/announcements', { text: 'x' }, before)).status, 403, 'its old token')
  assert.equal((await ann.ask('POST', '/announcements', { text: 'x' })).status, 403, 'no token')
  assert.equal((await ann.post('/announcements', { text: 'x' })).status, 200)

  const [socket, other] = [await ann.socket(t), await (await loggedIn(app, 'Bob')).socket(t)]
  const ended = next(socket, 'disconnect')
  const old = { ...ann.cookies }
  assert.equal((await ann.post('/logout')).status, 200)
  assert.deepEqual(await ended, ['io server disconnect'])
  ann.cookies = old
  assert.deepEqual((await ann.ask('GET', '/me')).body, { name: null })
  assert.ok(other.isConnected())
})

test('what is said in a room can be read over HTTP and over a socket', async (t) => {
  const app = await start(t)
  const ann = await loggedIn(app, 'Ann')
  const bob = await (await loggedIn(app, 'Bob')).socket(t)
  await ask(bob, 'post', '/rooms/galley/join')
  const heard = next(bob, 'chat')
  const { body: first } = await ann.post('/rooms/galley/messages', { text: 'Soup?' })
  assert.deepEqual(await heard, [first])
  assert.deepEqual({ ...first, at: 0 }, { room: 'galley', from: 'Ann', text: 'Soup?', at: 0 })
  assert.ok(Math.abs(first.at - Date.now()) < 60_000)

  const { body: second } = await ask(bob, 'post', '/rooms/galley/messages', { text: 'Yes' })
  assert.ok(second.at > first.at)
  const over = {
    HTTP: async (query) => (await ann.ask('GET', `/rooms/galley/messages${query}`)).body,
    sockets: async (query) => (await ask(bob, 'get', `/rooms/galley/messages${query}`)).body,
  }
  for (const read of Object.values(over)) {
    assert.deepEqual(await read(''), { messages: [first, second], more: false })
    assert.deepEqual(await read('?limit=1'), { messages: [second], more: true })
    assert.deepEqual(await read(`?limit=1&before=${second.at}`), { messages: [first], more: false })
    assert.equal((await read('?limit=0')).code, 'E_MISSING_OR_INVALID_PARAMS')
  }
  assert.equal((await ann.ask('GET', '/rooms/nowhere/messages')).status, 404)
  assert.equal((await ann.post('/rooms/nowhere/messages', { text: 'x' })).status, 404)
  assert.equal((await ann.post('/rooms/galley/join')).status, 400, 'only sockets can be in rooms')
})

test('a room keeps its last 500 messages', async (t) => {
  const app = await start(t)
  const socket = await (await loggedIn(app, 'Ann')).socket(t)
  const said = Array.from({ length: 502 }, (_, n) => ask(socket, 'post', '/rooms/lobby/messages', { text: `${n}` }))
  const times = (await Promise.all(said)).map(({ body }) => body.at)
  assert.deepEqual(times, [...new Set(times)].sort((a, b) => a - b), 'no two at the same time')
  const before = async (at) => (await ask(socket, 'get', `/rooms/lobby/messages?limit=100&before=${at}`)).body
  assert.deepEqual((await before(times[102])).messages.map(({ text }) => text), times.slice(2, 102).map((_, n) => `${n + 2}`))
  assert.equal((await before(times[102])).more, false)
})

test('rooms and what was said in them outlive the program, however it ends', async (t) => {
  const app = await start(t, withoutLimits, await fileFor(t))
  const socket = await (await loggedIn(app, 'Ann')).socket(t)
  await ask(socket, 'post', '/rooms/galley/join')
  const said = []
  for (const [room, text] of [['galley', 'Soup?'], ['lobby', 'Ahoy'], ['galley', 'Yes']]) {
    said.push((await ask(socket, 'post', `/rooms/${room}/messages`, { text })).body)
  }
  const read = async (visitor, room) => (await visitor.ask('GET', `/rooms/${room}/messages`)).body

  for (const end of ['restart', 'crash']) {
    await app[end]()
    const bob = await loggedIn(app, 'Bob')
    assert.deepEqual((await bob.ask('GET', '/rooms')).body.rooms.map(({ name }) => name), ['lobby', 'galley'])
    assert.deepEqual(await read(bob, 'galley'), { messages: said.filter(({ room }) => room === 'galley'), more: false })
    const { body } = await bob.post('/rooms/galley/messages', { text: end })
    assert.ok(body.at > said.at(-1).at)
    said.push(body)
  }
})

test('a room that has made place is forgotten, and empty when it is opened again', async (t) => {
  const app = await start(t)
  const ann = await loggedIn(app, 'Ann')
  const socket = await ann.socket(t)
  const go = async (what, room) => (await ask(socket, 'post', `/rooms/${room}/${what}`)).statusCode
  await go('join', 'first')
  await ask(socket, 'post', '/rooms/first/messages', { text: 'x' })
  await go('leave', 'first')
  for (let n = 2; n < 200; n++) {
    await go('join', n)
  }
  assert.equal(await go('join', 'galley'), 200) // instead of the first
  assert.equal((await ann.ask('GET', '/rooms/first/messages')).status, 404)
  await go('leave', 2)
  assert.equal(await go('join', 'first'), 200)
  assert.deepEqual((await ann.ask('GET', '/rooms/first/messages')).body, { messages: [], more: false })
})

test('a message that cannot be kept is told to nobody', async (t) => {
  const file = await fileFor(t)
  const app = await start(t, withoutLimits, file)
  const ann = await loggedIn(app, 'Ann')
  const bob = await (await loggedIn(app, 'Bob')).socket(t)
  const heard = []
  bob.on('chat', (message) => heard.push(message.text))
  await ask(bob, 'post', '/rooms/lobby/join')
  const sql = (text) =>
    promisify(execFile)('python3', ['-c', 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])', file.slice('sqlite:'.length), text])
  await sql('ALTER TABLE message RENAME TO gone')
  assert.equal((await ann.post('/rooms/lobby/messages', { text: 'lost' })).status, 500)
  await sql('ALTER TABLE gone RENAME TO message')
  assert.equal((await ann.post('/rooms/lobby/messages', { text: 'kept' })).status, 200)
  await ask(bob, 'get', '/rooms')
  assert.deepEqual(heard, ['kept'])
})

test('the rooms are bounded, and an empty one makes place', async (t) => {
  const app = await start(t)
  const socket = await (await loggedIn(app, 'Ann')).socket(t)
  const status = async (what, room) => (await ask(socket, 'post', `/rooms/${room}/${what}`)).statusCode
  for (let n = 1; n < 200; n++) { // the lobby is one, too
    assert.equal(await status('join', n), 200)
  }
  await ask(socket, 'post', '/rooms/lobby/join')
  assert.equal(await status('join', 'galley'), 507)
  await status('leave', '7')
  assert.equal(await status('join', 'galley'), 200)
  const { rooms } = (await ask(socket, 'get', '/rooms')).body
  assert.deepEqual([rooms.length, rooms.some(({ name }) => name === '7')], [200, false])
})

test('the page and its client are served, and nothing else of the client', async (t) => {
  const app = await start(t)
  const visitor = new Visitor(app)
  for (const path of ['/', '/chat.js', '/server.js', '/style.css', '/sails.io.js']) {
    assert.equal((await visitor.ask('GET', path)).status, 200, path)
  }
  for (const path of ['/src/index.mjs', '/package.json', '/build.mjs', '/config/routes.json', '/main.c']) {
    assert.equal((await visitor.ask('GET', path)).status, 404, path)
  }
})

test('passwords cannot be tried faster than a person would', async (t) => {
  const app = await start(t, [])
  const visitor = new Visitor(app)
  const token = await visitor.token()
  const tries = Array.from({ length: 150 }, () => visitor.ask('POST', '/login', {}, token))
  assert.ok((await Promise.all(tries)).some(({ status }) => status === 429))
})

test('two people use the page', async (t) => {
  const app = await start(t)
  await chatDialogue(t, await startBrowser(t), app.url)
})

const out = (page) => page.getByText('Your session has ended').waitFor()

test('a page says what is wrong with a log-in, and works by the keyboard alone', async (t) => {
  const app = await start(t)
  await loggedIn(app, 'Ann')
  const page = await (await startBrowser(t)).newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(app.url)
  await page.locator('#name:focus').waitFor()
  await page.keyboard.type('Ann')
  await page.keyboard.press('Tab')
  await page.keyboard.type('not her secret')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('this is not its password').waitFor()
  await page.locator('#password:focus').waitFor()
  assert.equal(await page.locator('#password').getAttribute('aria-invalid'), 'true')
  await page.keyboard.type(passwordOf('Ann')) // over what was selected
  await page.keyboard.press('Enter')
  await connected(page)
  await page.locator('#message:focus').waitFor()
  await page.keyboard.type('Look, no mouse')
  await page.keyboard.press('Enter')
  await page.locator('.bubble', { hasText: 'no mouse' }).waitFor()
})

test('who comes later reads what was said before, page by page', async (t) => {
  const app = await start(t)
  const speaker = await (await loggedIn(app, 'Ann')).socket(t)
  for (let n = 1; n <= 120; n++) {
    await ask(speaker, 'post', '/rooms/lobby/messages', { text: `line ${n}.` })
  }
  const bob = await arrive(t, await startBrowser(t), app.url, 'Bob')
  const earlier = log(bob).getByRole('button', { name: 'Earlier messages' })
  for (const first of [71, 21]) {
    await seen(bubble(bob, `line ${first}.`))
    assert.equal(await log(bob).locator('.bubble').first().textContent(), `line ${first}.`)
    await earlier.focus()
    await bob.page.keyboard.press('Enter')
  }
  await unseen(earlier)
  const texts = await log(bob).locator('.bubble').allTextContents()
  assert.deepEqual(texts, Array.from({ length: 120 }, (_, n) => `line ${n + 1}.`))
})

test('a person is one, in however many windows', async (t) => {
  const app = await start(t)
  const ann = await arrive(t, await startBrowser(t), app.url, 'Ann')
  const second = { ...ann, page: await openWindow(ann, app.url) }
  await connected(second.page)
  await write(ann, 'Here and there')
  await seen(second.page.locator('.mine', { hasText: 'Here and there' }))
  assert.equal(await inRoom(ann, 'Ann').count(), 1)

  await second.page.getByRole('button', { name: 'Log out' }).click()
  await second.page.getByLabel('Password').waitFor()
  await out(ann.page) // the session was the same
  assert.equal(await second.page.locator('.bubble').count(), 0, 'nothing is left for the next one')
  await logIn(ann)
  await seen(bubble(ann, 'Here and there'))
})

test('a page goes on with another session of the same person, and not of another one', async (t) => {
  const app = await start(t)
  const ann = await arrive(t, await startBrowser(t), app.url, 'Ann')
  await write(ann, 'From the old session')
  const logInElsewhere = (name) =>
    ann.page.evaluate(async ([name, password]) => {
      const { logIn } = await import('/server.js')
      await logIn(name, password)
    }, [name, passwordOf(name)])

  await logInElsewhere('Ann') // the socket's session is no more, and so are its tokens
  await ann.page.getByLabel('Name of a new room').fill('galley')
  await ann.page.getByLabel('Name of a new room').press('Enter')
  await seen(log(ann).locator('.note', { hasText: 'You are back' }))
  assert.equal(await bubble(ann, 'From the old session').count(), 1)

  await logInElsewhere('Bob')
  await ann.page.getByLabel('Name of a new room').press('Enter')
  await seen(inRoom(ann, 'Bob (you)'))
  assert.equal(await ann.page.locator('.mine').count(), 0)
})

test('a page that was offline for a moment says that it is connected', async (t) => {
  const app = await start(t)
  const ann = await arrive(t, await startBrowser(t), app.url, 'Ann')
  await ann.page.evaluate(() => window.dispatchEvent(new Event('offline')))
  await seen(ann.page.locator('#connection[data-state="offline"]'))
  await ann.page.evaluate(() => window.dispatchEvent(new Event('online')))
  await connected(ann.page)
})

test('on a narrow screen a title is read whole', async (t) => {
  const app = await start(t)
  const ann = await arrive(t, await startBrowser(t), app.url, 'Ann')
  await ann.page.setViewportSize({ width: 360, height: 640 })
  const title = ann.page.getByRole('heading', { name: '# lobby' })
  await seen(title)
  assert.ok(await title.evaluate((it) => it.scrollWidth <= it.clientWidth))
  assert.equal(await ann.page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing sticks out')
})

test('the chat goes on when its server has been restarted', async (t) => {
  const app = await start(t, withoutLimits, await fileFor(t))
  const browser = await startBrowser(t)
  const ann = await arrive(t, browser, app.url, 'Ann')
  const bob = await arrive(t, browser, app.url, 'Bob')
  await write(ann, 'Before')
  await seen(bubble(bob, 'Before'))

  const lost = ({ page }) => page.locator('#connection:not([data-state="connected"])').waitFor()
  await app.restart(() => Promise.all([lost(ann), lost(bob)]))
  for (const person of [ann, bob]) { // sessions were in memory
    await out(person.page)
    assert.equal(await person.page.getByLabel('Name', { exact: true }).inputValue(), person.name)
    await logIn(person)
  }
  await Promise.all([seen(inRoom(ann, 'Bob')), seen(inRoom(bob, 'Ann'))])
  await write(bob, 'After')
  await seen(bubble(ann, 'After'))
  assert.equal(await bubble(ann, 'Before').count(), 1, 'what was said is still on the page')
  const eve = await arrive(t, browser, app.url, 'Eve')
  await seen(bubble(eve, 'Before'))
  await seen(bubble(eve, 'After'))
})
