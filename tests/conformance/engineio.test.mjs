// The cases of the published Engine.IO protocol suites, for revisions 4 and 3, in our own words: each
// over plain HTTP and WebSocket, without a client library.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { startApp } from '../integration/support/server.mjs'
import { Wire, dial, refusal } from '../integration/support/wire.mjs'

const path = '/engine.io/'
const PING_INTERVAL = 25_000
const PING_TIMEOUT = 20_000

/** The server as the published suites start it. */
const startAs = (t, ...args) => startApp(t, 'conformance-engineio', { folder: 'tests/conformance', args })

/** ... but that it waits longer for its clients: a busy machine must not make them go. */
const start = (t, { interval = PING_INTERVAL, timeout = PING_TIMEOUT } = {}) =>
  startAs(t, '--ping-interval', `${interval}`, '--ping-timeout', `${timeout}`)

const startPinging = (t) => start(t, { interval: 300, timeout: 4000 })

/** What differs between the revisions: how packets become a polling body, and binary a frame. */
const revisions = {
  4: {
    encode: (...packets) => packets.join('\x1e'),
    decode: (body) => body.split('\x1e'),
    base64: (bytes) => `b${bytes.toString('base64')}`,
    frame: (bytes) => bytes,
  },
  3: {
    encode: (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join(''),
    decode(body) {
      const packets = []
      while (body.length > 0) {
        const colon = body.indexOf(':')
        const end = colon + 1 + Number(body.slice(0, colon))
        packets.push(body.slice(colon + 1, end))
        body = body.slice(end)
      }
      return packets
    },
    base64: (bytes) => `b4${bytes.toString('base64')}`,
    frame: (bytes) => Buffer.concat([Buffer.from([4]), bytes]),
  },
}

/** A polling client of either revision. */
class Poller {
  constructor(app, EIO, params = {}) {
    this.app = app
    this.codec = revisions[EIO]
    this.params = { EIO, transport: 'polling', ...params }
  }

  request(options, params = {}) {
    const query = new URLSearchParams({ ...this.params, ...params })
    return fetch(`${this.app.url}${path}?${query}`, options)
  }

  async open() {
    this.response = await this.request()
    assert.equal(this.response.status, 200)
    const [packet] = this.codec.decode(await this.response.text())
    assert.equal(packet[0], '0')
    this.handshake = JSON.parse(packet.slice(1))
    this.params.sid = this.handshake.sid
    return this
  }

  /** The status of a poll and its packets. */
  async poll() {
    const response = await this.request()
    const body = await response.text()
    return { status: response.status, packets: response.ok ? this.codec.decode(body) : [], body }
  }

  async post(body, headers = {}) {
    const response = await this.request({ method: 'POST', body, headers })
    return { status: response.status, body: await response.text() }
  }

  send(...packets) {
    return this.post(this.codec.encode(...packets))
  }

  /** A WebSocket with this session's id, opened. */
  async probe() {
    const { EIO, sid } = this.params
    const query = new URLSearchParams({ EIO, transport: 'websocket', sid })
    const wire = new Wire(new WebSocket(`${this.app.url.replace('http', 'ws')}${path}?${query}`))
    this.app.onEnd(() => wire.close())
    await once(wire.socket, 'open')
    return wire
  }

  async upgrade() {
    const wire = await this.probe()
    wire.send('2probe')
    assert.equal(await wire.next(), '3probe')
    wire.send('5')
    return wire
  }
}

const dialEngine = (app, EIO) => dial(app, { EIO }, { path })

for (const EIO of ['4', '3']) {
  const codec = revisions[EIO]
  const it = (name, run) =>
    test(`revision ${EIO}: ${name}`, async (t) => {
      const app = await start(t)
      await run(app, (params) => new Poller(app, EIO, params).open())
    })

  const keys = ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades']

  // ---- handshake ----

  it('polling opens a session', async (app, open) => {
    const { handshake, response } = await open()

    assert.deepEqual(Object.keys(handshake).sort(), keys)
    assert.match(handshake.sid, /^[\w-]{20}$/)
    assert.deepEqual(handshake.upgrades, ['websocket'])
    assert.equal(handshake.pingInterval, PING_INTERVAL)
    assert.equal(handshake.pingTimeout, PING_TIMEOUT)
    assert.equal(handshake.maxPayload, 1000000)
    assert.match(response.headers.get('content-type'), /^text\/plain/)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
  })

  it('a WebSocket opens a session', async (app) => {
    const { open } = await dialEngine(app, EIO)

    assert.deepEqual(Object.keys(open).sort(), keys)
    assert.match(open.sid, /^[\w-]{20}$/)
    assert.deepEqual(open.upgrades, [])
    assert.equal(open.pingInterval, PING_INTERVAL)
    assert.equal(open.pingTimeout, PING_TIMEOUT)
    assert.equal(open.maxPayload, 1000000)
  })

  it('a handshake without a transport, or with an unknown one, is refused', async (app) => {
    for (const params of [{ EIO }, { EIO, transport: 'abc' }]) {
      const response = await fetch(`${app.url}${path}?${new URLSearchParams(params)}`)
      assert.equal(response.status, 400)
      assert.deepEqual(await response.json(), { code: 0, message: 'Transport unknown' })
    }
    assert.equal((await refusal(app, { EIO, transport: 'abc' }, { path })).status, 400)
  })

  it('only GET opens a session', async (app) => {
    const query = new URLSearchParams({ EIO, transport: 'polling' })

    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await fetch(`${app.url}${path}?${query}`, { method })
      assert.equal(response.status, 400)
      assert.deepEqual(await response.json(), { code: 2, message: 'Bad handshake method' })
    }
  })

  it('an unknown session is refused over both transports', async (app) => {
    const sid = 'AAAAAAAAAAAAAAAAAAAA'
    const { status, body } = await new Poller(app, EIO, { sid }).poll()

    assert.equal(status, 400)
    assert.deepEqual(JSON.parse(body), { code: 1, message: 'Session ID unknown' })
    assert.equal((await refusal(app, { EIO, sid }, { path })).body, 'Session ID unknown')
  })

  // ---- messages ----

  it('polling carries text up and down', async (app, open) => {
    const client = await open()

    assert.deepEqual(await client.send('4hello'), { status: 200, body: 'ok' })
    assert.deepEqual((await client.poll()).packets, ['4hello'])
    await client.send('4test1', '4test2', '4test3')
    assert.deepEqual((await client.poll()).packets, ['4test1', '4test2', '4test3'])
    await client.send('4€', '4😀é')
    assert.deepEqual((await client.poll()).packets, ['4€', '4😀é'])
  })

  it('polling carries base64 up and down', async (app, open) => {
    const client = await open({ b64: '1' })
    const packets = ['4hello', codec.base64(Buffer.from([1, 2, 3, 4]))]

    await client.send(...packets)
    assert.deepEqual((await client.poll()).packets, packets)
  })

  it('a poll waits for a message', async (app, open) => {
    const client = await open()
    const polled = client.poll()

    await client.send('4late')
    assert.deepEqual((await polled).packets, ['4late'])
  })

  it('a body that is no payload closes the session', async (app, open) => {
    for (const body of ['abc', '', EIO === '4' ? '4a\x1e' : '2:4a9', EIO === '4' ? '9' : '1:9']) {
      const client = await open()
      assert.equal((await client.post(body)).status, 400)
      assert.equal((await client.poll()).status, 400)
    }
  })

  it('a second poll or POST of one session closes it', async (app, open) => {
    const client = await open()
    const answers = await Promise.all([client.poll(), client.poll()])

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400])
    assert.deepEqual(answers.find(({ status }) => status === 200).packets, ['1'])
    assert.equal((await client.poll()).status, 400)
  })

  it('a body of the limit is taken, and one byte more is not', async (app, open) => {
    const client = await open()
    const length = EIO === '4' ? 1000000 : 1000000 - '999993:'.length
    const packet = `4${'a'.repeat(length - 1)}`

    assert.equal((await client.send(`${packet}a`)).status, 413)
    assert.equal((await client.send(packet)).status, 200)
    assert.equal((await client.poll()).packets[0].length, length)
  })

  it('a WebSocket carries text and binary up and down', async (app) => {
    const wire = await dialEngine(app, EIO)
    const binary = codec.frame(Buffer.from([1, 2, 3, 4]))

    wire.send('4hello', binary, '4€😀')
    assert.equal(await wire.nextPacket(), '4hello')
    assert.deepEqual(await wire.nextPacket(), binary)
    assert.equal(await wire.nextPacket(), '4€😀')
  })

  it('a WebSocket that says nonsense is closed', async (app) => {
    for (const nonsense of ['abc', '', '9']) {
      const wire = await dialEngine(app, EIO)
      wire.send(nonsense)
      assert.equal(await wire.end(), 1005)
    }
  })

  it('a WebSocket message over the limit is refused', async (app) => {
    const wire = await dialEngine(app, EIO)

    wire.send(`4${'a'.repeat(1000000)}`)
    assert.equal(await wire.end(), 1009)
  })

  // ---- closing ----

  it('polling closes by packet', async (app, open) => {
    const client = await open()
    const polled = client.poll()

    // The poll must be there first; what was sent before it on the same path shows that it is.
    await client.request({ method: 'PUT' })
    assert.deepEqual(await client.send('1'), { status: 200, body: 'ok' })
    assert.deepEqual((await polled).packets, ['6'])
    assert.equal((await client.poll()).status, 400)
  })

  it('a WebSocket closes by packet', async (app) => {
    const wire = await dialEngine(app, EIO)

    wire.send('1')
    assert.equal(await wire.end(), 1005)
  })

  it('a poll that is aborted closes the session', async (app, open) => {
    const client = await open()
    const controller = new AbortController()
    const polled = client.request({ signal: controller.signal }).catch((error) => error.name)

    await client.request({ method: 'PUT' })
    controller.abort()
    assert.equal(await polled, 'AbortError')
    while ((await client.request({ method: 'PUT' })).status !== 400) {
      // The server hears of it when it hears of it.
    }
    assert.equal((await client.poll()).status, 400)
  })

  // ---- upgrade ----

  it('polling upgrades to a WebSocket', async (app, open) => {
    const client = await open()
    const wire = await client.upgrade()

    wire.send('4hello')
    assert.equal(await wire.nextPacket(), '4hello')
  })

  it('a pending poll is released by the probe', async (app, open) => {
    const client = await open()
    const polled = client.poll()
    const wire = await client.probe()

    wire.send('2probe')
    assert.equal(await wire.next(), '3probe')
    assert.deepEqual((await polled).packets, ['6'])
  })

  it('what was not fetched by polling comes over the WebSocket', async (app, open) => {
    const client = await open()

    await client.send('4one', '4two')
    const wire = await client.upgrade()
    wire.send('4three')
    for (const packet of ['4one', '4two', '4three']) {
      assert.equal(await wire.nextPacket(), packet)
    }
  })

  it('polling is over after the upgrade', async (app, open) => {
    const client = await open()
    const wire = await client.upgrade()

    wire.send('4there')
    assert.equal(await wire.nextPacket(), '4there')
    assert.equal((await client.poll()).status, 400)
    assert.equal((await client.send('4hello')).status, 400)
    wire.send('4still')
    assert.equal(await wire.nextPacket(), '4still')
  })

  it('a second WebSocket of one session is closed', async (app, open) => {
    const client = await open()
    const wire = await client.upgrade()
    const second = await client.probe()

    assert.equal(await second.end(), 1005)
    wire.send('4hello')
    assert.equal(await wire.nextPacket(), '4hello')
  })

  it('a probe that fails leaves the session usable', async (app, open) => {
    const client = await open()
    const wire = await client.probe()

    wire.send('4hello')
    assert.equal(await wire.end(), 1005)
    await client.send('4hello')
    assert.deepEqual((await client.poll()).packets, ['4hello'])
  })
}

