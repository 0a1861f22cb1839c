// sails-sockets 77 to 80: the unmodified sails.io.js 1.2.1 with socket.io-client 2.
import assert from 'node:assert/strict'
import { dialogue } from '../support/dialogue.mjs'

function everyMethod(transports, on) {
  return dialogue(
    transports.length > 1 ? '78' : '77',
    `every method of the client works (${transports.join(' to ')})`,
    async (talk) => {
      const ann = talk.sail('ann', { transports, headers: { 'x-global': 'g' } })
      await ann.connected()
      ann.on('said', 'disconnect')

      for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        const { body } = await ann.call(method, '/show?a=1', { b: [2] })
        assert.equal(body.method, method.toUpperCase())
        await ann.call(method, '/by-default')
      }
      const data = { names: ['x-global', 'x-own'] }
      await ann.call('request', { method: 'post', url: '/headers', data, headers: { 'x-own': 'o' } })
      await ann.call('request', { method: 'HEAD', url: '/verb' })
      await ann.call('request', { url: '/nope' })
      await ann.call('request', { url: '/show', params: { a: 1 } })
      await ann.call('get', '/throw')
      await ann.call('get', '/binary')

      const said = ann.once('said')
      await ann.call('put', '/join', { room: 'kitchen' })
      await ann.call('post', '/broadcast', { rooms: ['kitchen'], event: 'said', data: { a: 1 } })
      await said

      const gone = ann.once('disconnect')
      ann.socket.disconnect()
      await gone
      ann.socket.reconnect()
      await ann.connected()
      await ann.call('get', '/id')
    },
    { on },
  )
}

export const client = [
  everyMethod(['websocket'], 'default'),
  everyMethod(['polling', 'websocket'], 'polling'),

  dialogue('79', 'what is asked before the connection is answered in order', async (talk) => {
    const ann = talk.sail('ann')
    const connected = ann.connected()

    await Promise.all([1, 2, 3, 4, 5].map((data) => ann.call('post', '/json', { data: [data] })))
    await connected
  }),

  dialogue('77', 'the client shows that its version is too old', async (talk) => {
    const initialConnectionHeaders = { __sails_io_sdk_version: '0.9.0' }
    const ann = talk.sail('ann', { initialConnectionHeaders })

    await ann.connected()
    await ann.call('get', '/text')
  }),

  dialogue(
    '80',
    'when the connection drops, pending requests fail and later ones wait',
    async (talk) => {
      const ann = talk.sail('ann', { reconnection: true, reconnectionDelay: 20 })

      await ann.connected()
      ann.on('disconnect')
      const pending = ann.call('get', '/wait')
      await ann.call('get', '/text')
      const gone = ann.once('disconnect')
      const back = ann.once('reconnect')
      const restarted = talk.server.crash()
      await pending
      await gone
      const queued = ann.call('get', '/text')
      await restarted
      await back
      assert.equal((await queued).body, 'ok!')
    },
    { alone: true },
  ),
]
