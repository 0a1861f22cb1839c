// The protocol of Socket.IO's admin UI, heard as the page hears it, and by the page itself.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { startBrowser } from '../client/support/browser.mjs'
import { startApp } from './support/server.mjs'
import { ask, caughtUp, next, record, within } from './support/clients.mjs'

const require = createRequire(import.meta.url)
const bcrypt = createRequire(require.resolve('@socket.io/admin-ui'))('bcryptjs')
const ui = path.join(path.dirname(require.resolve('@socket.io/admin-ui')), '../ui/dist')
const login = { ADMIN_USER: 'ann', ADMIN_HASH: bcrypt.hashSync('secret', 4) }

const refused = (socket) =>
  within(new Promise((resolve) => socket.once('connect_error', (error) => resolve(error.message))), 'refusal')

/** A page that has heard all that is there when it comes. */
async function openPage(app, auth) {
  const page = app.open({ nsp: '/admin', auth })
  const [config, all] = await Promise.all([next(page, 'config'), next(page, 'all_sockets')])
  return { page, features: config[0].supportedFeatures, sockets: all[0] }
}

/** The next event of that name that is as wanted. */
function heard(socket, event, isIt) {
  return within(
    new Promise((resolve) => {
      const listen = (...args) => {
        if (!isIt(...args)) return
        socket.off(event, listen)
        resolve(args)
      }
      socket.on(event, listen)
    }),
    event,
  )
}

test('who does not know the password is refused, and who does may come back without', async (t) => {
  const app = await startApp(t, 'admin', { env: login })
  const page = (auth) => app.open({ nsp: '/admin', auth })

  const bad = [
    undefined,
    {},
    { username: 'ann' },
    { username: 'ann', password: 'wrong' },
    { username: 'bob', password: 'secret' },
    { username: 'ann', password: 'secret\u0000more' },
    { username: 'ann', password: 's'.repeat(1000) },
    { username: ['ann'], password: { secret: 1 } },
    { sessionId: '' },
    { sessionId: '0'.repeat(32) },
  ]
  for (const auth of bad) {
    assert.equal(await refused(page(auth)), 'invalid credentials', JSON.stringify(auth))
  }
  const first = page({ username: 'ann', password: 'secret' })
  const [sessionId] = await next(first, 'session')
  assert.match(sessionId, /^[0-9a-f]{32}$/)
  const second = page({ sessionId })
  await next(second, 'config')
  const many = Array.from({ length: 30 }, () => page({ username: 'ann', password: 'wrong' }))
  for (const why of await Promise.all(many.map(refused))) {
    assert.ok(['invalid credentials', 'too many at once', 'too many failures'].includes(why), why)
  }
})

