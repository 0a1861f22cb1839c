// The protocol of conformance-orm: lines, ids, order, refusals, functions that the other side plays.
import test from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Peer, Thrown } from '../orm-dialogue/support/peer.mjs'
import { FETCH, NORMALIZE, of } from '../orm-dialogue/support/script.mjs'

const ID = { type: 'number', autoIncrement: true }
const memory = { default: { adapter: 'sails-sqlite', file: ':memory:' } }
const thing = of('thing')
const models = {
  thing: {
    beforeCreate: '@before',
    customToJSON: '@show',
    attributes: {
      id: ID,
      name: { type: 'string', custom: '@rule' },
      n: { type: 'number', allowNull: true },
      parts: { collection: 'part', via: 'whole' },
    },
  },
  part: { customToJSON: '@showPart', attributes: { id: ID, whole: { model: 'thing' } } },
}
const functions = { before: () => null, rule: () => true, show: (record) => record, showPart: (record) => record }

/** A program, ended with the test; with `models`, unless they are null. */
async function start(t, { define = models, datastores = memory } = {}) {
  const peer = new Peer('c')
  t.after(() => peer.close())
  if (define !== null) {
    await peer.must({ define: { datastores, models: define } })
    await peer.must({ migrate: 'drop' })
  }
  return peer
}

async function refused(peer, line) {
  peer.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  const answer = await peer.read()
  assert.equal(answer.error?.name, 'ProtocolError', JSON.stringify(answer).slice(0, 200))
  assert.equal(typeof answer.error.message, 'string')
  assert.deepEqual(Object.keys(answer), ['id', 'error'])
  return answer.id
}

test('a line that is no JSON object is answered without an id', async (t) => {
  const peer = await start(t, { define: null })

  for (const line of ['', 'x', '{', '[]', '5', 'null', '"x"', '{"id":1}}', '{"id":1} x', '\u00ff\u0000', '{"id":01}', "{'id':1}"]) {
    assert.equal(await refused(peer, line), null, line)
  }
  peer.write(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]))
  assert.deepEqual((await peer.read()).id, null, 'no UTF-8')
})

test('a request that is none is answered with its id', async (t) => {
  const peer = await start(t)
  const requests = [
    {}, { bogus: 1 }, { define: 5 }, { define: {} }, { define: { models: [] } }, { define: { models: {}, defaults: 5 } }, { define: { models: {}, datastores: [] } },
    { migrate: 'bogus' }, { migrate: null }, { model: 'thing' }, { model: 'thing', method: 'bogus' }, { model: 'thing', method: 5 }, { model: 'bogus', method: 'find' }, { model: 5, method: 'find' },
    { model: 'thing', method: 'stream', normalize: true }, { model: 'thing', method: 'updateOne', normalize: true }, { model: 'thing', method: 'archive', normalize: true },
    { datastore: 'default' }, { datastore: 'default', method: 'bogus' }, { datastore: 'default', native: 5 }, { datastore: 'default', method: 'transaction' }, { datastore: 'default', method: 'transaction', calls: {} },
    { datastore: 'default', method: 'transaction', calls: [{ model: 'thing', method: 'bogus' }] }, { datastore: 'default', method: 'transaction', calls: [5] }, { datastore: 'default', method: 'transaction', calls: [], end: 'bogus' },
    { define: { models: {} }, migrate: 'drop' }, { return: 1, result: 5 },
  ]

  for (const [i, request] of requests.entries()) {
    assert.equal(await refused(peer, { id: 100 + i, ...request }), 100 + i, JSON.stringify(request))
  }
  assert.equal(await peer.must(thing.count()), 0, 'nothing of them was done')
})

test('nothing but a definition is taken before one', async (t) => {
  const peer = await start(t, { define: null })

  for (const request of [thing.find(), { migrate: 'safe' }, { datastore: 'default', native: 'SELECT 1' }]) {
    assert.equal(await refused(peer, { id: 7, ...request }), 7)
  }
  const { error } = await peer.ask({ define: { datastores: memory, models: { thing: { attributes: { id: ID, x: 'bogus' } } } } })
  assert.equal(error.code, 'E_INVALID_MODEL_DEF')
  assert.match(error.message, /thing/)
  assert.match(error.message, /x/)
  await refused(peer, { id: 8, ...thing.find() })
  assert.deepEqual(await peer.must({ define: { datastores: memory, models } }), { models: ['archive', 'part', 'thing'] })
})

