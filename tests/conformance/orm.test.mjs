// Every rule of Waterline, by its number, on every database, through conformance-orm.
import test, { after } from 'node:test'
import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { Peer, Thrown } from '../orm-dialogue/support/peer.mjs'
import { of, FETCH } from '../orm-dialogue/support/script.mjs'
import { KINDS, openStore } from '../orm-dialogue/support/stores.mjs'
import { defaults, worlds } from '../orm-dialogue/worlds.mjs'

const stores = new Map()
const FRESH_MS = 60_000

function storeOf(kind) {
  if (!stores.has(kind)) {
    stores.set(kind, openStore(kind))
  }
  return stores.get(kind)
}

after(async () => {
  for (const store of await Promise.all(stores.values())) {
    await store.close()
  }
})

/** A program with these models and empty tables, ended with the test. */
async function lift(t, kind, models, inherited = defaults) {
  const peer = new Peer('c')
  t.after(() => peer.close())
  await peer.must({ define: { datastores: (await storeOf(kind)).c, models, defaults: inherited } })
  await peer.must({ migrate: 'drop' })
  return peer
}

/** Of waterline.md 14, on each database. */
function item(numbers, title, body) {
  for (const kind of KINDS) {
    test(`waterline ${numbers}: ${title} (${kind})`, (t) => body(t, kind))
  }
}

async function fails(peer, request, code, about = {}, functions) {
  const { error, ...rest } = await peer.ask(request, functions)

  assert.ok(error, `${JSON.stringify(request)} must fail, not ${JSON.stringify(rest)}`)
  assert.equal(error.code, code, JSON.stringify(error))
  const { details, ...keys } = about
  if (details !== undefined) {
    assert.match(error.details, details)
  }
  for (const [key, value] of Object.entries(keys)) {
    value instanceof RegExp ? assert.match(error[key], value) : assert.deepEqual(error[key], value)
  }
  return error
}

const fresh = (ms) => Math.abs(Date.now() - ms) < FRESH_MS
const ids = (records) => records.map(({ id }) => id)

// ---- values ----

item(1, 'omitted attributes get base values', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  const record = await peer.must(plain.create({}))
  const { createdAt, updatedAt, ...rest } = record
  assert.ok(fresh(createdAt) && fresh(updatedAt))
  assert.deepEqual(rest, {
    id: 1, s: '', n: 0, b: false, j: null, r: null, ns: null, nn: null, nb: null,
    ds: 'd', dn: 7, db: true, dj: { a: [1] }, de: '',
  })
  assert.deepEqual(await peer.must(plain.findOne(1)), record)
})

item(2, 'required values that are missing, empty or null fail', async (t, kind) => {
  const needy = of('needy')
  const peer = await lift(t, kind, worlds.things)
  const whole = { s: 'x', n: 1, b: true, j: 1 }

  for (const name of ['s', 'n', 'b', 'j']) {
    for (const value of [undefined, null, '']) {
      await fails(peer, needy.create({ ...whole, [name]: value }), 'E_INVALID_NEW_RECORD', {
        name: 'UsageError', details: new RegExp(`\`${name}\``),
      })
    }
  }
  assert.equal(await peer.must(needy.count()), 0)
})

item(3, 'text that is a number is stored as one, other text is refused', async (t, kind) => {
  const user = of('user')
  const peer = await lift(t, kind, worlds.people)
  const person = { name: 'A', email: 'a@x.com' }

  assert.equal((await peer.must(user.create({ ...person, age: '30' }))).age, 30)
  assert.equal((await peer.must(user.findOne({ age: 30 }))).age, 30)
  await fails(peer, user.create({ ...person, age: 'abc' }), 'E_INVALID_NEW_RECORD', { details: /`age`/ })
})

item(4, 'unknown attributes are dropped; a model without a schema is refused', async (t, kind) => {
  const peer = await lift(t, kind, worlds.things)

  const record = await peer.must(of('plain').create({ s: 'a', extra: { deep: [null] } }))
  assert.ok(!('extra' in record))
  const loose = { loose: { schema: false, attributes: { name: 'string' } } }
  const datastores = (await storeOf(kind)).c
  const error = await fails(peer, { define: { datastores, models: loose, defaults } }, 'E_INVALID_MODEL_DEF')
  assert.match(error.message, /loose/)
  assert.match(error.message, /json/)
})

item(5, 'explicit timestamps are kept', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  const { createdAt, updatedAt } = await peer.must(plain.create({ createdAt: 5, updatedAt: 6 }))
  assert.deepEqual([createdAt, updatedAt], [5, 6])
  const [changed] = await peer.must(plain.update({}, { updatedAt: 7 }, FETCH))
  assert.deepEqual([changed.createdAt, changed.updatedAt], [5, 7])
  const [touched] = await peer.must(plain.update({}, { s: 'x' }, FETCH))
  assert.ok(fresh(touched.updatedAt))
  assert.equal(touched.createdAt, 5)
})

