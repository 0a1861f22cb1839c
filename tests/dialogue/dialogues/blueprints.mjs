// The blueprints: an API over models, and what those hear who have looked at records.
//
// Keys count on in both servers alike, so dialogues take them from answers.
import { begin, blueprint, http, made, send, watcher } from '../support/stage.mjs'

export const blueprints = [
  blueprint('12, 16', 'every model has its routes', async (talk) => {
    const { ann, rex, ball } = await begin(talk)

    for (const [method, path, data] of [
      ['GET', '/user/find'],
      ['GET', `/user/find/${ann.id}`],
      ['GET', '/toy/create?name=kite'],
      ['GET', `/toy/update/${ball.id}?name=balloon`],
      ['GET', `/user/${ann.id}/toys/add/${ball.id}`],
      ['GET', `/user/${ann.id}/toys/remove/${ball.id}`],
      ['GET', `/user/${ann.id}/toys/replace?toys=[${ball.id}]`],
      ['GET', `/toy/destroy/${ball.id}`],
      ['GET', '/house'],
      ['PATCH', `/user/${ann.id}`, { age: 3 }],
      ['PUT', `/user/${ann.id}`, { age: 4 }],
      ['GET', `/user/${ann.id}/pets`],
      ['GET', `/pet/${rex.id}/owner`],
      ['PUT', `/user/${ann.id}/patients/${rex.id}`],
      ['PUT', `/user/${ann.id}/patients`, []],
      ['DELETE', `/user/${ann.id}/pets/${rex.id}`],
    ]) {
      await http(talk, method, path, data)
    }
  }),

  blueprint('13, 17', 'what is no route, and what is no key', async (talk) => {
    const { ann, rex } = await begin(talk)

    await http(talk, 'GET', `/user/${ann.id}/pets/${rex.id}`)
    await http(talk, 'GET', '/user/foo.png')
    await http(talk, 'GET', '/nobody')
    await http(talk, 'GET', '/doc/find')
    await http(talk, 'PUT', `/pet/${rex.id}/owner/${ann.id}`)
  }),

  blueprint('20, 21', 'lists are cut and sorted', async (talk) => {
    await talk.http('maker', 'DELETE', '/everything')
    for (const name of ['c', 'a', 'd', 'b']) {
      await made(talk, 'toy', { name })
    }
    for (const query of [
      'limit=2',
      'limit=0',
      'limit=2&skip=1',
      'skip=3',
      'sort=name',
      'sort=name%20DESC',
      'sort=[{"name":"DESC"}]&limit=1',
      'limit=abc',
      'limit=2.5',
      'skip=abc',
      'sort=name%20SIDEWAYS',
      'sort=nothing',
      'sort=name%20DESC,%20id%20ASC',
    ]) {
      await http(talk, 'GET', `/toy?${query}`)
    }
  }),

  blueprint('22, 23', 'lists are filtered', async (talk) => {
    await begin(talk)
    const who = await talk.connect('who')

    for (const query of [
      'name=ann',
      'name[contains]=o',
      'name=ann&name=bob',
      'age=0&name=bob',
      'color=red',
      'age=old',
      'where={"name":{"startsWith":"a"}}&name=bob',
      'where={"or":[{"name":"ann"},{"age":5}]}',
      'where={"color":1}',
    ]) {
      await http(talk, 'GET', `/user?populate=false&${query}`)
    }
    await send(who, 'get', '/user', { where: { name: 'ann' }, age: 99, populate: 'false' })
    await send(who, 'get', '/user', { name: ['ann', 'bob'], populate: 'false' })
    await send(who, 'get', '/user', { name: { '!=': 'ann' }, populate: 'false' })
  }),

  blueprint('24, 25', 'attributes and associations are chosen', async (talk) => {
    const { ann } = await begin(talk)

    for (const query of [
      'select=name&populate=false',
      'select=name,%20age&populate=false',
      'omit=age,createdAt&populate=false',
      'populate=home',
      'populate=pets,home',
      'populate=',
      'select=color',
      'omit=color',
      'populate=name',
      'populate=true',
      'populate=[pets,home]',
    ]) {
      await http(talk, 'GET', `/user/${ann.id}?${query}`)
    }
    await http(talk, 'GET', '/pet')
  }),

  blueprint('26, 27, 28', 'one record, and what belongs to it', async (talk) => {
    const { ann, bob } = await begin(talk)

    for (const path of [
      `/user/${ann.id}`,
      '/user/999999',
      '/user/nobody',
      `/user/${ann.id}/pets`,
      `/user/${bob.id}/pets?name=rex`,
      `/user/${ann.id}/pets?sort=name&limit=1`,
      `/user/${ann.id}/home`,
      `/user/${bob.id}/home`,
      `/user/${bob.id}/toys`,
      '/user/999999/pets',
      '/user/nobody/pets',
      `/user/${ann.id}/home?limit=1`,
      `/user/${ann.id}/home?sort=addr`,
    ]) {
      await http(talk, 'GET', path)
    }
  }),

  blueprint('29, 30, 31', 'what can be created, and what not', async (talk) => {
    await begin(talk)

    for (const [path, data] of [
      ['/user?age=7&name=zed', { name: 'eve', color: 'red' }],
      ['/user', { name: 'sue', age: '41' }],
      ['/user', {}],
      ['/user', { name: 'x', age: 'old' }],
      ['/user', { name: ['x'] }],
      ['/user', [{ name: 'x' }]],
      ['/doc', { slug: 'a', text: 't' }],
      ['/doc', { slug: 'a', text: 'u' }], // a key that is made is used up by Node where it is refused
      ['/doc', { text: 't' }],
    ]) {
      await http(talk, 'POST', path, data)
    }
  }),

  blueprint('32, 33', 'what can be changed and destroyed', async (talk) => {
    const { ann, rex, tom, ball } = await begin(talk)

    for (const [method, path, data] of [
      ['PATCH', `/toy/${ball.id}`, { id: 999, name: 'kite' }],
      ['PATCH', `/toy/${ball.id}`, {}],
      ['PATCH', `/toy/${ball.id}`, { name: 5 }],
      ['PATCH', `/toy/${ball.id}`, { name: { a: 1 } }],
      ['PATCH', `/user/${ann.id}`, { name: '' }],
      ['PATCH', `/pet/${rex.id}`, { name: 'max' }],
      ['PATCH', '/toy/999999', { name: 'x' }],
      ['PATCH', '/toy/nobody', { name: 'x' }],
      ['DELETE', `/toy/${ball.id}`],
      ['DELETE', `/toy/${ball.id}`],
      ['DELETE', '/toy'],
      ['DELETE', '/toy/nobody'],
      ['DELETE', `/pet?id=${tom.id}`],
    ]) {
      await http(talk, method, path, data)
    }
  }),

  blueprint('34, 35', 'members come and go', async (talk) => {
    const { ann, bob, rex, tom } = await begin(talk)

    for (const [method, path, data] of [
      ['PUT', `/user/${ann.id}/pets/${tom.id}`],
      ['DELETE', `/user/${ann.id}/pets/${rex.id}`],
      ['PUT', `/user/${bob.id}/pets`, [rex.id]],
      ['PUT', `/user/${bob.id}/pets`, []],
      ['PUT', `/user/999999/pets/${rex.id}`],
      ['PUT', `/user/${ann.id}/pets/999999`],
      ['DELETE', `/user/999999/pets/${rex.id}`],
      ['DELETE', `/user/${ann.id}/pets/999999`],
      ['PUT', `/user/${ann.id}/pets`, { pets: [1] }],
      ['GET', `/user/${ann.id}/patients/replace?patients=[${rex.id},${tom.id}]`],
    ]) {
      await http(talk, method, path, data)
    }
  }),

  blueprint('37, 38, 39', 'who has looked hears, and of what', async (talk) => {
    const { ann, rex } = await begin(talk)
    const lister = await talk.connect('lister')
    const looker = await talk.connect('looker')
    const stranger = await talk.connect('stranger')

    await lister.ask('get', '/user')
    await looker.ask('get', `/user/${ann.id}`)
    await http(talk, 'PATCH', `/user/${ann.id}`, { age: 1 })
    await lister.catchUp()
    await looker.catchUp()
    await made(talk, 'user', { name: 'new' }) // of which only the lister hears
    await lister.catchUp()
    await looker.catchUp()
    await made(talk, 'house', { addr: 'new' }) // both have looked at users, who have homes
    await lister.catchUp()
    await looker.catchUp()
    await http(talk, 'PATCH', `/pet/${rex.id}`, { name: 'old rex' }) // which they have seen
    await lister.catchUp()
    await looker.catchUp()
    await stranger.catchUp()
  }),

  blueprint('41, 42, 43', 'who changes a record hears of the next change', async (talk) => {
    const { ann, max, tom } = await begin(talk)
    const actor = await talk.connect('actor')

    const { body: toy } = await send(actor, 'post', '/toy', { name: 'kite' })
    await http(talk, 'PATCH', `/toy/${toy.id}`, { name: 'dragon' })
    await actor.catchUp()
    await send(actor, 'patch', `/pet/${max.id}`, { name: 'maxi' })
    await http(talk, 'PATCH', `/pet/${max.id}`, { name: 'maximilian' })
    await actor.catchUp()
    await send(actor, 'put', `/user/${ann.id}/pets/${tom.id}`)
    await http(talk, 'PATCH', `/pet/${tom.id}`, { name: 'tommy' })
    await http(talk, 'PATCH', `/user/${ann.id}`, { age: 2 })
    await actor.catchUp()
  }),

  blueprint('45, 50, 51, 52, 53', 'watchers hear of new records', async (talk) => {
    const { bob, rex, max, ball } = await begin(talk)
    const who = await watcher(talk)

    await made(talk, 'toy', { name: 'kite' })
    await who.catchUp()
    await made(talk, 'pet', { name: 'new', owner: bob.id })
    await who.catchUp()
    await made(talk, 'user', { name: 'thief', pets: [rex.id, max.id] })
    await who.catchUp()
    await made(talk, 'user', { name: 'vet', patients: [rex.id, max.id], toys: [ball.id] })
    await who.catchUp()
    await made(talk, 'pet', { name: 'another', vets: [bob.id] })
    await who.catchUp()
  }),

  blueprint('46, 54, 55', 'subscribers hear of changes', async (talk) => {
    const { ann, bob, rex, ball } = await begin(talk)
    const who = await watcher(talk)

    for (const [path, data] of [
      [`/toy/${ball.id}`, { name: 5, color: 'red' }],
      [`/toy/${ball.id}`, {}],
      [`/user/${ann.id}`, { age: '7' }],
      [`/pet/${rex.id}`, { owner: bob.id }],
      [`/pet/${rex.id}`, { owner: bob.id }],
      [`/pet/${rex.id}`, { owner: null }],
      [`/pet/${rex.id}`, { owner: ann.id, name: 'king' }],
    ]) {
      await http(talk, 'PATCH', path, data)
      await who.catchUp()
    }
  }),

  blueprint('47, 56', 'subscribers hear of the end', async (talk) => {
    const { bob, max, ball, house } = await begin(talk)
    const who = await watcher(talk)

    for (const path of [`/toy/${ball.id}`, `/pet/${max.id}`, `/user/${bob.id}`, `/house/${house.id}`]) {
      await http(talk, 'DELETE', path)
      await who.catchUp()
    }
  }),

  blueprint('48, 57, 58, 59', 'subscribers hear of members', async (talk) => {
    const { ann, bob, rex, tom, ball } = await begin(talk)
    const who = await watcher(talk)

    for (const [method, path] of [
      ['PUT', `/user/${ann.id}/pets/${tom.id}`],
      ['PUT', `/user/${ann.id}/patients/${tom.id}`],
      ['PUT', `/user/${ann.id}/toys/${ball.id}`],
      ['DELETE', `/user/${ann.id}/pets/${tom.id}`],
      ['DELETE', `/user/${bob.id}/patients/${rex.id}`],
      ['DELETE', `/user/${ann.id}/toys/${ball.id}`],
    ]) {
      await http(talk, method, path)
      await who.catchUp()
    }
  }),

  blueprint('60', 'subscribers hear of a collection that is replaced', async (talk) => {
    const { ann, bob, rex, max, tom } = await begin(talk)
    const who = await watcher(talk)

    for (const [path, members] of [
      [`/user/${ann.id}/pets`, [max.id, tom.id]],
      [`/user/${ann.id}/pets`, [tom.id, max.id]],
      [`/user/${bob.id}/patients`, [tom.id]],
      [`/user/${bob.id}/patients`, []],
      [`/user/${bob.id}/pets`, [rex.id]],
    ]) {
      await http(talk, 'PUT', path, members)
      await who.catchUp()
    }
  }),

  blueprint('49', 'who asks does not hear itself', async (talk) => {
    const { ann, bob, tom } = await begin(talk)
    const actor = await watcher(talk, 'actor')
    const other = await watcher(talk, 'other')

    const { body: pet } = await send(actor, 'post', '/pet', { name: 'new', owner: ann.id })
    await send(actor, 'patch', `/pet/${pet.id}`, { owner: bob.id })
    await send(actor, 'put', `/user/${ann.id}/pets/${tom.id}`)
    await send(actor, 'put', `/user/${bob.id}/pets`, [tom.id])
    await send(actor, 'delete', `/user/${bob.id}/pets/${tom.id}`)
    await send(actor, 'delete', `/pet/${pet.id}`)
    await other.catchUp()
  }),

  blueprint('63', 'a watcher hears what becomes of a new record', async (talk) => {
    await talk.http('maker', 'DELETE', '/everything')
    const who = await talk.connect('who', { EIO: 3 })

    await who.ask('get', '/toy')
    const toy = await made(talk, 'toy', { name: 'kite' })
    await http(talk, 'PATCH', `/toy/${toy.id}`, { name: 'dragon' })
    await http(talk, 'DELETE', `/toy/${toy.id}`)
    await who.catchUp()
  }),

  blueprint('14', 'prefixes and plurals', async (talk) => {
    await talk.http('maker', 'DELETE', '/everything')
    for (const path of ['/api/v1/users', '/api/users', '/api/houses/find', '/api/v1/users/find', '/user', '/users']) {
      await http(talk, 'GET', path)
    }
  }, { on: 'modelsBelow' }),

  blueprint('15, 40', 'fewer routes, and nobody watches', async (talk) => {
    await talk.http('maker', 'DELETE', '/everything')
    const who = await talk.connect('who')

    await http(talk, 'GET', '/toy/create?name=kite')
    await http(talk, 'GET', '/user/create?name=ann')
    await http(talk, 'GET', '/user')
    await http(talk, 'POST', '/user', { name: 'x' })
    await who.ask('get', '/user/find')
    await who.ask('get', '/toy/find')
    await http(talk, 'GET', '/toy/create?name=ball')
    await who.catchUp()
  }, { on: 'modelsFew' }),

  blueprint('45, 46, 47, 48', 'sails.io.js hears of records', async (talk) => {
    const { ann, tom } = await begin(talk)
    const sailor = talk.sail('sailor')

    sailor.on('user', 'pet', 'toy')
    await sailor.connected()
    await sailor.call('get', '/user')
    await sailor.call('get', '/toy')
    for (const [method, path, data, event] of [
      ['POST', '/toy', { name: 'kite' }, 'toy'],
      ['PATCH', `/user/${ann.id}`, { age: 3 }, 'user'],
      ['PUT', `/user/${ann.id}/pets/${tom.id}`, undefined, 'user'],
    ]) {
      const heard = sailor.once(event)
      await http(talk, method, path, data)
      await heard
    }
    await sailor.call('post', '/toy', { name: 'own' })
    await sailor.call('patch', `/user/${ann.id}`, { name: 'anna' })
    await sailor.call('delete', `/pet/${tom.id}`)
    await sailor.call('get', '/text')
  }),
]
