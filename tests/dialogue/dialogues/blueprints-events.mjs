// Blueprints: members of collections, and who hears of what.
import { asks, begin, blueprint, empty, heard, http, made, requests, send, toys, watcher } from '../support/stage.mjs'

/** Requests over HTTP, and all that a watcher hears of them. */
const watched = (items, title, all, options) =>
  blueprint(items, title, async (talk) => {
    await begin(talk)
    await heard(talk, [await watcher(talk)], all)
  }, options)

/** Somebody who has looked at these, and at nothing else. */
async function looker(talk, name, ...paths) {
  const who = await talk.connect(name)
  for (const path of paths) {
    await who.ask('get', path)
  }
  return who
}

const say = (who, path, data) => send(who, 'post', path, data)

export const events = [
  // ---- members ----
  watched('57', 'who is added twice', [['PUT', '/user/1/pets/3'], ['PUT', '/user/1/pets/3']]),
  watched('58', 'who is added twice to one of many', [['PUT', '/user/1/patients/3'], ['PUT', '/user/1/patients/3'], ['GET', '/user/1/patients']]),
  watched('58', 'a collection without another side', [['PUT', '/user/1/toys/1'], ['PUT', '/user/2/toys/1'], ['PUT', '/user/1/toys', []], ['PUT', '/user/2/toys', [1]], ['DELETE', '/user/2/toys/1']]),
  watched('57', 'who is taken from another', [['PUT', '/user/2/pets/1'], ['PUT', '/user/2/pets/2'], ['GET', '/user?select=name']]),
  watched('59', 'who is removed, and is no member', [['DELETE', '/user/2/pets/1'], ['DELETE', '/user/1/patients/1'], ['DELETE', '/user/1/toys/1']]),
  watched('59', 'who is removed twice', [['DELETE', '/user/1/pets/1'], ['DELETE', '/user/1/pets/1'], ['DELETE', '/user/2/patients/1'], ['DELETE', '/user/2/patients/1']]),
  watched('60', 'replaced by the same', [['PUT', '/user/1/pets', [1, 2]], ['PUT', '/user/1/pets', [2, 1]], ['PUT', '/user/2/patients', [1]]]),
  watched('60', 'replaced by others', [['PUT', '/user/1/pets', [3]], ['PUT', '/user/2/patients', [2]]]),
  watched('60', 'replaced by nobody', [['PUT', '/user/1/pets', []], ['PUT', '/user/2/patients', []], ['PUT', '/user/2/toys', []], ['GET', '/pet?select=owner&populate=false']]),
  watched('60', 'replaced by keys that are texts', [['PUT', '/user/1/pets', ['1', '3']], ['PUT', '/user/2/patients', ['1', '2']]]),
  watched('60', 'replaced by some twice', [['PUT', '/user/1/pets', [3, 3, 1]], ['PUT', '/user/2/patients', [1, 1, 2]]]),
  watched('60', 'replaced by who is nobody', [['PUT', '/user/1/pets', [1, 99]], ['PUT', '/user/2/patients', [99]]]),
  watched('35', 'what are no members', [['PUT', '/user/1/pets', ['x']], ['PUT', '/user/1/pets', [{}]], ['PUT', '/user/1/pets', [null]], ['PUT', '/user/1/pets', [1.5]], ['PUT', '/user/1/pets', [[1]]], ['PUT', '/user/1/pets', [true]], ['PUT', '/user/1/pets', [1, 'x']]]),
  watched('35', 'what is no list of members', [['PUT', '/user/1/pets', { pets: [1] }], ['PUT', '/user/1/pets', 1], ['PUT', '/user/1/pets'], ['PUT', '/user/1/pets', {}]]),
  watched('35', 'members in the query', [['GET', '/user/1/pets/replace?pets=[3]'], ['GET', '/user/1/pets/replace?pets=[]'], ['PUT', '/user/1/pets?pets=[1]'], ['GET', '/user/1/pets/replace?pets[]=2'], ['GET', '/user/1/toys/replace?toys=[1]']]),
  watched('35', 'members in the query that are none', [['GET', '/user/1/pets/replace'], ['GET', '/user/1/pets/replace?pets='], ['GET', '/user/1/pets/replace?pets=1'], ['GET', '/user/1/pets/replace?pets={}'], ['GET', '/user/1/pets/replace?pets=[x'], ['GET', '/user/1/pets/replace?toys=[1]']]),
  watched('34', 'whom to add to whom', [['PUT', '/user/99/pets/1'], ['PUT', '/user/1/pets/99'], ['PUT', '/user/99/pets/99'], ['PUT', '/user/01/pets/03'], ['DELETE', '/user/99/pets/1'], ['DELETE', '/user/1/pets/99']]),
  watched('34', 'keys that are none', [['PUT', '/user/x/pets/1'], ['PUT', '/user/1/pets/x'], ['DELETE', '/user/x/pets/1'], ['DELETE', '/user/1/pets/x'], ['PUT', '/user/1/pets/1.5'], ['PUT', '/user/x/pets', [1]]]),
  watched('34', 'members by shortcuts', [['GET', '/user/1/pets/add/3'], ['GET', '/user/1/pets/remove/3'], ['GET', '/user/1/patients/add/2'], ['GET', '/user/1/home/add/1'], ['GET', '/user/1/pets/add/']]),
  watched('34', 'values beside a member are nothing', [['PUT', '/user/1/pets/3', { name: 'x' }], ['PUT', '/user/1/pets/3?childid=1', { childid: 2, parentid: 2 }], ['GET', '/pet?populate=false']]),

  // ---- messages ----
  watched('51, 53', 'a new record with everything', [['POST', '/user', { name: 'new', home: 1, pets: [1, 3], patients: [2], toys: [1] }]]),
  watched('52', 'a new record that takes from others', [['POST', '/user', { name: 'new', pets: [1, 2, 3] }], ['POST', '/user', { name: 'newer', pets: [3] }]]),
  watched('45', 'a new record that is refused is told to nobody', [['POST', '/user', {}], ['POST', '/pet', { name: 'rex' }], ['POST', '/user', { name: 'x', age: 'y' }], ['PATCH', '/pet/1', { name: 'max' }], ['PATCH', '/user/99', { name: 'x' }], ['DELETE', '/user/99'], ['DELETE', '/user/x']]),
  watched('45', 'a new record by its shortcut', [['GET', '/toy/create?name=kite'], ['GET', '/toy/update/1?name=x'], ['GET', '/toy/destroy/1'], ['GET', '/toy/destroy/2']]),
  watched('46', 'what a change says', [['PATCH', '/user/1', { name: 'a', age: '5' }], ['PATCH', '/user/1', { age: 5, name: 'a' }], ['PATCH', '/user/1', { color: 'red' }], ['PATCH', '/user/1', { id: 5, age: 6 }]]),
  watched('54, 55', 'a change of who belongs to whom', [['PATCH', '/pet/1', { owner: 2 }], ['PATCH', '/pet/1', { owner: '2' }], ['PATCH', '/pet/1', { owner: null }], ['PATCH', '/pet/1', { owner: null }], ['PATCH', '/pet/1', { owner: 99 }], ['PATCH', '/user/1', { home: null }]]),
  watched('61', 'a change of a collection', [['PATCH', '/user/1', { pets: [1, 3] }], ['PATCH', '/user/2', { patients: [2, 3] }], ['PATCH', '/user/1', { toys: [1], name: 'x' }], ['PATCH', '/user/1', { pets: [] }]]),
  watched('56', 'the end of who belongs to many', [['PUT', '/user/1/patients', [1, 2, 3]], ['DELETE', '/user/1'], ['DELETE', '/pet/1'], ['GET', '/pet'], ['GET', '/user']]),
  watched('56', 'the end of a home', [['DELETE', '/house/1'], ['GET', '/user/1']]),
  blueprint('56', 'the end of who is in two collections of one model', async (talk) => {
    await empty(talk)
    await made(talk, 'team', { title: 'one' })
    await made(talk, 'team', { title: 'two' })
    const who = await talk.connect('who')
    await who.ask('get', '/team')
    await who.ask('get', '/player')
    await heard(talk, [who], [['POST', '/player', { name: 'ann', sub: 1, starter: 2 }], ['PATCH', '/player/1', { sub: 2, starter: 1 }], ['PUT', '/team/1/subs/1'], ['DELETE', '/player/1'], ['POST', '/player', { name: 'bob', starter: 1 }], ['DELETE', '/team/1']])
  }),
  blueprint('54', 'a model that belongs to itself is told of', async (talk) => {
    await empty(talk)
    await made(talk, 'node', { title: 'root' })
    const who = await talk.connect('who')
    await who.ask('get', '/node')
    await heard(talk, [who], [['POST', '/node', { title: 'left', parent: 1 }], ['POST', '/node', { title: 'right', children: [2] }], ['PATCH', '/node/2', { parent: 1 }], ['PUT', '/node/3/children', [1, 2]], ['DELETE', '/node/3']])
  }),
  blueprint('47, 48', 'keys that are texts, in messages', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/tag')
    await who.ask('get', '/thing')
    await who.ask('get', '/doc')
    await heard(talk, [who], [['POST', '/tag', { word: '7' }], ['POST', '/thing', { title: 'ball', tags: ['7'] }], ['PATCH', '/tag/7', { things: [] }], ['PUT', '/tag/7/things/1'], ['DELETE', '/thing/1/tags/7'], ['POST', '/doc', { slug: 'a b', text: 'x' }], ['PATCH', '/doc/a%20b', { text: 'y' }], ['DELETE', '/doc/a%20b'], ['DELETE', '/tag/7']])
  }),
  blueprint('46', 'columns of other names are told by their attributes', async (talk) => {
    await empty(talk)
    const who = await talk.connect('who')
    await who.ask('get', '/account')
    await heard(talk, [who], [['POST', '/account', { email: 'a@example.com', nick: 'aa' }], ['PATCH', '/account/1', { level: '5', nick: 'bb' }], ['DELETE', '/account/1']])
  }),

  // ---- who hears ----
  blueprint('37, 38', 'who has listed an empty model hears of the first record', async (talk) => {
    await empty(talk)
    const who = await looker(talk, 'who', '/user')
    await heard(talk, [who], [['POST', '/user', { name: 'ann' }], ['POST', '/pet', { name: 'rex', owner: 1 }], ['POST', '/house', { addr: 'x' }], ['PATCH', '/user/1', { name: 'bea' }]])
  }),
  blueprint('37', 'who has listed a part hears of that part', async (talk) => {
    await toys(talk, 'a', 'b', 'c')
    const some = await looker(talk, 'some', '/toy?name=a')
    const one = await talk.connect('one')
    await send(one, 'get', '/toy', { limit: 1, skip: 1 })
    await heard(talk, [some, one], [['PATCH', '/toy/1', { name: 'x' }], ['PATCH', '/toy/2', { name: 'y' }], ['PATCH', '/toy/3', { name: 'z' }], ['POST', '/toy', { name: 'd' }], ['PATCH', '/toy/4', { name: 'e' }]])
  }),
  blueprint('37', 'who has asked by HTTP hears nothing', async (talk) => {
    await toys(talk, 'a')
    const who = await talk.connect('who')
    await http(talk, 'GET', '/toy')
    await heard(talk, [who], [['PATCH', '/toy/1', { name: 'x' }], ['POST', '/toy', { name: 'b' }]])
  }),
  blueprint('39', 'who has looked at one record', async (talk) => {
    await begin(talk)
    const pet = await looker(talk, 'pet', '/pet/1')
    const user = await looker(talk, 'user', '/user/2')
    await heard(talk, [pet, user], [['PATCH', '/pet/1', { name: 'a' }], ['PATCH', '/user/1', { age: 1 }], ['PATCH', '/user/2', { age: 2 }], ['POST', '/user', { name: 'new' }], ['POST', '/pet', { name: 'new' }], ['POST', '/toy', { name: 'new' }], ['PATCH', '/pet/3', { name: 'b' }], ['DELETE', '/pet/3']])
  }),
  blueprint('39', 'who has looked without associations', async (talk) => {
    await begin(talk)
    const who = await looker(talk, 'who', '/user/1?populate=false')
    await heard(talk, [who], [['PATCH', '/user/1', { age: 1 }], ['PATCH', '/pet/1', { name: 'a' }], ['POST', '/pet', { name: 'new' }]])
  }),
  blueprint('27', 'who has looked at members', async (talk) => {
    await begin(talk)
    const pets = await looker(talk, 'pets', '/user/1/pets')
    const home = await looker(talk, 'home', '/user/1/home')
    await heard(talk, [pets, home], [['PATCH', '/user/1', { age: 1 }], ['PATCH', '/pet/1', { name: 'a' }], ['PATCH', '/pet/3', { name: 'b' }], ['PATCH', '/house/1', { addr: 'x' }], ['POST', '/house', { addr: 'new' }], ['POST', '/user', { name: 'new' }], ['POST', '/pet', { name: 'new' }]])
  }),
  blueprint('27', 'who was refused hears nothing', async (talk) => {
    await begin(talk)
    const who = await looker(talk, 'who', '/user?limit=x', '/user/99', '/user/99/pets', '/user/2/home', '/user/1?populate=nothing', '/nothing')
    await heard(talk, [who], [['PATCH', '/user/1', { age: 1 }], ['PATCH', '/user/2', { age: 1 }], ['POST', '/user', { name: 'new' }], ['POST', '/house', { addr: 'x' }]])
  }),
  blueprint('41, 42', 'who has made or changed hears of that record', async (talk) => {
    await begin(talk)
    const maker = await talk.connect('creator')
    const changer = await talk.connect('changer')
    await send(maker, 'post', '/toy', { name: 'kite' })
    await send(changer, 'patch', '/user/1', { age: 1 })
    await send(changer, 'delete', '/user/1/pets/1')
    await heard(talk, [maker, changer], [['PATCH', '/toy/2', { name: 'x' }], ['POST', '/toy', { name: 'new' }], ['PATCH', '/user/1', { age: 2 }], ['PATCH', '/pet/1', { name: 'a' }], ['DELETE', '/toy/2']])
  }),
  blueprint('43', 'who has added hears of both', async (talk) => {
    await begin(talk)
    const adder = await talk.connect('adder')
    const replacer = await talk.connect('replacer')
    await send(adder, 'put', '/user/2/pets/1')
    await send(replacer, 'put', '/user/1/patients', [2, 3])
    await heard(talk, [adder, replacer], [['PATCH', '/user/2', { age: 1 }], ['PATCH', '/user/1', { age: 1 }], ['PATCH', '/pet/1', { name: 'a' }], ['PATCH', '/pet/2', { name: 'b' }], ['PATCH', '/pet/3', { name: 'c' }]])
  }),
  blueprint('41, 63', 'watchers hear what becomes of what others have made', async (talk) => {
    await empty(talk)
    const who = await looker(talk, 'who', '/toy')
    const other = await looker(talk, 'other', '/toy')
    await send(other, 'post', '/toy', { name: 'a' })
    await heard(talk, [who, other], [['PATCH', '/toy/1', { name: 'b' }], ['DELETE', '/toy/1']])
  }),
  blueprint('44', 'nobody is left in the room of who has gone', async (talk) => {
    await empty(talk)
    await made(talk, 'doc', { slug: 'a', text: 'x' })
    const watches = await looker(talk, 'watches', '/doc')
    const looks = await looker(talk, 'looks', '/doc/a')
    await http(talk, 'DELETE', '/doc/a')
    await watches.catchUp()
    await looks.catchUp()
    await http(talk, 'POST', '/doc', { slug: 'a', text: 'again' })
    await heard(talk, [watches, looks], [['PATCH', '/doc/a', { text: 'y' }]])
  }),
  blueprint('49', 'of its own requests a socket hears nothing, on either side', async (talk) => {
    await begin(talk)
    const actor = await watcher(talk, 'actor')
    const other = await watcher(talk, 'other', { EIO: 3 })
    for (const [method, url, data] of [['post', '/user', { name: 'new', pets: [1], home: 1 }], ['patch', '/pet/1', { owner: 1 }], ['put', '/user/2/pets', [1, 2]], ['put', '/user/1/patients/3'], ['delete', '/user/1/patients/3'], ['patch', '/user/1', { patients: [1] }], ['delete', '/user/1']]) {
      await send(actor, method, url, data)
      await other.catchUp()
    }
  }),
  blueprint('64', 'what the application makes by itself is told to nobody', async (talk) => {
    await toys(talk, 'a')
    const who = await looker(talk, 'who', '/toy')
    await heard(talk, [who], [['POST', '/quietly'], ['PATCH', '/toy/2', { name: 'x' }], ['GET', '/toy']])
  }),
  blueprint('62', 'with mirror the requester hears itself', async (talk) => {
    await toys(talk, 'a')
    const who = await looker(talk, 'who', '/toy')
    const other = await looker(talk, 'other', '/toy')
    await send(who, 'patch', '/mirror/1', { name: 'b' })
    await other.catchUp()
    await send(who, 'post', '/mirror', { name: 'c' })
    await other.catchUp()
    await send(who, 'patch', '/toy/2', { name: 'd' })
    await other.catchUp()
  }),
  blueprint('10', 'who has gone, and who comes again', async (talk) => {
    await toys(talk, 'a')
    const first = await looker(talk, 'first', '/toy')
    await first.leave()
    const again = await talk.connect('again')
    await heard(talk, [again], [['PATCH', '/toy/1', { name: 'x' }]])
    await again.ask('get', '/toy/1')
    await heard(talk, [again], [['PATCH', '/toy/1', { name: 'y' }], ['POST', '/toy', { name: 'b' }]])
  }),
  blueprint('45, 46, 47, 48', 'two clients of sails.io.js hear of each other', async (talk) => {
    await begin(talk)
    const ann = talk.sail('ann')
    await ann.connected()
    const bob = talk.sail('bob')
    await bob.connected()
    ann.gather('user', 'pet', 'toy', 'house')
    bob.gather('user', 'pet', 'toy', 'house')
    await ann.call('get', '/user')
    await bob.call('get', '/user/2')
    for (const [who, ...request] of [[ann, 'post', '/toy', { name: 'kite' }], [bob, 'patch', '/user/2', { age: 3 }], [ann, 'put', '/user/2/pets/1'], [bob, 'delete', '/user/2/pets/1'], [bob, 'put', '/user/2/pets', [2]], [ann, 'post', '/user', { name: 'eve', home: 1 }], [bob, 'delete', '/user/3'], [ann, 'patch', '/user/2', { age: 'x' }], [bob, 'get', '/user/99']]) {
      await who.call(...request)
      await ann.catchUp()
      await bob.catchUp()
    }
  }),

  // ---- the methods of models ----
  blueprint('1', 'rooms have names', async (talk) => {
    await asks(talk, 'post', '/room', [
      ...[1, '1', 'a b', '13-admins-only', '', 0, null, undefined, -1, 1.5, false].map((of) => ({ model: 'user', of })),
      { model: 'usercomment', of: 3 },
      { model: 'doc', of: 'a/b' },
    ])
  }),
  blueprint('3, 8', 'who has subscribed hears what is published', async (talk) => {
    const who = await talk.connect('who')
    const other = await talk.connect('other')
    await say(who, '/subscribe', { model: 'user', ids: [1, 2] })
    for (const data of ['text', 5, null, true, [1, 2], { a: 1 }, [], {}, 0, false]) {
      await say(other, '/publish', { model: 'user', ids: [1], data })
      await who.catchUp()
    }
  }),
  blueprint('2, 10', 'one message for each record', async (talk) => {
    const who = await talk.connect('who')
    const other = await talk.connect('other')
    await say(who, '/subscribe', { model: 'usercomment', ids: [1, 2, 'x'] })
    for (const ids of [[1, 2], [2, 1, 3], ['x'], [1, 1], [], [99]]) {
      await say(other, '/publish', { model: 'usercomment', ids, data: { ids } })
      await who.catchUp()
    }
  }),
  blueprint('5', 'one key, a record, and records are ids', async (talk) => {
    const who = await talk.connect('who')
    const other = await talk.connect('other')
    await say(who, '/subscribe', { model: 'user', ids: 1 })
    await say(who, '/subscribe', { model: 'user', ids: { id: 2, name: 'x' } })
    await say(who, '/subscribe', { model: 'user', ids: [{ id: 3 }, 4] })
    for (const ids of [1, { id: 2 }, [{ id: 3 }], [4], '1']) {
      await say(other, '/publish', { model: 'user', ids, data: 'x' })
      await who.catchUp()
    }
  }),
  blueprint('6', 'a list with null subscribes to nothing', async (talk) => {
    const who = await talk.connect('who')
    const other = await talk.connect('other')
    await say(who, '/subscribe', { model: 'user', ids: [null, 1] })
    await say(who, '/publish', { model: 'user', ids: [null], data: 'x' })
    await say(who, '/unsubscribe', { model: 'user', ids: [null] })
    await say(other, '/publish', { model: 'user', ids: [1], data: 'x' })
    await who.catchUp()
  }),
  blueprint('7', 'who has unsubscribed hears nothing more', async (talk) => {
    const who = await talk.connect('who')
    await say(who, '/subscribe', { model: 'user', ids: [1, 2] })
    await say(who, '/unsubscribe', { model: 'user', ids: [1] })
    await say(who, '/unsubscribe', { model: 'user', ids: [77] })
    await say(who, '/publish', { model: 'user', ids: [1, 2], data: 'x' })
  }),
  blueprint('4, 9', 'by HTTP nobody subscribes, and nobody is left out', async (talk) => {
    const who = await talk.connect('who')
    const other = await talk.connect('other')
    await http(talk, 'POST', '/subscribe', { model: 'user', ids: [1] })
    await say(who, '/subscribe', { model: 'user', ids: [1] })
    await say(other, '/subscribe', { model: 'user', ids: [1] })
    await say(who, '/publish', { model: 'user', ids: [1], data: 'by who', omit: true })
    await other.catchUp()
    await http(talk, 'POST', '/publish', { model: 'user', ids: [1], data: 'by HTTP', omit: true })
    await who.catchUp()
    await other.catchUp()
  }),
  blueprint('11', 'published to nobody', async (talk) => {
    const who = await talk.connect('who')
    for (const ids of [[], [99], ['nobody'], 5]) {
      await say(who, '/publish', { model: 'user', ids, data: 'x' })
    }
  }),
  blueprint('8', 'over the room of a record, by its name', async (talk) => {
    await toys(talk, 'a')
    const who = await looker(talk, 'who', '/toy/1')
    await say(who, '/broadcast', { rooms: 'sails_model_toy_1:toy', event: 'toy', data: { own: 'message' } })
    await who.catchUp()
  }),
]