item(6, 'a duplicate is an adapter error with its attributes', async (t, kind) => {
  const user = of('user')
  const peer = await lift(t, kind, worlds.people)
  const message = 'Would violate uniqueness constraint-- a record already exists with conflicting value(s).'

  await peer.must(user.create({ name: 'A', email: 'a@x.com' }))
  const duplicate = user.create({ name: 'B', email: 'a@x.com' })
  await fails(peer, duplicate, 'E_UNIQUE', {
    name: 'AdapterError', attrNames: ['email'], modelIdentity: 'user', message: new RegExp(message.replace(/[().]/g, '\\$&')),
  })
  const [{ id }] = await peer.must(user.createEach([{ name: 'C', email: 'c@x.com' }]))
  await fails(peer, user.update({ id }, { email: 'a@x.com' }), 'E_UNIQUE', { attrNames: ['email'] })
  assert.equal((await peer.must(user.findOne(id))).email, 'c@x.com')
})

item(7, 'primary keys', async (t, kind) => {
  const [plain, tag] = ['plain', 'tag'].map(of)
  const peer = await lift(t, kind, { ...worlds.things, ...worlds.people })

  for (const id of [-1, 1.5, 'x', 0, '']) {
    await fails(peer, plain.create({ id }), 'E_INVALID_NEW_RECORD', { details: /`id`/ })
  }
  assert.equal((await peer.must(plain.create({ id: '101' }))).id, 101)
  assert.equal((await peer.must(plain.create({}))).id, 102)
  for (const slug of ['', 5]) {
    await fails(peer, tag.create({ slug }), 'E_INVALID_NEW_RECORD', { details: /`slug`/ })
  }
  for (const id of [0, -1, 1.5, '1e3', '0x10']) {
    assert.deepEqual(await peer.must(plain.find({ id })), [])
  }
})

item(8, 'create answers with the record when asked to', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  assert.equal(await peer.must(plain.create({ s: 'a' }, {})), null)
  assert.equal((await peer.must(plain.create({ s: 'b' }))).s, 'b')
  await fails(peer, plain.create([{ s: 'a' }]), 'E_INVALID_NEW_RECORD', { name: 'UsageError' })
})

item(9, 'createEach', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  assert.deepEqual(await peer.must(plain.createEach([])), [])
  assert.equal(await peer.must(plain.createEach([], {})), null)
  await fails(peer, plain.createEach([{ s: 'a' }, { n: 'x' }]), 'E_INVALID_NEW_RECORDS', { details: /`n`/ })
  await fails(peer, plain.createEach({ s: 'a' }), 'E_INVALID_NEW_RECORDS')
  assert.equal(await peer.must(plain.count()), 0)
  assert.deepEqual(ids(await peer.must(plain.createEach([{ s: 'a' }, { s: 'b' }, { s: 'c' }]))), [1, 2, 3])
})

// ---- criteria ----

/** Three people: A without an age, B and C. */
async function people(t, kind) {
  const peer = await lift(t, kind, worlds.people)
  await peer.must(
    of('user').createEach([
      { id: 1, name: 'A', email: 'a@x.com', bio: 'b' },
      { id: 2, name: 'B', email: 'b@x.com', age: 30, score: 1.5, rank: 1 },
      { id: 3, name: 'Cab', email: 'c@y.com', age: 40, score: 2, rank: 2, code: '50%_\\' },
    ], {}),
  )
  return { peer, user: of('user'), found: async (criteria) => ids(await peer.must(of('user').find(criteria))) }
}

item('6, 12', 'texts that look alike are not the same', async (t, kind) => {
  const peer = await lift(t, kind, { word: { attributes: { text: { type: 'string', unique: true } } } })
  const word = of('word')
  const texts = ['a', 'A', 'a ', ' a', '\u00e4', 'a\u0308', 'a\t', '\u{1f600}']

  await peer.must(word.createEach(texts.map((text) => ({ text })), {}))
  for (const [i, text] of texts.entries()) {
    assert.deepEqual(ids(await peer.must(word.find({ text }))), [i + 1], JSON.stringify(text))
    await fails(peer, word.create({ text }), 'E_UNIQUE')
  }
})

item(10, 'nothing found is an empty list, or nothing', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  assert.deepEqual(await peer.must(user.find({ name: 'X' })), [])
  assert.equal(await peer.must(user.findOne({ name: 'X' })), null)
})

item(11, 'findOne needs criteria that fit one', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  await fails(peer, user.findOne({}), 'E_INVALID_CRITERIA', { name: 'UsageError' })
  await fails(peer, user.findOne(), 'E_INVALID_CRITERIA')
  await fails(peer, user.findOne({ id: [1, 2] }), undefined, { message: /More than one matching record found for `User\.findOne\(\)`/ })
})

