/* The client in a real browser, against the reference Socket.IO server. */
import test from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { startBrowser } from './support/browser.mjs'
import { readExamples } from './support/readme.mjs'
import { startReferenceServer } from './support/reference-server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const client = new URL('../../clients/js/', import.meta.url)

/* A site with `pages` (path: HTML), the client's files, and the server's sockets. */
async function startSite (t, pages, options) {
  const requests = []
  const onRequest = async (request, response) => {
    requests.push(request.url)
    if (pages[request.url]) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(pages[request.url])
    } else if (/^\/sails\.io\.m?js$/.test(request.url)) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(new URL('.' + request.url, client)))
    } else if (request.url === '/__getcookie') {
      response.writeHead(200, { 'content-type': 'application/javascript', 'set-cookie': 'sails.sid=first; HttpOnly' })
        .end('_sailsIoJSConnect();')
    } else {
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end()
    }
  }
  const server = await startReferenceServer(t, { onRequest, ...options })
  return Object.assign(server, { requests })
}

/* Opens a page; its console and its errors are in `page.said`. */
async function openPage (t, url) {
  const page = await (await startBrowser(t)).newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  page.said = []
  page.on('console', (message) => page.said.push(message.text()))
  page.on('pageerror', (error) => page.said.push(error.message))
  await page.goto(url)
  return page
}

const jwrs = (page) => page.evaluate(() => window.jwrs)
const answered = (page, count) => page.waitForFunction((n) => window.jwrs.length >= n, count)

test('a page asks, is told, and sends and gets bytes', async (t) => {
  const html = `<script src="/sails.io.js" headers='{"x-page":"1"}'></script><script>
    jwrs = []
    states = [io.socket.isConnecting(), io.socket.mightBeAboutToAutoConnect()]
    io.socket.get('/echo', (body, jwr) => jwrs.push(jwr.toPOJO()))
    io.socket.put('/echo', { bytes: new Uint8Array([1, 2]), blob: new Blob(['ab']) }, (body, jwr) => {
      jwrs.push([body.data.bytes, body.data.blob].map((it) => [it.constructor.name, ...new Uint8Array(it)]))
    })
    io.socket.get('/broken', (body, jwr) => jwrs.push(jwr.error.message))
    io.socket.on('news', (text, answer) => answer(text + ' heard'))
  </script>`
  const server = await startSite(t, { '/': html })
  const page = await openPage(t, server.url + '/')
  await answered(page, 3)
  assert.deepEqual(await jwrs(page), [
    { body: { method: 'get', headers: { 'x-page': '1' }, data: {}, url: '/echo' }, headers: {}, statusCode: 200 },
    [['ArrayBuffer', 1, 2], ['ArrayBuffer', 97, 98]],
    'The server answered with status 500: "Internal Server Error"'
  ])
  assert.deepEqual(await page.evaluate(() => window.states), [false, true])
  assert.deepEqual(await server.io.timeout(2000).emitWithAck('news', 'extra'), ['extra heard'])
  assert.deepEqual(server.requests.filter((url) => url === '/__getcookie'), [])
  assert.deepEqual(page.said, [])
})

test('a page of another origin has the session cookie of the server when it connects', async (t) => {
  const cookies = []
  const server = await startSite(t, {}, { allowRequest: (request, done) => done(null, cookies.push(request.headers.cookie) > 0) })
  const site = await startSite(t, {
    '/': `<script src="/sails.io.js" data-url="${server.url}"></script><script>
      jwrs = []
      io.socket.get('/id', (body) => jwrs.push(body === io.socket.id))
    </script>`
  })
  const page = await openPage(t, site.url + '/')
  await answered(page, 1)
  assert.deepEqual(await jwrs(page), [true])
  assert.deepEqual(server.requests, ['/__getcookie'])
  assert.deepEqual(cookies, ['sails.sid=first'])
})

test('a page comes back to a server that was away, with the listeners it had', async (t) => {
  const server = await startSite(t, {
    '/': `<script src="/sails.io.js" reconnection="true"></script><script>
      io.sails.reconnectionDelay = 50
      log = []
      for (const event of ['connect', 'disconnect', 'reconnect', 'news']) {
        io.socket.on(event, (what) => log.push([event, what]))
      }
    </script>`
  })
  const page = await openPage(t, server.url + '/')
  const logged = (count) => page.waitForFunction((n) => window.log.length >= n, count)
  await logged(1)
  await server.stop()
  await logged(2)
  await server.start()
  await logged(4)
  server.io.emit('news', 'again')
  await logged(5)
  const [connect, disconnect, reconnect, again, news] = await page.evaluate(() => window.log)
  assert.deepEqual([connect[0], disconnect, reconnect[0], again[0], news],
    ['connect', ['disconnect', 'transport close'], 'reconnect', 'connect', ['news', 'again']])
})

test('the examples for pages do what the README says', async (t) => {
  const [classic, module] = await readExamples('html')
  const server = await startSite(t, { '/classic': classic.code, '/module': module.code }, {
    routes: {
      '/chat/rooms': () => ({ body: ['kitchen', 'lobby'], headers: {}, statusCode: 200 }),
      '/chat/kitchen/join': (message, socket) => {
        socket.emit('chat', { text: 'welcome' })
        return { body: {}, headers: {}, statusCode: 200 }
      },
      '/chat/kitchen': () => ({ body: 'Be quiet', headers: {}, statusCode: 403 })
    }
  })
  for (const [path, said] of [['/classic', ['welcome', '403 Be quiet']], ['/module', ['2']]]) {
    const page = await openPage(t, server.url + path)
    while (page.said.length < said.length) {
      await page.waitForEvent('console')
    }
    assert.deepEqual(page.said, said)
  }
})
