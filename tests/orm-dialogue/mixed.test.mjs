// A process of Sails in Node.js and a program in C work on one database, with one set of models, in turn.
import test from 'node:test'
import assert from 'node:assert/strict'
import { FETCH, of } from './support/script.mjs'
import { Peer } from './support/peer.mjs'
import { Server } from './support/stores.mjs'
import { defaults, worlds } from './worlds.mjs'

const ADAPTERS = { postgresql: 'sails-postgresql', mariadb: 'sails-mysql' }
const DECRYPT = { meta: { decrypt: true, fetch: true } }

const { shown, ...settings } = worlds.settings // without its functions
const { number, ...secrets } = settings.secret.attributes // Node reads a 0 that is not encrypted as '0'
const models = { ...worlds.people, ...settings, secret: { attributes: secrets } }

async function start(t, kind) {
  const server = await Server.start(kind)
  // C's keys in PostgreSQL are BIGINT, which the driver in Node.js takes for text, unless it is told.
  const peers = { node: new Peer('node', { env: { INT8_AS_NUMBER: '1' } }), c: new Peer('c') }
  t.after(async () => {
    await Promise.all(Object.values(peers).map((peer) => peer.close()))
    await server.stop()
  })
  const url = server.create('mixed')
  const datastores = { default: { adapter: ADAPTERS[kind], url } }
  for (const peer of Object.values(peers)) {
    await peer.must({ define: { datastores, models, defaults } })
  }
  return { server, peers, datastores }
}

/** Both see the same. */
async function bothFind(peers, request) {
  const [node, c] = [await peers.node.must(request), await peers.c.must(request)]

  assert.deepEqual(c, node)
  return c
}

