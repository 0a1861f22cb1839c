// The query language (waterline.md 4).
import { FETCH, NORMALIZE, alsoNormalized, dialogue, of } from '../support/script.mjs'

const [user, pet, plain] = ['user', 'pet', 'plain'].map(of)

export const PEOPLE = [
  user.createEach([
    { id: 1, name: 'Ann', email: 'ann@x.com', age: 30, score: 1.5, bio: 'b', rank: 1, meta: { k: [1] }, code: 'a_b' },
    { id: 2, name: 'Bob', email: 'bob@x.com', age: 20, score: -2, active: false, boss: 1, code: 'a%b' },
    { id: 3, name: 'Cid', email: 'cid@y.org', age: 40, score: 10.25, bio: '', rank: 3, boss: 1, code: 'a\\b' },
    { id: 4, name: 'Dan', email: 'dan@y.org', score: 0, role: 'admin', boss: 2, rank: 3, code: 'axb' },
    { id: 5, name: 'Eve Adams', email: 'eve@z.net', age: 20, boss: 99, bio: 'x', code: '' },
  ]),
]

const ids = (where, more) => user.find({ where, sort: 'id', select: ['id'] }, more)

/** Run and normalized; the answer is the ids. */
const asked = (...wheres) => alsoNormalized(wheres.map((where) => ids(where)))
const whole = (...criterias) => alsoNormalized(criterias.map((criteria) => user.find(criteria)))

const OPERATORS = ['<', '<=', '>', '>=', '!=', '!', 'not', 'in', 'nin', 'contains', 'startsWith', 'endsWith', 'like']
const OLD = ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual', 'bogus', '=', 'equals', 'between']