item(12, 'the operators', async (t, kind) => {
  const { peer, user, found } = await people(t, kind)
  const ignoresCase = kind === 'sqlite' // as SQLite's LIKE does
  const rows = [
    [{ name: 'A' }, [1]], [{ age: '30' }, [2]], [{ active: 1 }, [1, 2, 3]], [{ bio: null }, [2, 3]], [{ bio: { '!=': null } }, [1]],
    [{ name: { '!=': 'A' } }, [2, 3]], [{ name: { '!': 'A' } }, [2, 3]], [{ name: { not: 'A' } }, [2, 3]], [{ age: { '!=': [30, 40] } }, [1]], [{ age: { nin: [30] } }, [1, 3]],
    [{ name: ['A', 'B', 'A'] }, [1, 2]], [{ name: { in: ['B'] } }, [2]], [{ name: { in: [] } }, []], [{ name: { nin: [] } }, [1, 2, 3]],
    [{ age: { '<': 40 } }, [1, 2]], [{ age: { '<=': 30 } }, [1, 2]], [{ age: { '>': 30 } }, [3]], [{ age: { '>=': 30, '<': 40 } }, [2]],
    [{ age: { greaterThan: 30 } }, [3]], [{ age: { lessThanOrEqual: 30 } }, [1, 2]],
    [{ name: { contains: 'a' } }, ignoresCase ? [1, 3] : [3]], [{ name: { startsWith: 'C' } }, [3]], [{ name: { endsWith: 'b' } }, ignoresCase ? [2, 3] : [3]],
    [{ name: { like: '_' } }, [1, 2]], [{ name: { like: '%ab' } }, [3]], [{ name: { like: '%%' } }, [1, 2, 3]], [{ name: { contains: '' } }, [1, 2, 3]],
    [{ code: { contains: '_' } }, [3]], [{ code: { contains: '%' } }, [3]], [{ code: { endsWith: '\\' } }, [3]], [{ code: { startsWith: '50%_' } }, [3]], [{ email: { contains: '_' } }, []],
    [{ boss: null }, [1, 2, 3]], [5, []], [2, [2]], ['2', [2]], [[1, 3], [1, 3]], [[], []], [false, []], [0, []], ['', []], [null, [1, 2, 3]], [undefined, [1, 2, 3]], [{}, [1, 2, 3]],
  ]

  for (const [criteria, expected] of rows) {
    assert.deepEqual(await found(criteria), expected, JSON.stringify(criteria))
  }
  const refused = [
    { bogus: 1 }, { pets: [1] }, { 'meta.k': 1 }, { age: 'x' }, { name: { in: 'A' } }, { name: [null] }, { age: { contains: 1 } }, { active: { '>': true } }, { age: { '<': null } }, true, { where: false }, { where: '' },
    { boss: { contains: '1' } }, { where: {}, groupBy: 'name' }, { age: { bogus: 1 } },
  ]
  for (const criteria of refused) {
    await fails(peer, user.find(criteria), 'E_INVALID_CRITERIA', { name: 'UsageError' })
  }
})

item(13, 'an empty or matches nothing, an empty and everything', async (t, kind) => {
  const { found } = await people(t, kind)

  assert.deepEqual(await found({ or: [] }), [])
  assert.deepEqual(await found({ and: [] }), [1, 2, 3])
  assert.deepEqual(await found({ or: [{ name: 'A' }, { age: { '>': 30 } }] }), [1, 3])
  assert.deepEqual(await found({ or: [{}, { name: 'A' }] }), [1, 2, 3])
  assert.deepEqual(await found({ or: [{ name: [] }, { name: 'A' }] }), [1])
  assert.deepEqual(await found({ and: [{ name: [] }, { name: 'A' }] }), [])
})

item(14, 'where is not mixed with attributes', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  await fails(peer, user.find({ where: { name: 'A' }, age: 1 }), 'E_INVALID_CRITERIA')
  await fails(peer, user.find({ limit: 1, name: 'A' }), 'E_INVALID_CRITERIA')
})

item(15, 'sort', async (t, kind) => {
  const { peer, user, found } = await people(t, kind)

  await fails(peer, user.find({ sort: 'name SIDEWAYS' }), 'E_INVALID_CRITERIA')
  await fails(peer, user.find({ sort: ['name', { name: 'DESC' }] }), 'E_INVALID_CRITERIA', { details: /name/ })
  await fails(peer, user.find({ sort: 'bogus' }), 'E_INVALID_CRITERIA')
  assert.deepEqual(await found({ sort: { name: -1 } }), [3, 2, 1])
  assert.deepEqual(await found({ sort: 'name DESC' }), [3, 2, 1])
  assert.deepEqual(await found({ sort: ['rank', 'id DESC'] }), [1, 2, 3], 'null comes first')
  assert.deepEqual(await found({ sort: ['rank DESC'] }), [3, 2, 1])
})

item(16, 'select and omit', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  assert.deepEqual(await peer.must(user.find({ select: ['name'], limit: 2 })), [{ id: 1, name: 'A' }, { id: 2, name: 'B' }])
  assert.deepEqual(await peer.must(user.find({ select: [], limit: 1 })), [{ id: 1 }])
  const [record] = await peer.must(user.find({ omit: ['name', 'email'], limit: 1 }))
  assert.ok(!('name' in record) && !('email' in record) && 'age' in record)
  await fails(peer, user.find({ omit: ['id'] }), 'E_INVALID_CRITERIA')
  await fails(peer, user.find({ select: ['name'], omit: ['age'] }), 'E_INVALID_CRITERIA')
})

item(17, 'limit and skip', async (t, kind) => {
  const { peer, user, found } = await people(t, kind)

  assert.deepEqual(await found({ limit: 0 }), [])
  assert.deepEqual(await found({ limit: -1 }), [1, 2, 3])
  assert.deepEqual(await found({ limit: '2' }), [1, 2])
  assert.deepEqual(await found({ skip: 2 }), [3])
  assert.deepEqual(await found({ where: { id: 2 }, skip: 1 }), [])
  assert.deepEqual(await found({ where: { id: 2 }, limit: 1 }), [2])
  await fails(peer, user.find({ skip: -1 }), 'E_INVALID_CRITERIA')
  await fails(peer, user.find({ limit: 'x' }), 'E_INVALID_CRITERIA')
})

