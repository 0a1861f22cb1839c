// What becomes of nodes whose Redis is away, late, slow or locked.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { makeCertificate } from './support/certificate.mjs'
import { ask, asks, caughtUp, next, record } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { freePort, startRedis } from './support/redis.mjs'
import { binaryOf, startApp } from './support/server.mjs'

/** Runs the program until it ends: its status, and all that it has said. */
async function run(args) {
  const child = spawn(binaryOf('io'), ['--port=0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  }
  const [code] = await once(child, 'close')
  return { code, said }
}

test('without Redis the lift fails, as in Sails, and says why', async () => {
  const port = await freePort()
  const { code, said } = await run(['--sockets.adapter=redis', `--sockets.url=redis://127.0.0.1:${port}`])
  assert.equal(code, 1)
  assert.match(said, new RegExp(`Redis at 127\\.0\\.0\\.1:${port}: Connection refused`))
})

test('a wrong password fails the lift, and is not repeated', async (t) => {
  const redis = await startRedis(t, ['--requirepass', 'right'])
  const { code, said } = await run(['--sockets.adapter=redis', `--sockets.url=redis://:wrong@127.0.0.1:${redis.port}`])
  assert.equal(code, 1)
  assert.match(said, /WRONGPASS/)
  assert.ok(!said.includes('wrong@'))
})

test('it can be lifted without Redis, and joins the others when it is there', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const args = ['--sockets.adapter=redis', `--sockets.port=${redis.port}`, '--sockets.liftWithoutRedis=true']
  const [one, two] = [await startApp(t, 'io', { args }), await startApp(t, 'io', { args })]
  const [ann, bob] = [await one.connect(), await two.connect()]
  const heard = record(bob, 'said')

  await ask(ann, 'emit', {}, 'said', [1])
  await caughtUp(ann, bob)
  assert.deepEqual(heard, [])
  await redis.start()
  await one.says(/among the others/)
  await two.says(/among the others/)
  const said = next(bob, 'said')
  await ask(ann, 'emit', {}, 'said', [2])
  assert.deepEqual(await said, [2])
})

test('Redis goes and comes back: clients stay, each node serves its own (redis-cluster 22, 23)', async (t) => {
  const redis = await startRedis(t)
  const nodes = [await startC(t, redis), await startC(t, redis, ['--workers=2']), await startNode(t, redis)]
  const client = await connectRedis(t, redis)
  await gathered(client, 3)
  const [ann, bob, eve] = await Promise.all(nodes.map((node) => node.connect()))
  const left = record(ann, 'disconnect')

  for (const end of ['stop', 'kill']) {
    await redis[end]()
    await nodes[0].says(/this node is alone/)
    await nodes[1].says(/this node is alone/)
    const own = next(ann, 'said')
    await ask(ann, 'emit', {}, 'said', ['alone'])
    assert.deepEqual(await own, ['alone'])
    assert.equal((await ask(ann, 'fetch', {})).length, 1)
    assert.deepEqual(await asks(ann, 'ask-all', { to: ['nobody'] }, 5000, 'x', []), [null, []])

    await redis.start()
    await gathered(client, 3)
    for (const [from, to] of [[ann, bob], [bob, eve], [eve, ann]]) {
      const said = next(to, `said-${end}`)
      await ask(from, 'emit', {}, `said-${end}`, ['again'])
      assert.deepEqual(await said, ['again'])
    }
    assert.equal((await ask(ann, 'fetch', {})).length, 3)
  }
  assert.deepEqual(left, [])
})

test('a Redis that says nothing any more is noticed, and holds up nobody', async (t) => {
  const redis = await startRedis(t)
  const app = await startC(t, redis)
  const ann = await app.connect()

  redis.freeze()
  for (let i = 0; i < 100; i++) {
    const own = next(ann, 'said')
    await ask(ann, 'emit', {}, 'said', [i])
    assert.deepEqual(await own, [i])
  }
  await app.says(/this node is alone: operation has timed out/)
  redis.thaw()
})

test('a message that is too long for other nodes is heard at its own, and told of', async (t) => {
  const redis = await startRedis(t)
  const nodes = [await startC(t, redis), await startC(t, redis)]
  const [ann, bob] = await Promise.all(nodes.map((node) => node.connect()))
  const said = next(ann, 'said')
  const heard = record(bob, 'said')

  await ask(ann, 'emit', {}, 'said', ['x'.repeat(17 * 1024 * 1024)])
  assert.equal((await said)[0].length, 17 * 1024 * 1024)
  await nodes[0].says(/1 messages were not said to other nodes, the last one of 17825\d{3} bytes on channel socket.io#\/#: /)
  const last = next(bob, 'last')
  await ask(ann, 'emit', {}, 'last', [])
  await last
  assert.deepEqual(heard, [])
})

test('a node that is killed is missing as soon as Redis has noticed', async (t) => {
  const redis = await startRedis(t)
  const nodes = [await startC(t, redis), await startC(t, redis)]
  const client = await connectRedis(t, redis)
  const [ann] = await Promise.all(nodes.map((node) => node.connect()))

  assert.equal((await ask(ann, 'fetch', {})).length, 2)
  await nodes[1].kill()
  await gathered(client, 1)
  assert.equal((await ask(ann, 'fetch', {})).length, 1)
})

test('nodes reach Redis over TLS, with a name and a password', async (t) => {
  const { cert, key } = makeCertificate(t)
  const port = await freePort()
  const redis = await startRedis(t, ['--tls-port', port, '--tls-cert-file', cert, '--tls-key-file', key,
    '--tls-ca-cert-file', cert, '--tls-auth-clients', 'optional', '--user', 'app', 'on', '>s3cret', '~*', '&*', '+@all'])
  const url = `rediss://app:s3cret@localhost:${port}`
  const args = [`--sockets.adapterOptions.tls.ca=${cert}`]
  const one = await startC(t, redis, args, { url })
  const two = await startC(t, redis, args, { url })
  const [ann, bob] = [await one.connect(), await two.connect()]

  const said = next(bob, 'said')
  const big = 'x'.repeat(1_000_000)
  await ask(ann, 'emit', {}, 'said', [big])
  assert.deepEqual(await said, [big])
  // Whose certificate nobody vouches for is not Redis.
  const stranger = await run(['--sockets.adapter=redis', `--sockets.url=${url}`])
  assert.equal(stranger.code, 78)
  assert.match(stranger.said, /Redis at localhost:\d+: TLS failed/)
})