test('a failed definition leaves nothing of the one before', async (t) => {
  const peer = await start(t)

  await peer.ask({ define: { datastores: memory, models: { thing: 5 } } })
  assert.equal(await refused(peer, { id: 9, ...thing.find() }), 9)
  const { error } = await peer.ask({ define: { datastores: { default: { adapter: 'bogus' } }, models } })
  assert.ok(error)
  assert.notEqual(error.code, 'E_INVALID_MODEL_DEF', 'that is not about a model')
})

test('answers come in the order of the requests, each with its id', async (t) => {
  const peer = await start(t)
  const ids = [5, 'text', 5, 0, -1, 1.5, 9007199254740991]

  peer.write(ids.map((id) => `${JSON.stringify({ id, ...thing.count() })}\n`).join(''))
  for (const id of ids) {
    assert.deepEqual(await peer.read(), { id, result: 0 })
  }
})

test('lines arrive in any pieces, end with LF, and the last may lack it', async (t) => {
  const peer = new Peer('c')

  for (const byte of `{"id":1,"define":{"models":{}}}\r\n`) {
    peer.write(byte)
  }
  assert.equal((await peer.read()).id, 1)
  peer.write('{"id":2,"migrate":"safe"}')
  await peer.close()
  assert.deepEqual(JSON.parse(await peer.readLine()), { id: 2, result: null })
  t.diagnostic('ended with status 0')
})

test('a line of 16 MiB is taken, a longer one is refused, and the next is read', async (t) => {
  const peer = await start(t)
  const whole = (length) => {
    const [head, tail] = ['{"id":1,"model":"thing","method":"validate","attribute":"n","values":"', '"}']
    return `${head}${'x'.repeat(length - head.length - tail.length)}${tail}\n`
  }

  peer.write(whole(16 * 1024 * 1024))
  const { id, error } = await peer.read()
  assert.deepEqual([id, error.code], [1, 'E_TYPE'])
  peer.write(whole(16 * 1024 * 1024 + 1))
  assert.deepEqual((await peer.read()).error.name, 'ProtocolError')
  assert.equal(await peer.must(thing.count()), 0)
})

test('what is absent is undefined, and null is null', async (t) => {
  const peer = await start(t)

  const { error } = await peer.ask({ model: 'thing', method: 'update', values: { n: 1 } })
  assert.equal(error.code, 'E_INVALID_CRITERIA')
  assert.deepEqual(await peer.must({ model: 'thing', method: 'find', criteria: null }), [])
  assert.equal((await peer.ask({ model: 'thing', method: 'find', meta: null })).error.code, 'E_INVALID_META')
  assert.equal((await peer.ask({ model: 'thing', method: 'sum' })).error.code, 'E_INVALID_NUMERIC_ATTR_NAME')
  assert.equal((await peer.ask({ model: 'thing', method: 'create', values: null }, functions)).error.code, 'E_INVALID_NEW_RECORD')
  assert.equal(await peer.must({ model: 'thing', method: 'create' }, functions), null)
  assert.equal(await peer.must({ model: 'thing', method: 'validate', attribute: 'n' }), null)
})

test('findOrCreate says whether it has created, beside the record', async (t) => {
  const peer = await start(t)
  const request = thing.findOrCreate({ name: 'a' }, { name: 'a' })

  const { calls, ...answer } = await peer.ask(request, functions)
  assert.deepEqual(answer, { result: { id: 1, name: 'a', n: null }, created: true })
  assert.deepEqual((await peer.ask(request, functions)).created, false)
})

