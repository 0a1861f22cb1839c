// The Socket.IO server at the level of packets: what no client sends, and what clients never show.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'
import { Polling, dial, join } from './support/wire.mjs'

const revisions = [
  ['protocol 5', {}],
  ['protocol 4', { EIO: '3' }],
]

/** Joined to "/", the server's "hello" read. */
async function joined(app, params, nsp = '/') {
  const wire = await join(app, nsp, params)
  await wire.nextPacket()
  if (params.EIO === '3' && nsp !== '/') {
    await wire.nextPacket()
  }
  return wire
}

const placeholder = (num) => JSON.stringify({ _placeholder: true, num })

// ---- packets that end the connection ----

const fatal = [
  ['nothing in a message', ['4']],
  ['a letter for a type', ['4abc']],
  ['type 7', ['47']],
  ['type 9', ['49["x"]']],
  ['an event that is an object', ['42{}']],
  ['an event without a name', ['42[]']],
  ['an event named null', ['42[null]']],
  ['an event that is a text', ['42"s"']],
  ['JSON cut off', ['42["a"']],
  ['JSON with something behind it', ['42["a"]x']],
  ['the reserved name connect', ['42["connect"]']],
  ['the reserved name connect_error', ['42["connect_error"]']],
  ['the reserved name disconnect', ['42["disconnect"]']],
  ['the reserved name disconnecting', ['42["disconnecting"]']],
  ['the reserved name newListener', ['42["newListener"]']],
  ['the reserved name removeListener', ['42["removeListener"]']],
  ['a reserved name with binary', [`451-["connect",${placeholder(0)}]`, Buffer.from('x')]],
  ['letters before the array', ['42abc["a"]']],
  ['a negative ack id', ['42-1["a"]']],
  ['a fraction as ack id', ['421.5["a"]']],
  ['letters behind the ack id', ['4212abc']],
  ['a blank before the ack id', ['42 1["a"]']],
  ['an ack id above 2^53', ['4218446744073709551616["a"]']],
  ['a namespace without a comma', ['42/["x"]']],
  ['an event for a namespace not joined', ['42/zzz,["x"]']],
  ['an event for a defined namespace not joined', ['42/dyn-1,["x"]']],
  ['a second CONNECT', ['40']],
  ['a second CONNECT with auth', ['40{}']],
  ['a second CONNECT with a comma', ['40/,']],
  ['CONNECT with a list', ['40[]']],
  ['CONNECT with a text', ['40"x"']],
  ['CONNECT with null', ['40null']],
  ['CONNECT with JSON cut off', ['40{']],
  ['CONNECT_ERROR from a client', ['44"x"']],
  ['CONNECT_ERROR with an object', ['44{"message":"x"}']],
  ['an ack that is an object', ['430{}']],
  ['an ack that is a text', ['430"x"']],
  ['DISCONNECT with an object', ['41{}']],
  ['DISCONNECT with a list', ['41["x"]']],
  ['an event behind DISCONNECT', ['41', '42["x"]']],
  ['DISCONNECT for a namespace not joined', ['41/dyn-1,']],
  ['binary without a header', [Buffer.from([1, 2])]],
  ['no attachments in a binary event', ['450-["x"]']],
  ['a count without its dash', ['45-["x"]']],
  ['a binary event without a count', ['45["x"]']],
  ['eleven attachments', ['4511-["x"]']],
  ['a count in letters', ['45abc-["x"]']],
  ['a count with an exponent', ['451e0-["x"]']],
  ['text where an attachment is due', [`451-["x",${placeholder(0)}]`, '42["y"]']],
  ['a placeholder out of range', [`451-["x",${placeholder(1)}]`, Buffer.from('x')]],
  ['a negative placeholder', [`451-["x",${placeholder(-1)}]`, Buffer.from('x')]],
  ['a placeholder that is a fraction', [`451-["x",${placeholder(0.5)}]`, Buffer.from('x')]],
  ['a placeholder that is a text', [`451-["x",${placeholder('0')}]`, Buffer.from('x')]],
]

// ---- packets that do no harm: what they are answered by ----

