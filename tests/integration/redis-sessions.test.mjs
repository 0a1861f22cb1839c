// Sessions in Redis: this server and one of Node's, express-session over the Redis store of Sails,
// have the same clients.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'
import { ask } from './support/clients.mjs'
import { startRedis } from './support/redis.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const require = createRequire(import.meta.url)
const redisClient = require('redis')
const session = require('express-session')
const RedisStore = require('@sailshq/connect-redis')(session)

const secret = 'a secret of both'

const startC = (t, redis, args = []) =>
  startApp(t, 'sessions', {
    args: [`--session.secret=${secret}`, '--session.adapter=redis', `--session.port=${redis.port}`,
      ...args],
  })

/** One client's requests, to any of the servers: it keeps the last cookie that it was given. */
class Client {
  cookie = ''

  async request(server, method, path, body) {
    const response = await fetch(server.url + path, {
      method,
      headers: { cookie: this.cookie, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    const [set] = response.headers.getSetCookie()
    this.cookie = set?.split(';')[0] ?? this.cookie
    return { status: response.status, body: await response.text() }
  }

  async session(server) {
    return JSON.parse((await this.request(server, 'GET', '/session')).body)
  }

  async put(server, name, value) {
    return JSON.parse((await this.request(server, 'PUT', `/session/${name}`, { value })).body)
  }

  get sid() {
    return /s:([^.]*)\./.exec(decodeURIComponent(this.cookie))[1]
  }
}

/** The same routes as apps/sessions.c, with the settings that Sails gives express-session. */
async function startNode(t, redis, { cookie } = {}) {
  const client = redisClient.createClient(redis.port, '127.0.0.1')
  const withSession = session({
    name: 'sails.sid',
    secret,
    resave: true,
    saveUninitialized: true,
    cookie,
    store: new RedisStore({ client }),
  })
  const server = createServer((req, res) => {
    withSession(req, res, async (error) => {
      assert.ifError(error)
      if (req.method === 'PUT') {
        const body = await new Response(req).json()
        req.session[req.url.split('/')[2]] = body.value
      }
      if (req.method === 'DELETE') {
        await new Promise((resolve) => req.session.destroy(resolve))
      }
      res.end(JSON.stringify(req.session ?? null))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, async () => {
    server.closeAllConnections()
    server.close()
    await new Promise((resolve) => client.quit(resolve))
  })
  return { url: `http://127.0.0.1:${server.address().port}`, client }
}

/** What Redis says to one command. */
const tell = (node, command, ...args) =>
  new Promise((resolve, reject) => {
    node.client.send_command(command, args, (error, reply) =>
      error ? reject(error) : resolve(reply),
    )
  })

async function until(condition) {
  for (let left = PATIENCE_MS; !(await condition()); left -= 20) {
    assert.ok(left > 0, `it does not come true: ${condition}`)
    await delay(20)
  }
}

for (const workers of [1, 2]) {
  // sails-sockets 4.2
  test(`a session goes back and forth between C and Node (${workers} workers)`, async (t) => {
    const redis = await startRedis(t)
    const node = await startNode(t, redis)
    const app = await startC(t, redis, [`--workers=${workers}`])
    const ann = new Client()
    const bob = new Client()

    await ann.put(app, 'name', 'Ånn "A" \u{1F600}')
    await ann.put(app, 'list', [1, 0.5, { deep: null }])
    const { cookie } = ann
    const seen = await ann.session(node)
    assert.equal(seen.name, 'Ånn "A" \u{1F600}')
    assert.deepEqual(seen.list, [1, 0.5, { deep: null }])
    await ann.put(node, 'cart', ['tea'])
    assert.deepEqual((await ann.session(app)).cart, ['tea'])
    assert.equal(ann.cookie, cookie)

    await bob.put(node, 'name', 'Bob')
    assert.equal((await bob.session(app)).name, 'Bob')
    await bob.put(app, 'name', 'Robert')
    assert.equal((await bob.session(node)).name, 'Robert')
    assert.notEqual(bob.sid, ann.sid)
  })
}

// sails-sockets 4.2, 4.3
test('the key, the value and the time are those of Sails', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis)
  const app = await startC(t, redis)
  const ann = new Client()

  await ann.put(app, 'n', 1)
  const key = `sess:${ann.sid}`
  assert.deepEqual(await tell(node, 'KEYS', '*'), [key])
  assert.equal(
    await tell(node, 'GET', key),
    '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"n":1}',
  )
  const ttl = await tell(node, 'TTL', key)
  assert.ok(ttl > 86_300 && ttl <= 86_400, String(ttl))
})

test('a socket has the session of its cookie', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis)
  const app = await startC(t, redis)
  const ann = new Client()

  await ann.put(node, 'name', 'Ann')
  const socket = await app.connect({ extraHeaders: { cookie: ann.cookie } })
  const { body } = await ask(socket, 'get', { url: '/session' })
  assert.equal(body.name, 'Ann')
  await ask(socket, 'put', { url: '/session/name', data: { value: 'Anna' } })
  assert.equal((await ann.session(node)).name, 'Anna')
})

test('who logs out at one server has logged out at both', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis)
  const app = await startC(t, redis)

  for (const [here, there] of [[app, node], [node, app]]) {
    const ann = new Client()
    await ann.put(here, 'name', 'Ann')
    await ann.request(there, 'DELETE', '/session')
    assert.equal((await ann.session(here)).name, undefined)
  }
  const bob = new Client()
  await bob.put(node, 'name', 'Bob')
  const before = bob.sid
  await bob.request(app, 'POST', '/session')
  assert.notEqual(bob.sid, before)
  assert.equal(await tell(node, 'EXISTS', `sess:${before}`), 0)
})