test('functions are called with numbers of their own, and what they return counts', async (t) => {
  const peer = await start(t)

  peer.say({ id: 1, ...thing.create({ name: 'a' }) })
  const first = await peer.read()
  assert.deepEqual(first, { call: first.call, function: 'rule', model: 'thing', arguments: ['a'] })
  peer.say({ return: first.call, result: 'truthy' })
  const second = await peer.read()
  assert.deepEqual(second, { call: second.call, function: 'before', model: 'thing', arguments: [{ id: null, name: 'a', n: null, parts: [] }] })
  assert.notEqual(second.call, first.call)
  peer.say({ return: second.call, result: { name: 'replaced', n: 7, parts: [] } })
  assert.deepEqual(await peer.read(), { id: 1, result: { id: 1, name: 'replaced', n: 7 } })
})

test('falsy results and errors of a rule refuse the value', async (t) => {
  const peer = await start(t)

  for (const result of [false, null, 0, '', undefined]) {
    const { error } = await peer.ask(thing.validate('name', 'a'), { rule: () => result })
    assert.equal(error.code, 'E_VIOLATES_RULES')
    assert.deepEqual(error.ruleViolations.map(({ rule }) => rule), ['custom'])
    assert.match(error.ruleViolations[0].message, /failed custom validation/)
  }
  for (const result of [true, 1, 'x', {}, [], -1]) {
    assert.equal(await peer.must(thing.validate('name', 'a'), { rule: () => result }), 'a')
  }
  const { error } = await peer.ask(thing.validate('name', 'a'), { rule: () => new Thrown({ message: 'not that one' }) })
  assert.equal(error.ruleViolations[0].message, 'not that one')
})

test('an error of a callback is the error of the query, unchanged', async (t) => {
  const peer = await start(t)
  const mine = { name: 'Error', code: 'E_MINE', message: 'mine "quoted" \u{1F600}' }

  const { error } = await peer.ask(thing.create({ name: 'a' }), { ...functions, before: () => new Thrown(mine) })
  assert.deepEqual(error, mine)
  assert.equal(await peer.must(thing.count()), 0)
  const later = await peer.ask(thing.find({ bogus: 1 }))
  assert.equal(later.error.code, 'E_INVALID_CRITERIA', 'it is not told twice')
})

test('a line that does not return a call ends it with an error', async (t) => {
  const peer = await start(t)

  peer.say({ id: 1, ...thing.create({ name: 'a' }) })
  await peer.read()
  peer.write('{"return":99999,"result":true}\n')
  const { id, error } = await peer.read()
  assert.equal(id, 1)
  assert.ok(error)
  assert.equal(await peer.must(thing.count()), 0)
})

test('the end of input within a call ends the program in order', async () => {
  const peer = new Peer('c')

  await peer.must({ define: { datastores: memory, models } })
  await peer.must({ migrate: 'drop' })
  peer.say({ id: 1, ...thing.create({ name: 'a' }) })
  await peer.read()
  await peer.close()
})

test('customToJSON is asked only when it is wanted, a record first, then what is populated', async (t) => {
  const peer = await start(t)
  const called = async (request, played = functions) => {
    const { calls = [], ...answer } = await peer.ask(request, played)
    return [calls.filter(({ function: name }) => name.startsWith('show')).map(({ function: name, arguments: [record] }) => [name, record.id]), answer.result]
  }

  await peer.must(thing.create({ name: 'a' }), functions)
  await peer.must(of('part').createEach([{ whole: 1 }, { whole: 1 }]), functions)
  const populated = thing.find({}, { populates: { parts: true } })
  assert.deepEqual((await called(populated))[0], [])
  const [calls, result] = await called({ ...populated, toJSON: true }, { show: ({ n, ...rest }) => rest, showPart: ({ id }) => ({ only: id }) })
  assert.deepEqual(calls, [['show', 1], ['showPart', 1], ['showPart', 2]])
  assert.deepEqual(result, [{ id: 1, name: 'a', parts: [{ only: 1 }, { only: 2 }] }])
  assert.deepEqual((await called({ ...thing.count(), toJSON: true })), [[], 1])
  const { error } = await peer.ask({ ...thing.find(), toJSON: true }, { show: () => new Thrown({ message: 'no' }) })
  assert.deepEqual(error.message, 'no')
})

