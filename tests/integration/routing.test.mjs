// Routes, policies and views of the configuration, over HTTP and over a socket.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { request as send } from 'node:http'
import { atEnd } from './support/ends.mjs'
import { request, sail } from './support/sails.mjs'
import { binaryOf, startApp } from './support/server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

/** A folder with these files, by their paths; it goes with the test. */
async function folderOf(t, files) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sails-routing-'))
  atEnd(t, () => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const filesOf = (routes, policies = {}, files = {}) => ({
  'config/routes.json': { routes },
  'config/policies.json': { policies },
  ...files,
})

async function start(t, routes, policies, files) {
  return startApp(t, 'routing', { cwd: await folderOf(t, filesOf(routes, policies, files)) })
}

/** The end of a lift that fails: {code, log}. */
async function failToLift(t, routes, policies, files) {
  const cwd = await folderOf(t, filesOf(routes, policies, files))
  const run = promisify(execFile)(binaryOf('routing'), ['--port', '0'], { cwd, timeout: PATIENCE_MS })
  return run.then(
    () => assert.fail('it has lifted'),
    ({ code, stdout, stderr }) => ({ code, log: stdout + stderr }),
  )
}

/** One request over HTTP, its path as it is: {status, headers, body}. */
function ask(app, method, target, headers = {}) {
  return new Promise((resolve, reject) => {
    const { port } = app
    const message = send({ host: '127.0.0.1', port, method, path: target, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => (text += chunk))
      answer.on('end', () => {
        const isJson = /json/.test(answer.headers['content-type'])
        const body = isJson && text !== '' ? JSON.parse(text) : text
        resolve({ status: answer.statusCode, headers: answer.headers, body })
      })
    })
    message.on('error', reject)
    message.end()
  })
}

// The two ways to ask, each as a function that is told {status, headers, body}.
const ways = {
  HTTP: async (app) => (method, url) => ask(app, method, url),
  'a socket': async (app) => {
    const socket = await sail(app)
    return async (method, url) => {
      const { statusCode, headers, body } = await request(socket, method.toLowerCase(), url)
      return { status: statusCode, headers: lowerCase(headers), body }
    }
  },
}

const lowerCase = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const askedOf = (answer) => String(answer.headers['x-asked'] ?? '').replaceAll(' ', '')

// ---- targets ----

