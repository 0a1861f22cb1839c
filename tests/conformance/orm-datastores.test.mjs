// Associations across datastores: the same calls, with all models in one and with them in two, give the same.
import test from 'node:test'
import assert from 'node:assert/strict'
import { FETCH, of } from '../orm-dialogue/support/script.mjs'
import { Peer } from '../orm-dialogue/support/peer.mjs'
import { openStore } from '../orm-dialogue/support/stores.mjs'
import { defaults } from '../orm-dialogue/worlds.mjs'

const PAIRS = [
  ['sqlite', 'sqlite'],
  ['sqlite', 'postgresql'],
  ['postgresql', 'mariadb'],
]

/** `other`: where the second half of the models is. */
const world = (other) => ({
  user: {
    attributes: {
      name: { type: 'string', required: true },
      boss: { model: 'user' },
      desk: { model: 'desk' },
      pets: { collection: 'pet', via: 'owner' },
      groups: { collection: 'group', via: 'members' },
      toys: { collection: 'toy' },
    },
  },
  desk: { datastore: other, attributes: { room: 'number' } },
  pet: { datastore: other, attributes: { name: 'string', owner: { model: 'user' } } },
  group: {
    datastore: other,
    attributes: { name: 'string', rank: 'number', members: { collection: 'user', via: 'groups' } },
  },
  toy: {
    datastore: other,
    primaryKey: 'key',
    attributes: { id: false, key: { type: 'string', required: true }, name: 'string' },
  },
})

const [user, desk, pet, group, toy] = ['user', 'desk', 'pet', 'group', 'toy'].map(of)
const bare = { sort: 'id', omit: ['createdAt', 'updatedAt'] }
const all = { pets: bare, groups: bare, toys: { omit: ['createdAt', 'updatedAt'] }, desk: true }
const people = (criteria, populates = all) => user.find({ ...criteria, select: ['name', 'desk'] }, { populates })

const script = [
  desk.createEach([{ room: 1 }, { room: 2 }], {}),
  group.createEach([5, 3, 4, 1, 2].map((rank) => ({ name: `g${rank}`, rank })), {}),
  toy.createEach(['a', 'b', 'c'].map((key) => ({ key, name: `toy ${key}` })), {}),
  user.createEach(
    [
      { name: 'u1', desk: 1, groups: [1, 2, 3, 4, 5], toys: ['a', 'b'] },
      { name: 'u2', desk: 7, groups: [2, 4] },
      { name: 'u3', boss: 1 },
    ],
    {},
  ),
  pet.createEach([1, 1, 1, 2, 9].map((owner, i) => ({ name: `p${i}`, owner })), {}),
  people({}),
  people({}, { groups: { sort: 'rank DESC', limit: 2, skip: 1, select: ['rank'] } }),
  people({}, { groups: { where: { rank: { '>': 2 } }, sort: 'name', limit: 1, select: ['name'] } }),
  people({}, { pets: { sort: 'name DESC', limit: 2, select: ['name'] }, groups: { where: { name: 'none' } } }),
  people({}, { groups: { limit: 0 }, toys: { where: { or: [{ key: 'b' }, { name: 'toy c' }] }, select: ['name'] } }),
  group.find({ select: ['name'] }, { populates: { members: { select: ['name'], sort: 'name DESC' } } }),
  pet.find({ select: ['name', 'owner'], sort: 'id' }, { populates: { owner: true } }),
  user.addToCollection([1, 2], 'groups', [2]), // a second pair
  user.addToCollection(3, 'pets', [1]),
  user.removeFromCollection(1, 'groups', [1, 5]),
  user.replaceCollection([2, 3], 'groups', [5]),
  group.addToCollection(3, 'members', [1, 2, 3]),
  user.replaceCollection(1, 'toys', ['c']),
  people({}),
  user.updateOne(2, { pets: [1, 2], groups: [], desk: 2 }),
  people({ where: { name: ['u1', 'u2'] } }),
  user.create({ name: 'u4', pets: [5], toys: ['a'] }, {}),
  user.findOne(4, { populates: all }),
  user.destroy({ name: 'u1' }, { meta: { cascade: true, fetch: true } }),
  group.destroy({ name: 'g1' }, { meta: { cascade: true, fetch: true } }),
  user.archive({ name: 'u3' }, FETCH),
  people({}),
  pet.find(bare),
  group.find({ select: ['name'] }, { populates: { members: { select: ['name'] } } }),
  user.find({}, { populates: { nothing: true } }),
  user.addToCollection([1, 2], 'pets', [1]),
]

/** Times differ. */
const timeless = (json) => JSON.parse(JSON.stringify(json, (key, value) => (/(cre|upd)atedAt$/.test(key) ? 0 : value)))

async function answers(t, datastores, other) {
  const peer = new Peer('c')
  t.after(() => peer.close())
  await peer.must({ define: { datastores, models: world(other), defaults } })
  await peer.must({ migrate: 'drop' })
  const list = []
  for (const request of script) {
    list.push(timeless(await peer.ask(request)))
  }
  return list
}

for (const [first, second] of PAIRS) {
  test(`waterline 6: associations lead from ${first} to another ${second}`, async (t) => {
    const stores = [await openStore(first), await openStore(second)]
    t.after(() => Promise.all(stores.map((store) => store.close())))

    const together = await answers(t, stores[0].c, 'default')
    const apart = await answers(t, { default: stores[0].c.default, other: stores[1].c.default }, 'other')
    assert.equal(together.filter(({ error }) => error !== undefined).length, 2)
    for (const [i, answer] of apart.entries()) {
      const { id, ...rest } = answer
      const { id: _, ...expected } = together[i]
      assert.deepEqual(rest, expected, JSON.stringify(script[i]))
    }
  })
}

test('waterline 11: a transaction is one datastore\'s, and native queries name theirs', async (t) => {
  const stores = [await openStore('sqlite'), await openStore('postgresql')]
  t.after(() => Promise.all(stores.map((store) => store.close())))
  const peer = new Peer('c')
  t.after(() => peer.close())
  const datastores = { default: stores[0].c.default, other: stores[1].c.default }
  await peer.must({ define: { datastores, models: world('other'), defaults } })
  await peer.must({ migrate: 'drop' })

  const calls = [user.create({ name: 'in default' }), pet.create({ name: 'in other' })]
  const { error } = await peer.ask({ datastore: 'other', method: 'transaction', calls, end: 'rollback' })
  assert.equal(error.code, 'E_ROLLBACK')
  assert.deepEqual(await peer.must(user.count()), 1)
  assert.deepEqual(await peer.must(pet.count()), 0)
  const native = 'SELECT COUNT(*) AS n FROM pet'
  assert.equal((await peer.must({ datastore: 'other', native })).rows[0].n, 0)
  assert.ok((await peer.ask({ datastore: 'default', native })).error)
  assert.equal((await peer.ask({ datastore: 'third', native })).error.name, 'Error')
  assert.equal(await peer.must(pet.getDatastore()), 'other')
})