const harmless = [
  ['an event without payload', ['42'], []],
  ['an ack id without payload', ['4212'], []],
  ['a number as name', ['42[1,"a"]'], []],
  ['an empty name', ['42[""]'], []],
  ['the name error', ['42["error"]'], []],
  ['leading zeros of an ack id', ['42007["ack","x"]'], ['437["x"]']],
  ['"/" by its name', ['42/,["echo",1]'], ['42["echo",1]']],
  ['an answer that nobody asked for', ['43999[]'], []],
  ['an answer without id', ['43[1]'], []],
  ['an answer without payload', ['430'], []],
  ['the largest ack id', ['429007199254740991["ack"]'], ['439007199254740991[]']],
  [
    'a placeholder that is none',
    ['42["echo",{"_placeholder":"yes","num":0}]'],
    ['42["echo",{"_placeholder":"yes","num":0}]'],
  ],
  [
    'a placeholder in an event without attachments',
    [`42["echo",${placeholder(0)}]`],
    [`42["echo",${placeholder(0)}]`],
  ],
  [
    'an attachment that nothing refers to',
    ['451-1["ack","x"]', Buffer.from('y')],
    ['431["x"]'],
  ],
]

/** Frames of revision 3 carry the type of the message before binary. */
const framed = (message, { EIO }) =>
  Buffer.isBuffer(message) && EIO === '3' ? Buffer.concat([Buffer.from([4]), message]) : message

for (const [revision, params] of revisions) {
  // socket-io 10, socket-io 14, socket-io 18, socket-io 19
  test(`packets that end the connection (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const watcher = await joined(app, {})
    watcher.send('420["join","watchers"]')
    await watcher.nextPacket()

    for (const [what, packets] of fatal) {
      await t.test(what, async () => {
        const wire = await joined(app, params)
        const id = params.EIO === '3' ? wire.open.sid : wire.sid

        wire.send(...packets.map((packet) => framed(packet, params)))
        assert.equal(await wire.end(), 1005)
        const [, , reason] = JSON.parse((await watcher.nextPacket()).slice(2))
        const expected = packets[0] === '41' ? 'client namespace disconnect' : 'forced close'
        assert.equal(reason, expected)
        assert.deepEqual(JSON.parse((await watcher.nextPacket()).slice(2)), ['gone', id, expected, []])
      })
    }
  })

  // socket-io 16
  test(`packets that do no harm (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const wire = await joined(app, params)

    for (const [what, packets, answers] of harmless) {
      wire.send(...packets.map((packet) => framed(packet, params)), '4277["sync"]')
      for (const answer of [...answers, '4377[]']) {
        assert.equal(await wire.nextPacket(), answer, what)
      }
    }
  })

  // socket-io 1, socket-io 15
  test(`events and acks of a namespace carry its name (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const wire = await joined(app, params, '/dyn-1')

    wire.send('42/dyn-1,13["ack","bar"]')
    assert.equal(await wire.nextPacket(), '43/dyn-1,13["bar"]')
    wire.send('42/dyn-1,["echo",{}]')
    assert.equal(await wire.nextPacket(), '42/dyn-1,["echo",{}]')
    wire.send('42/dyn-1,["kick",false]')
    assert.equal(await wire.nextPacket(), '41/dyn-1,')
  })

  // socket-io 12, socket-io 13
  test(`binary is numbered in depth-first order (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const wire = await joined(app, params)
    const header = `453-5["ack",{"a":[${placeholder(1)},{"b":${placeholder(0)}}]},${placeholder(2)}]`

    wire.send(header, ...['A', 'B', 'C'].map((text) => framed(Buffer.from(text), params)))
    assert.equal(
      await wire.nextPacket(),
      `463-5[{"a":[${placeholder(0)},{"b":${placeholder(1)}}]},${placeholder(2)}]`,
    )
    for (const text of ['B', 'A', 'C']) {
      assert.deepEqual(await wire.nextPacket(), framed(Buffer.from(text), params))
    }
  })

  // socket-io 34
  test(`ack ids are counted by namespace, from 0 (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const [first, second] = [await joined(app, params), await joined(app, params)]

    first.send('42["ask",0]')
    assert.equal(await first.nextPacket(), '420["question"]')
    second.send('42["ask",0]')
    assert.equal(await second.nextPacket(), '421["question"]')
    const other = await joined(app, params, '/dyn-1')
    other.send('42/dyn-1,["ask",0]')
    assert.equal(await other.nextPacket(), '42/dyn-1,0["question"]')
  })

  // socket-io 21
  test(`a closed connection says 41 for each namespace first (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const wire = await joined(app, params)
    wire.send('40/dyn-1,')
    await wire.nextPacket()
    await wire.nextPacket()

    wire.send('42["kick",true]')
    const last = [await wire.nextPacket(), await wire.nextPacket()]
    assert.deepEqual(last.sort(), ['41', '41/dyn-1,'])
    assert.equal(await wire.end(), 1005)
  })

  // socket-io 22
  test(`a shutdown says nothing but the close (${revision})`, async (t) => {
    const app = await startApp(t, 'io')
    const wire = await joined(app, params)

    const stopped = app.stop()
    await wire.end()
    await stopped
  })
}

