// Blueprints: which routes there are, and who may use them.
import { begin, blueprint, empty, heard, http, made, queries, requests, send, toys } from '../support/stage.mjs'

const gets = (talk, ...paths) => requests(talk, paths.map((path) => ['GET', path]))

export const settings = [
  blueprint('13, 18', 'own routes win, and shortcuts win over keys', async (talk) => {
    await begin(talk)
    await gets(talk, '/user/special', '/user/find?populate=false', '/user/create', '/user/1/special', '/doc/find', '/doc/create')
  }),
  blueprint('18', 'a blueprint on a route of its own', async (talk) => {
    await begin(talk)
    const who = await talk.connect('who')
    await gets(talk, '/everyone', '/everyone?name=ann', '/somebody/1', '/somebody/99', '/houses-of/1', '/houses-of/2')
    await who.ask('get', '/everyone')
    await who.ask('get', '/somebody/1')
    await heard(talk, [who], [['PATCH', '/user/1', { age: 1 }], ['POST', '/user', { name: 'new' }], ['POST', '/pet', { name: 'new' }], ['PATCH', '/pet/1', { name: 'x' }]])
  }),
  blueprint('17', 'what has no blueprint', async (talk) => {
    await toys(talk, 'a')
    await requests(talk, [['POST', '/toy/1'], ['PUT', '/toy'], ['PATCH', '/toy'], ['GET', '/toy/1/name'], ['DELETE', '/toy/1/2'], ['GET', '/toy/1.png'], ['GET', '/toy/find/1.png'], ['PATCH', '/toy/1.png', {}], ['DELETE', '/toy/1.png'], ['GET', '/pet_vets__user_patients'], ['GET', '/archive'], ['GET', '/toy/archive']].slice(0, 9))
  }),
  blueprint('14', 'plurals of every kind', async (talk) => {
    await empty(talk)
    await gets(talk, '/api/v1/people', '/api/v1/categories', '/api/v1/news', '/api/v1/usercomments', '/api/v1/accounts', '/api/v1/pets', '/api/v1/houses', '/api/v1/nodes', '/api/v1/person', '/api/v1/persons', '/api/v1/newses', '/api/people/find', '/api/categories/create?name=a', '/api/v1/categories/1', '/api/category')
  }, { on: 'modelsBelow' }),
  blueprint('14, 45', 'behind a prefix events have the same names', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/api/v1/people')
    await who.ask('get', '/api/v1/users')
    await heard(talk, [who], [['POST', '/api/v1/people', { name: 'ann' }], ['PATCH', '/api/v1/people/1', { name: 'bea' }], ['POST', '/api/v1/users', { name: 'eve' }], ['PUT', '/api/v1/users/1/pets', []], ['GET', '/api/v1/users/1/pets'], ['GET', '/api/users/1/pets'], ['GET', '/api/users/1/pets/replace?pets=[]'], ['DELETE', '/api/v1/people/1']])
  }, { on: 'modelsBelow' }),
  blueprint('15', 'without REST, members are still found', async (talk) => {
    await empty(talk)
    await gets(talk, '/user/create?name=ann', '/pet/create?name=rex&owner=1', '/user/1/pets', '/pet/1/owner', '/user/1', '/user/find/1', '/user/1/pets/add/1', '/user/1/pets/remove/1', '/user/update/1?age=3', '/user/destroy/1')
    await requests(talk, [['PATCH', '/user/1', {}], ['PUT', '/user/1/pets', []], ['DELETE', '/user/1']])
  }, { on: 'modelsFew' }),
  blueprint('15', 'without shortcuts', async (talk) => {
    await empty(talk)
    await requests(talk, [['POST', '/user', { name: 'ann' }], ['POST', '/doc', { slug: 'find' }]])
    await gets(talk, '/user/find', '/user/find/1', '/user/create?name=x', '/user/update/1?name=x', '/user/destroy/1', '/user/1/pets/add/1', '/user/1/pets/replace?pets=[]', '/user/1/pets', '/doc/find', '/user')
  }, { on: 'modelsPlain' }),
  blueprint('40', 'without autoWatch records are heard of that were seen', async (talk) => {
    await begin(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/user')
    await who.ask('get', '/pet/3')
    await who.ask('get', '/house')
    await heard(talk, [who], [['POST', '/user', { name: 'new' }], ['PATCH', '/user/1', { age: 1 }], ['PATCH', '/pet/1', { name: 'a' }], ['POST', '/pet', { name: 'new', owner: 1 }], ['PATCH', '/user/3', { age: 1 }], ['DELETE', '/user/1'], ['PATCH', '/house/1', { addr: 'x' }]])
  }, { on: 'modelsPlain' }),
  blueprint('18', 'policies stand before blueprints', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/toy')
    await requests(talk, [['POST', '/toy', { name: 'a' }], ['GET', '/toy/create?name=b'], ['PATCH', '/toy/1', { name: 'x' }], ['DELETE', '/toy/1'], ['GET', '/toy/destroy/1'], ['GET', '/toy'], ['GET', '/user'], ['POST', '/user', { name: 'x' }], ['GET', '/user/find'], ['GET', '/pet'], ['GET', '/everyone'], ['GET', '/user/1/pets']])
    await send(who, 'delete', '/toy/1')
    await send(who, 'post', '/user', { name: 'x' })
    await send(who, 'get', '/user')
  }, { on: 'modelsGuarded' }),
  blueprint('18', 'who is kept out by a policy hears nothing', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/user')
    await who.ask('get', '/house')
    await heard(talk, [who], [['POST', '/house', { addr: 'x' }], ['PATCH', '/house/1', { addr: 'y' }], ['POST', '/pet', { name: 'rex' }]])
  }, { on: 'modelsGuarded' }),
  blueprint('18', 'CSRF protects blueprints, too', async (talk) => {
    await requests(talk, [['GET', '/toy'], ['POST', '/toy', { name: 'a' }], ['PATCH', '/toy/1', {}], ['DELETE', '/toy/1'], ['PUT', '/user/1/pets', []], ['GET', '/toy/create?name=x']])
    const who = await talk.connect('who')
    await send(who, 'post', '/toy', { name: 'a' })
    await send(who, 'get', '/toy')
  }, { on: 'modelsWithCsrf' }),
  blueprint('62', 'with mirror for all, whoever destroys hears of it', async (talk) => {
    await toys(talk, 'a')
    const who = await talk.connect('who')
    await who.ask('get', '/toy')
    await send(who, 'delete', '/toy/1')
    await send(who, 'get', '/toy')
  }, { on: 'modelsMirrored' }),
  blueprint('62', 'with mirror for all, whoever changes hears of it', async (talk) => {
    await toys(talk, 'a')
    const who = await talk.connect('who')
    await who.ask('get', '/toy')
    await send(who, 'patch', '/toy/1', { name: 'b' })
    await send(who, 'post', '/toy', { name: 'c' })
  }, { on: 'modelsMirrored' }),
  blueprint('14', 'prefixes without a slash are repaired', async (talk) => {
    await gets(talk, '/api/v1/toy', '/apiv1/toy', '/api/toy', '/toy', '/api/toy/find')
  }, { on: 'modelsRepaired' }),
  blueprint('36', 'a route without its association fails', async (talk) => {
    await http(talk, 'GET', '/lost/1')
  }),
  blueprint('29', 'a value of a cookie or a header is none', async (talk) => {
    await empty(talk)
    await talk.http('maker', 'POST', '/toy', { data: { name: 'a' }, headers: { 'x-name': 'b' }, cookie: 'name=c' })
    await queries(talk, '/toy', ['name=a'])
  }),
  blueprint('18', 'a request from elsewhere', async (talk) => {
    await empty(talk)
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      await talk.http('maker', method, '/toy', { headers: { origin: 'http://friend.example', 'access-control-request-method': 'POST' } })
    }
  }),
  blueprint('20', 'a record that has just been made is found', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    const { body } = await send(who, 'post', '/toy', { name: 'a' })
    await who.ask('get', `/toy/${body.id}`)
    await made(talk, 'toy', { name: 'b' })
    await who.ask('get', '/toy?name=b')
  }),
]
