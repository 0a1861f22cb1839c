// Blueprints: lists of records, filtered, sorted, cut.
import { asks, begin, blueprint, empty, made, queries, requests, toys } from '../support/stage.mjs'

const lists = (items, title, path, all) =>
  blueprint(items, title, async (talk) => {
    await begin(talk)
    await queries(talk, path, all)
  })

const listsOverSocket = (items, title, url, all) =>
  blueprint(items, title, async (talk) => {
    await begin(talk)
    await asks(talk, 'get', url, all)
  })

const where = (...all) => all.map((value) => `where=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`)

/** {"and": [{"and": [... {"name": "ann"}]}]} */
const nested = (depth, key = 'and') =>
  Array.from({ length: depth }).reduce((inner) => ({ [key]: [inner] }), { name: 'ann' })

const USERS = '/user?populate=false'

export const readingLists = [
  blueprint('20', 'a limit is a number in text', async (talk) => {
    await toys(talk, 'a', 'b', 'c')
    await queries(talk, '/toy', ['limit=1', 'limit=01', 'limit=%202%20', 'limit=1e0', 'limit=0x2', 'limit=2.0'])
  }),
  blueprint('20', 'a limit is as huge as one likes', async (talk) => {
    await toys(talk, 'a', 'b')
    await queries(talk, '/toy', ['limit=1000000', 'limit=2147483648', 'limit=9007199254740991'])
  }),
  blueprint('20, 21', 'a limit that no number can be is refused', async (talk) => {
    await toys(talk, 'a', 'b')
    await queries(talk, '/toy', ['limit=9007199254740992', 'limit=1e400', 'limit=Infinity', 'limit=NaN', 'limit=1%202'])
  }),
  blueprint('20', 'a negative limit is none', async (talk) => {
    await toys(talk, 'a', 'b')
    await queries(talk, '/toy', ['limit=-1', 'limit=-0', 'limit=-5000000000', 'limit=-2.5'])
  }),
  blueprint('20', 'an empty limit, and more than one', async (talk) => {
    await toys(talk, 'a', 'b')
    await queries(talk, '/toy', ['limit=', 'limit=1&limit=2', 'limit[]=1', 'limit[a]=1'])
  }),
  blueprint('20', 'limits over a socket are values', async (talk) => {
    await toys(talk, 'a', 'b')
    await asks(talk, 'get', '/toy', [1, 0, null, -1, 1.5, '1', 'x', true, false, [], [1], {}].map((limit) => ({ limit })))
  }),
  blueprint('21', 'skip is a number in text', async (talk) => {
    await toys(talk, 'a', 'b', 'c')
    await queries(talk, '/toy', ['skip=1', 'skip=0', 'skip=99', 'skip=01', 'skip=1e0', 'skip=9007199254740991'])
  }),
  blueprint('21', 'a skip that is none is refused', async (talk) => {
    await toys(talk, 'a', 'b')
    await queries(talk, '/toy', ['skip=-1', 'skip=1.5', 'skip=', 'skip=1&skip=2', 'skip[a]=1', 'skip=Infinity', 'skip=9007199254740992'])
  }),
  blueprint('21', 'skips over a socket are values', async (talk) => {
    await toys(talk, 'a', 'b')
    await asks(talk, 'get', '/toy', [1, 0, null, -1, 1.5, '1', 'x', true, [], {}].map((skip) => ({ skip })))
  }),
  blueprint('21', 'sorted by text', async (talk) => {
    await toys(talk, 'c', 'a', 'b')
    await queries(talk, '/toy', ['sort=name%20ASC', 'sort=name%20asc', 'sort=name%20desc', 'sort=name%20%20DESC', 'sort=%20name', 'sort=id%20DESC'])
  }),
  blueprint('21', 'sorted by JSON', async (talk) => {
    await toys(talk, 'c', 'a', 'b', 'a')
    await queries(talk, '/toy', [
      'sort=[{"name":"ASC"},{"id":"DESC"}]',
      'sort=[{"name":"asc"}]',
      'sort=["name%20DESC","id%20DESC"]',
      'sort=["name"]',
      'sort=[]',
      'sort={}',
      'sort={"name":-1}',
      'sort={"name":1,"id":-1}',
      'sort={"name":"DESC"}',
    ])
  }),
  blueprint('21', 'what cannot be sorted by is refused', async (talk) => {
    await toys(talk, 'c', 'a')
    await queries(talk, '/toy', [
      'sort=[{"name":"ASC","id":"ASC"}]',
      'sort=[{}]',
      'sort=[5]',
      'sort=[null]',
      'sort=5',
      'sort=true',
      'sort=null',
      'sort=',
      'sort=-name',
      'sort=name%20ASC%20DESC',
      'sort={"name":2}',
      'sort=[{"name":1}]',
      'sort=__proto__',
      'sort={"__proto__":1}',
    ])
  }),
  blueprint('21', 'sorts over a socket are values', async (talk) => {
    await toys(talk, 'c', 'a', 'b')
    await asks(
      talk,
      'get',
      '/toy',
      ['name DESC', [{ name: 'DESC' }], { name: 1 }, ['name'], [], {}, null, 5, true].map((sort) => ({ sort })),
    )
  }),
  blueprint('21', 'sorted by what belongs to others, and by what does not exist', async (talk) => {
    await begin(talk)
    await queries(talk, '/pet?populate=false', ['sort=owner%20DESC', 'sort=owner,name', 'sort=owner.name', 'sort=vets', 'sort=createdAt'])
  }),
  blueprint('20, 25', 'thirty of thirty-five, unless said otherwise', async (talk) => {
    await empty(talk)
    const ann = await made(talk, 'user', { name: 'ann' })
    for (let i = 1; i <= 35; i++) {
      await made(talk, 'pet', { name: `pet ${i}`, owner: ann.id })
    }
    await queries(talk, '/pet?select=name&populate=false', ['limit=30', 'limit=35', 'skip=29', 'limit=-1'])
    await queries(talk, '/user/1', ['select=name', 'populate=pets&select=name', 'populate=patients&select=name'])
    await queries(talk, '/user/1/pets?select=name', ['skip=0', 'limit=33', 'limit=0', 'limit=2&skip=32&sort=id'])
    await queries(talk, '/pet', ['populate=false&select=id'])
  }),

  lists('22', 'filters are told by modifiers', USERS, [
    'name[contains]=n',
    'name[startsWith]=a',
    'name[endsWith]=b',
    'name[!=]=ann',
    'id[<]=2',
    'id[<=]=2',
    'id[>]=1',
    'id[>=]=2',
    'id[!=]=1',
    'name[in][]=ann&name[in][]=bob',
    'name[nin][]=ann',
    'name[like]=%25n%25',
    'name[in]=ann',
    'name[!=][]=ann',
  ]),
  lists('22', 'modifiers in their older spelling', USERS, [
    'id[lessThan]=2',
    'id[lessThanOrEqual]=1',
    'id[greaterThan]=1',
    'id[greaterThanOrEqual]=2',
    'name[not]=ann',
    'name[!]=ann',
    'name[notEquals]=ann',
  ]),
  lists('22', 'a modifier that there is not is refused', USERS, [
    'name[near]=x',
    'name[$ne]=ann',
    'name[__proto__]=x',
    'name[constructor]=x',
    'name[contains][a]=x',
    'name[contains]=',
    'name[contains][]=a',
    'age[contains]=0',
    'age[startsWith]=0',
    'age[>]=old',
    'age[>]=',
    'name[<]=b',
    'name[>][]=a',
    'id[in]=',
  ]),
  lists('22', 'two conditions on an attribute', USERS, ['id[>]=0&id[<]=2', 'name[startsWith]=a&name[endsWith]=n', 'id[>]=5&id[<]=9']),
  lists('22', 'a list of values is any of them', USERS, [
    'name[]=ann&name[]=bob',
    'name[]=ann',
    'name=ann&name=nobody',
    'id[]=1&id[]=2',
    'id[]=1&id[]=x',
    'name[0]=ann&name[5]=bob',
    'name[]=',
    'name[][]=ann',
  ]),
  lists('22', 'values are coerced to what an attribute is', USERS, ['age=0', 'age=00', 'age=0.0', 'age=-0', 'age=1e2', 'age=%200', 'age=', 'age=true', 'age=null', 'name=5', 'name=']),
  lists('22', 'attributes that there are not', USERS, ['color=red', '__proto__=x', 'constructor=x', 'toString=x', 'hasOwnProperty=x', '__proto__[admin]=1', 'constructor[prototype][admin]=1', '=x', 'NAME=ann', 'Name=ann']),
  lists('22', 'associations in a filter', '/pet?populate=false', ['owner=1', 'owner[]=1&owner[]=2', 'owner=ann', 'owner[!=]=1', 'owner=', 'owner[>]=1', 'vets=2', 'vets[]=2', 'vets[contains]=x']),
  lists('22', 'primary keys in a filter', USERS, ['id=1', 'id=01', 'id=1.5', 'id=-1', 'id=0', 'id=x', 'id=', 'id[contains]=1', 'id=9007199254740991', 'id=9007199254740993', 'id=1e400']),
  lists('23', 'where is JSON', USERS, where({ name: 'ann' }, {}, { name: ['ann', 'bob'] }, { name: { '!=': 'ann' } }, { id: 1, name: 'bob' }, ' {"name" : "bob"} ')),
  lists('23', 'where that is JSON, and no criteria', USERS, where('[]', '[{}]', 'null', 'false', '0', '5', 'true', '"ann"', '""', '[1,2]', '["ann"]')),
  lists('23', 'where that is no JSON', USERS, ['where=', 'where={', 'where=name', "where={'name':'ann'}", 'where={"name":"ann"}}', 'where={"name":NaN}', 'where={"name":"ann",}', 'where=%00']),
  lists('23', 'where as a form field', USERS, ['where[name]=ann', 'where[name][contains]=o', 'where[or][0][name]=ann&where[or][1][name]=bob', 'where[]=1', 'where={"name":"ann"}&where={"name":"bob"}']),
  lists('23', 'or, and', USERS, where(
    { or: [{ name: 'ann' }, { name: 'bob' }] },
    { and: [{ name: 'ann' }, { age: 0 }] },
    { or: [{ name: 'ann', age: 5 }, { and: [{ name: 'bob' }, { age: 0 }] }] },
    { or: [{ name: 'ann' }], age: 5 },
    { or: [{ name: 'x' }, { or: [{ name: 'ann' }] }] },
  )),
  lists('23', 'or and and that are empty, or none', USERS, where({ or: [] }, { and: [] }, { or: [{}] }, { or: [{}, { name: 'ann' }] }, { and: [{}] }, { or: {} }, { or: 'ann' }, { or: [5] }, { or: [null] }, { or: [[]] }, { or: null }, { and: 5 })),
  lists('23', 'or beside something else', USERS, where({ or: [{ name: 'ann' }, { name: 'bob' }], name: 'ann' }, { or: [{ name: 'ann' }], and: [{ age: 0 }] }, { not: { name: 'ann' } }, { nor: [{ name: 'ann' }] })),
  lists('23', 'modifiers in where', USERS, where(
    { name: { contains: 'n' } },
    { name: { in: ['ann', 'x'] } },
    { name: { in: [] } },
    { name: { nin: [] } },
    { name: { nin: ['ann'] } },
    { id: { '>': 1, '<': 3 } },
    { id: { '>': '1' } },
    { name: { like: 'a%' } },
    { name: { like: 'A%' } },
    { name: { '!=': null } },
    { home: null },
    { home: { '!=': null } },
    { name: {} },
  )),
  lists('23', 'modifiers in where that are refused', USERS, where(
    { name: { contains: 5 } },
    { name: { contains: null } },
    { name: { contains: ['a'] } },
    { name: { in: 'ann' } },
    { name: { in: { a: 1 } } },
    { name: { in: [['ann']] } },
    { name: { in: [{}] } },
    { name: { like: 5 } },
    { id: { '>': null } },
    { id: { '>': {} } },
    { id: { '<': [1] } },
    { name: { '!=': {} } },
    { name: { '!=': ['ann', 'bob'] } },
    { name: { bogus: 1 } },
    { age: { startsWith: 1 } },
  )),
  lists('23', 'values in where that an attribute cannot have', USERS, where({ age: 'x' }, { age: true }, { age: {} }, { age: [] }, { age: [1, 'x'] }, { age: null }, { name: null }, { name: true }, { name: 5 }, { name: [] }, { name: [null] }, { name: [['ann']] }, { pets: 1 }, { pets: [1] }, { home: 'x' }, { home: {} })),
  lists('23', 'names in where that reach for more', USERS, where('{"__proto__":1}', '{"__proto__":{"name":"ann"}}', '{"constructor":1}', '{"constructor":{"prototype":1}}', '{"name":{"__proto__":"x"}}', '{"or":[{"__proto__":1}]}', '{"toString":1}', '{"":1}', '{"name.x":1}', '{"home.addr":"Elm St"}', '{"$where":"1"}', '{"limit":1}')),
  lists('23', 'where that is deep', USERS, where(nested(1), nested(5), nested(10), nested(5, 'or'))),
  lists('23', 'where that is too deep', USERS, where(nested(40))),
  lists('23', 'where of many values', USERS, where({ id: Array.from({ length: 500 }, (_, i) => i) }, { or: Array.from({ length: 50 }, (_, i) => ({ id: i })) })),
  listsOverSocket('23', 'where over a socket', '/user', [
    { where: { name: 'ann' }, populate: 'false' },
    { where: '{"name":"ann"}', populate: 'false' },
    { where: {}, name: 'ann', populate: 'false' },
    { where: null, name: 'ann', populate: 'false' },
    { where: [], populate: 'false' },
    { where: 5, populate: 'false' },
    { where: 'ann', populate: 'false' },
    { where: true, populate: 'false' },
    { where: '', populate: 'false' },
    { where: { name: { contains: 'b' } }, sort: 'name', limit: 1, populate: 'false' },
  ]),
  listsOverSocket('22', 'filters over a socket', '/user', [
    { name: 'bob', populate: 'false' },
    { age: 0, populate: 'false' },
    { age: '0', populate: 'false' },
    { age: null, populate: 'false' },
    { age: true, populate: 'false' },
    { age: { '>': -1 }, populate: 'false' },
    { name: [], populate: 'false' },
    { name: {}, populate: 'false' },
    { name: { contains: 'n', startsWith: 'a' }, populate: 'false' },
    { home: null, populate: 'false' },
    { id: [1, 2], populate: 'false' },
    { or: [{ name: 'ann' }, { name: 'x' }], populate: 'false' },
  ]),
  listsOverSocket('22', 'a query in the address of a request over a socket', '/user?populate=false&name=ann', [undefined, {}, { name: 'bob' }, { limit: 0 }]),
  listsOverSocket('22', 'brackets in the address of a request over a socket', '/user?populate=false&name[contains]=o', [undefined]),
  listsOverSocket('22', 'data that is no object', '/toy', [null, [], 5, 'text', true, ['name']]),
  lists('24', 'select', USERS, ['select=id', 'select=name', 'select=%20name%20,age', 'select=name,name', 'select=home', 'select=', 'select=*', 'select=name,', 'select=pets', 'select=__proto__', 'select=name&omit=name', 'select[]=name']),
  lists('24', 'omit', USERS, ['omit=age', 'omit=%20age%20,%20home', 'omit=id', 'omit=age,age', 'omit=', 'omit=*', 'omit=pets', 'omit=__proto__', 'omit[]=age']),
  lists('24', 'select and populate', '/user', ['select=name&populate=home', 'select=home&populate=home', 'omit=home&populate=home', 'select=name&populate=pets', 'select=name', 'omit=name']),
  lists('24', 'populate', '/user?select=name', ['populate=pets', 'populate=pets,home,patients,toys', 'populate=%20pets%20,%20home', 'populate=pets,pets', 'populate=FALSE', 'populate=pets,']),
  lists('24', 'populate that is refused', '/user?select=name', ['populate=nobody', 'populate=name', 'populate=id', 'populate=pets,name', 'populate=__proto__', 'populate=constructor', 'populate=pets.owner', 'populate=*', 'populate=null', 'populate=0', 'populate=,']),
  listsOverSocket('24', 'select, omit and populate over a socket', '/user', [
    { select: 'name', populate: 'home' },
    { omit: 'age,home', populate: 'false' },
    { select: 'name', populate: '' },
    { select: 'name', populate: null },
    { select: 'name', populate: 0 },
  ]),
  listsOverSocket('24', 'lists, where Sails fails', '/user', [
    { select: ['name'], populate: 'false' },
    { omit: ['age', 'home'], populate: 'false' },
    { select: 'name', populate: ['home'] },
    { select: 'name', populate: false },
    { select: 5, populate: 'false' },
    { select: 'name', populate: 5 },
    { select: 'name', populate: true },
    { select: 'name', populate: { pets: {} } },
  ]),
  blueprint('12', 'HEAD is GET without a body', async (talk) => {
    await begin(talk)
    await requests(talk, [['HEAD', '/user'], ['HEAD', '/user/1'], ['HEAD', '/user/99'], ['HEAD', '/user?limit=x'], ['OPTIONS', '/user'], ['OPTIONS', '/user/1/pets/1']])
  }),
  blueprint('12, 17', 'addresses in other spellings', async (talk) => {
    await begin(talk)
    await requests(talk, [['GET', '/user/?populate=false'], ['GET', '/User?populate=false'], ['GET', '/USER/1?populate=false'], ['GET', '/user/1/?populate=false'], ['GET', '/user/1/PETS'], ['GET', '/user//1'], ['GET', '//user'], ['GET', '/user%2F1'], ['GET', '/us%65r?populate=false'], ['GET', '/user/1/pets/'], ['GET', '/user;x']])
  }),
  blueprint('22', 'attributes of other types, and with columns of other names', async (talk) => {
    await empty(talk)
    await made(talk, 'account', { email: 'a@example.com', nick: 'aa', level: 3, tags: ['x'] })
    await made(talk, 'account', { email: 'b@example.com', role: 'admin', active: false, tags: { a: 1 } })
    await queries(talk, '/account', ['nick=aa', 'nick_name=aa', 'nick[contains]=a', 'nick=', 'active=true', 'active=false', 'active=1', 'active=yes', 'level=3', 'level=', 'level[>]=1', 'role=admin', 'role=nobody', 'tags=x', 'sort=nick', 'sort=nick_name', 'select=nick', 'select=nick_name', 'omit=nick,tags', ...where({ active: true }, { active: 'true' }, { active: null }, { level: null }, { nick: null }, { tags: ['x'] }, { tags: { a: 1 } })])
  }),
  blueprint('26', 'keys that are texts', async (talk) => {
    await empty(talk)
    for (const slug of ['a', 'a b', 'ä/ö', '.hidden', 'x.png', '100%', 'null', '0']) {
      await made(talk, 'doc', { slug, text: slug })
    }
    await queries(talk, '/doc', ['slug=a', 'slug[]=a&slug[]=null', 'id=a', 'sort=slug%20DESC', 'slug[contains]=.'])
    await requests(talk, ['a', 'a%20b', '%C3%A4%2F%C3%B6', '.hidden', 'x.png', '100%25', 'null', '0', 'b', 'A', 'a+b', '%00'].map((key) => ['GET', `/doc/${key}`]))
  }),
]