test('a page is shown the sockets that are there, and what happens to them', async (t) => {
  const app = await startApp(t, 'admin', { args: ['--workers', '4'] })
  const early = await app.connect({ query: { a: 'b' }, auth: { token: 'hidden' }, extraHeaders: { cookie: 'c=d', 'x-more': 'e' } })
  await ask(early, 'join', 'hall')
  const { page, features, sockets } = await openPage(app)

  assert.deepEqual(features, [
    ...['EMIT', 'JOIN', 'LEAVE', 'DISCONNECT', 'MJOIN', 'MLEAVE', 'MDISCONNECT'],
    ...['AGGREGATED_EVENTS', 'ALL_EVENTS'],
  ])
  const shown = sockets.find((socket) => socket.id === early.id)
  assert.equal(shown.nsp, '/')
  assert.equal(shown.transport, 'websocket')
  assert.match(shown.clientId, /^[0-9a-f]{12}$/)
  assert.deepEqual(shown.data, {})
  assert.deepEqual(shown.rooms.sort(), [early.id, 'hall'].sort())
  assert.deepEqual(shown.handshake.query, {})
  assert.equal(shown.handshake.url.includes('?'), false)
  assert.equal(shown.handshake.headers['x-more'], 'e')
  assert.equal(shown.handshake.headers.cookie, undefined)
  assert.equal(shown.handshake.auth, undefined)
  assert.equal(JSON.stringify(sockets).includes('hidden'), false)
  assert.ok(sockets.some((socket) => socket.nsp === '/admin' && socket.id === page.id))

  const isChat = (socket) => socket.nsp === '/chat'
  const connected = heard(page, 'socket_connected', isChat)
  const chat = await app.connect({ nsp: '/chat' })
  const [{ id, rooms }, when] = await connected
  assert.equal(id, chat.id)
  assert.deepEqual(rooms, [chat.id])
  assert.ok(Math.abs(Date.parse(when) - Date.now()) < 60_000)

  const joined = heard(page, 'room_joined', (nsp, room) => room === 'yard')
  const received = heard(page, 'event_received', (nsp, from, args) => args[0] === 'join')
  await ask(early, 'join', 'yard')
  assert.deepEqual((await joined).slice(0, 3), ['/', 'yard', early.id])
  assert.deepEqual((await received).slice(0, 3), ['/', early.id, ['join', 'yard']])

  const long = heard(page, 'event_received', (nsp, from, args) => args[0] === 'sync')
  await ask(early, 'sync', 'x'.repeat(100_000))
  assert.deepEqual((await long)[2], ['sync', '(too long to be shown)'])

  const updated = heard(page, 'socket_updated', (socket) => socket.data !== undefined)
  await ask(early, 'data', { name: 'Ann' })
  assert.deepEqual((await updated)[0], { id: early.id, nsp: '/', data: { name: 'Ann' } })

  const sent = heard(page, 'event_sent', (nsp, to, args) => args[0] === 'hello')
  const upgraded = heard(page, 'socket_updated', (socket) => socket.transport === 'websocket')
  const late = await app.connect({ transports: ['polling', 'websocket'] })
  assert.deepEqual((await sent).slice(0, 3), ['/', late.id, ['hello', 'you']])
  assert.equal((await upgraded)[0].id, late.id)

  const heardBy = []
  const both = heard(page, 'event_sent', (nsp, to, [name]) => {
    if (name === 'news' && nsp === '/') heardBy.push(to)
    return heardBy.length === 2
  })
  page.emit('emit', '/', undefined, 'news', 1, { two: Buffer.from([3]) })
  assert.deepEqual((await both)[2], ['news', 1, { two: Buffer.from([3]) }])
  assert.deepEqual(heardBy.sort(), [early.id, late.id].sort())
  const yard = heard(page, 'event_sent', (nsp, to, [name]) => name === 'yard news')
  page.emit('emit', '/', 'yard', 'yard news')
  assert.deepEqual((await yard).slice(0, 3), ['/', early.id, ['yard news']])

  const { id: lateId } = late
  const gone = heard(page, 'socket_disconnected', (nsp, which) => which === lateId)
  const left = heard(page, 'room_left', (nsp, room, which) => which === lateId)
  late.disconnect()
  assert.equal((await gone)[2], 'client namespace disconnect')
  assert.deepEqual((await left).slice(0, 3), ['/', lateId, lateId])
})

test('a page emits, makes join and leave, and disconnects', async (t) => {
  const app = await startApp(t, 'admin', { args: ['--workers', '2'] })
  const [one, two, three] = [await app.connect(), await app.connect(), await app.connect({ nsp: '/chat' })]
  const { page } = await openPage(app)

  const isJoin = (nsp, room) => room === 'hall'
  const joined = heard(page, 'room_joined', isJoin)
  page.emit('join', '/', 'hall', one.id)
  assert.equal((await joined)[2], one.id)
  const news = next(one, 'news')
  const other = record(two, 'news')
  page.emit('emit', '/', 'hall', 'news', 1, { two: 2 })
  assert.deepEqual(await news, [1, { two: 2 }])
  const all = [next(one, 'all'), next(two, 'all')]
  page.emit('emit', '/', undefined, 'all')
  await Promise.all(all)
  assert.deepEqual(other, [])
  const left = heard(page, 'room_left', isJoin)
  page.emit('leave', '/', 'hall')
  assert.equal((await left)[2], one.id)

  // What makes no sense is refused, and harms nobody.
  page.emit('emit', '/nowhere', undefined, 'x')
  page.emit('emit', 7, undefined, 'x')
  page.emit('emit', '/', { a: 1 }, 'x')
  page.emit('emit', '/', undefined, 'disconnect')
  page.emit('emit')
  page.emit('join', '/', '', one.id)
  page.emit('join', '/', 'r'.repeat(1000))
  page.emit('_disconnect', '/', true, ['x'])
  const gone = next(two, 'disconnect')
  page.emit('_disconnect', '/', false, two.id)
  assert.deepEqual((await gone)[0], 'io server disconnect')
  await caughtUp(one)
  assert.equal(three.connected, true)
})

