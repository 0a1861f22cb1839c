// Programs that are no nodes reach the clients of all nodes: our emitter, and those of Socket.IO.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ask, bytesEqual, next, record, within } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { atEnd } from './support/ends.mjs'
import { startRedis } from './support/redis.mjs'
import { folderOf, sails } from './support/sails-command.mjs'
import { binaryOf } from './support/server.mjs'

const require = createRequire(import.meta.url)
const { Emitter } = require('@socket.io/redis-emitter')
const { Emitter: Emitter4 } = require('@socket.io/redis-emitter-4')
const oldEmitter = require('socket.io-emitter')

/** A node of each kind with a client, in rooms of their own and in "all". */
async function startScene(t) {
  const redis = await startRedis(t)
  const client = await connectRedis(t, redis)
  const nodes = { c: await startC(t, redis, ['--workers=2']), n: await startNode(t, redis) }
  await gathered(client, 2)
  const people = {}
  for (const [name, node] of Object.entries(nodes)) {
    people[name] = await node.connect()
    await ask(people[name], 'join', name, 'all')
  }
  return { redis, client, people }
}

/** Our emitter, with the face of Socket.IO's. */
function ours(redis) {
  const call = (...args) =>
    promisify(execFile)(binaryOf('emitter'), [`redis://127.0.0.1:${redis.port}`, '', JSON.stringify(args)])
  return {
    emit: (rooms, except, event, ...args) => call('emit', '/', rooms, except, event, args),
    join: (rooms, names) => call('join', null, rooms, null, names),
    leave: (rooms, names) => call('leave', '/', rooms, [], names),
    disconnect: (rooms) => call('disconnect', '/', rooms, [], true),
    serverSideEmit: (event, ...args) => call('server-side', '/', event, args),
  }
}

function theirs(client, Emitter) {
  const emitter = new Emitter(client)
  const to = (rooms, except = []) =>
    except.reduce((operator, room) => operator.except(room),
      (rooms ?? []).reduce((operator, room) => operator.to(room), emitter.of('/')))
  return {
    emit: async (rooms, except, event, ...args) => to(rooms, except).emit(event, ...args),
    join: async (rooms, names) => to(rooms).socketsJoin(names),
    leave: async (rooms, names) => to(rooms).socketsLeave(names),
    disconnect: async (rooms) => to(rooms).disconnectSockets(true),
    serverSideEmit: async (event, ...args) => emitter.serverSideEmit(event, ...args),
  }
}

for (const [whose, make] of [['our emitter', (s) => ours(s.redis)], ['redis-emitter 5', (s) => theirs(s.client, Emitter)],
  ['redis-emitter 4', (s) => theirs(s.client, Emitter4)]]) {
  test(`${whose} reaches clients and programs of both kinds of node (redis-cluster 20)`, async (t) => {
    const scene = await startScene(t)
    const { c, n } = scene.people
    const emitter = make(scene)
    const both = (event) => Promise.all([next(c, event), next(n, event)])

    const all = both('hello')
    await emitter.emit(null, [], 'hello', 1, { deep: ['ü'] }, null)
    assert.deepEqual(await all, [[1, { deep: ['ü'] }, null], [1, { deep: ['ü'] }, null]])

    const heard = [record(c, 'one'), record(n, 'one')]
    await emitter.emit(['c'], [], 'one', 1)
    await emitter.emit(['all'], ['c'], 'one', 2)
    const last = both('last')
    await emitter.emit(['c', 'n'], [], 'last')
    await last
    assert.deepEqual(heard, [[[1]], [[2]]])

    await emitter.join(['all'], ['new'])
    await emitter.leave(['n'], ['new'])
    const joined = both('joined')
    await emitter.emit(null, [], 'joined')
    await joined
    assert.deepEqual((await ask(c, 'fetch', { to: ['new'] })).map(({ id }) => id), [c.id])

    const programs = both('server-heard')
    await emitter.serverSideEmit('tell', 'you')
    assert.deepEqual(await programs, [['you'], ['you']])

    const gone = both('disconnect')
    await emitter.disconnect(['all'])
    await gone
  })
}

