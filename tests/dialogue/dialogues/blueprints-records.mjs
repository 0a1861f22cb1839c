// Blueprints: one record, looked at, made, changed, ended.
import { asks, begin, blueprint, empty, http, made, queries, requests, toys } from '../support/stage.mjs'

const MANY = 'x'.repeat(5000)

/** POSTs of one model. */
const creates = (items, title, model, all) =>
  blueprint(items, title, async (talk) => {
    await begin(talk)
    await requests(talk, all.map((data) => ['POST', `/${model}`, data]))
    await http(talk, 'GET', `/${model}?populate=false`)
  })

/** PATCHes of the first record of a model. */
const updates = (items, title, model, all) =>
  blueprint(items, title, async (talk) => {
    await begin(talk)
    await requests(talk, all.map((data) => ['PATCH', `/${model}/1`, data]))
    await http(talk, 'GET', `/${model}?populate=false`)
  })

const account = (more) => ({ email: 'a@example.com', ...more })

/** Refused, so that no key is used up: the email is missing. */
const refused = (all) => all.map((more) => ({ ...more }))

const bodies = (items, title, all) =>
  blueprint(items, title, async (talk) => {
    await toys(talk, 'ball')
    for (const [type, text, method = 'PATCH', path = '/toy/1'] of all) {
      await talk.http('maker', method, path, { text, headers: { 'content-type': type } })
    }
    await http(talk, 'GET', '/toy')
  })

