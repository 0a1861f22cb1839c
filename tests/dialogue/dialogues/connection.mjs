// sails-sockets 1 to 17: who connects, and how it ends.
import assert from 'node:assert/strict'
import { FRIEND } from '../configurations.mjs'
import { dialogue } from '../support/dialogue.mjs'

const friend = { Origin: FRIEND }

export const connection = [
  dialogue('1, 2', 'a client of Engine.IO 3 is connected under the id of its session', async (talk) => {
    const ann = await talk.dial('ann', { EIO: 3 })

    assert.equal(await ann.hear(), '40')
    assert.equal((await ann.ask('get', '/id')).body.id, ann.id)
  }),

  dialogue('3', 'a client of Engine.IO 4 connects itself, under another id', async (talk) => {
    const ann = await talk.connect('ann')

    assert.equal((await ann.ask('get', '/id')).body.id, ann.id)
  }),

  dialogue('4', 'the open packet shows the defaults', async (talk) => {
    await talk.dial('ann', { EIO: 3 })
    await talk.dial('bob', { EIO: 4 })
    await talk.dial('odd', { EIO: 5 })
  }),

  dialogue('5', 'a transport that is not enabled is refused', async (talk) => {
    await talk.poll('ann')
    await talk.refused('bob', { query: { transport: 'pigeon' } })
    await talk.refused('eve', { query: { sid: 'of-nobody-at-all----' } })
    await talk.poll('eve', { transport: 'websocket' })
  }),

  dialogue('6', 'there is no namespace but "/"', async (talk) => {
    for (const EIO of [3, 4]) {
      const ann = await talk.connect(`ann${EIO}`, { EIO })
      ann.say('40/other,')
      assert.match(await ann.hear(), /^44\/other,/)
    }
  }),

  dialogue(
    '7, 8',
    'only listed origins connect, to the letter',
    async (talk) => {
      const ann = await talk.connect('ann', { headers: friend })
      await ann.ask('get', '/text')
      for (const Origin of [
        'http://friend.example',
        'https://friend.example:1337',
        'http://FRIEND.example:1337',
        'null',
      ]) {
        await talk.refused('eve', { headers: { Origin } })
      }
      await talk.refused('nobody')
    },
    { on: 'origins' },
  ),

  dialogue(
    '8',
    'with the switch, clients without an origin connect',
    async (talk) => {
      await talk.refused('nobody')
      await talk.refused('eve', { headers: { Origin: 'http://eve.example' } })
    },
    { on: 'missingOrigin' },
  ),

  dialogue(
    '9',
    'the origin is looked at before the transport',
    async (talk) => {
      await talk.refused('eve', {
        query: { transport: 'pigeon' },
        headers: { Origin: 'http://eve.example' },
      })
      await talk.poll('eve', {}, { headers: { Origin: 'http://eve.example' } })
      await talk.poll('ann', {}, { headers: friend })
    },
    { on: 'origins' },
  ),

  dialogue('10', 'origins that no browser can have fail the lift', async (talk) => {
    const allowing = (...origins) => ({ 'sockets.onlyAllowOrigins': origins })

    await talk.lift(
      { 'sockets.onlyAllowOrigins': FRIEND },
      allowing(''),
      allowing('friend.example'),
      allowing('http://friend.example:80'),
      allowing('https://friend.example:443'),
      allowing('http://friend.example/'),
      allowing('http://friend.example/path'),
      allowing('http://friend.example?query'),
      allowing(FRIEND, 'ftp://friend.example'),
      allowing(FRIEND, 'file://'),
    )
  }),

  dialogue('11', 'in production it must be said who may connect', async (talk) => {
    await talk.lift(
      { environment: 'production' },
      { environment: 'production', 'sockets.onlyAllowOrigins': [FRIEND] },
    )
  }),

  dialogue(
    '12, 13',
    'beforeConnect refuses with a text, without one, and by throwing',
    async (talk) => {
      for (const query of [{ say: 'no', why: 'Who are you, ÄÖ?' }, { say: 'no' }, { say: 'throw' }]) {
        await talk.refused('eve', { query })
        await talk.poll('eve', query)
      }
    },
    { on: 'beforeConnect' },
  ),

  dialogue(
    '14',
    'beforeConnect is asked once for a connection that is upgraded',
    async (talk) => {
      const asked = async () => (await (await fetch(`${talk.url}/asked`)).json()).asked
      const before = await asked()
      const ann = talk.sail('ann', { transports: ['polling', 'websocket'] })

      await ann.connected()
      talk.note('beforeConnect', 'was asked', `${(await asked()) - before}`)
    },
    { on: 'beforeConnect' },
  ),

  dialogue(
    '15',
    'with beforeConnect, onlyAllowOrigins has no effect',
    async (talk) => {
      const eve = await talk.connect('eve', { headers: { Origin: 'http://eve.example' } })
      await eve.ask('get', '/text')
    },
    { on: 'beforeConnect' },
  ),

  dialogue('16', 'afterDisconnect gets the session, and what it changes is saved', async (talk) => {
    const { cookie } = await talk.login('ann')
    const ann = await talk.connect('ann', { headers: { cookie } })
    await ann.ask('put', '/session', { data: { name: 'Ann' } })
    await ann.ask('put', '/join', { data: { room: 'kitchen' } })
    await ann.leave()

    const bob = await talk.connect('bob')

    assert.deepEqual((await talk.gone(ann)).session, { name: 'Ann' })
    assert.deepEqual((await bob.ask('post', '/rooms', { data: { ids: [ann.id] } })).body, [null])
    await talk.http('ann', 'GET', '/session', { cookie })
  }),

  dialogue('17', 'afterDisconnect gets nothing for a socket without a session', async (talk) => {
    const ann = await talk.connect('ann', { headers: { nosession: 'true' } })
    await ann.leave()

    assert.deepEqual((await talk.gone(ann)).session, {})
  }),
]
