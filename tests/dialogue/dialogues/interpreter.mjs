// sails-sockets 18 to 47: requests over a socket, and their answers.
import assert from 'node:assert/strict'
import { FRIEND } from '../configurations.mjs'
import { dialogue } from '../support/dialogue.mjs'

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'options', 'head']
const VERSION = '__sails_io_sdk_version'

export const interpreter = [
  dialogue('18', 'each of the seven verbs reaches its route', async (talk) => {
    const ann = await talk.connect('ann')

    for (const method of METHODS) {
      const { body } = await ann.ask(method, '/verb', { method: 'put' })
      assert.equal(body.method, method.toUpperCase())
    }
    for (const method of METHODS) {
      await ann.ask(method, '/by-default')
    }
    await ann.ask('options', '/text')
  }),

  dialogue('19', 'other events are no requests', async (talk) => {
    const ann = await talk.connect('ann')

    for (const event of ['GET', 'message', 'foo', 'trace']) {
      ann.say(`421${JSON.stringify([event, { url: '/text' }])}`)
    }
    assert.equal((await ann.ask('get', '/text')).body, 'ok!')
  }),

  dialogue('20', 'a request without an ack id runs, and nothing is answered', async (talk) => {
    const ann = await talk.connect('ann')
    const { count } = (await ann.ask('get', '/count')).body

    ann.say('42["post",{"url":"/count"}]')
    assert.equal((await ann.ask('get', '/count')).body.count, count + 1)
  }),

  dialogue('21', 'a message without a usable url is a parse error', async (talk) => {
    const ann = await talk.connect('ann')

    for (const message of [{}, { url: '' }, { url: null }, { url: 5 }, { url: ['/text'] }]) {
      ann.say(`42${JSON.stringify(['get', message])}`)
      await ann.hear()
      ann.say(`421${JSON.stringify(['get', message])}`)
      await ann.hear()
    }
  }),

  ...['["get"]', '["get",null]'].map((event) =>
    dialogue(
      '22',
      `${event} is a parse error and ends no process`,
      async (talk) => {
        const ann = await talk.connect('ann')
        ann.say(`421${event}`)
        await ann.hear()
      },
      { alone: true },
    ),
  ),

  dialogue('22', '["get",5] and ["get",["x"]] are parse errors', async (talk) => {
    const ann = await talk.connect('ann')

    for (const event of ['["get",5]', '["get",["x"]]', '["get",false]', '["get","/text"]']) {
      ann.say(`421${event}`)
      await ann.hear()
    }
  }),

  dialogue('23', 'an argument behind the message is a parse error, told by an event', async (talk) => {
    const ann = await talk.connect('ann')

    ann.say('421["get",{"url":"/text"},{}]')
    assert.match(await ann.hear(), /^42\["sails:parseError",/)
    ann.say('422["get",{"url":"/text"},null]')
    await ann.catchUp()
  }),

  dialogue('24', 'the version of the SDK decides who is served', async (talk) => {
    for (const version of ['0.10.0', '0.10.99', '0.11.0', '0.11.0-1', '1.2.1', '10.0.0']) {
      const ann = await talk.connect('ann', { query: { [VERSION]: version } })
      talk.note('ann', 'has SDK', version)
      await ann.ask('get', '/text')
    }
    const plain = await talk.connect('plain', { query: { [VERSION]: undefined } })
    await plain.ask('get', '/text')
  }),

  dialogue(
    '24',
    'a version of the SDK that is none is refused',
    async (talk) => {
      const ann = await talk.connect('ann', { query: { [VERSION]: 'nonsense' } })
      await ann.ask('get', '/text')
    },
    { alone: true },
  ),

  dialogue('25', 'an SDK version in the header wins over the query', async (talk) => {
    const old = await talk.connect('old', { headers: { [VERSION]: '0.9.0' } })
    await old.ask('get', '/text')
    const young = await talk.connect('young', {
      headers: { [VERSION]: '1.2.1' },
      query: { [VERSION]: '0.9.0' },
    })
    await young.ask('get', '/text')
  }),

  dialogue('26', 'data wins over params, and both are merged', async (talk) => {
    const ann = await talk.connect('ann')

    for (const method of METHODS) {
      const message = { params: { a: 1, b: 1 }, data: { b: 2, c: [3] } }
      assert.deepEqual((await ann.ask(method, '/show', message)).body.body, { a: 1, b: 2, c: [3] })
    }
  }),

  dialogue('27', 'a list as data stays one, or becomes index keys', async (talk) => {
    const ann = await talk.connect('ann')

    for (const method of METHODS) {
      await ann.ask(method, '/show', { data: [1, { a: 2 }] })
    }
    await ann.ask('post', '/show', { params: ['x'] })
    await ann.ask('post', '/show', { data: 'ab' })
    await ann.ask('post', '/show', { data: 5 })
    await ann.ask('post', '/show')
  }),

  dialogue('28', 'the query is flat', async (talk) => {
    const ann = await talk.connect('ann')

    for (const query of ['?a=1&a=2&c[]=3', '?d[x]=1&e=a+b%20c&f&g=', '?', '?a=1?b=2', '?%zz=%']) {
      await ann.ask('get', `/show${query}`)
    }
  }),

  dialogue('29', 'parameters come from the path, the body, the query', async (talk) => {
    const ann = await talk.connect('ann')
    const url = '/show/in%20path/of/7?name=query&id=query&b=query&c=query'

    await ann.ask('post', url, { data: { id: 'body', b: 'body', d: [1] } })
    for (const which of ['name', 'b', 'c', 'd', 'nothing']) {
      const data = { which, name: 'body', b: 'body', d: [1] }
      await ann.ask('post', '/param/path?name=query&b=query&c=query', { data })
    }
  }),

  dialogue('30', 'a message overrides what the handshake leaves to it', async (talk) => {
    const handshake = { Cookie: 'from=handshake', Origin: 'http://handshake.example' }
    const dressed = await talk.connect('dressed', { headers: { ...handshake, 'User-Agent': 'x' } })
    const plain = await talk.connect('plain', { headers: { nosession: 'true' } })
    const data = { names: ['cookie', 'origin', 'host', 'nosession', 'user-agent'] }
    const headers = {
      cookie: 'from=message',
      origin: 'http://message.example',
      host: 'message.example',
      nosession: 'yes',
    }

    for (const who of [dressed, plain]) {
      await who.ask('post', '/headers', { headers, data })
      await who.ask('post', '/headers', { data })
    }
    await plain.ask('post', '/cookie', { headers, data: { name: 'from' } })
  }),

  dialogue('31', 'header names are found in any case, values become text', async (talk) => {
    const ann = await talk.connect('ann')
    const data = { names: ['X-CUSTOM', 'number', 'null', 'list', 'object', 'referer', '0'] }
    const headers = { 'x-Custom': 'yes', number: 5, null: null, list: [1, 2], object: {} }

    await ann.ask('post', '/headers', { headers: { ...headers, Referrer: 'here' }, data })
    await ann.ask('post', '/headers', { headers: 'abc', data })
  }),

  dialogue('32', 'without trustProxy the address is the peer', async (talk) => {
    const headers = { 'X-Forwarded-For': '1.2.3.4,5.6.7.8,12.34.56.78' }
    const ann = await talk.connect('ann', { headers })

    assert.match((await ann.ask('get', '/ip')).body.ip, /127\.0\.0\.1$/)
    await ann.ask('get', '/ip', { headers: { 'x-forwarded-for': '9.9.9.9' } })
  }),

  dialogue(
    '32',
    'with trustProxy the address is the left-most',
    async (talk) => {
      const headers = { 'X-Forwarded-For': '1.2.3.4,5.6.7.8,12.34.56.78' }
      const ann = await talk.connect('ann', { headers })

      assert.equal((await ann.ask('get', '/ip')).body.ip, '1.2.3.4')
      await ann.ask('get', '/ip', { headers: { 'x-forwarded-for': '9.9.9.9' } })
    },
    { on: 'polling' },
  ),

  dialogue(
    '32',
    'with a number of proxies the address is that far from the right',
    async (talk) => {
      const headers = { 'X-Forwarded-For': '1.2.3.4,5.6.7.8,12.34.56.78', Origin: FRIEND }
      const ann = await talk.connect('ann', { headers })

      assert.equal((await ann.ask('get', '/ip')).body.ip, '5.6.7.8')
    },
    { on: 'origins' },
  ),

  dialogue('33', 'case, a slash and blanks at the end do not prevent a match', async (talk) => {
    const ann = await talk.connect('ann')

    for (const url of ['/text', '/TEXT', '/text/', '/text ', '/text?a=1', 'http://x.example/text']) {
      assert.equal((await ann.ask('get', url)).body, 'ok!', url)
    }
    for (const url of ['text', '/tex', '/text/x', '/file/c.png']) {
      assert.equal((await ann.ask('get', url)).statusCode, 404, url)
    }
    await ann.ask('get', '/file/c')
  }),

  dialogue('34, 39', 'what no route matches is not found', async (talk) => {
    const ann = await talk.connect('ann')

    assert.deepEqual(Object.keys(await ann.ask('get', '/nope')), ['body', 'headers', 'statusCode'])
    await ann.ask('post', '/text')
  }),

  dialogue('35', 'an error is a server error', async (talk) => {
    const ann = await talk.connect('ann')

    await ann.ask('get', '/throw')
    await ann.ask('post', '/server-error')
    await ann.ask('post', '/server-error', { data: { data: { a: 1 } } })
    await ann.ask('post', '/server-error', { data: { data: 'text' } })
  }),

  dialogue(
    '35',
    'in production an error keeps its text to itself',
    async (talk) => {
      const ann = await talk.connect('ann', { headers: { Origin: FRIEND } })

      assert.equal((await ann.ask('get', '/throw')).body, 'Internal Server Error')
    },
    { on: 'production' },
  ),

  dialogue('36', 'nothing, null, 0 and false are kept apart', async (talk) => {
    const ann = await talk.connect('ann')

    await ann.ask('get', '/nothing')
    for (const data of [null, 0, false, '', [], {}, { foo: ['bar'] }, 1.5, 1e21]) {
      await ann.ask('post', '/json', { data: { data } })
    }
  }),

  dialogue('37', 'res.json("str") is encoded twice', async (talk) => {
    const ann = await talk.connect('ann')

    await ann.ask('post', '/json', { data: { data: 'str' } })
    await ann.ask('post', '/status/501', { data: { data: 'str' } })
  }),

  dialogue('36', 'answers by name have their texts', async (talk) => {
    const ann = await talk.connect('ann')

    for (const how of ['ok', 'bad-request']) {
      await ann.ask('post', `/${how}`)
      await ann.ask('post', `/${how}`, { data: { data: { a: 1 } } })
    }
    for (const how of ['forbidden', 'not-found', 'redirect']) {
      await ann.ask('get', `/${how}`)
    }
    for (const status of [204, 404, 418, 503]) {
      await ann.ask('post', `/send-status/${status}`)
      await ann.ask('post', `/status-alone/${status}`)
    }
    await ann.ask('post', '/status/501', { data: { data: { a: 1 } } })
  }),

  dialogue('38', 'set-cookie never reaches a script', async (talk) => {
    const plain = await talk.connect('plain', { headers: { nosession: 'true' } })
    const ann = await talk.connect('ann')

    for (const who of [plain, ann]) {
      assert.ok(!('set-cookie' in (await who.ask('get', '/set-headers')).headers))
      await who.ask('get', '/set-headers-spelled')
    }
  }),

  dialogue('39', 'a binary answer is an ack with an attachment', async (talk) => {
    const ann = await talk.connect('ann')

    ann.say('425["get",{"url":"/binary"}]')
    assert.match(await ann.hear(), /^461-5\[\{"body"/)
    assert.deepEqual([...(await ann.hear())], [1, 2])
  }),

  dialogue(
    '40',
    'without sendStatusCode there is none',
    async (talk) => {
      const ann = await talk.connect('ann')

      await ann.ask('get', '/text')
      await ann.ask('get', '/nope')
    },
    { on: 'noStatusCode' },
  ),

  dialogue(
    '40',
    'without sendResponseHeaders there are none',
    async (talk) => {
      const ann = await talk.connect('ann')
      await ann.ask('get', '/text')
    },
    { on: 'noHeaders', alone: true },
  ),

  dialogue('41', 'of two answers the first is sent', async (talk) => {
    const ann = await talk.connect('ann')

    assert.deepEqual((await ann.ask('get', '/twice')).body, { which: 'first' })
    await ann.catchUp()
  }),

  dialogue('42', 'a fast request overtakes a slow one', async (talk) => {
    const ann = await talk.connect('ann')

    ann.say('428["get",{"url":"/wait"}]')
    await ann.ask('get', '/text')
    ann.say('429["get",{"url":"/go"}]')
    assert.deepEqual((await ann.answer(8)).body, { waited: 'for go' })
    await ann.answer(9)
  }),

  dialogue('43', 'what is said in the turn of the answer comes before the ack', async (talk) => {
    const ann = await talk.connect('ann')

    ann.say('420["post",{"url":"/answer-and-say"}]')
    assert.match(await ann.hear(), /^42\["said"/)
    assert.match(await ann.hear(), /^430\[/)
  }),

  dialogue('44', 'a path that cannot be decoded is a bad request', async (talk) => {
    const ann = await talk.connect('ann')

    assert.equal((await ann.ask('get', '/show/%zz/of/1')).statusCode, 400)
    await ann.ask('get', '/nope/%zz')
  }),

  dialogue(
    '45',
    'a request needs the token that HTTP has given out',
    async (talk) => {
      const { cookie, answer } = await talk.login('ann', '/token')
      const { _csrf } = JSON.parse(answer.body)
      const ann = await talk.connect('ann', { headers: { cookie } })
      const eve = await talk.connect('eve')

      talk.names.give(_csrf, '<token>')
      talk.names.give(encodeURIComponent(_csrf), '<token>')
      for (const method of METHODS) {
        await ann.ask(method, '/show')
      }
      await ann.ask('post', '/guarded')
      await ann.ask('post', '/free')
      for (const [query, message] of [
        ['', { data: { _csrf } }],
        [`?_csrf=${encodeURIComponent(_csrf)}`, {}],
        ['', { headers: { 'X-CSRF-Token': _csrf } }],
        ['', { headers: { 'csrf-token': _csrf } }],
        ['', { headers: { 'xsrf-token': _csrf } }],
        ['', { headers: { 'x-xsrf-token': _csrf } }],
      ]) {
        assert.equal((await ann.ask('post', `/guarded${query}`, message)).statusCode, 200)
        assert.equal((await eve.ask('post', `/guarded${query}`, message)).statusCode, 403)
      }
      await ann.ask('post', '/guarded', { data: { _csrf: 'wrong' } })
      await ann.ask('post', '/guarded', { headers: { nosession: '1' }, data: { _csrf } })
    },
    { on: 'csrf' },
  ),

  dialogue(
    '46',
    'a token is not given out over a socket',
    async (talk) => {
      const ann = await talk.connect('ann')
      assert.equal((await ann.ask('get', '/token')).statusCode, 400)
    },
    { on: 'csrf' },
  ),

  dialogue(
    '46',
    'a token is not given out over a socket, in production without a word',
    async (talk) => {
      const ann = await talk.connect('ann', { headers: { Origin: FRIEND } })
      assert.equal((await ann.ask('get', '/token')).statusCode, 404)
    },
    { on: 'production' },
  ),

  dialogue('47', 'CORS never blocks a request over a socket', async (talk) => {
    for (const Origin of ['http://friend.example', 'http://eve.example', undefined]) {
      const ann = await talk.connect('ann', { headers: Origin ? { Origin } : {} })
      talk.note('ann', 'comes from', String(Origin))
      assert.equal((await ann.ask('get', '/cors')).statusCode, 200)
      await ann.ask('post', '/cors')
      await ann.ask('options', '/cors', { headers: { 'access-control-request-method': 'PUT' } })
    }
  }),
]