test('a session lives as long as its cookie', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis, { cookie: { maxAge: 60_000 } })
  const app = await startC(t, redis, ['--session.cookie.maxAge=60000'])
  const ann = new Client()

  await ann.put(app, 'n', 1)
  const ttl = await tell(node, 'TTL', `sess:${ann.sid}`)
  assert.ok(ttl > 50 && ttl <= 60, String(ttl))
  const { cookie } = await ann.session(node)
  assert.equal(cookie.originalMaxAge, 60_000)
  assert.ok(Math.abs(new Date(cookie.expires) - Date.now() - 60_000) < 10_000)
})

test('the lifetime that Node gave a cookie holds in C, too', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis, { cookie: { maxAge: 60_000 } })
  const app = await startC(t, redis)
  const ann = new Client()

  await ann.put(node, 'n', 1)
  await ann.put(app, 'n', 2)
  const ttl = await tell(node, 'TTL', `sess:${ann.sid}`)
  assert.ok(ttl > 50 && ttl <= 60, String(ttl))
  assert.equal((await ann.session(node)).n, 2)
})

// app-config-cli 5.10
test('prefix and lifetime can be set; Node finds the session under the same prefix', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis)
  const app = await startC(t, redis, ['--session.prefix=shop:', '--session.ttl=100'])
  const ann = new Client()

  await ann.put(app, 'n', 1)
  const ttl = await tell(node, 'TTL', `shop:${ann.sid}`)
  assert.ok(ttl > 90 && ttl <= 100, String(ttl))
})

test('what is no session under its key counts as none, and is not logged', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis)
  const app = await startC(t, redis)
  const ann = new Client()

  await ann.put(app, 'n', 1)
  const { sid } = ann
  await tell(node, 'SET', `sess:${sid}`, '{"private')
  assert.equal((await ann.session(app)).n, undefined)
  assert.notEqual(ann.sid, sid)
  await app.says(/is no session/)
  await app.stop()
  assert.doesNotMatch(app.log, /private/)
})

// ---- Redis goes ----

test('without Redis requests are answered, and it is used again when it is back', async (t) => {
  const redis = await startRedis(t)
  const app = await startC(t, redis, ['--workers=2'])
  const ann = new Client()

  await ann.put(app, 'name', 'Ann')
  await redis.stop()
  await app.says(/trying again/)
  const began = Date.now()
  for (let i = 0; i < 5; i++) {
    assert.equal(await ann.session(app), null)
  }
  assert.ok(Date.now() - began < 5000)
  await redis.start()
  await until(async () => (await ann.session(app))?.name === 'Ann')
  await app.says(/Redis at 127\.0\.0\.1:\d+ is back/)
})

test('a Redis that says nothing holds nobody up for long', async (t) => {
  const redis = await startRedis(t)
  const app = await startC(t, redis)
  const ann = new Client()

  await ann.put(app, 'name', 'Ann')
  redis.freeze()
  assert.equal(await ann.session(app), null)
  redis.thaw()
  await until(async () => (await ann.session(app))?.name === 'Ann')
})

test('the app is lifted without Redis, too', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const app = await startC(t, redis)
  const ann = new Client()

  assert.equal((await ann.put(app, 'n', 1)).n, 1) // of which nobody will hear again
  assert.equal(await ann.session(app), null)
  await redis.start()
  await until(async () => (await ann.session(app)) !== null)
  await ann.put(app, 'n', 2)
  assert.equal((await ann.session(app)).n, 2)
})

// ---- who we are ----

test('password, database and URL', async (t) => {
  const redis = await startRedis(t, ['--requirepass', 'p@ss'])
  const wrong = await startC(t, redis, ['--session.pass=nonsense'])
  const keys = await startC(t, redis, ['--session.pass=p@ss', '--session.db=2'])
  const url = await startC(t, redis, [
    '--session.adapter=@sailshq/connect-redis',
    '--session.host=nowhere.invalid',
    `--session.url=redis://:p%40ss@127.0.0.1:${redis.port}/2`,
  ])
  const ann = new Client()

  await wrong.says(/WRONGPASS/)
  await wrong.stop()
  assert.doesNotMatch(wrong.log, /nonsense/)
  await ann.put(keys, 'n', 1)
  assert.equal((await ann.session(url)).n, 1)
})
