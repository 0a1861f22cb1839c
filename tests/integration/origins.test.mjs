// sockets.onlyAllowOrigins: which pages may connect.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { startApp } from './support/server.mjs'

const list = (...origins) => `--sockets.onlyAllowOrigins=${JSON.stringify(origins)}`
const poll = (app, headers) =>
  fetch(`${app.url}/socket.io/?EIO=4&transport=polling`, { headers })

// sails-sockets 7, 8
test('only listed origins connect, to the letter', async (t) => {
  const app = await startApp(t, 'io', { args: [list('http://ok.com:1337')] })

  const admitted = await poll(app, { Origin: 'http://ok.com:1337' })
  assert.equal(admitted.status, 200)
  assert.equal(admitted.headers.get('access-control-allow-origin'), 'http://ok.com:1337')
  assert.equal(admitted.headers.get('vary'), 'Origin')
  await admitted.text()
  for (const Origin of ['http://ok.com', 'https://ok.com:1337', 'http://OK.com:1337', 'null']) {
    const refused = await poll(app, { Origin })
    assert.equal(refused.status, 400)
    assert.deepEqual(await refused.json(), { code: 3, message: 'Bad request' })
  }
  assert.equal((await poll(app, {})).status, 400)
})

// sails-sockets 8
test('a switch lets clients without an origin in', async (t) => {
  const args = [list('http://ok.com'), '--sockets.allowMissingOrigin']
  const app = await startApp(t, 'io', { args })

  assert.equal((await poll(app, {})).status, 200)
  assert.equal((await poll(app, { Origin: 'http://other.com' })).status, 400)
})

// sails-sockets 9
test('the origin is looked at before the transport', async (t) => {
  const app = await startApp(t, 'io', { args: [list('http://ok.com')] })

  const headers = { Origin: 'http://other.com' }
  const refused = await fetch(`${app.url}/socket.io/?EIO=4&transport=pigeon`, { headers })
  assert.deepEqual(await refused.json(), { code: 3, message: 'Bad request' })
})

// sails-sockets 10, 11
test('a list that no browser can match, and none in production, fail the lift', () => {
  const build = process.env.SAILS_BUILD_DIR ?? 'build/asan'
  const binary = path.resolve(build, 'tests/integration/apps/io')

  for (const args of [
    [list('')],
    [list('ok.com')],
    [list('http://ok.com:80')],
    [list('https://ok.com:443')],
    [list('http://ok.com/')],
    ['--prod'],
  ]) {
    const { status, stderr } = spawnSync(binary, ['--port=0', ...args])
    assert.equal(status, 78, `${args}`)
    assert.match(String(stderr), /onlyAllowOrigins/)
  }
})

test('an origin that is none is named, with its place, and why it is none', () => {
  const build = process.env.SAILS_BUILD_DIR ?? 'build/asan'
  const binary = path.resolve(build, 'tests/integration/apps/io')
  const lift = (...args) => String(spawnSync(binary, ['--port=0', ...args]).stderr)

  assert.match(
    lift(list('http://ok.com', 'ok.com')),
    /sockets\.onlyAllowOrigins\[1\]: "ok\.com" is no origin: it must begin with http:\/\/ or https:\/\/ \(E_INVALID_ORIGIN\)/,
  )
  assert.match(lift(list('http://ok.com', 7)), /sockets\.onlyAllowOrigins\[1\]: 7 is no origin: it is not a text/)
  assert.match(
    lift('--security.cors.allowOrigins=["http://ok.com","http://ok.com/"]'),
    /security\.cors\.allowOrigins\[1\]: "http:\/\/ok\.com\/" is no origin: .* \(E_INVALID_SECURITY_CONFIG\)/,
  )
})

test('an origin that no page has is told, and harms nobody', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.cors.origin=["http://ok.com","ok.com"]'] })

  await app.says(/sockets\.cors\.origin\[1\]: "ok\.com" is no origin: .*, and no page has it/)
  const answer = await poll(app, { Origin: 'http://ok.com' })
  assert.equal(answer.headers.get('access-control-allow-origin'), 'http://ok.com')
})
