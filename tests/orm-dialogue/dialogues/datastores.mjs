// Transactions, connections, native queries, migrations (waterline.md 9, 11).
import { FETCH, dialogue, of } from '../support/script.mjs'

const [plain, unique] = ['plain', 'unique'].map(of)

const SERVED = { on: ['postgresql', 'mariadb'] }
const transaction = (calls, end = 'commit') => ({ datastore: 'default', method: 'transaction', calls, end })
const lease = (calls) => ({ datastore: 'default', method: 'leaseConnection', calls })
const native = (text, values) => ({ datastore: 'default', native: text, values })
const all = plain.find({ sort: 'id', select: ['s'] })
const outside = (call) => ({ ...call, outside: true })
const tolerated = (call) => ({ ...call, tolerate: true })

export const datastores = [
  dialogue('35', 'a transaction is all or nothing', 'things', [
    transaction([plain.create({ id: 1, s: 'a' }), plain.update({ id: 1 }, { s: 'b' }, FETCH), plain.find({})]), all,
    transaction([plain.create({ id: 2, s: 'c' }), plain.count()], 'rollback'), all,
    transaction([plain.create({ id: 3, s: 'd' }), plain.create({ n: 'x' }), plain.create({ id: 4 })]), all,
    transaction([plain.create({ id: 5, s: 'e' }), tolerated(plain.create({ n: 'x' })), plain.count()]), all,
    transaction([plain.create({ id: 6, s: 'f' }), plain.create({ id: 6, s: 'g' })]), all,
    transaction([tolerated(plain.find({ bogus: 1 })), plain.destroy({ id: 5 })], 'rollback'), all,
    transaction([]), transaction([], 'rollback'), transaction([plain.findOrCreate({ s: 'z' }, { id: 9, s: 'z' }), plain.updateOne({ s: 'z' }, { s: 'y' }), plain.destroyOne({ s: 'y' }), plain.archive({ id: 1 }, FETCH)]), all,
    transaction([plain.stream({ sort: 'id' }, { each: 'record' }), plain.sum('n'), plain.validate('n', 'x')]),
    transaction([tolerated(plain.validate('n', 'x')), plain.getDatastore()]),
  ], { ...SERVED, functions: { eachRecord: () => null } }),

  dialogue('35', 'what is outside of a transaction does not see it', 'things', [
    plain.create({ id: 1, s: 'a' }),
    transaction([plain.create({ id: 2, s: 'b' }), outside(plain.count()), plain.count()]), all,
    transaction([outside(plain.create({ id: 3, s: 'c' })), plain.create({ id: 4, s: 'd' })], 'rollback'), all,
  ], SERVED),

  dialogue('35', 'links in a transaction', 'people', [
    of('user').create({ id: 1, name: 'A', email: 'a@x.com' }), of('group').create({ id: 1, name: 'g' }), of('pet').create({ id: 1, name: 'p' }),
    transaction([of('user').addToCollection(1, 'groups', [1]), of('user').replaceCollection(1, 'pets', [1]), of('user').find({}, { populates: { groups: true, pets: true } })], 'rollback'),
    of('user').find({}, { populates: { groups: true, pets: true } }),
    transaction([of('user').create({ id: 2, name: 'B', email: 'b@x.com', groups: [1] }), of('user').destroy({ id: 1 }, { meta: { cascade: true } })]), of('user').find({}, { populates: { groups: true, pets: true } }),
  ], SERVED),

  dialogue('35', 'a leased connection is no transaction', 'things', [
    lease([plain.create({ id: 1, s: 'a' }), plain.create({ n: 'x' }), plain.create({ id: 2 })]), all, lease([]), lease([tolerated(plain.create({ n: 'x' })), native('SELECT 1 AS one')]), lease([plain.count(), outside(plain.count())]),
  ], SERVED),

  dialogue('43', 'native queries bind their values', 'things', [
    plain.createEach([{ id: 1, s: "o'hara", n: 1.5 }, { id: 2, s: 'b', n: 2 }]),
    native('SELECT id, s, n FROM plain WHERE s = $1', ["o'hara"]), native('SELECT id, s, n FROM plain WHERE n > $2 AND s <> $1 ORDER BY id', ['x', 0]), native('SELECT id FROM plain WHERE s = $1', ["' OR 1=1 --"]),
    native('SELECT id FROM plain ORDER BY id DESC'), native('SELECT id FROM plain WHERE id = 99'), native('UPDATE plain SET s = $1 WHERE id = $2', ['c', 1]), native('UPDATE plain SET s = $1', ['d']), native('DELETE FROM plain WHERE id = $1', [2]), native('DELETE FROM plain WHERE id = $1', [2]), all,
    native('SELECT COUNT(*) AS total, MAX(s) AS top FROM plain'), native('SELECT NULL AS nothing'), native('INSERT INTO plain (id, s) VALUES ($1, $2)', [5, 'x']), native('SELECT $1 AS twice, $1 AS again', ['x']),
    native('SELEC'), native('SELECT * FROM no_such_table'), native('SELECT 1 AS one', []), native(''), { datastore: 'nope', native: 'SELECT 1' }, { datastore: 'nope', method: 'transaction', calls: [] },
    transaction([native('UPDATE plain SET s = $1', ['e']), native('SELECT s FROM plain ORDER BY id')], 'rollback'), native('SELECT s FROM plain ORDER BY id'),
  ], SERVED),

  dialogue('34', 'alter keeps rows, drop takes them, safe does nothing', 'things', [
    plain.createEach([{ id: 3, s: 'a', n: 1.5, j: { a: [1] }, b: true }, { id: 7, s: 'b' }]), unique.create({ id: 2, a: 'x', b: 1 }), { migrate: 'safe' }, plain.find({ sort: 'id' }), { migrate: 'alter' }, plain.find({ sort: 'id' }), unique.find(), plain.create({ s: 'next' }), unique.create({ a: 'x', b: 2 }),
    { migrate: 'drop' }, plain.find(), plain.create({ s: 'first' }), { migrate: 'alter' }, { migrate: 'alter' }, plain.find(), plain.create({ s: 'second' }),
  ]),

  dialogue('34', 'alter keeps links', 'people', [
    of('user').create({ id: 1, name: 'A', email: 'a@x.com' }), of('group').createEach([{ id: 1, name: 'g' }, { id: 2, name: 'h' }]), of('user').addToCollection(1, 'groups', [1, 2]), { migrate: 'alter' }, of('user').find({}, { populates: { groups: { sort: 'id' } } }), of('group_members__user_groups').find({ sort: 'id' }),
  ]),

  dialogue('7', 'the next generated id is above every id', 'things', [
    plain.create({ s: 'a' }), plain.create({ id: 100, s: 'b' }), plain.create({ s: 'c' }), plain.createEach([{ s: 'd' }, { id: 200, s: 'e' }]), plain.create({ s: 'f' }), plain.update({ id: 1 }, { id: 300 }, FETCH), plain.create({ s: 'g' }), plain.destroy({}), plain.create({ s: 'h' }),
  ]),
]
