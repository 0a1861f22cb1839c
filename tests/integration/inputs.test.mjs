// Declared inputs (app-config-cli 7.3 to 7.6), and what an app says of its routes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { Validator } from '@seriousme/openapi-schema-validator'
import { binaryOf, startApp } from './support/server.mjs'
import { request, sail } from './support/sails.mjs'

const run = (args, env = {}) =>
  spawnSync(binaryOf('inputs'), args, { encoding: 'utf8', env: { ...process.env, ...env } })

const post = (app, path, body) =>
  fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/* app-config-cli 35 */
test('requests give the inputs that were observed with Sails', async (t) => {
  const app = await startApp(t, 'inputs')
  const get = async (path) => (await fetch(app.url + path)).json()

  assert.deepEqual(await get('/v1?id=5'), { id: 5, name: 'anon' })
  assert.deepEqual(await get('/v2/9?flag=&name=&n='), { id: 9, name: '', flag: true })
  assert.deepEqual(await get('/v2/9?id=4&flag=1&tags[]=a&tags[]=b&n=3.5&j[x]=1'), {
    id: 9,
    name: 'anon',
    flag: true,
    tags: ['a', 'b'],
    n: 3.5,
    j: { x: '1' },
  })
  const body = { id: 2, name: 5, tags: ['a', 1], n: null, o: { a: '5', zz: 1 }, extra: 1 }
  assert.deepEqual(await (await post(app, '/v1', body)).json(), {
    id: 2,
    name: '5',
    tags: ['a', '1'],
    n: null,
    o: { a: 5 },
  })
  assert.deepEqual(await get('/files/a/b.txt?age=7'), { file: 'a/b.txt', age: 7 })
})

/* app-config-cli 34 */
test('all problems are answered at once, in the words of Sails', async (t) => {
  const app = await startApp(t, 'inputs')
  const problems = async (response) => {
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('x-exit'), 'error')
    const { code, problems, message } = await response.json()
    assert.equal(code, 'E_MISSING_OR_INVALID_PARAMS')
    assert.match(message, new RegExp(`due to ${problems.length} missing or invalid parameters?\\.`))
    return problems
  }

  assert.deepEqual(await problems(await fetch(`${app.url}/v1?e=nope`)), [
    '"id" is required, but it was not defined.',
    `Invalid "e":\n  · Value ('nope') was not a valid email address.`,
  ])
  assert.deepEqual(await problems(await fetch(`${app.url}/v1?id=7&tags=x`)), [
    'Invalid "tags":\n  · Expecting an array, but got a string.',
  ])
  assert.deepEqual(await problems(await fetch(`${app.url}/v1?id=abc&e=nope&flag=maybe`)), [
    'Invalid "id":\n  · Expecting a number, but got a string.',
    'Invalid "flag":\n  · Expecting a boolean, but got a string.',
    `Invalid "e":\n  · Value ('nope') was not a valid email address.`,
  ])
  const [problem] = await problems(await post(app, '/v1', { id: 2, name: null }))
  assert.match(problem, /^Invalid "name": {2}Cannot use `null`\./)
})

/* app-config-cli 34 */
test('over a socket the same is asked and answered', async (t) => {
  const app = await startApp(t, 'inputs')
  const socket = await sail(app)

  const good = await request(socket, 'get', '/v2/3', { tags: ['a'] })
  assert.deepEqual(good.body, { id: 3, name: 'anon', tags: ['a'] })
  const bad = await request(socket, 'post', '/v1', { flag: 2 })
  assert.equal(bad.statusCode, 400)
  assert.deepEqual(bad.body.problems, [
    '"id" is required, but it was not defined.',
    'Invalid "flag":\n  · Expecting a boolean, but got a number.',
  ])
})

test('a table that contradicts itself is refused at the lift, in one line', () => {
  const { status, stdout, stderr } = run(['--port', '0'], { CONTRADICTION: '1' })

  assert.equal(status, 78)
  assert.match(
    stdout + stderr,
    /Action "v\/three", input "x": it is required, and has a default\n$/,
  )
})

test('--routes prints the routes and their inputs, and nothing else', () => {
  const { status, stdout, stderr } = run(['--routes'])

  assert.equal(status, 0)
  assert.equal(stderr, '')
  const lines = stdout.split('\n')
  assert.match(lines[0], /^Method {2,}Path {2,}Leads to {2,}Inputs$/)
  assert.ok(lines.some((it) => /^ {2,}\/v1 {2,}v\/one {2,}id: number, required$/.test(it)))
  assert.ok(lines.some((it) => /^GET {2,}\/old {2,}-> \/v1$/.test(it)))
  assert.ok(lines.some((it) => /^ {10,}age: number, integer, min 0, max 150$/.test(it)))
})

test('--openapi prints a valid OpenAPI 3.1 document', async () => {
  const { status, stdout, stderr } = run(['--openapi'])

  assert.equal(status, 0)
  assert.equal(stderr, '')
  const validator = new Validator()
  assert.deepEqual(await validator.validate(JSON.parse(stdout)), { valid: true })
  assert.equal(validator.version, '3.1')

  const { paths, info, 'x-sails-routes': others } = JSON.parse(stdout)
  assert.equal(info.title, 'inputs')
  assert.deepEqual(Object.keys(paths).sort(), [
    '/files/{file}',
    '/gone',
    '/old',
    '/opt',
    '/opt/{age}',
    '/plain',
    '/v1',
    '/v2/{id}',
  ])
  assert.equal(paths['/v2/{id}'].put['x-sails-address'], 'PUT /v2/:other')
  assert.equal(paths['/files/{file}'].get['x-sails-address'], 'GET /files/*')
  assert.deepEqual(Object.keys(paths['/v1'].get.responses), ['200', '400'])
  assert.deepEqual(
    others.map((it) => it['x-sails-address']),
    ['POST r|^/x/(\\d+)$|n'],
  )
})

test('what cannot be described is said, and is a failure', () => {
  for (const option of ['--routes', '--openapi']) {
    const { status, stdout, stderr } = run([option], { CONTRADICTION: '1' })

    assert.equal(status, 78)
    assert.equal(stdout, '')
    assert.match(stderr, /Action "v\/three", input "x"/)
  }
})
