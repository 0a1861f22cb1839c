// One cluster of Sails in Node and of ours: every method of sails.sockets is called on each, and observed on each.
import test from 'node:test'
import assert from 'node:assert/strict'
import { NAMES, call, heard, members, startCluster } from './support/cluster.mjs'

for (const key of [undefined, 'mine']) {
  test(`sails-sockets 8: each method reaches each kind of node (key ${key ?? 'not set'})`, async (t) => {
    const cluster = await startCluster(t, { event: 'said', key, own: { c2: { workers: 3 } } })
    const all = (word) => Object.fromEntries(NAMES.map((name) => [name, [word]]))

    for (const name of NAMES) {
      const actor = cluster[name]
      const room = (n) => `${name}-${n}`
      for (const other of NAMES) {
        await call(actor, 'PUT', '/join', { id: cluster[other].socket.id, room: room('all') })
      }
      await members(cluster, room('all'), NAMES)
      await call(actor, 'PUT', '/leave', { id: cluster.node2.socket.id, room: room('all') })
      await members(cluster, room('all'), NAMES.slice(0, 3))
      await call(actor, 'PUT', '/add', { room: room('all'), to: [room('more'), room('most')] })
      await members(cluster, room('most'), NAMES.slice(0, 3))
      await call(actor, 'PUT', '/remove', { room: room('all'), from: [room('more')] })
      await members(cluster, room('more'), [])

      await call(actor, 'POST', '/broadcast', { rooms: room('most'), event: 'said', data: 'a room' })
      await call(actor, 'POST', '/broadcast', { rooms: [cluster.node1.socket.id], event: 'said', data: 'node1' })
      await call(actor, 'POST', '/broadcast', { rooms: [cluster.c2.socket.id], event: 'said', data: 'c2' })
      await call(actor, 'POST', '/broadcast', { rooms: 'nobody', event: 'said', data: 'nobody' })
      assert.deepEqual(await heard(cluster, actor),
        { c1: ['a room'], c2: ['a room', 'c2'], node1: ['a room', 'node1'], node2: [] }, name)
      await call(actor, 'POST', '/blast', { event: 'said', data: 'all' })
      assert.deepEqual(await heard(cluster, actor), all('all'), name)

      await call(actor, 'PUT', '/leave-all', { room: room('most') })
      await members(cluster, room('most'), [])
      await members(cluster, room('all'), [])
    }
  })
}