test('a page that may only look can do nothing', async (t) => {
  const app = await startApp(t, 'admin', { env: { ADMIN_READ_ONLY: '1' } })
  const socket = await app.connect()
  const { page, features } = await openPage(app)

  assert.deepEqual(features, ['AGGREGATED_EVENTS', 'ALL_EVENTS'])
  const heardNews = record(socket, 'news')
  const received = heard(page, 'event_received', (nsp, from, args) => args[0] === 'sync')
  page.emit('emit', '/', undefined, 'news', 1)
  page.emit('_disconnect', '/', true)
  await caughtUp(socket)
  await received
  assert.deepEqual(heardNews, [])
  assert.equal(socket.connected, true)
})

test('counts come every two seconds; in production nothing else does', async (t) => {
  const app = await startApp(t, 'admin', {
    env: { ...login, SAILS_ENV: 'production' },
    args: ['--session.secret', 'x'.repeat(40), '--sockets.onlyAllowOrigins', '["http://a.example"]', '--sockets.allowMissingOrigin'],
  })
  const page = app.open({ nsp: '/admin', auth: { username: 'ann', password: 'secret' } })
  const all = record(page, 'all_sockets')
  const connections = record(page, 'socket_connected')
  const [config] = await next(page, 'config')

  assert.deepEqual(config.supportedFeatures.at(-1), 'AGGREGATED_EVENTS')
  const polling = await app.connect({ transports: ['polling'] })
  const stats = (await heard(page, 'server_stats', (value) => value.pollingClientsCount === 1))[0]
  assert.equal(stats.serverId, 'node-c')
  assert.equal(stats.clientsCount, 2)
  assert.equal(stats.pid, app.pid)
  assert.ok(stats.uptime > 0)
  assert.deepEqual(stats.namespaces.find(({ name }) => name === '/'), { name: '/', socketsCount: 1 })
  assert.deepEqual(stats.namespaces.find(({ name }) => name === '/admin'), { name: '/admin', socketsCount: 1 })
  const types = stats.aggregatedEvents.map(({ type }) => type)
  for (const type of ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut']) assert.ok(types.includes(type), type)
  const ended = heard(page, 'server_stats', (value) =>
    value.aggregatedEvents.some(({ type, subType }) => type === 'rawDisconnection' && subType !== undefined),
  )
  polling.disconnect()
  assert.equal((await ended)[0].pollingClientsCount, 0)
  assert.deepEqual([all, connections], [[], []])
})

test('the published page shows sockets and rooms of this server', async (t) => {
  const app = await startApp(t, 'admin', { env: { ...login, ADMIN_UI: ui } })
  const socket = await app.connect()
  await ask(socket, 'join', 'greenhouse')
  const browser = await startBrowser(t)
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  const failures = []
  page.on('pageerror', (error) => failures.push(String(error)))

  // Its fonts come from elsewhere, where no test goes.
  await page.route((url) => url.origin !== app.url, (route) => route.abort())
  await page.goto(`${app.url}/`)
  await page.getByLabel('Server URL').fill(app.url)
  await page.getByLabel('Username').fill('ann')
  await page.getByLabel('Password').fill('secret')
  await page.getByRole('button', { name: 'Connect' }).click()
  const picture = async (name) => {
    if (process.env.ADMIN_PICTURES) {
      await page.screenshot({ path: path.join(process.env.ADMIN_PICTURES, `${name}.png`) })
    }
  }
  await page.getByText('/chat').first().waitFor() // of the first counts
  await picture('dashboard')
  await page.goto(`${app.url}/#/sockets/`)
  await page.getByText(socket.id).first().waitFor()
  await picture('sockets')
  await page.goto(`${app.url}/#/rooms/`)
  await page.getByText('greenhouse').first().waitFor()
  await picture('rooms')
  assert.deepEqual(failures, [])
})