export const criteria = [
  dialogue('10, 11', 'find and findOne', 'people', [
    ...PEOPLE,
    user.find({ name: 'nobody' }),
    user.findOne({ name: 'nobody' }),
    user.findOne(1),
    user.findOne('2'),
    user.findOne({ name: 'Cid' }),
    user.findOne({}),
    user.findOne(),
    user.findOne(null),
    user.findOne({ where: {} }),
    user.findOne({ age: 20 }),
    user.findOne({ id: [1, 2] }),
    user.findOne({ id: { '>': 4 } }),
    user.findOne([]),
    user.findOne({ where: { name: 'Ann' }, limit: 1 }),
    user.findOne({ where: { name: 'Ann' }, select: ['name'] }),
    user.findOne({ where: { name: 'Ann' }, omit: ['meta'] }),
    user.findOne(1, NORMALIZE),
    user.findOne(0),
    user.findOne(''),
  ]),

  dialogue('12', 'the forms of a whole criteria', 'people', [
    ...PEOPLE,
    ...whole(
      5, '5', [1, 2], ['1', 2, 2], [], false, true, 'x', {}, null, undefined,
      { name: 'Ann' }, { where: { name: 'Ann' } }, { where: 5 }, { where: [1, 2] }, { where: '3' },
      { where: null }, { where: undefined }, { where: {} }, { where: false }, { where: '' }, { where: 0 },
      { where: [] }, { where: 'x' }, { where: true }, { limit: 2, sort: 'id' }, { sort: 'id' },
      { name: undefined }, [null], [{ id: 1 }], [[1]], -1, 1.5,
    ),
  ]),

  dialogue('14', 'reserved words are not mixed with attributes', 'people', [
    ...whole(
      { where: { name: 'Ann' }, name: 'Ann' },
      { limit: 1, name: 'Ann' },
      { where: {}, bogus: 1 },
      { groupBy: ['name'] }, { sum: ['age'] }, { average: ['age'] }, { min: ['age'] }, { max: ['age'] },
      { where: {}, sum: 'age' }, { where: {}, groupBy: 'age' },
      { joins: [] }, { where: {}, populate: 'pets' },
    ),
  ]),

  dialogue('12', 'every operator', 'people', [
    ...PEOPLE,
    ...asked(
      { age: 20 }, { age: '20' }, { active: 1 }, { active: false }, { name: 5 }, { bio: null }, { bio: { '!=': null } },
      { age: { '!=': 20 } }, { age: { '!': 20 } }, { age: { not: 20 } }, { age: { '!=': [20, 30] } }, { age: { '!=': [] } },
      { age: { nin: [20, '30'] } }, { age: { nin: [] } }, { age: [20, 30] }, { age: [20, 20] }, { age: { in: [20] } },
      { age: { in: [] } }, { age: [] }, { age: { in: 20 } }, { age: { in: 'A' } }, { age: { in: [null] } }, { age: [null, 20] },
      { age: { nin: [null] } }, { age: { '!=': [null] } },
      { age: { '<': 30 } }, { age: { '<=': 30 } }, { age: { '>': 20 } }, { age: { '>=': '20' } }, { age: { '>': 20, '<': 40 } },
      { score: { '>': -2.5, '<': 1.6 } }, { age: { '>': 'x' } }, { age: { '<': null } }, { active: { '>': true } },
      { name: { '>': 'B', '<=': 'Dan' } },
      { name: { contains: 'an' } }, { name: { startsWith: 'A' } }, { name: { endsWith: 'n' } }, { name: { like: '%a%' } },
      { name: { like: 'A_n' } }, { name: { like: 'Ann' } }, { name: { like: '%%' } }, { name: { like: '' } }, { name: { like: '%' } },
      { name: { contains: '' } }, { name: { startsWith: '' } }, { name: { endsWith: '' } }, { name: { contains: 5 } },
      { name: { contains: null } }, { name: { like: null } }, { name: { contains: ['a'] } }, { name: { contains: ' ' } },
      { age: { contains: 2 } }, { active: { contains: 'a' } }, { boss: { contains: '1' } }, { age: { like: '2%' } }, { id: { contains: '1' } },
      { name: { contains: 'A' }, age: { '!=': 0 } },
      { boss: null }, { boss: { '!=': null } }, { boss: 1 }, { boss: '1' }, { boss: [1, 2] }, { boss: 'x' }, { boss: { id: 1 } }, { boss: { '>': 1 } },
      { meta: null }, { meta: { '!=': null } },
    ),
  ]),

  dialogue('12', 'wildcards are literal but in like', 'people', [
    ...PEOPLE,
    ...['_', '%', '\\', 'a_', 'a%', 'a\\', '\\b', 'x'].flatMap((text) =>
      asked({ code: { contains: text } }, { code: { startsWith: text } }, { code: { endsWith: text } }),
    ),
    ...asked({ code: { like: 'a_b' } }, { code: { like: 'a%b' } }, { code: { like: 'a\\%b' } }, { code: { like: 'a\\_b' } }, { code: 'a%b' }),
  ]),

  dialogue('12', 'operators that there are not, and values that they do not take', 'people', [
    ...OPERATORS.flatMap((operator) =>
      ['name', 'age', 'active', 'boss', 'id', 'meta'].flatMap((name) =>
        [null, 'x', 1, true, [], ['1'], {}, undefined].map((value) =>
          user.find({ [name]: { [operator]: value } }, NORMALIZE),
        ),
      ),
    ),
    ...OLD.map((operator) => user.find({ age: { [operator]: 1 } }, NORMALIZE)),
    ...[{}, { a: 1 }, [], [[]], [{}], '', null, undefined].map((value) => user.find({ age: value }, NORMALIZE)),
  ]),

  dialogue('13', 'or and and', 'people', [
    ...PEOPLE,
    ...asked(
      { or: [] }, { and: [] }, { or: [{}] }, { and: [{}] }, { or: [{ age: 20 }] }, { and: [{ age: 20 }] },
      { or: [{ age: 20 }, { name: 'Ann' }] }, { and: [{ age: 20 }, { name: 'Bob' }] },
      { or: [{ age: 20 }, {}] }, { and: [{ age: 20 }, {}] }, { or: [{ age: [] }, { age: 30 }] }, { and: [{ age: [] }, { age: 30 }] },
      { or: [{ age: { nin: [] } }, { age: 30 }] }, { or: [{ name: { contains: '' } }, { age: 30 }] },
      { or: [{ age: 20 }, { and: [{ name: 'Ann' }, { or: [{ age: 30 }, { age: 31 }] }] }] },
      { or: [{ age: 20, name: 'Bob' }, { name: { startsWith: 'C' } }] }, { name: 'Ann', or: [{ age: 20 }, { age: 30 }] },
      { name: 'Ann', and: [{ age: 30 }] }, { or: [{ age: 20 }], and: [{ name: 'Bob' }] },
      { or: {} }, { or: null }, { or: 'x' }, { and: 5 }, { or: [5] }, { or: [null] }, { or: [[1, 2]] }, { and: ['x'] }, { or: [undefined] },
      { not: { age: 20 } }, { nor: [] }, { '!': 1 }, { or: [{ or: [] }] }, { and: [{ or: [] }] }, { or: [{ and: [] }, { age: 20 }] },
      { and: [{ age: { '!=': null } }, { score: { '>': 0 } }, { active: true }] },
    ),
  ]),

  dialogue('12', 'what cannot be asked for', 'people', [
    ...whole(
      { pets: [1] }, { pets: 1 }, { bogus: 1 }, { 'meta.k': 1 }, { age: 'abc' }, { age: true }, { name: { a: 1 } },
      { where: { bogus: null } }, { id: null }, { id: { '!=': null } }, { name: null }, { name: { '!=': null } }, { age: null }, { active: null },
    ),
    user.find({ 'meta.k': 1 }, { meta: { enableExperimentalDeepTargets: true }, normalize: true }),
    user.find({ 'name.k': 1 }, { meta: { enableExperimentalDeepTargets: true }, normalize: true }),
  ]),

  dialogue('15', 'sort', 'people', [
    ...PEOPLE,
    ...alsoNormalized(
      [
        'name', 'name ASC', 'name DESC', 'name desc', 'name SIDEWAYS', ' name', 'name ', 'name  DESC', 'name ASC DESC', '', 'bogus', 'pets', 'boss DESC', 'age DESC',
        ['name'], ['name DESC'], ['age ASC', 'name DESC'], ['age', { name: 'DESC' }], [{ age: 'DESC' }, { id: 'ASC' }], [{ name: -1 }], [{ name: 'desc' }],
        [{ age: 'ASC', name: 'ASC' }], [{}], [5], [null], [],
        { name: -1 }, { name: 1, age: -1 }, { name: 'ASC' }, { name: 0 }, { age: '-1' }, {}, null, 5, true, ['name', 'name DESC'], { bogus: 1 },
        ['rank', 'id DESC'], ['rank DESC', 'id'], ['bio', 'id'], ['active', 'id DESC'], ['score DESC'],
      ].map((sort) => user.find({ sort, select: ['id', 'name', 'age'] })),
    ),
  ]),

  dialogue('16', 'select and omit', 'people', [
    ...PEOPLE,
    ...alsoNormalized(
      [
        { select: ['name'] }, { select: [] }, { select: ['*'] }, { select: '*' }, { select: 'name' }, { select: ['id'] }, { select: ['name', 'name'] },
        { select: ['bogus'] }, { select: ['pets'] }, { select: ['boss'] }, { select: ['*', 'name'] }, { select: null }, { select: 5 }, { select: {} }, { select: [5] },
        { omit: ['name'] }, { omit: [] }, { omit: ['id'] }, { omit: ['name', 'meta', 'email'] }, { omit: 'name' }, { omit: ['bogus'] }, { omit: ['pets'] }, { omit: ['boss'] },
        { omit: null }, { omit: ['name', 'name'] }, { omit: ['*'] },
        { select: ['name'], omit: ['age'] }, { select: ['*'], omit: ['age'] }, { select: ['name'], omit: [] }, { select: ['code'] },
      ].map((projection) => user.find({ ...projection, sort: 'id', limit: 2 })),
    ),
  ]),

  dialogue('17', 'limit and skip', 'people', [
    ...PEOPLE,
    ...alsoNormalized(
      [
        ...[0, 1, '2', ' 2', '1e2', -1, -100, 1.5, 'x', '', null, true, [], {}, 9007199254740991, 9007199254740992, 'Infinity'].map((limit) => ({ limit })),
        ...[0, 1, '2', -1, 1.5, 'x', '', null, 100, true].map((skip) => ({ skip })),
        { limit: 2, skip: 1 }, { limit: 2, skip: 4 }, { limit: 0, skip: 1 },
      ].map((page) => user.find({ ...page, sort: 'id', select: ['id'] })),
    ),
  ]),

  dialogue('38', 'pages', 'people', [
    ...PEOPLE,
    user.find({ sort: 'id', select: ['id'] }, { paginate: { page: 1, size: 2 } }),
    user.find({ sort: 'id', select: ['id'] }, { paginate: { page: 0 } }),
    user.find({ sort: 'id', select: ['id'] }, { paginate: { page: 2, size: 2 } }),
    user.find({ sort: 'id', select: ['id'] }, { paginate: { page: 3, size: 2 } }),
    user.find({ age: 20 }, { paginate: { page: 0, size: 1 } }),
    user.find({ age: 20 }, { paginate: { page: 1, size: 1 }, normalize: true }),
    user.find(undefined, { paginate: { page: 1, size: 2 }, normalize: true }),
    user.find([1, 2], { paginate: { page: 0, size: 1 }, normalize: true }),
    user.find({ limit: 7, skip: 1 }, { paginate: { page: 2 }, normalize: true }),
    user.find({}, { paginate: { page: 0, size: 0 }, normalize: true }),
  ]),

  dialogue('18, 19', 'what changes needs criteria', 'people', [
    ...PEOPLE,
    user.update(undefined, { score: 1 }),
    user.update({ id: 99 }, { score: 1 }, FETCH),
    user.update({ id: 99 }, { score: 1 }),
    user.update({ age: 20 }, { score: 1 }, FETCH),
    user.update({ age: 20 }, undefined, FETCH),
    user.update({ age: 20 }, {}, FETCH),
    ...[null, [], 'x', 5].map((values) => user.update({ age: 20 }, values, FETCH)),
    user.update([1, 2], { score: 2 }, FETCH),
    user.update([], { score: 3 }, FETCH),
    user.update([], { score: 3 }),
    user.update({ where: { id: 1 } }, { score: 4 }, FETCH),
    user.update({ where: { id: 1 }, limit: 1 }, { score: 4 }),
    user.update({ where: { id: 1 }, sort: 'id' }, { score: 4 }),
    user.update({ where: { id: 1 }, skip: 1 }, { score: 4 }),
    user.update({ where: { id: 1 }, select: ['id'] }, { score: 4 }),
    user.update({ where: { id: 1 }, omit: ['name'] }, { score: 4 }),
    user.update({}, { score: 5 }, FETCH),
    user.update({}, { age: 'x' }, FETCH),
    user.update({}, { email: 'nope' }, FETCH),
    user.update({ bogus: 1 }, { score: 1 }),
    user.updateOne({ age: 20 }, { score: 9 }),
    user.updateOne({}, { score: 9 }),
    user.updateOne(undefined, { score: 9 }),
    user.updateOne(1, { score: 9 }),
    user.updateOne({ name: 'nobody' }, { score: 9 }),
    user.updateOne(1, {}),
    user.updateOne(1, undefined),
    user.updateOne([], { score: 1 }),
    user.updateOne(1, { age: 'x' }),
    user.updateOne(1, { name: 'Anna', bio: null, meta: null, active: 'false' }),
    user.find({ sort: 'id' }),
  ]),

  dialogue('20', 'destroy and destroyOne', 'people', [
    ...PEOPLE,
    user.destroy(),
    user.destroy(undefined, FETCH),
    user.destroy({ where: { id: 1 }, limit: 1 }),
    user.destroy({ where: { id: 1 }, select: ['id'] }),
    user.destroyOne({ age: 20 }),
    user.destroyOne({}),
    user.destroyOne(),
    user.destroyOne(1),
    user.destroyOne(1),
    user.destroyOne({ name: 'nobody' }),
    user.destroyOne([]),
    user.destroy({ id: 99 }, FETCH),
    user.destroy({ id: 99 }),
    user.destroy([], FETCH),
    user.destroy([]),
    user.destroy({ age: 20 }, FETCH),
    user.destroy('3'),
    user.destroy({ bogus: 1 }),
    user.find(),
    user.destroy({}, FETCH),
    user.count(),
  ]),

  dialogue('12', 'criteria that Node takes for everything are refused for what changes', 'people', [
    ...[0, '', null].flatMap((criteria) => [
      ...PEOPLE,
      user.update(criteria, { score: 77 }, FETCH),
      user.destroy(criteria, FETCH),
      user.destroy({}),
    ]),
  ]),

  dialogue('12', 'a where of null, an empty one and an empty and mean all', 'people', [
    ...[{ where: null }, { and: [] }, {}, { where: {} }].flatMap((criteria) => [
      ...PEOPLE,
      user.update(criteria, { score: 77 }, FETCH),
      user.destroy(criteria, FETCH),
    ]),
  ]),

  dialogue('21', 'count, sum and avg', 'people', [
    user.count(), user.sum('age'), user.avg('age'),
    ...PEOPLE,
    user.count(), user.count({ age: 20 }), user.count([]), user.count([1, 2]), user.count({ bogus: 1 }), user.count({ where: { age: 20 } }),
    user.count({ limit: 1 }), user.count({ where: {}, skip: 1 }), user.count({ sort: 'id' }), user.count({ select: ['id'] }), user.count({ where: {}, omit: ['name'] }),
    user.count('1'), user.count(null), user.count({ age: 20 }, NORMALIZE), user.count([], NORMALIZE), user.count(undefined, NORMALIZE),
    ...['sum', 'avg'].flatMap((method) => [
      user[method]('age'), user[method]('score'), user[method]('rank'), user[method]('age', { age: { '<': 35 } }), user[method]('age', { name: 'nobody' }),
      user[method]('age', []), user[method]('name'), user[method]('boss'), user[method]('id'), user[method]('bogus'), user[method]('pets'), user[method](), user[method](5), user[method](''),
      user[method]('age', { limit: 1 }), user[method]('age', { where: {}, sort: 'age' }), user[method]('age', [1, 2]), user[method]('age', 1), user[method]('score', { id: [1, 2, 3] }),
      user[method]('age', { bogus: 1 }), user[method]('age', { age: 20 }, NORMALIZE), user[method]('createdAt', { id: 99 }), user[method]('rank', { rank: null }),
    ]),
  ]),

  dialogue('41', 'what differs from a value may be null', 'people', [
    ...PEOPLE,
    ...asked({ bio: { '!=': 'b' } }, { rank: { '!=': 3 } }, { rank: { nin: [3] } }, { bio: { nin: ['b', 'x'] } }, { boss: { '!=': 1 } }, { boss: { nin: [1, 2] } }, { rank: { '>': 1 } }, { rank: { '!=': 3, '<': 9 } }),
  ]),

  dialogue('12', 'numbers, text and null where they are compared', 'things', [
    plain.createEach([{ id: 1, n: 1.5, s: 'a' }, { id: 2, n: -1, s: 'B' }, { id: 3, n: 100, s: 'b' }, { id: 4, nn: 5, ns: 'x', nb: true }, { id: 5, nb: false }]),
    plain.find({ n: { '>': 1 }, sort: 'id' }),
    ...[{ n: 1.5 }, { n: { '<': 0 } }, { n: ['1.5', -1] }, { nb: true }, { nb: { '!=': true } }, { nb: [true, false] }, { nn: null }, { ns: { '!=': null } }, { b: false }, { b: { '!=': false } }].map((where) =>
      plain.find({ where, sort: 'id', select: ['id'] }),
    ),
    ...['n', 'n DESC', 'nn', 'nn DESC', 'ns', 'nb DESC'].map((sort) => plain.find({ sort: [sort, 'id'], select: ['id'] })),
  ]),

  dialogue('16', 'select and omit of what is not there', 'people', [
    pet.create({ id: 1, name: 'p' }),
    pet.find({ select: ['owner'] }),
    pet.find({ omit: ['owner', 'createdAt', 'updatedAt'] }),
    pet.find({ select: ['vets'] }),
  ]),
]
