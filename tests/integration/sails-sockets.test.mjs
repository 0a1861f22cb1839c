// sails.sockets, method by method, called through routes as applications call it. One worker and
// several must look the same.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { ask, caughtUp, record } from './support/clients.mjs'

/** A request over a socket; its status must be 200. The answer's body. */
async function call(socket, method, url, data = {}) {
  const { body, statusCode } = await ask(socket, method, { url, data })
  assert.equal(statusCode, 200, JSON.stringify(body))
  return body
}

/** A call of sails.sockets; the name of its error, or null. */
const put = async (socket, url, data) => (await call(socket, 'put', url, data)).status
const post = async (socket, url, data) => (await call(socket, 'post', url, data)).status

/** The same over HTTP. */
async function overHttp(app, method, url, data = {}) {
  const response = await fetch(app.url + url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: method === 'GET' ? undefined : JSON.stringify(data),
  })
  assert.equal(response.status, 200)
  return response.json()
}

/** The rooms of a socket but for its own one; null: it is not connected. */
async function roomsOf(asking, id = asking.id) {
  const rooms = (await call(asking, 'get', '/rooms'))[id]
  return rooms ? rooms.filter((room) => room !== id).sort() : null
}

for (const workers of [1, 4]) {
  const names = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay']

  /** An app, and sockets that record what they hear as "said" and as "message". */
  async function gather(t) {
    const app = await startApp(t, 'sockets', { args: ['--workers', String(workers)] })
    const people = {}
    await Promise.all(
      names.map(async (name, i) => {
        const socket = await app.connect({ client: [4, 2, 3][i % 3] })
        people[name] = Object.assign(socket, {
          said: record(socket, 'said'),
          messages: record(socket, 'message'),
        })
      }),
    )
    /** What each has heard since the last look. */
    const heard = async (kind = 'said') => {
      const present = Object.entries(people).filter(([, socket]) => socket.connected)
      await caughtUp(...present.map(([, socket]) => socket))
      return Object.fromEntries(
        present
          .map(([name, socket]) => [name, socket[kind].splice(0).flat()])
          .filter(([, words]) => words.length > 0),
      )
    }
    return { app, people, heard }
  }

  // sails-sockets 56
  test(`everybody has a room of their own from the start (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)

    for (const name of names) {
      const data = { rooms: [people[name].id], event: 'said', data: name }
      assert.equal(await post(people.ann, '/broadcast', data), null)
      assert.deepEqual(await heard(), { [name]: [name] })
    }
  })

  // sails-sockets 57
  test(`who has joined twice hears once (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann } = people

    assert.equal(await put(ann, '/join', { room: 'kitchen' }), null)
    assert.equal(await put(ann, '/join', { room: 'kitchen' }), null)
    await post(ann, '/broadcast', { rooms: ['kitchen'], event: 'said', data: 1 })
    assert.deepEqual(await heard(), { ann: [1] })
    assert.equal(await put(ann, '/leave', { room: 'kitchen' }), null)
    await post(ann, '/broadcast', { rooms: ['kitchen'], event: 'said', data: 2 })
    assert.deepEqual(await heard(), {})
  })

  // sails-sockets 58
  test(`without a name the event is "message", without data null (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann, bob } = people
    await put(ann, '/join', { id: bob.id, room: 'kitchen' })

    await post(ann, '/broadcast', { rooms: ['kitchen'], data: { a: 1 } })
    await post(ann, '/broadcast', { rooms: ['kitchen'], event: '', data: 'empty name' })
    assert.deepEqual(await heard('messages'), { bob: [{ a: 1 }, 'empty name'] })
    await post(ann, '/broadcast', { rooms: ['kitchen'], event: 'said' })
    assert.deepEqual(await heard(), { bob: [null] })
    await post(ann, '/blast', { data: 2 })
    assert.deepEqual(await heard('messages'), Object.fromEntries(names.map((name) => [name, [2]])))
  })

  // sails-sockets 59
  test(`rooms that nobody is in reach nobody, which is no error (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)

    for (const rooms of [['attic'], [], [''], ['', 'attic']]) {
      assert.equal(await post(people.ann, '/broadcast', { rooms, event: 'said', data: 1 }), null)
    }
    assert.deepEqual(await heard(), {})
  })

  // sails-sockets 60
  test(`who is in several of the rooms hears once (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann, bob } = people
    await put(ann, '/join', { room: 'kitchen' })
    await put(ann, '/join', { room: 'hall' })
    await put(bob, '/join', { room: 'hall' })

    const rooms = ['kitchen', 'hall', 'hall', ann.id]
    await post(ann, '/broadcast', { rooms, event: 'said', data: 1 })
    assert.deepEqual(await heard(), { ann: [1], bob: [1] })
  })

  // sails-sockets 61
  test(`one socket can be left out (workers ${workers})`, async (t) => {
    const { app, people, heard } = await gather(t)
    const { ann, bob, cat } = people
    await Promise.all([ann, bob, cat].map((socket) => put(socket, '/join', { room: 'kitchen' })))
    const all = (words, ...without) =>
      Object.fromEntries(names.filter((name) => !without.includes(name)).map((name) => [name, words]))

    await post(ann, '/broadcast', { rooms: ['kitchen'], event: 'said', data: 1, omit: true })
    assert.deepEqual(await heard(), { bob: [1], cat: [1] })
    await post(ann, '/broadcast', { rooms: ['kitchen'], data: 2, omit: bob.id })
    assert.deepEqual(await heard('messages'), { ann: [2], cat: [2] })
    await post(ann, '/broadcast', { rooms: [ann.id], event: 'said', data: 3, omit: true })
    assert.deepEqual(await heard(), {})
    await post(ann, '/blast', { event: 'said', data: 4, omit: true })
    assert.deepEqual(await heard(), all([4], 'ann'))
    await post(ann, '/blast', { data: 5, omit: cat.id })
    assert.deepEqual(await heard('messages'), all([5], 'cat'))

    // That socket and nobody else, wherever it has gone (D30).
    await put(bob, '/join', { room: ann.id })
    await put(ann, '/leave', { room: ann.id })
    await post(ann, '/broadcast', { rooms: ['kitchen'], event: 'said', data: 6, omit: true })
    assert.deepEqual(await heard(), { bob: [6], cat: [6] })

    // Over HTTP nobody is left out.
    await overHttp(app, 'POST', '/blast', { event: 'said', data: 7, omit: true })
    assert.deepEqual(await heard(), all([7]))
  })

  // sails-sockets 62
  test(`over HTTP there is no socket to join (workers ${workers})`, async (t) => {
    const { app, people } = await gather(t)

    for (const url of ['/join', '/leave']) {
      const { status } = await overHttp(app, 'PUT', url, { room: 'kitchen' })
      assert.equal(status, 'SAILS_EINVAL')
    }
    assert.deepEqual(await roomsOf(people.ann), [])
    assert.equal(await put(people.ann, '/join', {}), 'SAILS_EINVAL')
    assert.equal(await put(people.ann, '/join', { room: '' }), 'SAILS_EINVAL')
    assert.equal(await put(people.ann, '/join', { room: 'x'.repeat(256) }), 'SAILS_ETOOBIG')
    assert.equal(await put(people.ann, '/join', { room: 'x'.repeat(255) }), null)
  })

  // sails-sockets 63
  test(`an id that nobody has joins nothing (workers ${workers})`, async (t) => {
    const { people } = await gather(t)
    const { ann } = people

    for (const url of ['/join', '/leave']) {
      const status = await put(ann, url, { id: 'AAAAAAAAAAAAAAAAAAAA', room: 'kitchen' })
      assert.equal(status, 'SAILS_ENOENT')
    }
    const rooms = Object.values(await call(ann, 'get', '/rooms')).flat()
    assert.deepEqual(rooms.sort(), names.map((name) => people[name].id).sort())
  })

  // sails-sockets 64
  test(`a room in the place of an id stands for its members (workers ${workers})`, async (t) => {
    const { people } = await gather(t)
    const { ann, bob, cat } = people
    await put(ann, '/join', { room: 'kitchen' })
    await put(bob, '/join', { room: 'kitchen' })

    assert.equal(await put(cat, '/join', { id: 'kitchen', room: 'hall' }), null)
    assert.deepEqual(await roomsOf(cat, ann.id), ['hall', 'kitchen'])
    assert.deepEqual(await roomsOf(cat, bob.id), ['hall', 'kitchen'])
    assert.deepEqual(await roomsOf(cat), [])
    assert.equal(await put(cat, '/leave', { id: 'kitchen', room: 'hall' }), null)
    assert.deepEqual(await roomsOf(cat, ann.id), ['kitchen'])
  })

  // sails-sockets 65
  test(`members are added to rooms and removed from them (workers ${workers})`, async (t) => {
    const { people } = await gather(t)
    const { ann, bob, cat, dan } = people
    await Promise.all([ann, bob, cat].map((socket) => put(socket, '/join', { room: 'kitchen' })))

    assert.equal(await put(dan, '/add', { room: 'kitchen', rooms: 'hall' }), null)
    assert.equal(await put(dan, '/add', { room: 'kitchen', rooms: ['attic', 'cellar'] }), null)
    for (const { id } of [ann, bob, cat]) {
      assert.deepEqual(await roomsOf(dan, id), ['attic', 'cellar', 'hall', 'kitchen'])
    }
    // A snapshot: who comes later is not concerned.
    await put(dan, '/join', { room: 'kitchen' })
    assert.deepEqual(await roomsOf(dan), ['kitchen'])

    assert.equal(await put(dan, '/remove', { room: 'kitchen', rooms: 'attic' }), null)
    assert.equal(await put(dan, '/remove', { room: ann.id, rooms: ['hall', 'cellar'] }), null)
    assert.deepEqual(await roomsOf(dan, ann.id), ['kitchen'])
    assert.deepEqual(await roomsOf(dan, bob.id), ['cellar', 'hall', 'kitchen'])
    // The room itself may be among them.
    assert.equal(await put(dan, '/remove', { room: 'kitchen', rooms: ['hall', 'kitchen'] }), null)
    assert.deepEqual(await roomsOf(dan, cat.id), ['cellar'])
    assert.equal(await put(dan, '/add', { room: 'kitchen', rooms: 'hall' }), null)
    assert.deepEqual(await roomsOf(dan), [])
  })

  // sails-sockets 66
  test(`a room without a name is an error (workers ${workers})`, async (t) => {
    const { people } = await gather(t)

    for (const url of ['/add', '/remove', '/leave-all']) {
      assert.equal(await put(people.ann, url, { rooms: 'hall' }), 'SAILS_EINVAL', url)
      assert.equal(await put(people.ann, url, { room: '', rooms: 'hall' }), 'SAILS_EINVAL', url)
    }
  })

  // sails-sockets 67
  test(`leaving all rooms spares the automatic one (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann, bob, cat } = people
    await put(ann, '/join', { room: 'kitchen' })
    await put(bob, '/join', { room: 'kitchen' })
    await Promise.all([ann, bob, cat].map((socket) => put(socket, '/join', { room: 'hall' })))

    assert.equal(await put(cat, '/leave-all', { room: 'kitchen' }), null)
    assert.deepEqual(await roomsOf(cat, ann.id), [])
    assert.deepEqual(await roomsOf(cat, bob.id), [])
    assert.deepEqual(await roomsOf(cat), ['hall'])
    await post(cat, '/broadcast', { rooms: [ann.id], event: 'said', data: 'still there' })
    assert.deepEqual(await heard(), { ann: ['still there'] })
    assert.equal(await put(cat, '/leave-all', { room: cat.id }), null)
    assert.deepEqual(await roomsOf(cat), [])
    assert.equal(await put(cat, '/leave-all', { room: 'attic' }), null)
  })

  // sails-sockets 68
  test(`who has left the automatic room gets no direct messages (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann, bob } = people
    const say = () => post(bob, '/broadcast', { rooms: [ann.id], event: 'said', data: 'psst' })

    assert.equal(await put(ann, '/leave', { room: ann.id }), null)
    await say()
    assert.deepEqual(await heard(), {})
    assert.equal(await put(ann, '/join', { room: ann.id }), null)
    await say()
    assert.deepEqual(await heard(), { ann: ['psst'] })
  })

  // sails-sockets 69
  test(`who has gone is in no room (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const { ann, bob } = people
    const { id } = ann
    await put(ann, '/join', { room: 'kitchen' })

    assert.equal(await put(bob, '/disconnect', { id }), null)
    assert.equal(await roomsOf(bob, id), null)
    assert.equal(await put(bob, '/join', { id, room: 'hall' }), 'SAILS_ENOENT')
    assert.equal(await put(bob, '/add', { room: 'kitchen', rooms: 'hall' }), null)
    const rooms = Object.values(await call(bob, 'get', '/rooms')).flat()
    assert.equal(rooms.length, names.length - 1)
    // Leaving out somebody who has gone leaves out nobody else.
    await post(bob, '/blast', { event: 'said', data: 1, omit: id })
    assert.equal(Object.keys(await heard()).length, names.length - 1)
  })

  test(`what one caller sends arrives in its order (workers ${workers})`, async (t) => {
    const { people, heard } = await gather(t)
    const numbers = Array.from({ length: 60 }, (_, i) => i)

    await Promise.all(numbers.map((data) => post(people.ann, '/blast', { event: 'said', data })))
    assert.deepEqual(await heard(), Object.fromEntries(names.map((name) => [name, numbers])))
  })
}

