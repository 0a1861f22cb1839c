// Rooms and the operations on many sockets. One worker and several must look the same.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, asks, bytesEqual, caughtUp, everyWay, next, record } from './support/clients.mjs'

/** As many sockets as names; each records what it hears as "said". */
async function gather(app, names, options = {}) {
  const people = {}
  await Promise.all(
    names.map(async (name) => {
      const socket = await app.connect(options)
      people[name] = Object.assign(socket, { heard: record(socket, 'said') })
    }),
  )
  return people
}

/** What each has heard since the last look. */
async function heard(people) {
  await caughtUp(...Object.values(people))
  const entries = Object.entries(people).map(([name, { heard }]) => [name, heard.splice(0).flat()])
  return Object.fromEntries(entries.filter(([, words]) => words.length > 0))
}

for (const via of everyWay()) {
  test(`a broadcast reaches the room but neither sender nor outsiders (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const people = await gather(app, ['ann', 'bob', 'eve'], via)
    const { ann, bob, eve } = people
    await ask(ann, 'join', 'kitchen')
    await ask(bob, 'join', 'kitchen')

    assert.equal(await ask(ann, 'broadcast', { to: ['kitchen'] }, 'said', ['dinner']), null)
    assert.deepEqual(await heard(people), { bob: ['dinner'] })

    assert.equal(await ask(eve, 'emit', { to: ['kitchen'] }, 'said', ['coming']), null)
    assert.deepEqual(await heard(people), { ann: ['coming'], bob: ['coming'] })

    await ask(bob, 'leave', 'kitchen')
    assert.equal(await ask(eve, 'emit', { to: ['kitchen'] }, 'said', ['alone']), null)
    assert.deepEqual(await heard(people), { ann: ['alone'] })
  })

  test(`binary is broadcast (${via.name})`, async (t) => {
    const app = await startApp(t, 'io')
    const people = await gather(app, ['ann', 'bob'], via)

    const said = next(people.bob, 'said')
    await ask(people.ann, 'broadcast', {}, 'said', [{ pixel: Buffer.from([1, 2, 3]) }])
    bytesEqual(await said, [{ pixel: Buffer.from([1, 2, 3]) }])
  })
}

for (const workers of [1, 4]) {
  const args = ['--workers', String(workers)]
  const names = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal']

  test(`who is selected: union, each once, minus exceptions (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names)
    const { ann, bob, cat, dan } = people
    await ask(ann, 'join', 'kitchen', 'hall')
    await ask(bob, 'join', 'kitchen')
    await ask(cat, 'join', 'hall')
    await ask(dan, 'join', 'hall', 'cellar')
    const everybody = Object.fromEntries(names.map((name) => [name, ['x']]))
    const without = (...gone) =>
      Object.fromEntries(Object.entries(everybody).filter(([name]) => !gone.includes(name)))

    // socket-io 26
    const cases = [
      ['emit', {}, everybody],
      ['emit', { to: ['kitchen'] }, { ann: ['x'], bob: ['x'] }],
      ['emit', { to: ['kitchen', 'hall'] }, { ann: ['x'], bob: ['x'], cat: ['x'], dan: ['x'] }],
      ['emit', { to: ['hall'], except: ['kitchen'] }, { cat: ['x'], dan: ['x'] }],
      ['emit', { to: ['hall'], except: ['kitchen', 'cellar'] }, { cat: ['x'] }],
      ['emit', { except: ['hall'] }, without('ann', 'cat', 'dan')],
      ['emit', { to: [bob.id] }, { bob: ['x'] }],
      ['emit', { to: ['kitchen', bob.id], except: [ann.id] }, { bob: ['x'] }],
      ['emit', { except: [bob.id, cat.id] }, without('bob', 'cat')],
      ['emit', { to: ['attic'] }, {}],
      ['emit', { to: [] }, {}],
      ['emit', { to: ['hall'], local: true }, { ann: ['x'], cat: ['x'], dan: ['x'] }],
      ['emit', { to: ['hall'], compress: false }, { ann: ['x'], cat: ['x'], dan: ['x'] }],
      ['broadcast', {}, without('ann')],
      ['broadcast', { to: ['kitchen', 'hall'] }, { bob: ['x'], cat: ['x'], dan: ['x'] }],
      ['broadcast', { to: [ann.id] }, {}],
      ['broadcast', { except: ['hall'] }, without('ann', 'cat', 'dan')],
    ]
    for (const [how, target, expected] of cases) {
      assert.equal(await ask(ann, how, target, 'said', ['x']), null)
      assert.deepEqual(await heard(people), expected, `${how} ${JSON.stringify(target)}`)
    }
  })

  test(`what one caller emits arrives in its order (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names)
    const numbers = Array.from({ length: 50 }, (_, i) => i)

    await Promise.all(numbers.map((i) => ask(people.ann, 'emit', {}, 'said', [i])))
    assert.deepEqual(await heard(people), Object.fromEntries(names.map((name) => [name, numbers])))
  })

  test(`everybody answers a broadcast with ack (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names)
    for (const [name, socket] of Object.entries(people)) {
      socket.on('roll call', (...question) => question.pop()(name, 'second argument'))
    }

    // socket-io 28
    const [error, answers] = await asks(people.ann, 'ask-all', {}, 5000, 'roll call', ['all?'])
    assert.equal(error, null)
    assert.deepEqual(answers.sort(), names)

    await ask(people.bob, 'join', 'kitchen')
    const some = await asks(people.ann, 'ask-all', { to: ['kitchen'] }, 5000, 'roll call', [])
    assert.deepEqual(some, [null, ['bob']])

    const nobody = await asks(people.ann, 'ask-all', { to: ['attic'] }, 5000, 'roll call', [])
    assert.deepEqual(nobody, [null, []])
  })

  test(`who does not answer makes it a timeout with the answers so far (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names.slice(0, 3))
    people.ann.on('roll call', (answer) => answer('ann'))
    people.bob.on('roll call', (answer) => answer())
    people.cat.on('roll call', () => {})

    // socket-io 28
    const [error, answers] = await asks(people.ann, 'ask-all', {}, 200, 'roll call', [])
    assert.equal(error, 'SAILS_ETIMEOUT')
    assert.deepEqual(answers.sort(), ['ann', null].sort())
  })

  test(`many sockets join, leave and are fetched at once (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names)
    const { ann, bob, cat } = people
    const members = async (room) => (await ask(ann, 'fetch', { to: [room] })).map(({ id }) => id).sort()

    await ask(bob, 'join', 'kitchen')
    await ask(cat, 'join', 'kitchen')
    assert.equal(await ask(ann, 'join-many', { to: ['kitchen'] }, ['hall', 'cellar']), null)
    assert.deepEqual(await members('hall'), [bob.id, cat.id].sort())
    assert.deepEqual(await members('cellar'), [bob.id, cat.id].sort())

    assert.equal(await ask(ann, 'leave-many', { to: ['kitchen'], except: [bob.id] }, ['hall']), null)
    assert.deepEqual(await members('hall'), [bob.id])

    assert.equal(await ask(ann, 'join-many', {}, ['everybody']), null)
    assert.equal((await members('everybody')).length, names.length)
    assert.equal(await ask(ann, 'leave-many', {}, ['everybody', 'kitchen']), null)
    assert.deepEqual(await members('everybody'), [])
    assert.deepEqual(await members('kitchen'), [])
  })

  test(`what is fetched of a socket (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const ann = await app.connect({ query: { who: 'ann' }, auth: { token: 't' } })
    const bob = await app.connect()
    await ask(ann, 'join', 'kitchen')
    await ask(ann, 'set-data', { name: 'Ann', tags: [1] })

    const [fetched, ...others] = await ask(bob, 'fetch', { to: ['kitchen'] })
    assert.deepEqual(others, [])
    assert.equal(fetched.id, ann.id)
    assert.deepEqual(fetched.rooms.sort(), [ann.id, 'kitchen'].sort())
    assert.deepEqual(fetched.data, { name: 'Ann', tags: [1] })
    assert.equal(fetched.handshake.query.who, 'ann')
    assert.deepEqual(fetched.handshake.auth, { token: 't' })
    assert.equal((await ask(bob, 'fetch', {})).length, 2)
  })

  test(`many sockets are disconnected at once (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const people = await gather(app, names)
    const { ann, bob, cat, dan } = people
    await Promise.all([bob, cat, dan].map((socket) => ask(socket, 'join', 'kitchen')))

    for (const [socket, close] of [
      [bob, false],
      [cat, true],
    ]) {
      const told = next(socket, 'disconnect')
      assert.equal(await ask(ann, 'disconnect-many', { to: [socket.id] }, close), null)
      assert.equal((await told)[0], 'io server disconnect')
    }
    const told = next(dan, 'disconnect')
    await ask(ann, 'disconnect-many', { to: ['kitchen'] }, true)
    await told
    assert.equal((await ask(ann, 'fetch', {})).length, names.length - 3)
  })

  test(`a client 2 and a client 4 share rooms (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const sockets = await Promise.all(everyWay().map((via) => app.connect(via)))
    await Promise.all(sockets.map((socket) => ask(socket, 'join', 'kitchen')))

    // socket-io 39
    const payload = ['text', { bytes: Buffer.from([0, 255]) }]
    const said = Promise.all(sockets.map((socket) => next(socket, 'said')))
    await ask(sockets[0], 'emit', { to: ['kitchen'] }, 'said', payload)
    for (const args of await said) {
      bytesEqual(args, payload)
    }
  })

  test(`a room ends with its last member (workers ${workers})`, async (t) => {
    const app = await startApp(t, 'io', { args })
    const { ann, bob } = await gather(app, ['ann', 'bob'])
    await ask(ann, 'join', 'kitchen')
    await ask(bob, 'join', 'watchers')

    const gone = next(bob, 'gone')
    ann.disconnect()
    await gone
    assert.deepEqual(await ask(bob, 'fetch', { to: ['kitchen'] }), [])
    const rooms = (await ask(bob, 'fetch', {})).flatMap((socket) => socket.rooms)
    assert.deepEqual(rooms.sort(), [bob.id, 'watchers'].sort())
  })
}

test('joining twice and leaving where one is not are harmless', async (t) => {
  const app = await startApp(t, 'io')
  const people = await gather(app, ['ann'])
  const { ann } = people

  assert.deepEqual(await ask(ann, 'join', 'kitchen'), [ann.id, 'kitchen'])
  assert.deepEqual(await ask(ann, 'join', 'kitchen'), [ann.id, 'kitchen'])
  assert.equal(await ask(ann, 'is-in', 'kitchen'), true)
  assert.equal(await ask(ann, 'is-in', ann.id), true)
  assert.equal(await ask(ann, 'is-in', 'hall'), false)
  await ask(ann, 'emit', { to: ['kitchen'] }, 'said', ['once'])
  assert.deepEqual(await heard(people), { ann: ['once'] })
  assert.deepEqual(await ask(ann, 'leave', 'hall'), [ann.id, 'kitchen'])
  assert.deepEqual(await ask(ann, 'leave', 'kitchen'), [ann.id])
})
