// Associations, populates, links (waterline.md 5, 6).
import { FETCH, NORMALIZE, alsoNormalized, dialogue, of } from '../support/script.mjs'

const [user, pet, vet, visit, group, toy, tag, article] = ['user', 'pet', 'vet', 'visit', 'group', 'toy', 'tag', 'article'].map(of)
const junctions = ['group_members__user_groups', 'user_friends__user_friends_user', 'toy_toys_toy__user_toys'].map(of)
const [members, friends, toys] = junctions

const ZOO = [
  user.createEach([1, 2, 3].map((id) => ({ id, name: `u${id}`, email: `u${id}@x.com`, boss: id > 1 ? 1 : null }))),
  pet.createEach([
    { id: 1, name: 'p1', owner: 1 }, { id: 2, name: 'p2', owner: 1 }, { id: 3, name: 'p3', owner: 2 },
    { id: 4, name: 'p4' }, { id: 5, name: 'p5', owner: 77 },
  ]),
  group.createEach([1, 2, 3].map((id) => ({ id, name: `g${id}` }))),
  vet.createEach([1, 2].map((id) => ({ id, name: `v${id}` }))),
  toy.createEach([1, 2, 3].map((id) => ({ id, name: `t${id}` }))),
  tag.createEach(['red', 'green', 'blue'].map((slug) => ({ slug, title: slug.toUpperCase() }))),
  article.createEach([{ id: 1, title: 'one', lead: 'red' }, { id: 2, title: 'two' }]),
]

const few = (more = {}) => ({ select: ['name'], sort: 'id', ...more })
const ids = ['id']
const links = (junction) => junction.find({ sort: 'id' })
const pets = pet.find({ sort: 'id', select: ['owner'] })
const populated = (populates, criteria = few()) => user.find(criteria, { populates })

const ALL = { name: ['toys', 'pets', 'boss', 'groups', 'friends', 'staff'] }
const everything = Object.fromEntries(ALL.name.map((name) => [name, true]))

const LINKED = [
  ...ZOO,
  user.addToCollection(1, 'groups', [1, 2]),
  user.addToCollection([2, 3], 'groups', [2]),
  user.addToCollection(1, 'friends', [2, 3]),
  user.addToCollection(2, 'toys', [3, 1]),
  article.addToCollection(1, 'tags', ['red', 'blue']),
]