test('socket.io-emitter 3 reaches clients of our nodes (redis-cluster 20)', async (t) => {
  const { redis, people } = await startScene(t)
  const emitter = oldEmitter({ host: '127.0.0.1', port: redis.port })
  atEnd(t, () => emitter.redis.end(true))
  const heard = record(people.c, 'old')
  const last = next(people.c, 'last')

  emitter.emit('old', 1, { deep: ['ü'] }, null)
  emitter.to('c').emit('old', Buffer.from([1, 2]))
  emitter.to('n').emit('old', 'not for us')
  emitter.in('c').in('all').emit('old', 3)
  emitter.of('/').to('c').emit('last')
  await last
  assert.equal(heard.length, 3)
  assert.deepEqual(heard[0], [1, { deep: ['ü'] }, null])
  bytesEqual(heard[1], [Buffer.from([1, 2])])
  assert.deepEqual(heard[2], [3])
})

test('what socket.io-emitter 3 says, with binary, reaches clients of our nodes (redis-cluster 20)', async (t) => {
  const { client, people } = await startScene(t)
  const said = next(people.c, 'old')
  // ["emitter", {type: 5, data: ["old", <01 02>], nsp: "/"}, {rooms: ["c"], flags: {json: true}}]
  await client.publish('socket.io#/#c#', Buffer.from(
    '93a7656d697474657283a47479706505a46461746192a36f6c64c4020102a36e7370a12f82a5726f6f6d7391a163a5666c61677381a46a736f6ec3', 'hex'))
  bytesEqual(await said, [Buffer.from([1, 2])])
})

test('an emitter says why it could not', async (t) => {
  const run = (...args) => promisify(execFile)(binaryOf('emitter'), args).catch(({ stdout }) => ({ stdout }))
  const redis = await startRedis(t, ['--requirepass', 'right'])
  const emit = JSON.stringify(['emit', '/', null, null, 'e', []])

  assert.match((await run(`redis://127.0.0.1:${redis.port}`, '', emit)).stdout, /^SAILS_EREFUSED/)
  assert.match((await run(`redis://:right@127.0.0.1:${redis.port}`, '', emit)).stdout, /^OK\nOK \n$/)
  await redis.stop()
  assert.match((await run(`redis://127.0.0.1:${redis.port}`, '', emit)).stdout, /^ECONNREFUSED/)
  assert.match((await run('http://x', '', emit)).stdout, /^SAILS_EINVAL/)
})