// ---- CONNECT ----

// socket-io 2
test('protocol 5: the server waits for CONNECT', async (t) => {
  const args = ['--sockets.pingInterval=100']
  const wire = await dial(await startApp(t, 'io', { args }))

  // The first that comes is the heartbeat, long after a reply would have come.
  assert.equal(await wire.next(), '2')
  wire.send('3', '40')
  assert.match(await wire.nextPacket(), /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/)
})

// socket-io 5
test('protocol 4: the server connects "/" by itself', async (t) => {
  const wire = await dial(await startApp(t, 'io'), { EIO: '3' })

  assert.equal(await wire.nextPacket(), '40')
  assert.equal(await wire.nextPacket(), `42["hello","${wire.open.sid}",["${wire.open.sid}"]]`)
})

// socket-io 3, socket-io 9
test('protocol 5: refusals', async (t) => {
  const app = await startApp(t, 'io')
  const wire = await joined(app, {})
  const cases = [
    ['40/unknown', '44/unknown,{"message":"Invalid namespace"}'],
    ['40/dyn?x=1,', '44/dyn?x=1,{"message":"Invalid namespace"}'],
    ['40/admin,', '44/admin,{"message":"not authorized","data":{"code":7}}'],
    ['40/admin,{"token":"x"}', '44/admin,{"message":"not authorized","data":{"code":7}}'],
    ['40/never,', '44/never,{"message":"never"}'],
  ]

  for (const [packet, answer] of cases) {
    wire.send(packet)
    assert.equal(await wire.nextPacket(), answer)
  }
  wire.send('40/admin,{"token":"letmein"}')
  assert.match(await wire.nextPacket(), /^40\/admin,\{"sid":"[A-Za-z0-9_-]{20}"\}$/)
})

// socket-io 7, socket-io 8
test('protocol 4: refusals, and the query of a namespace', async (t) => {
  const app = await startApp(t, 'io')
  const wire = await joined(app, { EIO: '3' })
  const cases = [
    ['40/unknown', '44/unknown,{"message":"Invalid namespace"}'],
    ['40/admin,', '44/admin,{"code":7}'],
    ['40/admin?token=a&token=b,', '44/admin,{"code":7}'],
    ['40/never', '44/never,"never"'],
    ['40/admin?token=no&token=letmein&a=b+c%26,', '40/admin,'],
  ]

  for (const [packet, answer] of cases) {
    wire.send(packet)
    assert.equal(await wire.nextPacket(), answer)
  }
  const id = `/admin#${wire.open.sid}`
  assert.equal(await wire.nextPacket(), `42/admin,["hello","${id}",["${id}"]]`)
  wire.send('42/admin,1["whoami"]')
  const { auth } = JSON.parse((await wire.nextPacket()).slice('43/admin,1'.length))[0]
  assert.deepEqual(auth, { token: 'letmein', a: 'b c&' })
})

for (const [revision, params] of revisions) {
  // socket-io 11
  test(`a session that joins nothing is closed (${revision})`, async (t) => {
    const args = ['--sockets.connectTimeout=200']
    const app = await startApp(t, 'io', { args })
    const idle = await dial(app, params)
    const busy = await joined(app, params)

    if (params.EIO === '3') {
      assert.equal(await idle.nextPacket(), '40') // joined "/" by itself, and may stay
      await idle.nextPacket()
      busy.send('421["sync"]')
      assert.equal(await busy.nextPacket(), '431[]')
      return
    }
    assert.equal(await idle.end(), 1005)
    busy.send('421["sync"]')
    assert.equal(await busy.nextPacket(), '431[]')
  })
}

test('protocol 5: an event before CONNECT ends the connection', async (t) => {
  const wire = await dial(await startApp(t, 'io'))

  wire.send('42["echo",1]')
  assert.equal(await wire.end(), 1005)
})