item(18, 'update needs criteria; {} means all', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  await fails(peer, user.update(undefined, { score: 9 }), 'E_INVALID_CRITERIA')
  for (const criteria of [0, '', null]) {
    await fails(peer, user.update(criteria, { score: 9 }), 'E_INVALID_CRITERIA')
    await fails(peer, user.destroy(criteria), 'E_INVALID_CRITERIA')
  }
  await fails(peer, user.update({}), 'E_INVALID_VALUES_TO_SET')
  assert.equal(await peer.must(user.sum('score')), 3.5)
  assert.equal(await peer.must(user.update({}, { score: 9 })), null)
  assert.deepEqual((await peer.must(user.update({ id: [1, 2] }, { score: 8 }, FETCH))).map(({ score }) => score), [8, 8])
  assert.deepEqual(await peer.must(user.update({ id: 99 }, { score: 8 }, FETCH)), [])
})

item(19, 'updateOne changes one or nothing', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  await fails(peer, user.updateOne({ age: { '>': 0 } }, { score: 9 }), undefined, { message: /Preventing `\.updateOne\(\)`: found too many \(2\) matching records/ })
  await fails(peer, user.updateOne({}, { score: 9 }), 'E_INVALID_CRITERIA')
  assert.equal(await peer.must(user.count({ score: 9 })), 0)
  assert.equal((await peer.must(user.updateOne(2, { score: 9 }))).score, 9)
  assert.equal(await peer.must(user.updateOne(99, { score: 9 })), null)
})

item(20, 'destroyOne answers with the record, or nothing', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  assert.equal((await peer.must(user.destroyOne(2))).name, 'B')
  assert.equal(await peer.must(user.destroyOne(2)), null)
  await fails(peer, user.destroyOne({ id: [1, 3] }), undefined, { message: /found too many \(2\)/ })
  assert.equal(await peer.must(user.count()), 2)
})

item(21, 'count, sum and avg', async (t, kind) => {
  const { peer, user } = await people(t, kind)

  assert.equal(await peer.must(user.count({ age: { '>': 0 } })), 2)
  assert.equal(await peer.must(user.sum('age')), 70)
  assert.equal(await peer.must(user.avg('age')), 70 / 3)
  for (const method of ['sum', 'avg']) {
    assert.equal(await peer.must(user[method]('age', { id: 99 })), 0)
    assert.equal(await peer.must(user[method]('age', [])), 0)
    await fails(peer, user[method]('name'), 'E_INVALID_NUMERIC_ATTR_NAME', { details: /\bname\b/ })
  }
  assert.equal(await peer.must(user.avg('rank')), 1.5, 'null is left out')
  await fails(peer, user.count({ limit: 1 }), 'E_INVALID_CRITERIA')
})

// ---- associations ----

async function zoo(t, kind) {
  const all = await people(t, kind)
  const { peer } = all
  const [pet, group] = ['pet', 'group'].map(of)

  await peer.must(pet.createEach([{ name: 'p1', owner: 1 }, { name: 'p2', owner: 1 }, { name: 'p3', owner: 2 }, { name: 'p4', owner: 77 }], {}))
  await peer.must(group.createEach([{ name: 'g1' }, { name: 'g2' }], {}))
  return { ...all, pet, group, links: of('group_members__user_groups') }
}

item(22, 'populate gives lists, records, and null for what dangles', async (t, kind) => {
  const { peer, user, pet } = await zoo(t, kind)

  const users = await peer.must(user.find({ sort: 'id' }, { populates: { pets: true } }))
  assert.deepEqual(users.map(({ pets }) => ids(pets)), [[1, 2], [3], []])
  const pets = await peer.must(pet.find({ sort: 'id' }, { populates: { owner: true } }))
  assert.deepEqual(pets.map(({ owner }) => owner?.name ?? null), ['A', 'A', 'B', null])
  assert.deepEqual((await peer.must(pet.find({ sort: 'id' }))).map(({ owner }) => owner), [1, 1, 2, 77])
})

item(23, 'what is one has no criteria of its own', async (t, kind) => {
  const { peer, pet, user } = await zoo(t, kind)

  await fails(peer, pet.find({}, { populates: { owner: { name: 'x' } } }), 'E_INVALID_POPULATES', { details: /`owner`/ })
  await fails(peer, pet.find({}, { populates: { bogus: true } }), 'E_INVALID_POPULATES', { details: /`bogus`/ })
  await fails(peer, user.find({}, { populates: { name: true } }), 'E_INVALID_POPULATES', { details: /`name`/ })
})

item(24, 'adding links', async (t, kind) => {
  const { peer, user, pet, links } = await zoo(t, kind)

  await peer.must(user.addToCollection(1, 'groups', [1]))
  await peer.must(user.addToCollection(1, 'groups', [1]))
  assert.equal(await peer.must(links.count()), 2)
  assert.deepEqual(ids((await peer.must(user.findOne(1, { populates: { groups: true } }))).groups), [1])
  await peer.must(user.addToCollection(2, 'pets', [1]))
  assert.deepEqual((await peer.must(pet.findOne(1))).owner, 2)
  await fails(peer, user.addToCollection([1, 2], 'pets', [2]), 'E_INVALID_TARGET_RECORD_IDS')
})