/** python-socketio with Redis: a manager that only writes, and a server. Each call ends when Redis has it. */
async function startPython(t, redis) {
  const folder = new URL('.', import.meta.url).pathname
  const child = spawn(`${folder}/.venv/bin/python`, [`${folder}/python/manager.py`, `redis://127.0.0.1:${redis.port}/0`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  })
  atEnd(t, () => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async (who, method, args, kwargs = {}) => {
    child.stdin.write(`${JSON.stringify([who, method, args, kwargs])}\n`)
    assert.equal((await within(lines.next(), `${method} in Python`)).value, 'done')
  }
}

for (const options of [{}, { adapter: '@socket.io/redis-streams-adapter' }]) {
  test(`managers of python-socketio reach clients of our nodes (${options.adapter ?? 'classic'})`, async (t) => {
    const redis = await startRedis(t)
    const setting = '--sockets.pythonChannel=socketio'
    const nodes = [await startC(t, redis, ['--workers=2', setting], options), await startC(t, redis, [setting], options)]
    const people = await Promise.all(nodes.map((node) => node.connect()))
    const [ann, bob] = people
    const call = await startPython(t, redis)
    const hear = (event) => Promise.all(people.map((one) => next(one, event)))

    let heard = hear('news')
    await call('writer', 'emit', ['news', { a: ['ü', null, 1.5] }])
    assert.deepEqual(await heard, [[{ a: ['ü', null, 1.5] }], [{ a: ['ü', null, 1.5] }]])
    heard = hear('several')
    await call('server', 'emit', ['several', { tuple: [1, [2], null] }])
    assert.deepEqual(await heard, [[1, [2], null], [1, [2], null]])
    heard = hear('bytes')
    await call('writer', 'emit', ['bytes', { a: { bytes: [1, 2, 255] }, b: [{ bytes: [] }] }])
    for (const args of await heard) {
      bytesEqual(args, [{ a: Buffer.from([1, 2, 255]), b: [Buffer.alloc(0)] }])
    }

    const logs = people.map((one) => record(one, 'one'))
    await call('server', 'enter_room', [ann.id, 'den'])
    await call('server', 'enter_room', [bob.id, 'den'])
    await call('writer', 'emit', ['one', 'den'], { room: 'den' })
    await call('writer', 'emit', ['one', 'bob'], { to: bob.id })
    await call('writer', 'emit', ['one', 'not ann'], { skip_sid: ann.id })
    await call('server', 'leave_room', [bob.id, 'den'])
    await call('writer', 'emit', ['one', 'left'], { room: ['den', 'other'] })
    await call('server', 'close_room', ['den'])
    await call('writer', 'emit', ['one', 'closed'], { room: 'den' })
    heard = hear('last')
    await call('writer', 'emit', ['last', null])
    assert.deepEqual(await heard, [[], []])
    assert.deepEqual(logs, [[['den'], ['left']], [['den'], ['bob'], ['not ann']]])

    const gone = next(bob, 'disconnect')
    await call('server', 'disconnect', [bob.id])
    assert.equal((await gone)[0], 'io server disconnect')
    const alone = next(ann, 'alone')
    await call('writer', 'emit', ['alone', 1])
    assert.deepEqual(await alone, [1])
  })
}

/** `sails emit` in an empty folder, with the Redis of the test. */
async function startEmit(t, redis) {
  const cwd = await folderOf(t)
  return (...args) => sails(t, cwd, ['emit', '--redis', `redis://127.0.0.1:${redis.port}`, ...args])
}

test('`sails emit` reaches clients of both kinds of node', async (t) => {
  const { redis, people } = await startScene(t)
  const { c, n } = people
  const emit = await startEmit(t, redis)
  const both = (event) => Promise.all([next(c, event), next(n, event)])
  const quiet = { status: 0, out: '', err: '' }

  const all = both('hello')
  assert.deepEqual(await emit('all', 'hello', '{"deep":["ü"]}', '-5', '[1]'), quiet)
  assert.deepEqual(await all, [[{ deep: ['ü'] }, -5, [1]], [{ deep: ['ü'] }, -5, [1]]])

  const heard = [record(c, 'one'), record(n, 'one')]
  assert.deepEqual(await emit('c', 'one', '1'), quiet)
  assert.deepEqual(await emit('--except=n', 'all', 'one', '2'), quiet)
  assert.deepEqual(await emit('--except', 'c', '--all', 'one', '3'), quiet)
  assert.deepEqual(await emit('--nsp', '/other', '--all', 'one', '4'), quiet)
  assert.deepEqual(await emit('--key=other', '--all', 'one', '5'), quiet)
  const last = both('--last')
  assert.deepEqual(await emit('--nsp=/', '--all', '--key', 'socket.io', '--', '--last'), quiet)
  assert.deepEqual(await last, [[], []])
  assert.deepEqual(heard, [[[1], [2]], [[3]]])
})

test('`sails emit` says why it could not, and its status tells whose fault it is', async (t) => {
  const redis = await startRedis(t, ['--requirepass', 'right'])
  const cwd = await folderOf(t)
  const emit = await startEmit(t, redis)
  const wrong = [[[], /Usage: sails emit ROOM EVENT/], [['room'], /Usage/], [['--all'], /Usage/],
    [['room', 'event', '{'], /`\{` is no JSON: /], [['room', 'event', 'hello'], /Texts have double quotes/],
    [['--rooms', 'a', 'e'], /What is `--rooms`\?/], [['--key=', 'a', 'e'], /What is `--key=`\?/]]

  const names = [[['a', 'disconnect'], /the name of the room or the event/], [['x'.repeat(70_000), 'e'], /the name/]]
  const env = { sails_sockets__url: `redis://:right@127.0.0.1:${redis.port}` }

  for (const [args, told] of names) {
    const { status, err } = await sails(t, cwd, ['emit', ...args], { env })
    assert.match(err, told)
    assert.equal(status, 1, err)
  }
  wrong.push([['a', 'e', '--key'], /`--key` needs a value/])
  for (const [args, told] of wrong) {
    const { status, err } = await emit(...args)
    assert.match(err, told)
    assert.equal(status, 1, err)
  }
  for (const args of [['a', 'e', '--redis'], ['a', 'e', '--redis', 'http://x']]) {
    assert.equal((await sails(t, cwd, ['emit', ...args])).status, 1)
  }

  assert.deepEqual(await emit('a', 'e'), {
    status: 69, out: '', err: `error: Redis at 127.0.0.1:${redis.port}: it refuses the user, the password or the number of the database\n` })
  assert.deepEqual(await sails(t, cwd, ['emit', 'a', 'e'], { env }), { status: 0, out: '', err: '' })
  await redis.stop()
  const { status, err } = await sails(t, cwd, ['emit', 'a', 'e'], { env })
  assert.equal(err, `error: Redis at 127.0.0.1:${redis.port}: Connection refused\n`) // without the password
  assert.equal(status, 69)
})
