// Values, rules and defaults (waterline.md 1.2, 1.3, 2, 3).
import { FETCH, NORMALIZE, dialogue, of } from '../support/script.mjs'

const [plain, needy, rules, stamp, unique] = ['plain', 'needy', 'rules', 'stamp', 'unique'].map(of)
const [user, tag] = ['user', 'tag'].map(of)

const TYPED = ['s', 'n', 'b', 'j', 'ns', 'nn', 'nb']
const VALUES = [
  'text', '', ' ', '5', ' 5', '-1.5', '1e3', '0x10', 'Infinity', 'true', 'false', 'null',
  0, 1, -1, 1.5, 9007199254740991, 1e21, true, false, null,
  [], [1, null, 'a'], {}, { a: { b: [true] } },
]

/** What each type does with each value. */
const coerced = TYPED.flatMap((name) => VALUES.map((value) => plain.create({ [name]: value }, NORMALIZE)))

/** The same for what is set. */
const set = TYPED.flatMap((name) => VALUES.map((value) => plain.update({}, { [name]: value }, NORMALIZE)))

const RULES = {
  integer: [1, 1.5, '2', '2.5'],
  max: [5, 6, '9'],
  min: [5, 3, 0],
  both: [200.5, 5, 5.5],
  card: ['4111111111111111', '4111 1111 1111 1111', '4111-1111-1111-1112', 'x', ''],
  email: ['a@b.co', 'a+b@c.co', 'a@b', 'nope', '', ' a@b.co', 'a b@c.co', 'ä@b.co'],
  color: ['#fff', 'fff', '#ffff', '#ffffff', 'ffffffff', '#ff', 'red', ''],
  ip: ['127.0.0.1', '::1', '256.1.1.1', '1.2.3', 'fe80::1', '', '::ffff:1.2.3.4'],
  url: ['http://a.com', 'a.com', 'localhost', 'http://localhost:80/x', 'not a url', 'ftp://a.com', '', 'http://', 'mailto:a@b.co'],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-cb6d-6bb9bd380a11', 'x', ''],
  short: ['ab', 'a', '', '\u{1F600}', 'é'],
  long: ['ab', 'abc', '\u{1F600}', '\u{1F600}a', ''],
  regex: ['aaa', 'AA', 'ab', ''],
  inside: ['a', 'c', '', 'A'],
  outside: ['a', 'b', ''],
  innum: [0, 1, 3, '2'],
  filled: ['', 'x', ' '],
  after: [1001, 1000, 0, '2000'],
  before: [999, 1000, '2000'],
  jstring: ['x', 5, null, ''],
  jnumber: [5, '5', null, 0],
  jboolean: [true, 'true', 1, false],
  jmax: [5, 6, 'text', null],
  jin: [1, 'a', null, 2, '1'],
  nullable: [null, 'a@b.co', 'x', ''],
}

const ruled = Object.entries(RULES).flatMap(([name, values]) =>
  values.flatMap((value) => [rules.validate(name, value), rules.create({ [name]: value }, NORMALIZE)]),
)