export const associations = [
  dialogue('22', 'populate gives lists and records, and null for what dangles', 'people', [
    ...LINKED,
    populated({ pets: true }), populated({ boss: true }), populated({ staff: true }), populated({ groups: true }), populated({ friends: true }), populated({ toys: true }),
    populated(everything), populated({}), populated({ pets: false }), populated({ boss: false }), populated({ pets: {} }), populated({ boss: {} }), populated({ pets: null }),
    pet.find({ sort: 'id' }, { populates: { owner: true } }),
    pet.findOne(5, { populates: { owner: true } }),
    pet.findOne(5),
    pet.findOne(99, { populates: { owner: true } }),
    pet.find({ id: 99 }, { populates: { owner: true, vets: true } }),
    user.findOne(1, { populates: everything }),
    group.find({ sort: 'id' }, { populates: { members: true } }),
    article.find({ sort: 'id' }, { populates: { tags: true, lead: true } }),
    tag.find({ sort: 'slug' }, { populates: { articles: true } }),
    user.find({ select: ['name'], sort: 'id DESC' }, { populates: { boss: true, pets: true } }),
    user.find({ select: ['boss'], sort: 'id' }, { populates: { boss: true } }),
    user.find({ omit: ['email'], sort: 'id' }, { populates: { boss: true } }),
    user.find({ sort: 'id', limit: 1, skip: 1 }, { populates: { pets: true } }),
  ]),

  dialogue('23', 'what cannot be populated', 'people', [
    ...ZOO,
    ...[
      { boss: { name: 'x' } }, { boss: null }, { boss: 5 }, { boss: { where: {} } }, { boss: { select: ['name'] } }, { boss: [] },
      { name: true }, { bogus: true }, { pets: { bogus: 1 } }, { pets: { sort: 'bogus' } }, { pets: { limit: 'x' } }, { pets: { name: 'p', limit: 1 } }, { pets: { select: 'x' } },
      { pets: 5 }, { pets: 'x' }, { pets: [1, 2] }, { pets: [] }, { pets: { id: [] } }, { pets: { or: [] } }, { pets: { limit: 0 } }, { pets: { age: 'x' } }, { pets: { omit: ['id'] } },
      { pets: { select: ['name'] } }, { pets: { omit: ['name'] } }, { pets: true, boss: true },
    ].flatMap((populates) => [user.find(few(), { populates }), user.find(few(), { populates, normalize: true })]),
    ...[null, 5, 'pets', [], ['pets'], true, false].map((populates) => user.find(few(), { populates })),
    user.find({ omit: ['boss'] }, { populates: { boss: true } }),
    user.find({ sort: 'boss' }, { populates: { boss: true } }),
    user.find({ sort: 'pets' }, { populates: { pets: true } }),
    user.findOne(1, { populates: { bogus: true } }),
    user.findOne([], { populates: { pets: true } }),
  ]),

  dialogue('36', 'limit, skip and sort of a populate are per parent', 'people', [
    ...LINKED,
    ...[
      { limit: 1, sort: 'name DESC' }, { limit: 1, sort: 'name ASC' }, { skip: 1, sort: 'name' }, { limit: 1, skip: 1, sort: 'name' }, { sort: 'name DESC' }, { limit: 0 }, { limit: 1 },
      { where: { name: 'p2' } }, { name: 'p2' }, { name: { contains: '2' } }, { where: { name: { '!=': 'p1' } }, sort: 'name' }, { id: [1, 3] }, { id: [] },
      { select: ['name'] }, { select: ['id'] }, { select: [] }, { omit: ['name'] }, { omit: ['owner'] }, { omit: ['createdAt', 'updatedAt'], sort: 'id DESC' },
      { or: [{ name: 'p1' }, { name: 'p3' }] },
    ].map((criteria) => populated({ pets: criteria })),
    ...[
      { limit: 1, sort: 'name DESC' }, { skip: 1, sort: 'name' }, { name: 'g2' }, { select: ['name'] }, { omit: ['name'] }, { where: { id: { '>': 1 } }, sort: 'id' }, { limit: 1, skip: 1, sort: 'id' },
    ].map((criteria) => populated({ groups: criteria })),
    ...[{ limit: 1, sort: 'id' }, { name: 'u2' }, { sort: 'id DESC', select: ['name'] }].map((criteria) => populated({ friends: criteria })),
    ...[{ limit: 1, sort: 'id' }, { name: 't3' }].map((criteria) => populated({ toys: criteria })),
    populated({ pets: { limit: 1, sort: 'id' }, groups: { limit: 1, sort: 'id DESC' }, boss: true }),
    article.find({ sort: 'id' }, { populates: { tags: { sort: 'slug DESC', limit: 1 } } }),
  ]),

  dialogue('24', 'linking n:m', 'people', [
    ...ZOO,
    user.addToCollection(1, 'groups', [1, 2]), links(members),
    user.addToCollection(1, 'groups', [1]), links(members), populated({ groups: { sort: 'id' } }),
    user.addToCollection([1, 2], 'groups', [3, 3]), links(members),
    user.addToCollection('2', 'groups', '1'), user.addToCollection(2, 'groups', 77), links(members), populated({ groups: { sort: 'id' } }),
    user.addToCollection(88, 'groups', [1]), links(members),
    group.addToCollection(3, 'members', [3]), links(members), group.find({ sort: 'id' }, { populates: { members: { sort: 'id', select: ['name'] } } }),
    user.removeFromCollection(1, 'groups', [1]), links(members),
    user.removeFromCollection([1, 2], 'groups', [3, 1]), links(members),
    user.removeFromCollection(1, 'groups', [55]), user.removeFromCollection(1, 'groups', []), links(members),
    user.addToCollection([], 'groups', [1]), user.addToCollection(1, 'groups', []), links(members),
  ]),

  dialogue('40', 'a link that is there twice gives the child once', 'people', [
    ...ZOO,
    user.addToCollection(1, 'groups', [1]), user.addToCollection(1, 'groups', [1]),
    populated({ groups: true }), populated({ groups: { limit: 5, sort: 'id' } }),
    members.find(undefined, { populates: { user_groups: true, group_members: true } }),
    members.create({ user_groups: 2, group_members: 2 }), members.create({ user_groups: 2, group_members: 2 }),
    populated({ groups: true }), group.find({ sort: 'id' }, { populates: { members: true } }),
    user.removeFromCollection(1, 'groups', [1]), links(members),
  ]),

  dialogue('24', 'linking 1:n moves the child', 'people', [
    ...ZOO,
    user.addToCollection(1, 'pets', [3]), pets,
    user.addToCollection(3, 'pets', [4, 5]), pets,
    user.addToCollection([1, 2], 'pets', [1]), user.addToCollection([2], 'pets', [1]), pets,
    user.addToCollection(1, 'pets', [99]), user.addToCollection(99, 'pets', [1]), pets,
    user.removeFromCollection(1, 'pets', [2, 3]), pets,
    user.removeFromCollection(2, 'pets', [4]), pets,
    user.removeFromCollection([1, 3], 'pets', [4]), pets,
    user.addToCollection(1, 'staff', [1]), user.find({ sort: 'id', select: ['boss'] }, { populates: { staff: { select: ['name'] } } }),
  ]),

  dialogue('25', 'replacing links', 'people', [
    ...LINKED,
    user.replaceCollection(1, 'groups', [3]), links(members),
    user.replaceCollection([1, 2], 'groups', [1, 2]), links(members),
    user.replaceCollection(3, 'groups', []), user.replaceCollection(2, 'groups', 3), links(members),
    user.replaceCollection(1, 'pets', [3, 4]), pets,
    user.replaceCollection(1, 'pets', []), pets,
    user.replaceCollection([1, 2], 'pets', [1]), user.replaceCollection([1, 2], 'pets', []), pets,
    user.replaceCollection(2, 'pets', [1, 1, '2']), pets,
    user.replaceCollection(1, 'friends', [1, 2]), links(friends),
    user.replaceCollection(2, 'toys', [2]), links(toys),
    article.replaceCollection(1, 'tags', ['green']), article.find({ sort: 'id' }, { populates: { tags: true } }),
    user.replaceCollection([], 'groups', [1]), links(members),
  ]),

  dialogue('24, 25', 'links that cannot be', 'people', [
    ...ZOO,
    ...['addToCollection', 'removeFromCollection', 'replaceCollection'].flatMap((method) => [
      ...[undefined, null, 'x', { id: 1 }, 1.5, -1, [null], ['x'], true, 0, ''].map((targets) => user[method](targets, 'groups', [1])),
      ...[undefined, null, 'x', { id: 1 }, 1.5, -1, [null], ['x'], true, 0, ''].map((ids) => user[method](1, 'groups', ids)),
      ...[undefined, null, 'bogus', 'name', 'boss', 5].map((attribute) => user[method](1, attribute, [1])),
      article[method](1, 'tags', [5]),
      user[method](1, 'groups', [1, 1, '1'], NORMALIZE),
      user[method]('1', 'groups', 2, NORMALIZE),
      user[method]([], 'groups', [1], NORMALIZE),
      user[method](1, 'groups', [], NORMALIZE),
      user[method](1, 'pets', [2], NORMALIZE),
    ]),
  ]),

  dialogue('25', 'create and update with links', 'people', [
    ...ZOO,
    user.create({ id: 10, name: 'n', email: 'n@x.com', groups: [1, 2], pets: [4] }), links(members), pets,
    user.create({ id: 11, name: 'm', email: 'm@x.com', groups: 3, friends: [1] }, {}), links(members), links(friends),
    user.create({ name: 'm', email: 'k@x.com', groups: ['x'] }), user.create({ name: 'm', email: 'k@x.com', groups: null }), user.create({ name: 'm', email: 'k@x.com', groups: {} }),
    user.create({ name: 'm', email: 'k@x.com', groups: [1, 1, '2'] }, NORMALIZE), user.create({ name: 'm', email: 'k@x.com', pets: 5 }, NORMALIZE),
    user.updateOne(1, { groups: [3] }), links(members),
    user.updateOne(1, { groups: [] }), links(members),
    user.updateOne(1, { pets: [5], name: 'changed' }), pets,
    user.update({ id: [1, 2] }, { groups: [1] }, FETCH), links(members),
    user.update({ id: [1, 2] }, { pets: [1] }, FETCH), pets,
    user.update({ id: 99 }, { groups: [1] }, FETCH),
    user.updateOne(1, { groups: 'x' }), user.updateOne(1, { groups: null }),
    user.createEach([{ id: 20, name: 'a', email: 'a@x.com', groups: [1] }, { id: 21, name: 'b', email: 'b@x.com', groups: [1, 2] }]), links(members),
    user.findOrCreate({ id: 30 }, { id: 30, name: 'c', email: 'c@x.com', groups: [1], pets: [2] }), links(members), pets,
  ]),

  dialogue('26', 'junction tables are models', 'people', [
    ...LINKED,
    ...[members, friends, toys].flatMap((junction) => [links(junction), junction.count(), junction.getDatastore()]),
    members.find({ user_groups: 1 }), members.create({ user_groups: 3, group_members: 3 }), members.destroy({ group_members: 3 }, FETCH),
  ]),

  dialogue('27', 'destroy leaves links, and takes them with cascade', 'people', [
    ...LINKED,
    user.destroyOne(3), links(members), populated({ boss: true }),
    user.destroy({ id: 1 }, { meta: { cascade: true, fetch: true } }), links(members), links(friends), pets, user.find({ sort: 'id', select: ['boss'] }),
    user.destroyOne({ id: 2 }, { meta: { cascade: true } }), links(members), links(toys), pets,
    article.destroy({}, { meta: { cascade: true } }), tag.find({ sort: 'slug' }, { populates: { articles: true } }),
  ]),

  dialogue('24', 'through a model of one\'s own', 'people', [
    ...ZOO,
    pet.addToCollection(1, 'vets', [1, 2]), visit.find({ sort: 'id' }),
    vet.addToCollection(1, 'pets', [2]), visit.find({ sort: 'id' }),
    pet.find(few(), { populates: { vets: true } }), vet.find(few(), { populates: { pets: true } }),
    visit.create({ pet: 3, vet: 2, note: 'ill' }), pet.find(few(), { populates: { vets: { sort: 'id' } } }), visit.find({ sort: 'id' }, { populates: { pet: true, vet: true } }),
    pet.replaceCollection(1, 'vets', [2]), pet.removeFromCollection(3, 'vets', [2]), visit.find({ sort: 'id' }),
    pet.destroy({ id: 2 }, { meta: { cascade: true } }), visit.find({ sort: 'id' }),
    vet.find(few(), { populates: { pets: { limit: 1, sort: 'name DESC' } } }),
  ]),

  dialogue('22', 'what is populated has all its own attributes', 'people', [
    ...LINKED,
    ...alsoNormalized([
      user.find({ where: { name: 'u1' } }, { populates: { pets: { where: { name: { startsWith: 'p' } }, sort: 'name DESC', limit: 5, select: ['name'] } } }),
      user.find({ where: { name: 'u1' } }, { populates: { pets: { or: [{ name: 'p1' }, { owner: 2 }] } } }),
      user.find({ where: { name: 'u1' } }, { populates: { boss: true, groups: { sort: { name: -1 } } } }),
      user.findOne({ name: 'u1' }, { populates: { pets: { skip: 1 }, boss: true } }),
      user.find({ select: ['name', 'boss', 'pets'] }, { populates: { boss: true } }),
      user.find({ select: ['name', 'boss'] }, { populates: { boss: true } }),
    ]),
  ]),
]