for (const [way, open] of Object.entries(ways)) {
  test(`each kind of target does what it says (${way})`, async (t) => {
    const routes = {
      'GET /find': 'UserController.find',
      'GET /dotted': 'user.find',
      'GET /object': { action: 'user/find', limit: 7 },
      'GET /pair': { controller: 'user', action: 'find' },
      '/b': '/c',
      '/moved': { status: 301, redirect: '/c' },
      '/gone': { status: 410 },
      '/home': { view: 'pages/home' },
      '/folder': { view: 'pages' },
      '/denied': { response: 'forbidden' },
      '/bare': { fn: '@a' },
      '/chain': [{ policy: 'a' }, { policy: 'c' }, { view: 'pages/home' }],
      '/closed': [{ policy: 'isLoggedIn' }, { target: 'user/find', x: 1 }],
    }
    const app = await start(t, routes, {}, {
      'views/pages/home.html': '<h1>Home</h1>\n',
      'views/pages/index.html': '<h1>Pages</h1>\n',
    })
    const asks = await open(app)

    for (const url of ['/find', '/dotted', '/object', '/pair', '/bound']) {
      const { status, body } = await asks('GET', url)
      assert.equal(status, 200, url)
      assert.equal(body.action, url === '/bound' ? 'pet/feed' : 'user/find')
    }
    // section 6.4
    assert.deepEqual((await asks('GET', '/object')).body.options, {
      limit: 7,
      action: 'user/find',
      detectedVerb: { verb: 'get', original: 'GET /object', path: '/object' },
    })

    // app-config-cli 27
    const redirected = await asks('GET', '/b')
    assert.equal(redirected.status, 302)
    assert.equal(redirected.headers.location, '/c')
    const moved = await asks('GET', '/moved')
    assert.equal(moved.status, 301)
    assert.equal(moved.headers.location, '/c')
    assert.deepEqual(await pick(asks('GET', '/gone')), [410, 'Gone'])
    assert.deepEqual(await pick(asks('GET', '/denied')), [403, 'Forbidden'])

    // app-config-cli 28
    assert.deepEqual(await pick(asks('GET', '/home')), [200, '<h1>Home</h1>\n'])
    assert.deepEqual(await pick(asks('GET', '/folder')), [200, '<h1>Pages</h1>\n'])
    const chained = await asks('GET', '/chain')
    assert.equal(askedOf(chained), 'a,c')
    assert.equal(chained.body, '<h1>Home</h1>\n')
    assert.equal((await asks('GET', '/closed')).status, 403)
    assert.equal((await asks('GET', '/closed?user=ann')).body.options.x, 1)

    // What no function answers is nobody's.
    assert.equal((await asks('GET', '/bare')).status, 404)
  })

  test(`a function may leave the path to the next route, an action may not (${way})`, async (t) => {
    const app = await start(t, {
      'GET /fall/*': 'user/find',
      'GET /wrong': 'wrong',
      '/wrong': 'user/find',
    })
    const asks = await open(app)

    const fell = await asks('GET', '/fall/ann')
    assert.equal(fell.headers['x-fell'], 'through')
    assert.deepEqual(fell.body.params, { 0: 'ann' })

    // app-config-cli 38
    const wrong = await asks('GET', '/wrong')
    assert.equal(wrong.status, 500)
    assert.match(JSON.stringify(wrong.body), /sails_req_proceed\(\) was called by an action/)
  })

  // ---- policies ----

  test(`of the policies that cover an action the most specific count (${way})`, async (t) => {
    // app-config-cli 30, 31, and the matrix of section 9: find, delete, feed, index
    const matrix = [
      [{ '*': 'a' }, 'a', 'a', 'a', 'a'],
      [{ '*': 'a', 'user/*': 'b' }, 'b', 'b', 'a', 'a'],
      [{ '*': 'a', 'user/*': 'b', 'user/delete': ['c', 'b'] }, 'b', 'c,b', 'a', 'a'],
      [{ '*': true, 'user/find': false }, 403, '', '', ''],
      [{ '*': false, index: true }, 403, 403, 403, ''],
      [{ UserController: { '*': 'a', delete: 'b' } }, 'a', 'b', '', ''],
      [{ '*': ['a'], 'user/*': [] }, '', '', 'a', 'a'],
    ]
    const routes = {
      'GET /find': 'user/find',
      'GET /delete': 'user/delete',
      'GET /feed': 'pet/feed',
      'GET /index': 'index',
    }
    for (const [policies, ...wanted] of matrix) {
      const app = await start(t, routes, policies)
      const asks = await open(app)
      for (const [i, url] of ['/find', '/delete', '/feed', '/index'].entries()) {
        const answer = await asks('GET', url)
        if (wanted[i] === 403) {
          assert.deepEqual([answer.status, answer.body], [403, 'Forbidden'])
        } else {
          assert.equal(answer.status, 200)
          assert.equal(askedOf(answer), wanted[i], `${JSON.stringify(policies)} ${url}`)
        }
      }
      const fn = await asks('GET', '/fn')
      assert.equal(askedOf(fn), '')
      assert.equal(fn.body, 'told')
    }
  })
}

const pick = async (answer) => {
  const { status, body } = await answer
  return [status, body]
}

// ---- addresses ----

// TRACE itself is refused by the server, whatever the route: it would tell pages what cookies are.
const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