test('packets are handled in the order of arrival, however they are cut', async (t) => {
  const app = await startApp(t, 'io')
  const polling = await new Polling(app).open()

  // All in one body: CONNECT, an event, DISCONNECT, CONNECT again.
  await polling.post('40\x1e421["ack","a"]\x1e41\x1e40\x1e422["ack","b"]')
  const packets = await polling.packets(6)
  const shapes = packets.map((packet) => packet.replace(/[A-Za-z0-9_-]{20}/g, 'ID'))
  const hello = '42["hello","ID",["ID"]]'
  const reply = '40{"sid":"ID"}'
  assert.deepEqual(shapes, [reply, hello, '431["a"]', reply, hello, '432["b"]'])
})

test('two CONNECT for one namespace make one socket', async (t) => {
  const app = await startApp(t, 'io')
  const wire = await dial(app)

  wire.send('40/late,', '40/late,', '40')
  const seen = []
  do {
    seen.push(await wire.nextPacket())
  } while (seen.at(-1) !== null && !seen.at(-1).startsWith('40{'))
  const replies = seen.filter((packet) => packet?.startsWith('40/late,'))
  assert.ok(replies.length <= 1, String(replies))
})

test('heartbeats may come between an event and its attachments', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.pingInterval=100'] })
  const wire = await joined(app, {})

  // socket-io 13
  wire.send(`451-["echo",${placeholder(0)}]`)
  assert.equal(await wire.next(), '2')
  wire.send('3', Buffer.from('x'))
  assert.equal(await wire.nextPacket(), `451-["echo",${placeholder(0)}]`)
  assert.deepEqual(await wire.nextPacket(), Buffer.from('x'))

  const older = await joined(app, { EIO: '3' })
  older.send(`451-["echo",${placeholder(0)}]`, '2', Buffer.from([4, 120]))
  assert.equal(await older.next(), '3')
  assert.equal(await older.nextPacket(), `451-["echo",${placeholder(0)}]`)
  assert.deepEqual(await older.nextPacket(), Buffer.from([4, 120]))
})

test('arguments that are nested too deep end the connection, not the server', async (t) => {
  const app = await startApp(t, 'io')
  const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth)
  const wire = await joined(app, {})

  wire.send(`42["echo",${nested(400)}]`)
  assert.equal(await wire.nextPacket(), `42["echo",${nested(400)}]`)
  wire.send(`42["echo",${nested(100_000)}]`)
  assert.equal(await wire.end(), 1009)
  await joined(app, {})
})

test('a message of too many values is refused as its transport does', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.maxValues', '1000'] })
  const list = (n) => `42["echo",[${'{},'.repeat(n - 4)}{}]]` // with the name and the lists
  const wire = await joined(app, {})
  const polling = await new Polling(app).open()

  wire.send(list(1000))
  assert.equal(await wire.nextPacket(), list(1000))
  wire.send(list(1001))
  assert.equal(await wire.end(), 1009)

  await polling.post('40')
  await polling.packets(2)
  assert.equal((await polling.post(list(1000))).status, 200)
  assert.deepEqual(await polling.packets(1), [list(1000)])
  assert.equal((await polling.post(list(1001))).status, 413)
  assert.equal((await polling.get()).body, '6\x1e1')
  await joined(app, {})
})

test('text comes back with its meaning', async (t) => {
  const wire = await joined(await startApp(t, 'io'), {})
  const cases = [
    ['"\\u0001\\u001f\\b\\f\\n\\r\\t\\"\\\\\\/"', '"\\u0001\\u001f\\b\\f\\n\\r\\t\\"\\\\/"'],
    ['"\\u2028\\u2029\\u00e9\\ud83d\\ude00"', '"\u2028\u2029é😀"'],
    ['[1.0,1e21,-0.5,1E3,100000000000000000000]', '[1,1e+21,-0.5,1000,100000000000000000000]'],
    ['{ "b" : 1 , "a" : [ ] }', '{"b":1,"a":[]}'],
  ]

  for (const [sent, received] of cases) {
    wire.send(`42["echo",${sent}]`)
    const answer = await wire.nextPacket()
    assert.deepEqual(JSON.parse(answer.slice(2)), ['echo', JSON.parse(received)])
  }
})

test('polling and websocket give the same packets', async (t) => {
  const app = await startApp(t, 'io')
  const polling = await new Polling(app).open()

  await polling.post('40')
  await polling.packets(2)
  await polling.post(`451-5["ack","é",${placeholder(0)}]\x1ebAQI=`)
  assert.deepEqual(await polling.packets(2), [`461-5["é",${placeholder(0)}]`, 'bAQI='])
  await polling.post('42["kick",true]')
  assert.deepEqual((await polling.packets(1))[0], '41')
})