// sails-sockets 70
test('the id of a request is that of its socket', async (t) => {
  const app = await startApp(t, 'sockets')

  for (const client of [4, 3, 2]) {
    const socket = await app.connect({ client })
    assert.deepEqual(await call(socket, 'get', '/id'), { id: socket.id, same: socket.id })
  }
  assert.deepEqual(await overHttp(app, 'GET', '/id'), { id: null, same: null })
})

test('reserved names are refused', async (t) => {
  const app = await startApp(t, 'sockets')
  const socket = await app.connect()

  for (const event of ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener']) {
    assert.equal(await post(socket, '/blast', { event }), 'SAILS_ERESERVED')
    const rooms = [socket.id]
    assert.equal(await post(socket, '/broadcast', { rooms, event }), 'SAILS_ERESERVED')
  }
})

test('a server sends to its sockets upon a request over HTTP', async (t) => {
  const app = await startApp(t, 'sockets')
  const socket = await app.connect()
  const said = record(socket, 'said')

  await overHttp(app, 'PUT', '/join', { id: socket.id, room: 'kitchen' })
  await overHttp(app, 'POST', '/broadcast', { rooms: ['kitchen'], event: 'said', data: [1] })
  await caughtUp(socket)
  assert.deepEqual(said, [[[1]]])
})