item(25, 'replacing links', async (t, kind) => {
  const { peer, user, pet } = await zoo(t, kind)

  await peer.must(user.addToCollection(1, 'groups', [1]))
  await peer.must(user.replaceCollection(1, 'groups', [2]))
  assert.deepEqual(ids((await peer.must(user.findOne(1, { populates: { groups: true } }))).groups), [2])
  await peer.must(user.replaceCollection(1, 'pets', [3]))
  assert.deepEqual((await peer.must(pet.find({ sort: 'id' }))).map(({ owner }) => owner), [null, null, 1, 77])
})

item(26, 'the junction table and its columns', async (t, kind) => {
  const { peer, user, links } = await zoo(t, kind)

  await peer.must(user.addToCollection(1, 'groups', [2]))
  assert.deepEqual(await peer.must(links.find()), [{ id: 1, group_members: 2, user_groups: 1 }])
  const { rows } = await peer.must({ datastore: 'default', native: 'SELECT id, group_members, user_groups FROM group_members__user_groups' })
  assert.deepEqual(rows, [{ id: 1, group_members: 2, user_groups: 1 }])
})

item(27, 'cascade takes the links along', async (t, kind) => {
  const { peer, user, links, pet } = await zoo(t, kind)

  await peer.must(user.addToCollection([1, 2], 'groups', [1, 2]))
  await peer.must(user.destroy({ id: 1 }))
  assert.equal(await peer.must(links.count()), 4)
  await peer.must(user.destroy({ id: 2 }, { meta: { cascade: true } }))
  assert.deepEqual(await peer.must(links.count()), 2)
  assert.deepEqual((await peer.must(pet.findOne(3))).owner, null)
})

item(36, 'limit, skip and sort of a populate are per parent', async (t, kind) => {
  const { peer, user } = await zoo(t, kind)
  const populated = async (pets) => (await peer.must(user.find({ sort: 'id' }, { populates: { pets } }))).map((record) => ids(record.pets))

  assert.deepEqual(await populated({ limit: 1, sort: 'name DESC' }), [[2], [3], []])
  assert.deepEqual(await populated({ skip: 1, sort: 'name' }), [[2], [], []])
  assert.deepEqual(await populated({ sort: 'name DESC' }), [[2, 1], [3], []])
  assert.deepEqual(await populated({ name: 'p2' }), [[2], [], []])
})

item(39, 'a to-one value is an id', async (t, kind) => {
  const { peer, pet } = await zoo(t, kind)

  await fails(peer, pet.create({ owner: { id: 1 } }), 'E_INVALID_NEW_RECORD', { details: /`owner`/ })
  await fails(peer, pet.create({ owner: 'x' }), 'E_INVALID_NEW_RECORD', { details: /`owner`/ })
  assert.equal((await peer.must(pet.create({ owner: 999 }))).owner, 999)
})

item(40, 'a junction row that is there twice gives one child', async (t, kind) => {
  const { peer, user, links } = await zoo(t, kind)

  await peer.must(links.createEach([{ user_groups: 1, group_members: 1 }, { user_groups: 1, group_members: 1 }, { user_groups: 1, group_members: 2 }]))
  assert.deepEqual(ids((await peer.must(user.findOne(1, { populates: { groups: { sort: 'id' } } }))).groups), [1, 2])
  assert.deepEqual(ids((await peer.must(user.findOne(1, { populates: { groups: { sort: 'id', skip: 1 } } }))).groups), [2])
})

item(41, 'what differs from a value may be null', async (t, kind) => {
  const { found } = await people(t, kind)

  assert.deepEqual(await found({ rank: { '!=': 1 } }), [1, 3])
  assert.deepEqual(await found({ rank: { nin: [1, 2] } }), [1])
})

// ---- callbacks, archive, encryption, streams ----

const quiet = Object.fromEntries(['beforeCreate', 'afterCreate', 'beforeUpdate', 'afterUpdate', 'beforeDestroy', 'afterDestroy', 'eachRecord', 'eachBatch'].map((name) => [name, () => null]))

