// How a program comes up and goes down, as its operator sees it: exit status, streams, lines.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { mkdtemp, mkdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { atEnd } from './support/ends.mjs'
import { binaryOf } from './support/server.mjs'
import { within } from './support/clients.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

/** A folder with these files (name to value), which goes with the test. */
async function folderOf(t, files = {}) {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'sails-lift-')))
  atEnd(t, () => rm(folder, { recursive: true }))
  for (const [name, value] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), JSON.stringify(value))
  }
  return folder
}

/** The app in a folder of its own, with nothing of this process' environment that it would read. */
class Program {
  #said = { stdout: '', stderr: '' }
  #hasEnded = false

  constructor(t, cwd, args, env = {}) {
    const clean = { ...process.env, HOME: cwd }
    for (const name of ['PORT', 'NODE_ENV', 'SAILS_ENV']) {
      delete clean[name]
    }
    this.child = spawn(binaryOf('lift'), args, {
      cwd,
      env: { ...clean, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].setEncoding('utf8').on('data', (text) => (this.#said[stream] += text))
    }
    this.exited = once(this.child, 'close').then(([code, signal]) => {
      this.#hasEnded = true
      return signal ?? code
    })
    atEnd(t, () => this.child.kill('SIGKILL') && this.exited)
  }

  /** All that it has said there; while it runs, see says(). */
  get out() {
    return this.#whole('stdout')
  }

  get err() {
    return this.#whole('stderr')
  }

  #whole(stream) {
    assert.ok(this.#hasEnded, 'what a running program says is waited for: says()')
    return this.#said[stream]
  }

  /** Waits until stdout has what the pattern matches. */
  async says(pattern) {
    for (;;) {
      const found = pattern.exec(this.#said.stdout)
      if (found) {
        return found
      }
      await within(
        Promise.race([
          once(this.child.stdout, 'data'),
          this.exited.then((status) => assert.fail(`ended with ${status}: ${this.err}`)),
        ]),
        String(pattern),
        20_000,
      )
    }
  }

  async listens() {
    return `http://127.0.0.1:${(await this.says(/Listening on \S+:(\d+)\n/))[1]}`
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    return this.exited
  }
}

async function lift(t, { files, args = [], env } = {}) {
  const cwd = await folderOf(t, files)
  return { cwd, program: new Program(t, cwd, ['--port=0', '--host=127.0.0.1', ...args], env) }
}

test('a lift is told as Sails tells it', async (t) => {
  const { cwd, program } = await lift(t)
  const { port } = new URL(await program.listens())

  // app-config-cli 9
  assert.equal(await program.stop(), 0)
  // app-config-cli 13
  assert.ok(program.out.includes(` info: Server lifted in \`${cwd}\`\n`), program.out)
  assert.match(program.out, / info: .*Sails\n/)
  assert.match(program.err, new RegExp(`^debug: Port        : ${port}$`, 'm'))
  assert.match(program.err, /^debug: Environment : development$/m)
  assert.match(program.err, /^debug: Host        : 127\.0\.0\.1$/m)
  const told = program.out.split('\n').filter((line) => /hook|NODE_ENV|Listening|going/.test(line))
  assert.deepEqual(told, [
    ' info: hook: initialized',
    ' info: NODE_ENV is not set',
    ` info: Listening on http://127.0.0.1:${port}`,
    ' info: going',
    ' info: hook: lowered',
  ])
})

test('who waits for the end is told what for, and that a second Ctrl+C ends it', async (t) => {
  const { program } = await lift(t, { args: ['--shutdownTimeout', '3600000'] })
  const socket = connect(new URL(await program.listens()).port, '127.0.0.1')
  atEnd(t, () => socket.destroy())
  // In one piece: with the first one's answer the beginning of the second has come, too.
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHo')
  await once(socket, 'data')

  program.child.kill('SIGINT')
  await program.says(/ info: Waiting for .* a second Ctrl\+C ends it at once\n/)
  program.child.kill('SIGINT')
  assert.equal(await program.exited, 'SIGINT')
})

test('log.noShip leaves the ship out, but not the port', async (t) => {
  const { program } = await lift(t, { args: ['--log.noShip'] })

  await program.listens()
  assert.equal(await program.stop('SIGINT'), 0)
  assert.doesNotMatch(program.out, /Server lifted/)
  assert.match(program.err, /^debug: Port        : \d+$/m)
})

// app-config-cli 10, app-config-cli 11, app-config-cli 12
for (const [level, out, err] of [
  ['silly', [' warn: three', ' info: five', 'verbo: six', '     : seven'], [' crit: one', 'error: two', 'debug: four']],
  ['info', [' warn: three', ' info: five'], [' crit: one', 'error: two', 'debug: four']],
  ['warn', [' warn: three'], [' crit: one', 'error: two']],
  ['silent', [], []],
]) {
  test(`at level ${level} the right lines go to the right streams`, async (t) => {
    const port = await freePort()
    const cwd = await folderOf(t)
    const args = [`--port=${port}`, '--host=127.0.0.1', `--log.level=${level}`]
    const program = new Program(t, cwd, args)
    const spoken = (text) => text.split('\n').filter((line) => /: (one|two|three|four|five|six|seven)$/.test(line))

    await answerOf(`http://127.0.0.1:${port}/log`)
    assert.equal(await program.stop(), 0)
    assert.deepEqual(spoken(program.out), out)
    assert.deepEqual(spoken(program.err), err)
    if (level === 'silent') {
      assert.equal(program.out + program.err, '')
    }
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Asks until somebody listens: a silent program does not say when it does. */
async function answerOf(url) {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await (await fetch(url)).text()
    } catch (error) {
      assert.ok(Date.now() < end, `${url}: ${error}`)
      await new Promise(setImmediate)
    }
  }
}

test('a port in use is told with tips, and status 1', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => server.close())
  const { port } = server.address()
  const program = new Program(t, await folderOf(t), [`--port=${port}`, '--host=127.0.0.1'])

  // app-config-cli 7
  assert.equal(await program.exited, 1)
  assert.match(program.err, /^error: Server failed to start\.\nerror: \(received error: EADDRINUSE\)\n/m)
  assert.ok(program.err.includes(`error:  -> Is something else already running on port ${port} ?\n`))
  assert.match(program.out, /hook: lowered/)
})

test('a bootstrap that fails ends the program with status 1', async (t) => {
  const { program } = await lift(t, { args: ['--custom.failBootstrap'] })

  // app-config-cli 8
  assert.equal(await program.exited, 1)
  assert.match(program.err, /^error: Bootstrap encountered an error: \(see below\)\nerror: no such thing/m)
  assert.doesNotMatch(program.out, /Listening/)
  assert.match(program.out, /hook: lowered/)
})

test('a request that is open is answered while the app goes', async (t) => {
  const { program } = await lift(t)
  const url = await program.listens()
  const answer = fetch(`${url}/wait`).then((response) => response.text())

  // app-config-cli 40
  await program.says(/ info: waiting\n/)
  const status = program.stop()
  assert.equal(await answer, 'at last')
  assert.equal(await status, 0)
})

test('production without NODE_ENV sets it; beside another one it is refused', async (t) => {
  const files = {
    'config/env/production.json': {
      session: { secret: 'kept to itself' },
      sockets: { onlyAllowOrigins: ['https://example.com'] },
    },
  }

  // app-config-cli 6
  const { program } = await lift(t, { files, args: ['--prod'] })
  await program.listens()
  assert.equal(await program.stop(), 0)
  assert.match(program.out, / info: NODE_ENV is production\n/)
  assert.doesNotMatch(program.err, /Local {7}:/)
  assert.doesNotMatch(program.out + program.err, /kept to itself/)

  const { program: refused } = await lift(t, { files, args: ['--prod'], env: { NODE_ENV: 'test' } })
  assert.equal(await refused.exited, 78)
  assert.match(refused.err, /^error: E_INVALID_NODE_ENV: /)

  const { program: guessable } = await lift(t, { files, args: ['--prod', '--session.secret=short'] })
  assert.equal(await guessable.exited, 78)
  assert.match(guessable.err, /^error: session\.secret: is too short/m)

  const { program: staging } = await lift(t, {
    files: { 'config/local.json': files['config/env/production.json'] },
    args: ['--staging'],
    env: { NODE_ENV: 'production' },
  })
  await staging.listens()
  assert.equal(await staging.stop(), 0)
  assert.match(staging.err, /^debug: Environment : staging$/m)
})

test('an environment that was meant to be production is told', async (t) => {
  for (const [name, isTold] of [['prodution', true], ['Production', true], ['prod', true], ['staging', false]]) {
    const { program } = await lift(t, { env: { NODE_ENV: name } })
    await program.listens()
    assert.equal(await program.stop(), 0)
    assert.equal(/is not "production": nothing is as in production/.test(program.out + program.err), isTold, name)
  }
})

// app-config-cli 2: weakest first; each source sets custom.x, and all that are weaker do, too.
const sources = [
  ['config/*.json', { files: { 'config/any.json': { custom: { x: 0 } } } }],
  ['env folder', { files: { 'config/env/staging/any.json': { custom: { x: 1 } } } }],
  ['env file', { files: { 'config/env/staging.json': { custom: { x: 2 } } } }],
  ['local', { files: { 'config/local.json': { custom: { x: 3 } } } }],
  ['rc', { files: { '.sailsrc': { custom: { x: 4 } } } }],
  ['variable', { env: { sails_custom__x: '5' } }],
  ['argv', { args: ['--custom.x=6'] }],
]

for (const [i, [name]] of sources.entries()) {
  test(`of all that is weaker, ${name} wins`, async (t) => {
    const used = sources.slice(0, i + 1).map(([, source]) => source)
    const { program } = await lift(t, {
      files: Object.assign({}, ...used.map(({ files }) => files)),
      env: Object.assign({ NODE_ENV: 'staging' }, ...used.map(({ env }) => env)),
      args: used.flatMap(({ args }) => args ?? []),
    })

    assert.equal(await answerOf(`${await program.listens()}/setting?name=custom.x`), String(i))
    assert.equal(await program.stop(), 0)
  })
}

test('PORT is stronger than files, and --port than PORT', async (t) => {
  const port = await freePort()
  const cwd = await folderOf(t, { 'config/a.json': { port: 1, explicitHost: '127.0.0.1' } })

  // app-config-cli 4
  const byVariable = new Program(t, cwd, [], { PORT: String(port) })
  assert.equal(await byVariable.listens(), `http://127.0.0.1:${port}`)
  assert.equal(await byVariable.stop(), 0)
  const byOption = new Program(t, cwd, ['--port', String(port)], { PORT: '2' })
  assert.equal(await byOption.listens(), `http://127.0.0.1:${port}`)
  assert.equal(await byOption.stop(), 0)
})

test('what is typed becomes values', async (t) => {
  // app-config-cli 3, app-config-cli 5
  const { program } = await lift(t, {
    args: ['--custom.b=1', '--custom.b=2', '--no-custom.z', '--custom.t'],
    env: { sails_custom__c__d: '[1,2]', sails_custom__e: 'hello world', SAILS_custom__h: '7' },
  })
  const url = await program.listens()

  assert.deepEqual(JSON.parse(await answerOf(`${url}/setting?name=custom`)), {
    b: [1, 2],
    z: false,
    t: true,
    c: { d: [1, 2] },
    e: 'hello world',
    h: '7',
  })
  assert.equal(await program.stop(), 0)
})

test('a log in JSON has one object a line, with the fields of requests', async (t) => {
  const { program } = await lift(t, { args: ['--log.format=json', '--log.access'] })
  const url = (await program.says(/Listening on (\S+?)"/))[1]

  await answerOf(`${url}/setting?name=port`)
  assert.equal(await program.stop(), 0)
  const lines = (program.out + program.err).trim().split('\n').map((line) => JSON.parse(line))
  for (const { time, level, message } of lines) {
    assert.equal(new Date(time).toISOString(), time)
    assert.ok(['info', 'debug'].includes(level), level)
    assert.equal(typeof message, 'string')
    assert.doesNotMatch(message, /~~~/) // no ship
  }
  const { method, path: asked, status, ms, transport } = lines.find((line) => line.method)
  assert.deepEqual([method, asked, status, transport], ['GET', '/setting', 200, 'http'])
  assert.ok(Number.isInteger(ms))
})

test('dontLift ends the program before it listens', async (t) => {
  const { program } = await lift(t, { args: ['--dontLift'] })

  assert.equal(await program.exited, 0)
  assert.match(program.out, /hook: initialized[^]*NODE_ENV[^]*hook: lowered/)
  assert.doesNotMatch(program.out, /Listening/)
})

test('a mistake is one line on stderr, and status 78', async (t) => {
  const { program } = await lift(t, { files: { 'config/a.json': { sockets: { pingIntervall: 1 } } } })

  assert.equal(await program.exited, 78)
  assert.equal(program.out, '')
  assert.equal(
    program.err,
    'error: config/a.json: sockets.pingIntervall: there is no such key; did you mean sockets.pingInterval?\n',
  )
})

test('a link that leads nowhere is something that cannot be read', async (t) => {
  for (const link of ['config/env', 'api', 'api/models', 'config/locales', '.sailsrc']) {
    const cwd = await folderOf(t, { 'config/a.json': { custom: { a: 1 } } })
    await mkdir(path.dirname(path.join(cwd, link)), { recursive: true })
    await symlink('nowhere', path.join(cwd, link))
    const program = new Program(t, cwd, ['--port=0'])

    assert.equal(await program.exited, 78, link)
    assert.match(program.err, new RegExp(`^error: .*${link.replaceAll('.', '\\.')}.* cannot be read: No such file`))
  }
})

// app-config-cli 14; and where the configuration is wrong, which is when help is needed
for (const [option, pattern] of [
  ['--version', /^\d+\.\d+\.\d+\n$/],
  ['-v', /^\d+\.\d+\.\d+\n$/],
  ['-h', /^Usage: /],
  ['--help', /^Usage: /],
]) {
  test(`${option} is answered whatever the configuration is`, async (t) => {
    const { program } = await lift(t, { args: ['--prot=1', option], files: { 'config/a.json': { port: 'x' } } })

    assert.equal(await program.exited, 0)
    assert.match(program.out, pattern)
    assert.equal(program.err, '')
  })
}

test('who listens on all addresses says so, with a URL that opens', async (t) => {
  const program = new Program(t, await folderOf(t), ['--port=0', '--log.format=json'])
  const [line] = await program.says(/^.*Listening on.*$/m)
  const { message, url, port } = JSON.parse(line)

  assert.match(message, /^Listening on http:\/\/localhost:\d+ \(and at all other .*addresses of this machine\)$/)
  assert.equal(url, `http://localhost:${port}`)
  assert.equal((await fetch(`http://127.0.0.1:${port}/setting?name=port`)).status, 200)
  assert.equal(await program.stop(), 0)
})

test('--help names every key of the reference page', async (t) => {
  const { program } = await lift(t, { args: ['--help'] })
  const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8')

  assert.equal(await program.exited, 0)
  for (const [, key] of page.matchAll(/^\| `([\w.]+)` \|/gm)) {
    assert.ok(program.out.includes(`\n  --${key}\n`), key)
  }
})

test('a socket may come from who starts the program, which hears that it serves', async (t) => {
  const listening = createServer()
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  atEnd(t, () => listening.close())
  const cwd = await folderOf(t)
  // As sd_listen_fds(3) says; the settings ask for another port, and are not asked.
  const child = spawn('sh', ['-c', `LISTEN_PID=$$ LISTEN_FDS=1 exec '${binaryOf('lift')}' --port=1 --workers=3`], {
    cwd,
    env: { ...process.env, HOME: cwd },
    stdio: ['ignore', 'pipe', 'inherit', listening._handle.fd],
  })
  atEnd(t, () => child.kill('SIGKILL'))
  const said = await new Promise((resolve) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece
      if (/Listening on.*\n/.test(text)) {
        resolve(text)
      }
    })
  })
  assert.match(said, new RegExp(`Listening on http://\\S+:${listening.address().port}`))
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
