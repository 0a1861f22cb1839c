// sails-sockets 56 to 70: the methods of sails.sockets.
import assert from 'node:assert/strict'
import { dialogue } from '../support/dialogue.mjs'

const join = (who, room, id) => who.ask('put', '/join', { data: { room, id } })
const leave = (who, room, id) => who.ask('put', '/leave', { data: { room, id } })
const broadcast = (who, ...rooms) =>
  who.ask('post', '/broadcast', { data: { rooms, event: 'said', data: rooms } })
const rooms = (who, ...whose) =>
  who.ask('post', '/rooms', { data: { ids: whose.map(({ id }) => id) } })

export const sockets = [
  dialogue('56', 'every socket hears what is sent to its id', async (talk) => {
    const ann = await talk.connect('ann', { EIO: 3 })
    const bob = await talk.connect('bob')

    await broadcast(ann, bob.id)
    await broadcast(bob, ann.id)
    await broadcast(bob, bob.id)
  }),

  dialogue('57', 'who joins twice hears once', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')

    await join(ann, 'kitchen')
    await join(ann, 'kitchen')
    await broadcast(bob, 'kitchen')
  }),

  dialogue('58', 'an event without a name is a message', async (talk) => {
    const ann = await talk.connect('ann')
    const rooms = [ann.id]

    for (const data of [
      { data: { a: 1 } },
      { data: [1, 2] },
      { data: null },
      { event: 'hello' },
      { event: '', data: 5 },
      { event: 'text', data: 'text' },
    ]) {
      await ann.ask('post', '/broadcast', { data: { rooms, ...data } })
      await ann.ask('post', '/blast', { data })
    }
  }),

  dialogue('59', 'rooms that nobody is in are no error', async (talk) => {
    const ann = await talk.connect('ann')

    await broadcast(ann, 'nowhere')
    await broadcast(ann)
    await broadcast(ann, '')
  }),

  dialogue('60', 'a socket in two of the rooms', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')

    await join(ann, 'kitchen')
    await join(ann, 'hall')
    await broadcast(bob, 'kitchen', 'hall')
    await broadcast(bob, 'kitchen', 'kitchen')
  }),

  dialogue('61', 'socketToOmit hears nothing, in every form', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')
    await join(ann, 'kitchen')
    await join(bob, 'kitchen')

    for (const form of [{ event: 'said', data: 1 }, { data: { a: 1 } }]) {
      talk.note('form', 'of', JSON.stringify(form))
      for (const rooms of [['kitchen'], [ann.id], [ann.id, bob.id]]) {
        await ann.ask('post', '/broadcast', { data: { rooms, ...form, omit: true } })
        await bob.catchUp()
      }
      await ann.ask('post', '/blast', { data: { ...form, omit: true } })
      await bob.catchUp()
      await talk.http('http', 'POST', '/broadcast', { data: { rooms: ['kitchen'], ...form, omit: true } })
      await talk.http('http', 'POST', '/blast', { data: { ...form, omit: true } })
      await talk.catchUp()
    }
  }),

  dialogue('61', 'socketToOmit is that socket, and not the room of its id', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')
    const data = { rooms: ['kitchen'], event: 'said', data: 1, omit: true }

    await join(ann, 'kitchen')
    await join(bob, 'kitchen')
    await join(bob, ann.id)
    await leave(ann, ann.id)
    await ann.ask('post', '/broadcast', { data })
  }),

  dialogue('62', 'an HTTP request, and nobody, joins no room', async (talk) => {
    for (const path of ['/join', '/leave', '/join-null', '/leave-null']) {
      await talk.http('http', 'PUT', path, { data: { room: 'kitchen' } })
    }
    const ann = await talk.connect('ann')
    await rooms(ann, ann)
  }),

  dialogue('63', 'an unknown id joins no room', async (talk) => {
    const ann = await talk.connect('ann')

    await join(ann, 'kitchen', 'of-nobody-at-all----')
    await leave(ann, 'kitchen', 'of-nobody-at-all----')
    await broadcast(ann, 'kitchen')
    await rooms(ann, ann)
  }),

  dialogue('64', 'with the name of a room all its members join', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')
    const eve = await talk.connect('eve')

    await join(ann, 'kitchen')
    await join(bob, 'kitchen')
    await join(eve, 'house', 'kitchen')
    await rooms(eve, ann, bob, eve)
    await broadcast(eve, 'house')
    await leave(eve, 'house', 'kitchen')
    await rooms(eve, ann, bob, eve)
  }),

  dialogue('65', 'members of a room join and leave other rooms', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')
    const eve = await talk.connect('eve')

    await join(ann, 'kitchen')
    await join(bob, 'kitchen')
    await eve.ask('put', '/add', { data: { room: 'kitchen', to: 'house' } })
    await eve.ask('put', '/add', { data: { room: 'kitchen', to: ['hall', 'cellar'] } })
    await eve.ask('put', '/add', { data: { room: ann.id, to: ['attic'] } })
    await eve.ask('put', '/add', { data: { room: 'nowhere', to: 'house' } })
    await rooms(eve, ann, bob, eve)
    await eve.ask('put', '/remove', { data: { room: 'kitchen', from: 'house' } })
    await eve.ask('put', '/remove', { data: { room: 'hall', from: ['cellar', 'hall'] } })
    await eve.ask('put', '/remove', { data: { room: ann.id, from: ['attic'] } })
    await rooms(eve, ann, bob, eve)
    await broadcast(eve, 'house', 'hall', 'cellar', 'attic')
  }),

  dialogue('66', 'a source that is no text is an error', async (talk) => {
    const ann = await talk.connect('ann')

    for (const room of [undefined, 5, ['kitchen']]) {
      await ann.ask('put', '/add', { data: { room, to: 'house' } })
      await ann.ask('put', '/remove', { data: { room, from: 'house' } })
      await ann.ask('put', '/leave-all', { data: { room } })
    }
    await rooms(ann, ann)
  }),

  dialogue('67', 'leaveAll empties everything but the automatic rooms', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')
    const eve = await talk.connect('eve')

    await join(ann, 'kitchen')
    await join(ann, 'hall')
    await join(bob, 'kitchen')
    await join(eve, 'hall')
    await eve.ask('put', '/leave-all', { data: { room: 'kitchen' } })
    await rooms(eve, ann, bob, eve)
    await eve.ask('put', '/leave-all', { data: { room: 'nowhere' } })
    await eve.ask('put', '/leave-all', { data: { room: eve.id } })
    await rooms(eve, ann, bob, eve)
    await broadcast(eve, ann.id, bob.id, eve.id)
  }),

  dialogue('68', 'who leaves the room of its id gets no direct messages', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')

    await leave(ann, ann.id)
    await broadcast(bob, ann.id)
    await ann.catchUp()
    await rooms(ann, ann, bob)
    await join(ann, ann.id)
    await broadcast(bob, ann.id)
  }),

  dialogue('69', 'who has gone is in no room', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')

    await join(ann, 'kitchen')
    await ann.leave()
    await talk.gone(ann)
    await join(bob, 'kitchen', ann.id)
    await broadcast(bob, 'kitchen')
    await rooms(bob, ann, bob)
  }),

  dialogue('69', 'a server sends a socket away', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob')

    await bob.ask('put', '/disconnect', { data: { id: ann.id } })
    await ann.hear()
    await ann.hear()
  }),

  dialogue('70', 'getId gives the id of a socket, and nothing over HTTP', async (talk) => {
    const ann = await talk.connect('ann')

    assert.equal((await ann.ask('get', '/id')).body.id, ann.id)
    await talk.http('http', 'GET', '/id')
  }),
]