item(28, 'life-cycle callbacks', async (t, kind) => {
  const hooked = of('hooked')
  const peer = await lift(t, kind, worlds.hooked)
  const called = async (request) => (await peer.ask(request, quiet)).calls?.map(({ function: name, model, arguments: args }) => [name, model, ...args]) ?? []
  const names = (calls) => calls.map(([name]) => name)

  const [[before, model, values]] = await called(hooked.create({ name: 'a' }, {}))
  assert.deepEqual([before, model], ['beforeCreate', 'hooked'])
  assert.ok(fresh(values.createdAt))
  assert.deepEqual({ id: values.id, name: values.name, n: values.n, parts: values.parts }, { id: null, name: 'a', n: 0, parts: [] })
  assert.deepEqual(names(await called(hooked.create({ name: 'b' }))), ['beforeCreate', 'afterCreate'])
  assert.deepEqual(names(await called(hooked.createEach([{}, {}]))), ['beforeCreate', 'beforeCreate', 'afterCreate', 'afterCreate'])
  assert.deepEqual(names(await called(hooked.update({ name: 'a' }, { n: 1 }))), ['beforeUpdate'])
  assert.deepEqual(names(await called(hooked.update({ name: 'a' }, { n: 1 }, FETCH))), ['beforeUpdate', 'afterUpdate'])
  const [[, , criteria]] = await called(hooked.destroy({ name: 'a' }))
  assert.deepEqual(criteria, { where: { name: 'a' }, limit: 9007199254740991, skip: 0, sort: [], select: ['*'], omit: [] })
  assert.deepEqual(names(await called(hooked.destroy({ name: 'b' }, FETCH))), ['beforeDestroy', 'afterDestroy'])
  assert.deepEqual(await called(hooked.create({}, { meta: { skipAllLifecycleCallbacks: true, fetch: true } })), [])
  assert.deepEqual(await called(hooked.update({}, { n: 1 }, { meta: { skipAllLifecycleCallbacks: true, fetch: true } })), [])
  assert.deepEqual(await called(hooked.destroy({}, { meta: { skipAllLifecycleCallbacks: true, fetch: true } })), [])
})

item(29, 'archive moves records', async (t, kind) => {
  const { peer, pet } = await zoo(t, kind)
  const archive = of('archive')

  assert.deepEqual(ids(await peer.must(pet.archive({ id: 3 }, FETCH))), [3])
  assert.equal(await peer.must(pet.findOne(3)), null)
  const [row] = await peer.must(archive.find())
  assert.ok(fresh(row.createdAt))
  assert.equal(row.fromModel, 'pet')
  assert.equal(row.originalRecordId, 3)
  assert.equal(row.originalRecord.name, 'p3')
  assert.equal(await peer.must(pet.archive({ id: 4 })), null)
  assert.equal(await peer.must(archive.count()), 2)
})

item(30, 'encrypted attributes', async (t, kind) => {
  const secret = of('secret')
  const peer = await lift(t, kind, worlds.settings)
  const decrypted = { meta: { fetch: true, decrypt: true } }

  const { text } = await peer.must(secret.create({ text: '123' }))
  const [label, iv, sealed, tag] = text.split('$')
  assert.equal(label, 'YWVzLTI1Ni1nY20kJGRlZmF1bHQ=')
  assert.equal(tag.length, 22)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(defaults.dataEncryptionKeys.default, 'base64'), Buffer.from(iv, 'base64'))
  cipher.setAAD(Buffer.from(label, 'base64'))
  assert.equal(sealed, Buffer.concat([cipher.update('"123"'), cipher.final()]).toString('base64'))
  assert.equal(tag, cipher.getAuthTag().toString('base64').replace(/=+$/, ''))

  // The vector of the specification, as it would have been stored.
  const vector = 'YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=$XMjGGjq4zNDfmdJ3p8pmaw'
  const { id } = await peer.must(secret.create({ text: vector }, { meta: { fetch: true, skipEncryption: true } }))
  assert.equal((await peer.must(secret.findOne(id, { meta: { decrypt: true } }))).text, '123')

  const whole = { text: 'x', number: 5, nullable: 'n', object: { a: [1] } }
  const record = await peer.must(secret.create(whole, decrypted))
  assert.deepEqual({ ...whole, ...record }, record)
  const open = await peer.must(secret.create({ text: '', number: 0, nullable: null, object: false }))
  assert.deepEqual([open.text, open.number, open.nullable, open.object], ['', 0, null, false])
  assert.deepEqual(await peer.must(secret.find({ text: 'x' })), [])
})

item(31, 'streams', async (t, kind) => {
  const { peer, user } = await zoo(t, kind)
  const streamed = async (request) => (await peer.ask(request, quiet)).calls.map(({ function: name, arguments: [item] }) => [name, Array.isArray(item) ? ids(item) : item.id])

  assert.deepEqual(await streamed(user.stream({ sort: 'id' }, { each: 'record' })), [['eachRecord', 1], ['eachRecord', 2], ['eachRecord', 3]])
  assert.deepEqual(await streamed(user.stream({ sort: 'id' }, { each: 'batch', meta: { batchSize: 2 } })), [['eachBatch', [1, 2]], ['eachBatch', [3]]])
  assert.deepEqual(await streamed(user.stream({ id: 2 }, { each: 'batch', meta: { batchSize: 1 } })), [['eachBatch', [2]]])
  const populated = await peer.ask(user.stream({ sort: 'id' }, { each: 'record', meta: { batchSize: 1 }, populates: { pets: { where: { name: { '>': 'p1' } }, sort: 'id' }, boss: true } }), quiet)
  assert.deepEqual(populated.calls.map(({ arguments: [{ pets, boss }] }) => [ids(pets), boss]), [[[2], null], [[3], null], [[], null]])
  await fails(peer, user.stream({}), 'E_INVALID_STREAM_ITERATEE')
  const failing = { eachRecord: ({ id }) => (id === 2 ? new Thrown({ message: 'enough', code: 'E_ENOUGH' }) : null) }
  const answer = await peer.ask(user.stream({ sort: 'id' }, { each: 'record' }), failing)
  assert.equal(answer.calls.length, 2)
  assert.deepEqual(answer.error, { name: 'Error', message: 'enough', code: 'E_ENOUGH' })
})

