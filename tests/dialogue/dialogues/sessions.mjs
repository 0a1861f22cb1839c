// sails-sockets 48 to 55: sessions over sockets.
import assert from 'node:assert/strict'
import { dialogue } from '../support/dialogue.mjs'

/** Signed by Sails in Node with the secret of the dialogues, and one that nobody has signed. */
const unknown = (talk) => `sails.sid=s%3A${'A'.repeat(32)}.${talk.signature('A'.repeat(32))}`
const forged = `sails.sid=s%3A${'B'.repeat(32)}.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU`

export const sessions = [
  dialogue('48, 49', 'two sockets and HTTP share the session of a cookie', async (talk) => {
    const { cookie } = await talk.login('http')
    const ann = await talk.connect('ann', { headers: { cookie } })
    const too = await talk.connect('too', { headers: { cookie: `other=1; ${cookie}` } })
    const eve = await talk.connect('eve')

    await talk.http('http', 'PUT', '/session', { cookie, data: { by: 'http' } })
    await ann.ask('put', '/session', { data: { ann: 1 } })
    assert.deepEqual((await too.ask('get', '/session')).body, { by: 'http', ann: 1 })
    await talk.http('http', 'GET', '/session', { cookie })
    assert.deepEqual((await eve.ask('get', '/session')).body, {})
  }),

  dialogue('48', 'the signature is the one that the specification shows', async (talk) => {
    const { cookie } = await talk.login('http')
    const [, sid, signature] = /s%3A([\w-]{32})\.(.+)$/.exec(cookie)

    assert.equal(decodeURIComponent(signature), decodeURIComponent(talk.signature(sid)))
  }),

  dialogue('50', 'a socket without a cookie keeps a session of its own', async (talk) => {
    const ann = await talk.connect('ann')
    const bob = await talk.connect('bob', { EIO: 3 })

    await ann.ask('put', '/session', { data: { name: 'Ann' } })
    assert.deepEqual((await ann.ask('get', '/session')).body, { name: 'Ann' })
    assert.deepEqual((await bob.ask('get', '/session')).body, {})
  }),

  dialogue('51', 'a socket with a cookie of no session keeps a throw-away one', async (talk) => {
    for (const cookie of [forged, unknown(talk), 'other=1']) {
      const ann = await talk.connect('ann', { headers: { cookie } })
      await ann.ask('put', '/session', { data: { name: 'Ann' } })
      await ann.ask('get', '/session')
    }
  }),

  dialogue('52', 'nosession takes the session away', async (talk) => {
    const header = await talk.connect('header', { headers: { nosession: 'false' } })
    const query = await talk.connect('query', { query: { nosession: 'yes' } })
    const ann = await talk.connect('ann')

    assert.equal((await header.ask('get', '/session')).body, null)
    await query.ask('get', '/session')
    assert.equal((await ann.ask('get', '/session', { headers: { nosession: 1 } })).body, null)
    assert.deepEqual((await ann.ask('get', '/session')).body, {})
    await ann.ask('get', '/picture.png')
  }),

  dialogue('53', 'the session is stored before the ack is sent', async (talk) => {
    const { cookie } = await talk.login('ann')
    const ann = await talk.connect('ann', { headers: { cookie } })
    const bob = await talk.connect('bob', { headers: { cookie } })

    for (let i = 0; i < 5; i++) {
      await ann.ask('put', '/session', { data: { i } })
      assert.deepEqual((await bob.ask('get', '/session')).body, { i })
    }
  }),

  dialogue('54', 'a socket follows the session that a request regenerates', async (talk) => {
    const ann = await talk.connect('ann')

    await ann.ask('put', '/session', { data: { name: 'Ann' } })
    await ann.ask('post', '/session/regenerate')
    await ann.ask('get', '/session')
  }),

  dialogue('54', 'a socket whose session was destroyed goes on with a new one', async (talk) => {
    const ann = await talk.connect('ann')

    await ann.ask('put', '/session', { data: { name: 'Ann' } })
    await ann.ask('delete', '/session')
    assert.deepEqual((await ann.ask('get', '/session')).body, {})
    await ann.ask('put', '/session', { data: { name: 'Bob' } })
    await ann.ask('get', '/session')
  }),

  dialogue('55', '/__getcookie is a script that brings a session', async (talk) => {
    const { cookie, answer } = await talk.login('page', '/__getcookie')

    assert.equal(answer.body, '_sailsIoJSConnect();')
    await talk.http('page', 'GET', '/__getcookie', { cookie })
    await talk.http('page', 'POST', '/__getcookie')
    const ann = await talk.connect('ann')
    await ann.ask('get', '/__getcookie')
  }),

  dialogue(
    '55',
    '/__getcookie can be switched off',
    async (talk) => {
      await talk.http('page', 'GET', '/__getcookie')
    },
    { on: 'csrf' },
  ),
]