export const values = [
  dialogue('1', 'omitted attributes get base values and defaults', 'things', [
    plain.create({}),
    plain.create({}, NORMALIZE),
    plain.find(),
    stamp.create({ v: 1 }),
    plain.createEach([{}, { ds: 'x' }, { dj: [] }]),
    plain.find({ ds: 'd' }, { paginate: { page: 0 } }),
  ]),

  dialogue('2', 'required attributes must be there, not null, and text not empty', 'things', [
    needy.create({}),
    needy.create({ s: 'x' }),
    ...['s', 'n', 'b', 'j'].flatMap((name) =>
      [null, '', undefined].map((value) => needy.create({ s: 'x', n: 1, b: true, j: 1, [name]: value })),
    ),
    needy.create({ s: ' ', n: 0, b: false, j: 0 }),
    needy.create({ s: 'x', n: '', b: true, j: 1 }),
    ...['s', 'n', 'b', 'j'].flatMap((name) =>
      [null, ''].map((value) => needy.update({}, { [name]: value }, FETCH)),
    ),
    needy.update({}, { n: 5 }, FETCH),
  ]),

  dialogue('3', 'values are made of the attribute\'s type, or refused', 'things', [...coerced, ...set]),

  dialogue('3', 'what has been made is what is stored', 'things', [
    plain.create({ id: 1, s: 5, n: '30', b: 1, j: { k: [1, { x: null }] } }),
    plain.create({ n: 'abc' }),
    plain.create({ id: 2, s: 'äöü \u{1F600} "quotes" \'single\' \\ back', j: 'text' }),
    plain.create({ id: 3, s: "'; DROP TABLE plain; --", j: { '"': "'" } }),
    plain.create({ id: 4, j: 0 }),
    plain.create({ id: 5, j: false }),
    plain.create({ id: 6, j: '' }),
    plain.create({ id: 7, j: [] }),
    plain.create({ id: 8, j: '5' }),
    plain.create({ id: 9, s: 'line\nbreak\ttab\r' }),
    plain.create({ id: 10, r: 'text' }),
    plain.create({ id: 11, r: null, ns: '', nn: 0, nb: false }),
    plain.find({ sort: 'id' }),
    plain.count({ s: "'; DROP TABLE plain; --" }),
  ]),

  dialogue('4', 'unknown attributes are dropped where there is a schema', 'things', [
    plain.create({ s: 'a', extra: 1, more: { x: null } }),
    plain.update({}, { extra: 1 }, FETCH),
    plain.update({}, { extra: 1, s: 'b' }, FETCH),
    plain.find({ extra: 1 }),
  ]),

  dialogue('5', 'explicit timestamps are kept', 'things', [
    plain.create({ createdAt: 5, updatedAt: 6 }),
    plain.update({}, { createdAt: 7, updatedAt: 8 }, FETCH),
    plain.update({}, { createdAt: '9' }, FETCH),
    plain.create({ createdAt: '' }),
    plain.create({ createdAt: null }),
    plain.create({ updatedAt: 'x' }),
    plain.update({}, { updatedAt: null }),
    stamp.create({ createdAt: '2020-01-02T03:04:05.678Z' }),
    stamp.create({ createdAt: 5 }),
    stamp.create({ createdAt: '' }),
    stamp.find({ createdAt: '2020-01-02T03:04:05.678Z', updatedAt: { '>': '2021' } }),
  ]),

  dialogue('6', 'a duplicate is told with its attributes', 'things', [
    unique.create({ a: 'x', b: 1 }),
    unique.create({ a: 'x', b: 2 }),
    unique.create({ a: 'y', b: 1 }),
    unique.create({ id: 1, a: 'z', b: 3 }),
    unique.createEach([{ a: 'p', b: 7 }, { a: 'x', b: 8 }]),
    unique.count(),
  ]),

  dialogue('6', 'an update to a duplicate changes nothing', 'things', [
    unique.createEach([{ id: 1, a: 'x', b: 1 }, { id: 2, a: 'y', b: 2 }]),
    unique.update({ id: 2 }, { a: 'x' }),
    unique.updateOne(2, { b: 1 }),
    unique.updateOne(2, { b: 2 }),
    unique.find({ sort: 'id' }),
  ]),

  dialogue('7', 'primary keys that are numbers', 'things', [
    ...['101', 102, -1, 0, 1.5, 'x', '', null, true, '0x7', '1e3', 9007199254740993, [1], { a: 1 }].map((id) =>
      plain.create({ id }, NORMALIZE),
    ),
    plain.create({ id: '101' }),
    plain.create({ id: 102 }),
    plain.find({ sort: 'id' }),
    ...['101', '0x10', '1e3', 0, -1, 1.5, 'x', true].map((id) => plain.find({ id }, NORMALIZE)),
    ...['101', '0x10', '1e3', 0, -1, 1.5, 'x', true, []].map((id) => plain.find(id)),
    plain.update({ id: 101 }, { id: 201 }, FETCH),
    plain.update({ id: 201 }, { id: -1 }, FETCH),
    plain.find({ sort: 'id', select: ['id'] }),
  ]),

  dialogue('7', 'primary keys that are text', 'people', [
    ...['a', '', 5, null, true, ' ', '5', undefined].map((slug) => tag.create({ slug }, NORMALIZE)),
    tag.create({ slug: 'a', title: 'A' }),
    tag.create({ slug: '5' }),
    tag.create({ slug: 'a' }),
    tag.create({ title: 'no key' }),
    ...['a', 5, '5', '', ['a', '5']].map((key) => tag.find(key)),
    tag.update('a', { slug: 'b' }, FETCH),
    tag.update('b', { slug: '' }, FETCH),
    tag.findOne('b'),
  ]),

  dialogue('8', 'create answers with the record when asked to', 'things', [
    plain.create({ s: 'a' }, {}),
    plain.create({ s: 'a' }, { meta: { fetch: false } }),
    plain.create({ s: 'a' }),
    ...[[{ s: 'a' }], null, 'x', 5, true, undefined].map((record) => plain.create(record, FETCH)),
    plain.create(undefined, NORMALIZE),
  ]),

  dialogue('9', 'createEach takes a list of records', 'things', [
    plain.createEach([]),
    plain.createEach([], {}),
    plain.createEach([], NORMALIZE),
    ...[undefined, null, {}, 'x', 5].map((records) => plain.createEach(records)),
    ...[null, 5, 'x', [], [{}]].map((record) => plain.createEach([{}, record])),
    plain.createEach([{ s: 'a' }, { n: 'x' }]),
    plain.createEach([{ id: 1 }, { id: 1 }]),
    plain.createEach([{ s: 'a' }, { s: 'b' }], {}),
    plain.createEach([{ s: 'c' }, { s: 'd' }]),
    plain.count(),
  ]),

  dialogue('32', 'rules are held by validate() and by create()', 'things', ruled, {
    functions: { own: (value) => value },
  }),

  dialogue('32', 'validate answers with the value or throws', 'people', [
    user.validate('email', 'zz'),
    user.validate('email', 'a@b.co'),
    user.validate('email', ''),
    user.validate('email', null),
    user.validate('age', '30'),
    user.validate('age', 'abc'),
    user.validate('age', 200.5),
    user.validate('bio', null),
    user.validate('name', null),
    user.validate('nope', 1),
    user.validate(undefined, 1),
    user.validate(5, 1),
    user.validate('boss', 1),
    user.validate('boss', 'x'),
    user.validate('boss', null),
    user.validate('boss', { id: 1 }),
    user.validate('pets', [1, '2', 2]),
    user.validate('pets', 'x'),
    user.validate('pets', 3),
    user.validate('id', 0),
    user.validate('id', '7'),
    user.validate('name'),
    user.validate('meta', { a: [1] }),
    user.validate('createdAt', ''),
  ]),

  dialogue('3', 'the first invalid attribute is told, in the order of the values', 'people', [
    user.create({ role: 'x', email: 'nope' }),
    user.create({ email: 'nope', role: 'x' }),
    user.create({ age: 200.5 }),
    user.create({ name: 'A', email: 'a@b.co', age: 200.5 }),
    user.create({ name: 'A' }),
    user.create({ name: 'A'.repeat(81), email: 'a@b.co' }),
    user.create({ name: '', email: 'nope' }),
    user.create({ name: 'A', email: 'a@b.co', age: -1, boss: 'x' }),
  ]),

  dialogue('32', 'a custom rule is a function', 'things', [
    rules.create({ own: 'good' }, NORMALIZE),
    rules.create({ own: 'bad' }, NORMALIZE),
    rules.validate('own', 'throws'),
    rules.validate('own', ''),
    rules.validate('own', 'zero'),
  ], {
    functions: {
      own: (value) => ({ good: true, bad: false, throws: 'thrown', zero: 0 })[value],
    },
  }),

  dialogue('39', 'a to-one value is an id', 'people', [
    ...[1, '1', null, 'x', { id: 1 }, [1], 0, -1, 999, '', true, 1.5].map((boss) =>
      user.create({ name: 'A', email: 'a@b.co', boss }, NORMALIZE),
    ),
    user.create({ name: 'A', email: 'a@b.co', boss: 999 }),
    user.update({}, { boss: { id: 1 } }, FETCH),
    user.update({}, { boss: null }, FETCH),
  ]),

  dialogue('42', 'numbers survive up to 2^53', 'things', [
    ...[9007199254740991, -9007199254740991, 4294967297, 0.1, 1.1, 123456.789, 1e-7, 16777217].map((n) =>
      plain.create({ n }),
    ),
    plain.find({ sort: 'id', select: ['n'] }),
    plain.find({ n: 16777217 }),
    plain.create({ j: [9007199254740991, 0.1, 1e300, -0.5] }),
  ]),
]