item(32, 'validate', async (t, kind) => {
  const user = of('user')
  const peer = await lift(t, kind, worlds.people)

  const error = await fails(peer, user.validate('email', 'zz'), 'E_VIOLATES_RULES')
  assert.deepEqual(error.ruleViolations, [{ rule: 'isEmail', message: "Value ('zz') was not a valid email address." }])
  await fails(peer, user.validate('age', 'x'), 'E_TYPE')
  await fails(peer, user.validate('name', ''), 'E_REQUIRED')
  assert.equal(await peer.must(user.validate('age', '30')), 30)
  assert.equal(await peer.must(user.validate('bogus', 1)), null)
})

item(37, 'what a callback changes is stored; its error ends the query', async (t, kind) => {
  const hooked = of('hooked')
  const peer = await lift(t, kind, worlds.hooked)

  const beforeCreate = (values) => ({ ...values, n: 9999, name: 'much too long for its rule' })
  await peer.must(hooked.create({ name: 'a' }, {}), { ...quiet, beforeCreate })
  assert.deepEqual((await peer.must(hooked.find())).map(({ n, name }) => [n, name]), [[9999, 'much too long for its rule']])
  const thrown = () => new Thrown({ name: 'Error', message: 'not so', code: 'E_MINE' })
  for (const request of [hooked.create({}), hooked.update({}, { n: 1 }), hooked.destroy({})]) {
    const { error } = await peer.ask(request, { beforeCreate: thrown, beforeUpdate: thrown, beforeDestroy: thrown })
    assert.deepEqual(error, { name: 'Error', message: 'not so', code: 'E_MINE' })
  }
  assert.equal(await peer.must(hooked.count({ n: 9999 })), 1)
})

// ---- tables, migrations, connections ----

const TYPES = {
  sqlite: { s: 'TEXT', n: /^(REAL|NUMERIC|INTEGER|DOUBLE)/, b: /^(INTEGER|BOOLEAN)$/, j: 'TEXT', r: 'TEXT', id: 'INTEGER', createdAt: /^(INTEGER|BIGINT)$/, raw: /varchar/i },
  postgresql: { s: 'text', n: 'double precision', b: 'boolean', j: 'json', r: 'text', id: /^(integer|bigint)$/, createdAt: 'bigint', raw: 'character varying' },
  mariadb: { s: /^(varchar|longtext|text)$/, n: 'double', b: 'tinyint', j: 'longtext', r: 'longtext', id: /^(int|bigint)$/, createdAt: 'bigint', raw: 'varchar' },
}

item(33, 'column types', async (t, kind) => {
  const models = {
    typed: { attributes: { s: 'string', n: 'number', b: 'boolean', j: 'json', r: 'ref', raw: { type: 'string', columnType: 'varchar(20)' } } },
  }
  const peer = await lift(t, kind, models)
  const query =
    kind === 'sqlite'
      ? "SELECT name, type FROM pragma_table_info('typed')"
      : "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = 'typed'"
  const { rows } = await peer.must({ datastore: 'default', native: query })
  const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]))

  for (const [name, type] of Object.entries(TYPES[kind])) {
    type instanceof RegExp ? assert.match(types[name], type, name) : assert.equal(types[name], type, name)
  }
})

item(34, 'migrations', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  const [record] = await peer.must(plain.createEach([{ id: 7, s: 'a', j: { a: [1, null] }, n: 0.1, b: true }]))
  await peer.must({ migrate: 'safe' })
  assert.deepEqual(await peer.must(plain.find()), [record])

  // A column more, and one less.
  const { s, ...less } = worlds.things.plain.attributes
  const models = { ...worlds.things, plain: { attributes: { ...less, more: { type: 'string', defaultsTo: 'm' } } } }
  await peer.must({ define: { datastores: (await storeOf(kind)).c, models, defaults } })
  await peer.must({ migrate: 'alter' })
  const [altered] = await peer.must(plain.find())
  const { s: gone, ...rest } = record
  assert.equal(altered.more, 'm')
  assert.deepEqual({ ...altered, more: undefined }, { ...rest, more: undefined })
  assert.equal((await peer.must(plain.create({}))).id, 8)

  await peer.must({ migrate: 'drop' })
  assert.deepEqual(await peer.must(plain.find()), [])
  assert.equal((await peer.must(plain.create({}))).id, 1)
})

item(35, 'a transaction is all or nothing', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)
  const transaction = (calls, end = 'commit') => peer.ask({ datastore: 'default', method: 'transaction', calls, end })

  const rolledBack = await transaction([plain.create({ s: 'a' }), plain.count()], 'rollback')
  assert.equal(rolledBack.error.code, 'E_ROLLBACK')
  assert.equal(rolledBack.answers.length, 2)
  assert.equal(rolledBack.answers[1].result, 1)
  const failed = await transaction([plain.create({ s: 'a' }, {}), plain.create({ n: 'x' }), plain.count()])
  assert.equal(failed.error.code, 'E_INVALID_NEW_RECORD')
  assert.deepEqual([failed.answers.length, failed.answers[0].result, failed.answers[1].error.code], [2, null, 'E_INVALID_NEW_RECORD'])
  assert.equal(await peer.must(plain.count()), 0)
  const committed = await transaction([plain.create({ s: 'a' }, {}), { ...plain.create({ n: 'x' }), tolerate: true }, { ...plain.count(), outside: true }])
  assert.equal(committed.result, null)
  assert.equal(committed.answers[2].result, 0)
  assert.equal(await peer.must(plain.count()), 1)
})

