// The project's own client, clients/js, against the server that it is written for.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { startBrowser } from '../client/support/browser.mjs'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'
import { ask, loadClient, next } from '../client/support/client.mjs'

async function sail(t, app, options) {
  const socket = loadClient(t).sails.connect(app.url, options)
  await next(socket, 'connect')
  return socket
}

/** A site of one page, and the client; its address. */
async function startSite(t, page) {
  const client = await readFile(new URL('../../clients/js/sails.io.js', import.meta.url))
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': request.url === '/' ? 'text/html' : 'text/javascript' })
    response.end(request.url === '/' ? page : client)
  })
  server.listen(0, '127.0.0.1')
  atEnd(t, () => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/`
}

test('every method reaches its action, with headers, data and query', async (t) => {
  const app = await startApp(t, 'requests')
  const socket = await sail(t, app, { headers: { 'x-global': 'g' } })

  for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
    const { body: shown, error } = await ask(socket, method, '/show?a=1', { b: [2] })
    assert.equal(error, null) // sails-sockets D35
    assert.equal(shown.method, method.toUpperCase())
    assert.deepEqual([shown.body, shown.query], [{ b: [2] }, { a: '1' }])
    assert.equal(shown.id, socket.id)
  }
  const missing = await ask(socket, 'get', '/nope')
  assert.deepEqual([missing.body, missing.statusCode], ['Not Found', 404])
  assert.match(missing.error.message, /404/)
  assert.deepEqual((await ask(socket, 'post', '/headers', { names: ['x-global'] })).body, ['g'])
  assert.deepEqual([...(await ask(socket, 'get', '/binary')).body.bytes], [1, 2])
})

test('events reach the client, in its rooms', async (t) => {
  const app = await startApp(t, 'sockets')
  const [ann, bob] = [await sail(t, app), await sail(t, app)]
  await ask(ann, 'put', '/join', { room: 'kitchen' })

  const said = next(ann, 'said')
  await ask(bob, 'post', '/broadcast', { rooms: ['kitchen'], event: 'said', data: { a: 1 } })
  assert.deepEqual(await said, [{ a: 1 }])
})

test('requests before the connection are answered in their order', async (t) => {
  const app = await startApp(t, 'requests')
  const socket = loadClient(t).sails.connect(app.url)
  const numbers = Array.from({ length: 20 }, (_, i) => i)

  const answers = await Promise.all(numbers.map((i) => ask(socket, 'post', '/json', { data: [i] })))
  assert.deepEqual(answers.map(({ body }) => body[0]), numbers)
})

test('the client comes back to a server that was away; what waited fails, what came later goes out', async (t) => {
  const app = await startApp(t, 'requests')
  const socket = await sail(t, app, { reconnection: true })
  const broken = ask(socket, 'get', '/wait')
  await ask(socket, 'get', '/text') // the other is on its way: this came behind it

  const lost = next(socket, 'disconnect')
  const back = next(socket, 'reconnect')
  const restarted = app.restart()
  assert.equal((await broken).statusCode, 0)
  await lost
  const queued = ask(socket, 'get', '/text')
  await restarted
  await back
  assert.equal((await queued).body, 'ok!')
})

test('a server that sends the client away is not called again until it is asked to', async (t) => {
  const app = await startApp(t, 'sockets')
  const [ann, bob] = [await sail(t, app, { reconnection: true }), await sail(t, app)]
  const gone = next(ann, 'disconnect')
  await ask(bob, 'put', '/disconnect', { id: ann.id, close: true })
  assert.deepEqual(await gone, ['io server disconnect'])
  const back = next(ann, 'connect')
  ann.reconnect()
  await back
})

test('a page of another origin has a session, and keeps it', async (t) => {
  const app = await startApp(t, 'visits')
  const site = await startSite(t, `<script src="/sails.io.js" data-url="${app.url}"></script>`)
  const context = await (await startBrowser(t)).newContext()
  const visits = async () => {
    const page = await context.newPage()
    await page.goto(site)
    return page.evaluate(() => new Promise((resolve) => {
      io.socket.get('/visits')
      io.socket.get('/visits', resolve)
    }))
  }

  assert.equal(await visits(), 2)
  const names = (await context.cookies(app.url)).map(({ name }) => name)
  assert.deepEqual(names, ['sails.sid']) // from /__getcookie, which the client has fetched
  assert.equal(await visits(), 4)
})