test('a method is asked for, or is not, and HEAD and OPTIONS answer by themselves', async (t) => {
  const routes = { '/any': 'user/find', 'ALL /all': 'user/find', 'POST /post': 'index' }
  const app = await start(t, routes)
  const statuses = (url) => Promise.all(VERBS.map((verb) => ask(app, verb, url)))

  // app-config-cli 18
  const answered = async (url) => (await statuses(url)).filter((it) => it.status === 200).length
  assert.equal(await answered('/any'), VERBS.length - 1)
  assert.notEqual((await ask(app, 'PROPFIND', '/any')).status, 200)
  assert.equal(await answered('/all'), VERBS.length)
  assert.equal((await ask(app, 'TRACE', '/all')).status, 501)
  assert.equal((await ask(app, 'HEAD', '/any')).body, '')
  assert.equal((await ask(app, 'GET', '/post')).status, 404)

  // app-config-cli 19
  const allowed = (await ask(app, 'OPTIONS', '/any')).headers.allow
  assert.deepEqual(allowed.split(/, */).sort(), ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'])
  assert.equal((await ask(app, 'OPTIONS', '/post')).headers.allow, 'POST')
})

test('the addresses of the specification have these parameters', async (t) => {
  const app = await start(t, {
    'GET /p/:a/:b?': 'user/find',
    'GET /wild/*': { action: 'user/find', skipAssets: false },
    'r|^/\\d+/(\\w+)/(\\w+)$|foo,bar': { action: 'user/find', skipAssets: false },
  })
  const params = async (url) => (await ask(app, 'GET', url)).body.params

  // app-config-cli 20
  assert.deepEqual(await params('/p/1/2'), { a: '1', b: '2' })
  assert.deepEqual(await params('/P/x'), { a: 'x' })
  assert.deepEqual(await params('/p/x/'), { a: 'x' })
  assert.deepEqual(await params('/p/a%2Fb'), { a: 'a/b' })
  // app-config-cli 21
  assert.deepEqual(await params('/wild/'), { 0: '' })
  assert.deepEqual(await params('/wild/x/y.txt'), { 0: 'x/y.txt' })
  assert.equal((await ask(app, 'GET', '/wild')).status, 404)
  // app-config-cli 22
  assert.deepEqual(await params('/123/abc/def'), { 0: 'abc', 1: 'def', foo: 'abc', bar: 'def' })
  // app-config-cli 24
  const bad = await ask(app, 'GET', '/p/%')
  assert.deepEqual([bad.status, bad.body], [400, 'Bad request: Could not decode requested URL.'])
})

// app-config-cli 25
test('the more specific route answers, whatever the order in the file', async (t) => {
  // Sorted as section 6.2 has them; each path is the first one's, and of those behind it.
  const sorted = [
    ['GET /user/me', '/user/me', 'GET'],
    ['/user/me', '/user/me', 'POST'],
    ['ALL /user/me', '/user/me', 'PROPFIND'],
    ['/foo/bar/baz', '/foo/bar/baz', 'GET'],
    ['GET /user/:id', '/user/7', 'GET'],
    ['/user/:id/edit', '/user/7/edit', 'GET'],
    ['/user/:id/*', '/user/7/x/y', 'GET'],
    ['/a/*/b', '/a/x/y/b', 'GET'],
    ['/user/*', '/user/7', 'PUT'],
    ['GET /', '/', 'GET'],
    ['/', '/', 'POST'],
    ['/:slug', '/about', 'GET'],
    ['/:a/:b', '/x/y', 'GET'],
    ['POST /*', '/x/y/z', 'POST'],
    ['/*', '/x/y/z', 'GET'],
  ]
  // This one and the one above it are equally specific: of such the first in the file comes first.
  const untied = sorted.filter(([address]) => address !== 'ALL /user/me')
  const byText = [...untied].sort(([a], [b]) => (a < b ? -1 : 1))

  for (const order of [sorted, [...untied].reverse(), byText]) {
    const routes = order.map(([address]) => [
      address,
      { action: 'index', is: address, ...(address.endsWith('*') && { skipAssets: false }) },
    ])
    const app = await start(t, Object.fromEntries(routes))
    for (const [address, url, method] of order) {
      assert.equal((await ask(app, method, url)).body.options?.is, address, `${method} ${url}`)
    }
  }
})

test('paths that look like files are left to others, or are not', async (t) => {
  const app = await start(t, {
    'GET /page/:name': 'user/find',
    'GET /file/:name': { action: 'user/find', skipAssets: false },
    'GET /every/*': { action: 'user/find', skipAssets: true },
    'GET /some/*': { action: 'user/find', skipRegex: ['^/some/no', '\\.jpg$'] },
    'GET /silent/*': 'user/find',
    'GET r|^/old/(\\d+)$|id': 'user/find',
    'GET r|^/any/(.+)$|id': 'user/find',
  })
  const status = async (url) => (await ask(app, 'GET', url)).status

  // app-config-cli 26
  assert.equal(await status('/page/x'), 200)
  assert.equal(await status('/page/x.js'), 404)
  assert.equal(await status('/file/x.js'), 200)
  // section 6.4
  assert.equal(await status('/every/x'), 200)
  assert.equal(await status('/every/x.js'), 404)
  assert.equal(await status('/some/x'), 200)
  assert.equal(await status('/some/x.js'), 200)
  assert.equal(await status('/some/nothing'), 404)
  assert.equal(await status('/some/x.jpg'), 404)
  await app.stop()
  assert.match(app.log, /Route `GET \/silent\/\*` also takes paths that look like files/)
  assert.doesNotMatch(app.log, /Route `GET \/(page|file|every|some)/)
  assert.match(app.log, /Route `GET r\|\^\/any\/.* also takes paths/)
  assert.doesNotMatch(app.log, /Route `GET r\|\^\/old/)
})

test('an answer may be kept as long as its route says, if it is a success', async (t) => {
  const app = await start(t, {
    '/kept': { action: 'user/find', cache: 60_000 },
    '/kept-not': { response: 'notFound', cache: 60_000 },
    '/silent': 'user/find',
  })
  const kept = async (method, url) => (await ask(app, method, url)).headers['cache-control']

  assert.match(await kept('GET', '/kept'), /^(public|private), max-age=60$/)
  assert.match(await kept('HEAD', '/kept'), /max-age=60/)
  assert.equal(await kept('POST', '/kept'), undefined)
  assert.equal(await kept('GET', '/kept-not'), undefined)
  assert.equal(await kept('GET', '/silent'), undefined)
})

// ---- what is not right ----

test('a route to what is not there is left out with a line, and all else works', async (t) => {
  const app = await start(
    t,
    {
      'GET /x': 'nosuch',
      'GET /y': { action: 'user/fnd' },
      '/v': { view: 'nosuch' },
      '/r': { response: 'nosuch' },
      'GET /find': 'user/find',
    },
    { 'nosuch/thing': 'a' },
  )

  assert.equal((await ask(app, 'GET', '/find')).status, 200)
  for (const url of ['/x', '/y', '/v', '/r']) {
    assert.equal((await ask(app, 'GET', url)).status, 404)
  }
  await app.stop()
  const has = (line) => assert.ok(app.log.includes(line), `${line}\n${app.log}`)
  has('Ignored attempt to bind route (`GET /x`) to unknown action: `nosuch`')
  has('to unknown action: `user/fnd`. Did you mean `user/find`?')
  has('Ignoring attempt to bind route (`/v`) to unknown view: `nosuch`')
  has('Ignoring attempt to bind route (`/r`) to unknown response: `nosuch`')
  has("Action middleware (POLICY: a) was bound to a target `nosuch/thing` that doesn't match")
})

test('what contradicts itself fails the lift in one line that names it', async (t) => {
  const cases = [
    // app-config-cli 29
    [{}, { '*': 'nosuch' }, /E_INVALID_POLICY_CONFIG: policies\["\*"\]: `nosuch` does not/],
    // app-config-cli 30
    [{}, { 'user/*': [true, 'a'] }, /E_INVALID_POLICY_CONFIG: policies\["user\/\*"\]: `true`/],
    [{}, { 'user/*': ['a', false] }, /E_INVALID_POLICY_CONFIG: policies\["user\/\*"\]: `false`/],
    // app-config-cli 23
    [{ '/x/:length': 'index' }, {}, /Route "\/x\/:length": E_ROUTE_WITH_LENGTH/],
    [{ 'FETCH /x': 'index' }, {}, /Route "FETCH \/x": /],
    [{ '/x': [{ policy: 'd' }, 'index'] }, {}, /Route `\/x`: there is no policy `d`/],
    [{ '/x': { action: 'index', view: 'x' } }, {}, /`action` or `view`, not both/],
    [{ '/x': { action: 'index', csrf: 1 } }, {}, /csrf must be true or false/],
    [{ '/x': { action: 'index', skipRegex: '(' } }, {}, /skipRegex is no regular expression/],
    [{ '/x': ['/y', 'index'] }, {}, /step 2 is never reached/],
  ]
  for (const [routes, policies, line] of cases) {
    const { code, log } = await failToLift(t, routes, policies)
    assert.equal(code, 78)
    assert.match(log, line)
    assert.equal(log.trim().split('\n').length, 1, log)
  }
})

// ---- what the app knows of itself ----

// app-config-cli 32
test('actions are listed by their identities, in lower case', async (t) => {
  const app = await start(t, {})

  assert.deepEqual((await ask(app, 'GET', '/actions')).body.sort(), [
    'index',
    'pet/feed',
    'security/grant-csrf-token',
    'user/delete',
    'user/find',
    'wrong',
  ])
})

// app-config-cli 33
test('the route to an action is found, however the action is named', async (t) => {
  const app = await start(t, {
    '/user/:id': 'user/find',
    '/user/:id/*': { action: 'user/find', skipAssets: true },
    'GET /user/:id': 'user/find',
    '*': { action: 'index', skipAssets: true },
  })
  const found = async (target) => (await ask(app, 'GET', `/route-for?target=${target}`)).body

  for (const target of ['user/find', 'user.find', 'UserController.find']) {
    assert.deepEqual(await found(target), { method: 'get', url: '/user/:id' })
  }
  assert.deepEqual(await found('index'), { method: '', url: '/*' })
  assert.deepEqual(await found('PetController.feed'), { method: 'get', url: '/bound' })
  assert.match((await found('nope')).error, /^E_NOT_FOUND/)
  assert.match((await found('user/delete')).error, /^E_NOT_FOUND/)
  assert.match((await found('5')).error, /^E_USAGE/)
})

test('routes and policies may stand bare in files of their names', async (t) => {
  const cwd = await folderOf(t, {
    'config/routes.json': '{ "GET /find": "user/find" } // bare',
    'config/policies.json': { '*': 'isLoggedIn' },
  })
  const app = await startApp(t, 'routing', { cwd })

  assert.equal((await ask(app, 'GET', '/find')).status, 403)
  assert.equal((await ask(app, 'GET', '/find?user=ann')).status, 200)
})