item(35, 'what fails and is tolerated leaves the rest of a transaction as it was', async (t, kind) => {
  const unique = of('unique')
  const peer = await lift(t, kind, worlds.things)
  const tolerated = (call) => ({ ...call, tolerate: true })

  await peer.must(unique.createEach([{ id: 1, a: 'x', b: 1 }, { id: 2, a: 'y', b: 2 }], {}))
  const { result, answers } = await peer.ask({
    datastore: 'default',
    method: 'transaction',
    calls: [
      unique.create({ a: 'z', b: 3 }, {}), tolerated(unique.create({ a: 'x', b: 4 }, {})), tolerated(unique.createEach([{ a: 'p', b: 5 }, { a: 'x', b: 6 }])),
      tolerated(unique.update({ id: 2 }, { a: 'x' })), tolerated(unique.updateOne(2, { b: 1 })), unique.destroy({ id: 2 }), unique.count(),
    ],
  })
  assert.equal(result, null)
  assert.deepEqual(answers.map(({ error }) => error?.code ?? null), [null, 'E_UNIQUE', 'E_UNIQUE', 'E_UNIQUE', 'E_UNIQUE', null, null])
  assert.equal(answers.at(-1).result, 2)
  assert.deepEqual((await peer.must(unique.find({ sort: 'a' }))).map(({ a }) => a), ['x', 'z'])
})

item(35, 'behind a native query that fails, PostgreSQL takes nothing, the others the rest', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)
  const broken = { native: 'SELECT nothing FROM nowhere', tolerate: true }

  const { error, answers } = await peer.ask({
    datastore: 'default',
    method: 'transaction',
    calls: [plain.create({ s: 'before' }, {}), broken, { ...plain.create({ s: 'behind' }, {}), tolerate: true }],
  })
  assert.ok(answers[1].error.message)
  if (kind === 'postgresql') {
    assert.equal(error.name, 'AdapterError')
    assert.equal(answers[2].error.name, 'AdapterError')
  }
  assert.equal(await peer.must(plain.count()), kind === 'postgresql' ? 0 : 2)
})

item('3, 4', 'json values come back as they went', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)
  const nested = (depth) => (depth === 0 ? [] : [nested(depth - 1)])
  const values = ['a\0b', { 'key with "quotes" and \\': 'x\0' }, '\u{1f600}\u2028', '', 0, false, [null], {}, [[]], 1e300, 0.1, nested(60)]

  await peer.must(plain.createEach(values.map((j) => ({ j })), {}))
  assert.deepEqual((await peer.must(plain.find({ sort: 'id' }))).map(({ j }) => j), values)
  await fails(peer, plain.create({ j: nested(100) }), 'E_INVALID_NEW_RECORD', { details: /`j`/ })
  await fails(peer, plain.create({ s: 'a\0b' }), 'E_INVALID_NEW_RECORD', { details: /`s`/ })
})

item(38, 'pages', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)

  await peer.must(plain.createEach([{}, {}, {}, {}, {}], {}))
  assert.deepEqual(ids(await peer.must(plain.find({ sort: 'id' }, { paginate: { page: 1, size: 2 } }))), [3, 4])
  assert.deepEqual(ids(await peer.must(plain.find({ sort: 'id' }, { paginate: { page: 0 } }))), [1, 2, 3, 4, 5])
})

item(42, 'numbers survive up to 2^53', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)
  const numbers = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 16777217, 0.1, 1 / 3, 1e-7, 123456.789]

  await peer.must(plain.createEach(numbers.map((n) => ({ n })), {}))
  assert.deepEqual((await peer.must(plain.find({ sort: 'id' }))).map(({ n }) => n), numbers)
  for (const n of numbers) {
    assert.equal(await peer.must(plain.count({ n })), 1, String(n))
  }
})

item(43, 'native queries bind their values', async (t, kind) => {
  const plain = of('plain')
  const peer = await lift(t, kind, worlds.things)
  const native = (text, values) => peer.must({ datastore: 'default', native: text, values })

  await peer.must(plain.createEach([{ s: "o'hara" }, { s: 'b' }], {}))
  assert.deepEqual((await native('SELECT id FROM plain WHERE s = $1', ["o'hara"])).rows, [{ id: 1 }])
  assert.deepEqual((await native('SELECT id FROM plain WHERE s = $1', ["' OR 1=1 --"])).rows, [])
  assert.deepEqual(await native('UPDATE plain SET s = $2 WHERE id = $1', [1, "'; DROP TABLE plain"]), { rows: [], affected: 1 })
  assert.equal((await peer.must(plain.findOne(1))).s, "'; DROP TABLE plain")
  const { error } = await peer.ask({ datastore: 'default', native: 'SELEC' })
  assert.ok(error.message)
})