// ---- heartbeat: where the revisions differ ----

test('the times of the published suites are its own', async (t) => {
  const { handshake } = await new Poller(await startAs(t), '4').open()

  assert.deepEqual([handshake.pingInterval, handshake.pingTimeout], [300, 200])
})

test('revision 4: the server pings over polling, and closes without a pong', async (t) => {
  const client = await new Poller(await startPinging(t), '4').open()

  for (let i = 0; i < 3; i++) {
    assert.deepEqual((await client.poll()).packets, ['2'])
    await client.send('3')
  }
  assert.deepEqual((await client.poll()).packets, ['2'])
  assert.deepEqual((await client.poll()).packets, ['1'])
  assert.equal((await client.poll()).status, 400)
})

test('revision 4: the server pings over a WebSocket, and closes without a pong', async (t) => {
  const wire = await dialEngine(await startPinging(t), '4')

  for (let i = 0; i < 3; i++) {
    assert.equal(await wire.next(), '2')
    wire.send('3')
  }
  assert.equal(await wire.next(), '2')
  assert.equal((await wire.closed).code, 1005)
})

test('revision 4: a ping of the client closes the session', async (t) => {
  const app = await start(t)
  const client = await new Poller(app, '4').open()
  const wire = await dialEngine(app, '4')

  assert.equal((await client.send('2')).status, 200)
  assert.equal((await client.poll()).status, 400)
  wire.send('2')
  assert.equal((await wire.closed).code, 1005)
})

