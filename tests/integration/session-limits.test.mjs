// How many sessions there may be: polling ones need no connection, so that limits of those do not help.
import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import { startApp } from './support/server.mjs'
import { join, refusal } from './support/wire.mjs'

/** All over one connection, one after the other. */
class OneConnection {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

  constructor(app) {
    this.app = app
    app.onEnd(() => this.#agent.destroy())
  }

  request(method, query, { headers, body } = {}) {
    const url = `${this.app.url}/socket.io/?EIO=4&transport=polling${query}`
    return new Promise((resolve, reject) => {
      const sent = http.request(url, { method, agent: this.#agent, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (piece) => (text += piece))
        answer.on('end', () => resolve({ status: answer.statusCode, body: text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  /** A session's id, or the status that refused it. */
  async open(headers) {
    const { status, body } = await this.request('GET', '', { headers })
    return status === 200 ? JSON.parse(body.slice(1)).sid : status
  }

  join(sid) {
    return this.request('POST', `&sid=${sid}`, { body: '40' })
  }
}

test('sessions that have joined nothing make room for others', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.maxSessions', '3'] })
  const one = new OneConnection(app)
  const first = await one.open()
  const second = await one.open()
  const wire = await join(app)

  const third = await one.open()
  assert.equal((await one.join(first)).status, 400) // it has gone
  assert.equal((await one.join(second)).status, 200)
  assert.equal((await one.join(third)).status, 200)
  // Nobody is left who could go.
  assert.equal(await one.open(), 503)
  assert.equal((await refusal(app)).status, 503)
  wire.close()
  await wire.closed
  for (let sid = 503; sid === 503; ) {
    sid = await one.open() // as soon as the server has noticed
  }
})

test('an address has a limit of its own', async (t) => {
  const args = ['--security.limits.sessionsPerAddress', '2', '--http.trustProxy', 'true']
  const app = await startApp(t, 'io', { args })
  const one = new OneConnection(app)
  const from = (address) => ({ 'X-Forwarded-For': address })
  const ann = [await one.open(from('2001:db8::1')), await one.open(from('2001:db8::2'))]
  const bob = await one.open(from('192.0.2.1'))

  await one.join(ann[0])
  const third = await one.open(from('2001:db8::3')) // one network is one client
  assert.equal((await one.join(ann[1])).status, 400)
  assert.equal((await one.join(bob)).status, 200)
  await one.join(third)
  assert.equal(await one.open(from('2001:db8::4')), 429)
  assert.equal((await refusal(app, {}, { headers: from('2001:db8::4') })).status, 429)
  assert.equal((await one.open(from('2001:db8:0:1::1'))).length, 20)
})

// 20,000 of them with a header of 15 KB each were 300 MB, over one connection.
test('sessions over one connection are bounded, and others are served meanwhile', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.maxHalfOpenSessions', '100'] })
  const one = new OneConnection(app)
  const other = await join(app)
  const sids = []
  const headers = { 'X-Large': 'x'.repeat(15_000) }

  await other.nextPacket()
  for (let i = 0; i < 500; i++) {
    sids.push(await one.open(headers))
  }
  other.send('421["sync"]')
  assert.equal(await other.nextPacket(), '431[]')
  const alive = []
  for (const sid of sids) {
    alive.push((await one.join(sid)).status === 200)
  }
  assert.equal(alive.filter(Boolean).length, 100)
  assert.equal(alive.indexOf(true), 400)
})