test('normal forms', async (t) => {
  const peer = await start(t)
  const whole = { limit: 9007199254740991, skip: 0, sort: [], select: ['*'], omit: [] }
  const rows = [
    [thing.find({ n: '5', name: ['a'] }, NORMALIZE), { criteria: { where: { and: [{ n: 5 }, { name: { in: ['a'] } }] }, ...whole }, populates: {} }],
    [thing.find({ where: { n: { '>': 1, '<': 3 } }, sort: 'name DESC', limit: '2' }, NORMALIZE), { criteria: { ...whole, where: { and: [{ n: { '>': 1 } }, { n: { '<': 3 } }] }, sort: [{ name: 'DESC' }], limit: 2 }, populates: {} }],
    [thing.find(undefined, { ...NORMALIZE, populates: { parts: { limit: 1 } } }), { criteria: { where: {}, ...whole }, populates: { parts: { where: {}, ...whole, limit: 1 } } }],
    [thing.find({}, { ...NORMALIZE, populates: { parts: { id: [] } } }), { criteria: { where: {}, ...whole }, populates: { parts: false } }],
    [of('part').find({}, { ...NORMALIZE, populates: { whole: true } }), { criteria: { where: {}, ...whole }, populates: { whole: true } }],
    [thing.find({ id: [] }, NORMALIZE), { noop: true }],
    [thing.createEach([], NORMALIZE), { noop: true }],
    [thing.update({ id: 1 }, { n: '7' }, NORMALIZE), { criteria: { where: { id: 1 }, ...whole }, values: { n: 7 } }],
    [thing.addToCollection('1', 'parts', ['2', 2], NORMALIZE), { targets: [1], members: [2] }],
    [thing.find({}, { ...NORMALIZE, paginate: { page: 2, size: 5 } }), { criteria: { where: {}, ...whole, limit: 5, skip: 10 }, populates: {} }],
    [thing.find({}, { ...NORMALIZE, paginate: { page: 1 } }), { criteria: { where: {}, ...whole, limit: 30, skip: 30 }, populates: {} }],
    [thing.findOne(3, NORMALIZE), { criteria: { where: { id: 3 }, ...whole, limit: 2 }, populates: {} }],
    [thing.count({ n: null }, NORMALIZE), { criteria: { where: { n: null }, ...whole } }],
    [thing.create({ n: '1' }, NORMALIZE), { values: { id: null, name: '', n: 1, parts: [] } }],
  ]

  for (const [request, expected] of rows) {
    assert.deepEqual(await peer.must(request, functions), expected, JSON.stringify(request))
  }
  assert.equal((await peer.ask(thing.find({ bogus: 1 }, NORMALIZE))).error.code, 'E_INVALID_CRITERIA')
  assert.equal(await peer.must(thing.count()), 0, 'nothing was run')
})

test('a second definition closes the first; what is on disk stays', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sails-orm-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = { default: { adapter: 'sails-sqlite', file: path.join(folder, 'a.sqlite') } }
  const peer = await start(t, { datastores: file })

  await peer.must(thing.create({ name: 'a' }), functions)
  await peer.must({ define: { datastores: memory, models } })
  await peer.must({ migrate: 'alter' })
  assert.equal(await peer.must(thing.count()), 0)
  await peer.must({ define: { datastores: file, models } })
  assert.equal(await peer.must(thing.count()), 1, 'tables are not touched by a definition')
})

test('a model is defined without a table until it is migrated', async (t) => {
  const peer = await start(t, { define: null })

  await peer.must({ define: { datastores: memory, models } })
  const { error } = await peer.ask(thing.find())
  assert.deepEqual([error.name, error.code], ['AdapterError', 'E_NO_SUCH_PHYSICAL_MODEL'])
  assert.equal(await peer.must({ migrate: 'safe' }), null)
  assert.ok((await peer.ask(thing.find())).error)
})