test('revision 3: pings are answered, and without them the session is closed', async (t) => {
  const app = await startPinging(t)
  const client = await new Poller(app, '3').open()
  const wire = await dialEngine(app, '3')

  for (let i = 0; i < 3; i++) {
    await client.send('2')
    assert.deepEqual((await client.poll()).packets, ['3'])
    wire.send('2')
    assert.equal(await wire.next(), '3')
  }
  assert.deepEqual((await client.poll()).packets, ['1'])
  assert.equal((await wire.closed).code, 1005)
})

test('revision 3: a binary payload is answered by a binary payload', async (t) => {
  const client = await new Poller(await start(t), '3').open()
  const body = Buffer.concat([
    Buffer.from([0, 6, 255]),
    Buffer.from('4hello'),
    Buffer.from([1, 5, 255, 4, 1, 2, 3, 4]),
  ])

  assert.equal((await client.post(body, { 'content-type': 'application/octet-stream' })).status, 200)
  const response = await client.request()
  assert.equal(response.headers.get('content-type'), 'application/octet-stream')
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), body)
})

test('revision 4: a binary payload closes the session', async (t) => {
  const client = await new Poller(await start(t), '4').open()

  assert.equal((await client.post('4a', { 'content-type': 'application/octet-stream' })).status, 400)
  assert.equal((await client.poll()).status, 400)
})

test('preflights are answered', async (t) => {
  const app = await start(t)
  const response = await fetch(`${app.url}${path}?EIO=4&transport=polling`, { method: 'OPTIONS' })

  assert.equal(response.status, 204)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
})

test('a handshake must name one of the two revisions', async (t) => {
  const app = await start(t)

  for (const revision of ['', '&EIO=5', '&EIO=abc', '&EIO=']) {
    const response = await fetch(`${app.url}${path}?transport=polling${revision}`)
    assert.equal(response.status, 400)
    assert.deepEqual(await response.json(), { code: 5, message: 'Unsupported protocol version' })
  }
})