for (const kind of Object.keys(ADAPTERS)) {
  for (const [first, second] of [['node', 'c'], ['c', 'node']]) {
    const [user, pet, group, article, tag, secret, renamed, links] = ['user', 'pet', 'group', 'article', 'tag', 'secret', 'renamed', 'group_members__user_groups'].map(of)

    test(`${first} makes the tables, ${second} works in them, and the other way round (${kind})`, async (t) => {
      const { peers } = await start(t, kind)
      const turns = [peers[first], peers[second], peers[first], peers[second]]
      await peers[first].must({ migrate: 'drop' })

      // Records: each sees what the other has created, and neither takes the other's ids.
      for (const [i, peer] of turns.entries()) {
        const record = await peer.must(user.create({ name: `u${i}`, email: `u${i}@x.com`, age: i, meta: { by: [i, null] }, bio: i % 2 ? null : 'b' }))
        assert.equal(record.id, i + 1)
      }
      await bothFind(peers, user.find({ sort: 'id' }))
      await bothFind(peers, user.find({ where: { age: { '>': 0 }, bio: null }, sort: 'name DESC' }))
      for (const peer of turns) {
        const { error } = await peer.ask(user.create({ name: 'x', email: 'u1@x.com' }))
        assert.deepEqual([error.code, error.attrNames], ['E_UNIQUE', ['email']])
      }

      // Links of every shape.
      await peers[first].must(group.createEach([{ name: 'g1' }, { name: 'g2' }], {}))
      await peers[second].must(pet.createEach([{ name: 'p1', owner: 1 }, { name: 'p2' }], {}))
      await peers[first].must(user.addToCollection(1, 'groups', [1]))
      await peers[second].must(user.addToCollection([1, 2], 'groups', [2]))
      await peers[first].must(user.addToCollection(2, 'pets', [2]))
      await peers[second].must(user.addToCollection(1, 'friends', [2, 3]))
      await peers[second].must(tag.createEach([{ slug: 'red' }, { slug: 'blue' }], {}))
      await peers[first].must(article.create({ title: 'a', tags: ['red'], lead: 'blue' }))
      await peers[second].must(article.addToCollection(1, 'tags', ['blue']))
      const shown = { select: ['name'], sort: 'id' }
      const [ann] = await bothFind(peers, user.find(shown, { populates: { groups: { sort: 'id' }, pets: { sort: 'id' }, friends: { sort: 'id' }, boss: true } }))
      assert.deepEqual([ann.groups.length, ann.pets.length, ann.friends.length], [2, 1, 2])
      await bothFind(peers, article.find({}, { populates: { tags: { sort: 'slug' }, lead: true } }))
      await peers[first].must(user.removeFromCollection(1, 'groups', [2]))
      await peers[second].must(user.replaceCollection(2, 'groups', [1]))
      await bothFind(peers, links.find({ sort: 'id' }))
      await peers[second].must(user.destroy({ id: 1 }, { meta: { cascade: true } }))
      await bothFind(peers, user.find(shown, { populates: { groups: true, friends: true } }))
      await bothFind(peers, pet.find({ sort: 'id' }))

      // Names of tables and columns of one's own.
      await peers[first].must(renamed.create({ name: 'a' }))
      await peers[second].must(renamed.create({ name: 'b', link: 1 }))
      await bothFind(peers, renamed.find({ sort: 'key' }, { populates: { link: true, all: true } }))

      // Secrets: each reads what the other has written.
      const whole = { text: 'x', nullable: 'ü "quoted"', object: { deep: [1, null, { a: '' }] }, mail: 'a@b.co', open: 'o' }
      for (const [i, peer] of turns.entries()) {
        await peer.must(secret.create({ ...whole, text: `secret of turn ${i}` }, {}))
      }
      const secrets = await bothFind(peers, secret.find({ sort: 'id' }, { meta: { decrypt: true } }))
      assert.deepEqual(secrets.map(({ text }) => text), turns.map((_, i) => `secret of turn ${i}`))
      assert.deepEqual(secrets.map(({ object }) => object), turns.map(() => whole.object))
      const stored = await bothFind(peers, secret.find({ sort: 'id' }))
      assert.ok(stored.every(({ text }) => text.startsWith('YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$')))
      await peers[first].must(secret.update({ id: 2 }, { text: 'changed' }, FETCH))
      assert.equal((await peers[second].must(secret.findOne(2, { meta: { decrypt: true } }))).text, 'changed')
      await peers[second].must(secret.update({ id: 1 }, { object: [1] }, FETCH))
      assert.deepEqual((await peers[first].must(secret.findOne(1, { meta: { decrypt: true } }))).object, [1])
      const [gone] = await peers[second].must(secret.archive({ id: 3 }, DECRYPT))
      assert.equal(gone.text, 'secret of turn 2')
      await bothFind(peers, of('archive').find({}))

      // A transaction of one is not seen by the other before its end.
      const calls = [user.updateOne(2, { name: 'changed' })]
      const { answers } = await peers.c.ask({ datastore: 'default', method: 'transaction', calls, end: 'rollback' })
      assert.equal(answers[0].result.name, 'changed')
      assert.equal((await peers.node.must(user.findOne(2))).name, 'u1')
    })

    test(`${second} migrates the tables that ${first} has made and filled (${kind})`, async (t) => {
      const { peers } = await start(t, kind)

      await peers[first].must({ migrate: 'drop' })
      await peers[first].must(user.createEach([{ id: 5, name: 'a', email: 'a@x.com', meta: { x: [1] }, score: 1.5 }, { id: 7, name: 'b', email: 'b@x.com', boss: 5 }], {}))
      await peers[first].must(group.createEach([{ name: 'g' }], {}))
      await peers[first].must(user.addToCollection(5, 'groups', [1]))
      const before = await peers[first].must(user.find({ sort: 'id' }, { populates: { groups: true, boss: true } }))
      await peers[second].must({ migrate: 'alter' })
      for (const peer of Object.values(peers)) {
        assert.deepEqual(await peer.must(user.find({ sort: 'id' }, { populates: { groups: true, boss: true } })), before)
      }
      assert.equal((await peers[second].must(user.create({ name: 'c', email: 'c@x.com' }))).id, 8)
      assert.equal((await peers[first].must(user.create({ name: 'd', email: 'd@x.com' }))).id, 9)
    })
  }
}