test('transactions and leased connections answer with what was called', async (t) => {
  const peer = await start(t)
  const ask = (method, calls, more) => peer.ask({ datastore: 'default', method, calls, ...more }, functions)
  const strip = ({ calls, ...answer }) => answer

  assert.deepEqual(strip(await ask('transaction', [])), { result: null, answers: [] })
  assert.deepEqual(strip(await ask('transaction', [thing.create({ name: 'a' }), thing.count()], { end: 'commit' })), { result: null, answers: [{ result: { id: 1, name: 'a', n: null } }, { result: 1 }] })
  const back = await ask('transaction', [thing.create({ name: 'b' }, {}), thing.count()], { end: 'rollback' })
  assert.deepEqual([back.error.name, back.error.code], ['Error', 'E_ROLLBACK'])
  assert.deepEqual(back.answers, [{ result: null }, { result: 2 }])
  assert.equal(await peer.must(thing.count()), 1)
  const failed = await ask('transaction', [thing.create({ name: 'b' }, {}), thing.find({ bogus: 1 }), thing.count()])
  assert.equal(failed.error.code, 'E_INVALID_CRITERIA')
  assert.deepEqual([failed.answers.length, failed.answers[1].error], [2, failed.error])
  assert.equal(await peer.must(thing.count()), 1)
  const found = await ask('transaction', [{ native: 'SELECT 1 AS one' }, { ...thing.find({ bogus: 1 }), tolerate: true }, thing.findOrCreate({ name: 'a' }, { name: 'a' })])
  assert.deepEqual(found.answers[0].result.rows, [{ one: 1 }])
  assert.deepEqual(found.answers[2].created, false)
  const leased = await ask('leaseConnection', [thing.create({ name: 'c' }, {}), thing.find({ bogus: 1 })])
  assert.equal(leased.error.code, 'E_INVALID_CRITERIA')
  assert.equal(await peer.must(thing.count()), 2, 'there is no transaction')
  const unknown = await peer.ask({ datastore: 'bogus', method: 'transaction', calls: [] })
  assert.equal(unknown.error.name, 'Error')
})

test('native queries', async (t) => {
  const peer = await start(t)
  const native = (text, values) => peer.ask({ datastore: 'default', native: text, values })

  assert.deepEqual(await native('SELECT $2 AS b, $1 AS a', ['x', 5]), { result: { rows: [{ b: 5, a: 'x' }], affected: (await native('SELECT 1')).result.affected } })
  await peer.must(thing.createEach([{ name: 'a' }, { name: 'b' }], {}), functions)
  assert.deepEqual(await native('UPDATE thing SET n = $1', [1.5]), { result: { rows: [], affected: 2 } })
  assert.deepEqual((await native('SELECT name, n FROM thing ORDER BY id')).result.rows, [{ name: 'a', n: 1.5 }, { name: 'b', n: 1.5 }])
  assert.ok((await native('SELEC')).error)
  assert.ok((await native('SELECT $1', 5)).error)
  assert.equal((await peer.ask({ datastore: 'bogus', native: 'SELECT 1' })).error.name, 'Error')
})

test('deep and long input is an error with the id, nothing worse', async (t) => {
  const peer = await start(t)
  const nested = (depth) => `${'{"or":['.repeat(depth)}{"n":1}${']}'.repeat(depth)}`
  const ask = async (criteria, id) => {
    peer.write(`{"id":${id},"model":"thing","method":"find","criteria":${criteria}}\n`)
    return peer.read()
  }

  assert.deepEqual(await ask(nested(20), 1), { id: 1, result: [] })
  const deep = await ask(nested(500), 2)
  assert.deepEqual([deep.id, deep.error.code], [2, 'E_INVALID_CRITERIA'])
  const wide = await ask(JSON.stringify({ or: Array.from({ length: 50000 }, (_, i) => ({ n: i })) }), 3)
  assert.deepEqual([wide.id, wide.error.code], [3, 'E_INVALID_CRITERIA'])
  const many = await ask(JSON.stringify({ id: Array.from({ length: 200000 }, (_, i) => i) }), 4)
  assert.deepEqual([many.id, many.error.code], [4, 'E_INVALID_CRITERIA'])
  assert.equal((await refused(peer, '['.repeat(100000))), null)
})