export const records = [
  blueprint('26', 'a key in other spellings', async (talk) => {
    await begin(talk)
    await requests(talk, ['01', '1.0', '1e0', '%31', '%201', '0x1', '+1', '1,2', '-1', '0', 'null', 'undefined', 'NaN', 'true', '1.5'].map((key) => ['GET', `/user/${key}?populate=false`]))
  }),
  blueprint('26', 'keys that are too large', async (talk) => {
    await begin(talk)
    await requests(talk, ['9007199254740991', '9007199254740992', '99999999999999999999', '1e400', '-9007199254740991'].map((key) => ['GET', `/toy/${key}`]))
  }),
  blueprint('26', 'what is not the key does not filter one record', async (talk) => {
    await begin(talk)
    await queries(talk, '/user/1?populate=false', ['name=bob', 'id=2', 'limit=0', 'limit=x', 'skip=5', 'sort=nothing', 'where={"name":"bob"}', 'where={', 'color=red', '__proto__=x'])
  }),
  blueprint('24', 'one record, and what of it', async (talk) => {
    await begin(talk)
    await queries(talk, '/user/1', ['select=name&populate=home', 'omit=age&populate=false', 'select=age,name&populate=false', 'select=&populate=false', 'omit=id', 'populate=home,%20pets', 'populate=nothing'])
    await queries(talk, '/pet/1', ['select=owner&populate=owner', 'select=name&populate=owner', 'populate=vets&select=name'])
  }),
  blueprint('27', 'members are filtered and sorted', async (talk) => {
    await begin(talk)
    await queries(talk, '/user/1/pets', ['name=rex', 'name[contains]=a', 'where={"name":"max"}', 'where={', 'where=[]', 'where={"or":[{"name":"rex"},{"name":"x"}]}', 'sort=name%20DESC', 'sort=[{"name":"DESC"}]', 'sort=nothing', 'limit=0', 'limit=1&skip=1', 'limit=-1', 'limit=x', 'skip=x', 'select=name', 'omit=name', 'select=nothing', 'owner=1', 'owner=2', 'color=red', '__proto__=1'])
  }),
  blueprint('27', 'members of many, and of no via', async (talk) => {
    await begin(talk)
    await requests(talk, [['PUT', '/user/1/toys/1'], ['PUT', '/user/2/patients', [1, 3]]])
    await queries(talk, '/user/2/patients', ['sort=name', 'name=tom', 'limit=1', 'skip=1&sort=id', 'select=name', 'sort=name%20DESC&limit=1'])
    await queries(talk, '/user/1/toys', ['limit=1', 'name=ball', 'name=kite'])
    await requests(talk, [['GET', '/pet/1/vets'], ['GET', '/pet/2/vets'], ['GET', '/house/1/occupant'], ['GET', '/pet/1/owner']])
  }),
  blueprint('28', 'a single one is not filtered', async (talk) => {
    await begin(talk)
    await queries(talk, '/user/1/home', ['name=x', 'where={"addr":"x"}', 'where={', 'limit=1', 'skip=0', 'sort=addr', 'select=addr', 'omit=addr', 'populate=false', 'color=red'])
  }),
  blueprint('27', 'whose members', async (talk) => {
    await begin(talk)
    await requests(talk, [['GET', '/user/99/pets'], ['GET', '/user/x/pets'], ['GET', '/user/1e0/pets'], ['GET', '/user/1/nothing'], ['GET', '/user/1/name'], ['GET', '/user/2/home'], ['GET', '/user/99/home'], ['GET', '/user/1/pets?parentid=2']])
  }),
  blueprint('12', 'a model that belongs to itself', async (talk) => {
    await empty(talk)
    await made(talk, 'node', { title: 'root' })
    await made(talk, 'node', { title: 'left', parent: 1 })
    await made(talk, 'node', { title: 'right', parent: 1 })
    await requests(talk, [['GET', '/node'], ['GET', '/node/1'], ['GET', '/node/2/parent'], ['GET', '/node/1/children'], ['PATCH', '/node/1', { parent: 1 }], ['PUT', '/node/2/children/3'], ['PUT', '/node/3/children', [2]], ['DELETE', '/node/2'], ['GET', '/node']])
  }),
  blueprint('12', 'two collections of one model', async (talk) => {
    await empty(talk)
    await made(talk, 'team', { title: 'one' })
    await made(talk, 'team', { title: 'two' })
    await made(talk, 'player', { name: 'ann', sub: 1, starter: 2 })
    await requests(talk, [['GET', '/team'], ['PUT', '/team/1/starters/1'], ['GET', '/player/1'], ['DELETE', '/team/1/subs/1'], ['GET', '/player/1'], ['PUT', '/team/2/subs', [1]], ['GET', '/team?title=two']])
  }),
  blueprint('12', 'members whose keys are texts', async (talk) => {
    await empty(talk)
    await made(talk, 'tag', { word: 'red' })
    await made(talk, 'tag', { word: 'a b' })
    await made(talk, 'thing', { title: 'ball', tags: ['red'] })
    await requests(talk, [['GET', '/thing/1'], ['PUT', '/thing/1/tags/a%20b'], ['GET', '/tag/a%20b'], ['DELETE', '/thing/1/tags/red'], ['PUT', '/tag/red/things/1'], ['GET', '/tag/red/things'], ['PUT', '/thing/1/tags', ['red', 'a b']], ['PUT', '/thing/1/tags', []], ['GET', '/tag']])
  }),

  blueprint('29', 'values of every type', async (talk) => {
    await empty(talk)
    await requests(talk, [
      ['POST', '/account', account({ nick: 'nick', role: 'admin', level: 3, active: false, tags: { a: [1, null, 'x'] } })],
      ['POST', '/account', { email: 'b@example.com', nick: null, level: null, tags: null }],
      ['POST', '/account', { email: 'c@example.com', level: '7', active: 'true', tags: 'text' }],
      ['POST', '/account', { email: 'd@example.com', active: 0, tags: 5 }],
      ['POST', '/account', { email: 'e@example.com', active: 'no', tags: [] }],
      ['GET', '/account'],
    ])
  }),
  creates('30', 'values that rules refuse', 'account', [
    { email: 'nobody' },
    account({ role: 'king' }),
    account({ role: '' }),
    account({ level: 11 }),
    account({ level: -1 }),
    account({ level: 1.5 }),
    account({ nick: 'x' }),
    account({ nick: 'much too long' }),
    account({ nick: '' }),
    account({ role: 'king', level: 11, nick: 'x' }),
    { email: '' },
    { email: null },
  ]),
  creates('30', 'values of other types', 'account', [
    account({ role: 5 }),
    account({ role: null }),
    account({ role: {} }),
    account({ level: 'three' }),
    account({ level: true }),
    account({ level: {} }),
    account({ level: [] }),
    account({ level: '' }),
    account({ active: 'maybe' }),
    account({ active: 2 }),
    account({ active: null }),
    account({ active: {} }),
    account({ active: [true] }),
    { email: 5 },
    { email: true },
    { email: ['a@example.com'] },
    { email: { a: 1 } },
  ]),
  creates('30', 'what is required', 'user', refused([{}, { age: 5 }, { name: '' }, { name: null }, { name: {} }, { name: [] }, { Name: 'x' }])),
  creates('30', 'values of an association that cannot be', 'pet', [{ name: 'x', owner: 'ann' }, { name: 'x', owner: {} }, { name: 'x', owner: [1] }, { name: 'x', owner: true }, { name: 'x', owner: 1.5 }, { name: 'x', owner: '' }, { name: 'x', vets: 1 }, { name: 'x', vets: 'x' }, { name: 'x', vets: {} }, { name: 'x', vets: null }]),
  creates('29', 'values of an association that are somebody, or nobody', 'pet', [{ name: 'a', owner: '1' }, { name: 'b', owner: null }, { name: 'c', owner: 99 }, { name: 'd', vets: [] }, { name: 'e', vets: [1, 2] }]),
  creates('29', 'attributes that there are not', 'toy', [{ name: 'a', color: 'red' }, { name: 'd', 'a.b': 1 }, { name: 'e', '': 1 }, { name: 'f', $set: { name: 'x' } }]),
  creates('29', 'attributes that every object of JavaScript has', 'toy', [{ name: 'b', constructor: 'x' }, { name: 'c', toString: 'x' }]),
  creates('29', 'a prototype is no attribute', 'toy', [JSON.parse('{"name":"a","__proto__":{"name":"x","admin":true}}'), JSON.parse('{"__proto__":{"name":"x"}}')]),
  creates('29', 'times that a client sends', 'toy', [{ name: 'a', createdAt: 5, updatedAt: 6 }, { name: 'b', createdAt: '7' }]),
  creates('30', 'times that are none', 'toy', [{ name: 'a', createdAt: 'now' }, { name: 'a', updatedAt: {} }]),
  creates('29', 'texts of all kinds', 'toy', [{ name: '' }, { name: 'ä ö 漢字 😀' }, { name: '<script>' }, { name: '\\ " \' ` \n \t' }, { name: '%_\\' }, { name: ' padded ' }, { name: 'null' }, { name: MANY }, { name: "'; DROP TABLE toy; --" }]),
  creates('29', 'numbers of all kinds', 'user', [{ name: 'a', age: -0 }, { name: 'b', age: 1.5 }, { name: 'c', age: -1e21 }, { name: 'd', age: 1e-7 }, { name: 'e', age: 9007199254740991 }, { name: 'f', age: '1e3' }, { name: 'g', age: '0x10' }]),
  creates('30', 'numbers that are none', 'user', [{ name: 'a', age: 'Infinity' }, { name: 'a', age: 'NaN' }, { name: 'a', age: '12abc' }, { name: 'a', age: null }]),
  blueprint('31', 'what somebody else has', async (talk) => {
    await empty(talk)
    await made(talk, 'account', account())
    await made(talk, 'account', { email: 'b@example.com' })
    await requests(talk, [['PATCH', '/account/2', { email: 'a@example.com' }], ['PATCH', '/account/1', { email: 'a@example.com' }], ['PATCH', '/account/1', { email: 'A@example.com' }], ['GET', '/account?select=email']])
  }),
  blueprint('31', 'what somebody else has, over a socket', async (talk) => {
    await empty(talk)
    await made(talk, 'account', account())
    await asks(talk, 'post', '/account', [account(), account({ role: 'admin' })])
  }),
  blueprint('31', 'a key that somebody else has', async (talk) => {
    await empty(talk)
    await requests(talk, [['POST', '/doc', { slug: 'a' }], ['POST', '/doc', { slug: 'A' }], ['POST', '/doc', { slug: 'a ' }], ['POST', '/doc', { slug: 'a', text: 'x' }], ['POST', '/doc', { slug: '' }], ['POST', '/doc', { slug: null }], ['POST', '/doc', { slug: 5 }], ['GET', '/doc?sort=slug']])
  }),
  blueprint('29', 'a key that a client sends', async (talk) => {
    await empty(talk)
    await requests(talk, [['POST', '/toy', { id: 7, name: 'a' }], ['POST', '/toy', { id: '20', name: 'c' }], ['POST', '/toy', { id: 7, name: 'e' }], ['POST', '/toy', { name: 'd' }]])
  }),
  creates('30', 'a key that cannot be', 'toy', [{ id: 'x', name: 'a' }, { id: {}, name: 'a' }, { id: true, name: 'a' }, { id: 1.5, name: 'a' }]),
  blueprint('29', 'values in the query', async (talk) => {
    await empty(talk)
    await requests(talk, [['POST', '/user?age=7', { name: 'a' }], ['POST', '/user?name=query', { name: 'body' }], ['POST', '/user?name=b&age=x', {}], ['POST', '/user?name=c'], ['GET', '/user/create?name=d&age=5'], ['GET', '/user/create?age=5'], ['POST', '/named/path?name=query', { name: 'body' }]])
  }),
  blueprint('29', 'lists in the query', async (talk) => {
    await begin(talk)
    await requests(talk, [['GET', '/user/create?name=a&pets=[1,2]'], ['GET', '/user/create?name=b&pets[]=1'], ['GET', '/user/create?name=c&toys=[]'], ['GET', '/pet/create?name=d&vets=[1,2]&owner=1']])
  }),
  blueprint('30', 'lists in the query that are none', async (talk) => {
    await begin(talk)
    await requests(talk, [['GET', '/user/create?name=a&pets=1'], ['GET', '/user/create?name=a&pets=[1'], ['GET', '/user/create?name=a&pets={}'], ['GET', '/user/create?name=a&pets=null'], ['GET', '/user/create?name=a&pets=x'], ['GET', '/user?populate=false']])
  }),
  bodies('29, 30', 'bodies that are no object', [
    ['application/json', '[{"name":"a"}]'],
    ['application/json', '[]'],
    ['application/json', '{"name":"b"} '],
    ['application/json', '{"name":'],
    ['application/json', 'name'],
    ['application/json', '"name"'],
    ['application/json', '5'],
    ['application/json', 'null'],
    ['text/plain', '{"name":"x"}'],
    ['application/json', '{"name":"c","name":"d"}'],
  ]),
  bodies('29', 'bodies of a form', [
    ['application/x-www-form-urlencoded', 'name=form'],
    ['application/x-www-form-urlencoded', 'name=two+words%21&color=red'],
    ['application/x-www-form-urlencoded', 'name[]=a'],
    ['application/x-www-form-urlencoded', 'name[a]=b'],
    ['application/x-www-form-urlencoded', '__proto__[name]=x&name=safe'],
    ['application/x-www-form-urlencoded', ''],
  ]),
  bodies('30', 'a list of records is no record', [
    ['application/json', '[{"name":"a"},{"name":"b"}]', 'POST', '/pet'],
    ['application/json', '[]', 'POST', '/pet'],
    ['application/json', '["name"]', 'POST', '/pet'],
  ]),
  blueprint('29, 30', 'over a socket, values keep their types', async (talk) => {
    await begin(talk)
    await asks(talk, 'post', '/user', [{ name: 'a', age: 5 }, { name: 'b', age: '6' }, { name: 'c', pets: [1] }, { name: 'd', home: '1' }])
    await asks(talk, 'post', '/user', [{ name: 5, age: true }, { age: 5 }, { name: '' }, { name: 'e', age: {} }, null, [], 'name', 5])
  }),

  updates('32', 'what is sent is set', 'user', [{ name: 'a' }, { age: 5 }, { age: '6' }, { age: -1.5, name: 'b' }, { home: null }, { home: 1 }, { home: '1' }, { home: 99 }, { color: 'red' }, {}]),
  updates('32', 'a wrong value sets nothing', 'user', [{ name: '' }, { name: null }, { name: {} }, { name: [] }, { age: 'x' }, { age: null }, { age: {} }, { age: true }, { name: 'good', age: 'bad' }, { home: 'x' }, { home: {} }, { home: [1] }, { pets: 1 }, { pets: 'x' }, { pets: null }, { pets: {} }]),
  updates('32', 'the key is not set', 'user', [{ id: 99 }, { id: 'x', age: 1 }, { id: null, age: 2 }, { id: {}, age: 3 }, { id: 1, age: 4 }, { id: '1', age: 5 }, { id: [2], age: 6 }]),
  updates('32', 'a prototype is not set', 'user', [JSON.parse('{"__proto__":{"name":"x"},"age":1}'), JSON.parse('{"constructor":{"prototype":{"x":1}},"age":2}'), { age: 3 }]),
  updates('32', 'times are set by the server', 'toy', [{ createdAt: 5 }, { updatedAt: 6 }, { createdAt: 'x' }, { updatedAt: null }]),
  blueprint('32', 'rules hold for changes', async (talk) => {
    await empty(talk)
    await made(talk, 'account', account({ nick: 'nick', level: 5 }))
    await requests(talk, [{ email: 'x' }, { role: 'king' }, { level: 99 }, { level: null }, { nick: null }, { nick: 'x' }, { active: 'false' }, { active: null }, { tags: { a: 1 } }, { tags: null }, { email: null }, { role: 'admin', level: 1 }].map((data) => ['PATCH', '/account/1', data]))
    await http(talk, 'GET', '/account')
  }),
  blueprint('16, 32', 'the ways to change', async (talk) => {
    await toys(talk, 'a')
    await requests(talk, [['PUT', '/toy/1', { name: 'b' }], ['GET', '/toy/update/1?name=c'], ['PATCH', '/toy/1?name=d'], ['PATCH', '/toy/1?name=e', { name: 'f' }], ['PATCH', '/toy?id=1', { name: 'g' }], ['PATCH', '/toy', { id: 1, name: 'h' }], ['PATCH', '/toy/1?id=2', { name: 'i' }], ['PATCH', '/toy/1?id=99&name=j'], ['POST', '/toy/1', { name: 'k' }], ['GET', '/toy/update?id=1&name=l'], ['GET', '/toy']])
  }),
  blueprint('32', 'whom to change', async (talk) => {
    await toys(talk, 'a')
    await requests(talk, ['99', 'x', '01', '1e0', '1.5', '-1', '0', 'null'].map((key) => ['PATCH', `/toy/${key}`, { name: 'b' }]))
  }),
  blueprint('33', 'the ways to destroy', async (talk) => {
    await toys(talk, 'a', 'b', 'c', 'd', 'e', 'f')
    await requests(talk, [['DELETE', '/toy/1'], ['DELETE', '/toy?id=2'], ['DELETE', '/toy', { id: 3 }], ['GET', '/toy/destroy/4'], ['DELETE', '/toy/5?id=6'], ['GET', '/toy/destroy?id=6'], ['GET', '/toy']])
  }),
  blueprint('33', 'whom to destroy', async (talk) => {
    await toys(talk, 'a', 'b')
    await requests(talk, [['DELETE', '/toy/99'], ['DELETE', '/toy/x'], ['DELETE', '/toy/1.5'], ['DELETE', '/toy'], ['DELETE', '/toy?id='], ['DELETE', '/toy?name=a'], ['DELETE', '/toy', { name: 'a' }], ['DELETE', '/toy/0'], ['DELETE', '/toy/01'], ['DELETE', '/toy/01'], ['GET', '/toy']])
  }),
  blueprint('33', 'one is destroyed, never some', async (talk) => {
    await toys(talk, 'a', 'b')
    await requests(talk, [['DELETE', '/toy?id[]=1&id[]=2'], ['DELETE', '/toy?id[>]=0'], ['DELETE', '/toy', { id: [1, 2] }], ['DELETE', '/toy', { id: { '>': 0 } }], ['DELETE', '/toy', { id: null }], ['DELETE', '/toy', { id: {} }], ['DELETE', '/toy', { where: {} }], ['GET', '/toy']])
  }),
  blueprint('33', 'what is destroyed is out of what it belonged to', async (talk) => {
    await begin(talk)
    await requests(talk, [['PUT', '/user/1/toys/1'], ['DELETE', '/pet/1'], ['DELETE', '/toy/1'], ['DELETE', '/house/1'], ['GET', '/user'], ['DELETE', '/user/2'], ['GET', '/pet']])
  }),
  blueprint('36', 'in production nothing is told of what has failed', async (talk) => {
    await requests(talk, [['GET', '/lost/1'], ['GET', '/toy?limit=x'], ['POST', '/user', {}]])
  }, { on: 'modelsInProduction', unheard: ['set-cookie', 'vary'] }),
]
