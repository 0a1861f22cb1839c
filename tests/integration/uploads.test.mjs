// Bodies of HTTP requests, forms above all, and the files that they bring: fetch, curl, raw bytes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const run = promisify(execFile)

/** The app, and an empty folder that it receives files in. */
async function started(t, args = []) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'uploads-'))
  atEnd(t, () => rm(folder, { recursive: true, force: true }))
  const app = await startApp(t, 'uploads', { args: [`--http.uploadDir=${folder}`, ...args] })
  app.folder = folder
  return app
}

const file = (text, name, type = 'text/plain') => new File([text], name, { type })

/** A form of [name, value] and [name, File] pairs. */
function form(...pairs) {
  const made = new FormData()
  for (const [name, value] of pairs) {
    made.append(name, value)
  }
  return made
}

async function post(app, url, body, headers = {}) {
  const answer = await fetch(app.url + url, { method: 'POST', body, headers })
  const text = await answer.text()
  const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json')
  return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers }
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

// ---- bodies ----

const json = (text) => [text, { 'Content-Type': 'application/json' }]

// request-response 1
test('a body of GET, HEAD and OPTIONS is none', async (t) => {
  const app = await started(t)
  const raw =
    'GET /body?a=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n' +
    'Content-Length: 7\r\nConnection: close\r\n\r\n{"b":2}'

  assert.match(await exchange(app, raw), /\r\n\r\n\[\s*null\s*\]$/)
})

// request-response 2
test('what cannot be parsed is refused', async (t) => {
  const app = await started(t)
  const who = `--sockets.onlyAllowOrigins=["${app.url}"]`
  const production = await started(t, ['--environment=production', who, '--session.secret=known to the test'])
  const refused = [
    json('"str"'),
    json('{"a":'),
    json(JSON.stringify({ a: 'x'.repeat(1_200_000) })),
    [new URLSearchParams({ a: 'x'.repeat(1_200_000) }), {}],
    ['--x', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['--x', { 'Content-Type': 'multipart/form-data' }],
    [form(['a', 'x'.repeat(1_200_000)]), {}],
  ]

  for (const [body, headers] of refused) {
    const { status, body: text, headers: answered } = await post(app, '/body', body, headers)
    assert.equal(status, 400)
    assert.match(text, /^Unable to parse HTTP body- error occurred :: \S/)
    assert.match(answered.get('content-type'), /^text\/plain/)
    const silent = await post(production, '/body', body, headers)
    assert.deepEqual([silent.status, silent.body], [400, ''])
  }
})

// request-response 3
test('a body of another type is JSON, or nothing', async (t) => {
  const app = await started(t)
  const text = { 'Content-Type': 'text/plain' }

  assert.deepEqual((await post(app, '/body', '{"a":1}', text)).body, [{ a: 1 }])
  assert.deepEqual((await post(app, '/body', 'hello', text)).body, [{}])
})

// request-response 4
test('names with brackets nest in urlencoded forms, and not in multipart', async (t) => {
  const app = await started(t)
  const pairs = [['n[k]', 'v'], ['l[]', '1'], ['l[]', '2'], ['m', '1'], ['m', '2']]

  assert.deepEqual((await post(app, '/body', new URLSearchParams(pairs))).body, [
    { n: { k: 'v' }, l: ['1', '2'], m: ['1', '2'] },
  ])
  assert.deepEqual((await post(app, '/body', form(...pairs, ['__proto__', 'x'], ['ü', '✓']))).body, [
    { 'n[k]': 'v', 'l[]': ['1', '2'], m: ['1', '2'], ü: '✓' },
  ])
  assert.deepEqual((await post(app, '/body', form())).body, [{}])
})

// request-response 5
test('X-JSON-MPU-Params names the fields that are JSON', async (t) => {
  const app = await started(t)
  const fields = form(['j', '{"a":[1]}'], ['other', '{broken'], ['plain', '{"a":1}'], ['n', '7'])

  assert.deepEqual((await post(app, '/body', fields, { 'X-JSON-MPU-Params': 'j, other,n' })).body, [
    { j: { a: [1] }, other: '{broken', plain: '{"a":1}', n: 7 },
  ])
})

// ---- files ----

// request-response 26
test('a file is received to disk, and described', async (t) => {
  const app = await started(t)
  const bytes = Buffer.alloc(3_000_000, 'abc\r\n--').toString()
  const { body } = await post(
    app,
    '/upload',
    form(
      ['early', '1'],
      ['avatar', file(bytes, 'me.JPG', 'image/jpeg')],
      ['late', '2'],
      ['early', '3'],
      ['avatar', new File(['x'], 'noext')],
    ),
  )
  const [first, second] = body.files

  assert.deepEqual(body.before, { early: '1' })
  assert.deepEqual(body.body, { early: ['1', '3'], late: '2' })
  assert.match(first.fd, new RegExp(`^${app.folder}/${UUID}\\.JPG$`))
  assert.deepEqual(
    { ...first, fd: '' },
    { fd: '', size: 3_000_000, type: 'image/jpeg', filename: 'me.JPG', status: 'finished', field: 'avatar' },
  )
  assert.match(second.fd, new RegExp(`^${app.folder}/${UUID}$`))
  assert.equal(second.type, 'application/octet-stream')
  assert.equal(await readFile(first.fd, 'utf8'), bytes)
  assert.equal(await readFile(second.fd, 'utf8'), 'x')
  assert.equal((await stat(first.fd)).mode & 0o777, 0o600)
})

test('no file, and an empty choice of one, give an empty list', async (t) => {
  const app = await started(t)

  assert.deepEqual((await post(app, '/upload', form(['a', '1']))).body.files, [])
  assert.deepEqual((await post(app, '/upload', ...json('{"a":1}'))).body.files, [])
  assert.deepEqual((await post(app, '/upload', form(['avatar', file('', '')]))).body.files, [])
  const get = await (await fetch(`${app.url}/upload`)).json()
  assert.deepEqual(get, { refused: 'SAILS_ESTATE' })
  assert.deepEqual(await readdir(app.folder), [])
})

test('hostile names of files stay text', async (t) => {
  const app = await started(t)
  const names = ['../../etc/passwd', '/etc/x.conf', '..', '.bashrc', 'a.b/c', 'a.' + 'e'.repeat(17), 'x.p;h', 'é.ü']
  const { body } = await post(app, '/upload', form(...names.map((name) => ['avatar', file('x', name)])))

  assert.deepEqual(body.files.map(({ filename }) => filename), names)
  assert.deepEqual(
    body.files.map(({ fd }) => path.relative(app.folder, fd).replace(new RegExp(UUID), '')),
    ['', '.conf', '', '', '', '', '', ''],
  )
})

test('the app chooses folder and name, and nothing is written over', async (t) => {
  const app = await started(t)
  const folder = path.join(app.folder, 'new', 'deep')
  const send = () => post(app, '/named', form(['folder', folder], ['avatar', file('1', 'a.png')]))

  assert.equal((await send()).body.files[0].fd, path.join(folder, 'name.txt'))
  const { status, body } = await send()
  assert.deepEqual([status, body.error.code], [500, 'EEXIST'])
  assert.equal(await readFile(path.join(folder, 'name.txt'), 'utf8'), '1')
})

test('fields are received side by side, in any order', async (t) => {
  const app = await started(t)
  const files = form(
    ['a', file('1', 'a1')],
    ['b', file('2', 'b1')],
    ['c', file('nobody wants it', 'c1')],
    ['a', file('3', 'a2')],
  )
  const { a, b } = (await post(app, '/two', files)).body

  assert.deepEqual(a.map(({ filename }) => filename), ['a1', 'a2'])
  assert.deepEqual(b.map(({ filename }) => filename), ['b1'])
  assert.equal((await readdir(app.folder)).length, 3)
})

test('who asks too late learns that files had been there', async (t) => {
  const app = await started(t)
  const late = await post(app, '/one-by-one', form(['a', file('1', 'a1')], ['b', file('2', 'b1')]))
  const none = await post(app, '/one-by-one', form(['a', file('1', 'a1')]))

  assert.equal(late.body.b.code, 'EMAXBUFFER')
  assert.deepEqual(none.body.b, [])
})

// ---- limits ----

// request-response 26
test('an upload over its limit stops early, and nothing stays on disk', async (t) => {
  const app = await started(t)
  const small = form(['avatar', file('x'.repeat(50_000), '1')], ['avatar', file('y'.repeat(50_000), '2')])
  const big = form(['avatar', file('x'.repeat(50_000), '1')], ['avatar', file('y'.repeat(20_000_000), '2')])

  assert.equal((await post(app, '/small', small)).body.files.length, 2) // exactly the limit
  assert.equal((await readdir(app.folder)).length, 2)
  const { status, body } = await post(app, '/small', big)
  assert.equal(status, 500)
  assert.equal(body.error.code, 'E_EXCEEDS_UPLOAD_LIMIT')
  const { written } = body.error
  assert.equal(body.error.message, `Upload limit of 100000 bytes exceeded (${written} bytes written)`)
  assert.ok(written > 100_000 && written < 1_000_000)
  assert.equal((await readdir(app.folder)).length, 2)
})

test('the limit is configured', async (t) => {
  const app = await started(t, ['--http.maxUploadBytes=1000'])

  assert.equal((await post(app, '/upload', form(['avatar', file('x'.repeat(1000), '1')]))).status, 200)
  const { body } = await post(app, '/upload', form(['avatar', file('x'.repeat(1001), '1')]))
  assert.match(body.error.message, /^Upload limit of 1000 bytes exceeded \(1001 bytes written\)$/)
  const unwanted = form(['other', file('x'.repeat(1001), '1')], ['avatar', file('1', '1')])
  assert.equal((await post(app, '/upload', unwanted)).body.error.code, 'SAILS_ETOOBIG')
})

test('a folder that cannot be made fails the upload', async (t) => {
  const app = await started(t)
  const { status, body } = await post(app, '/nowhere', form(['avatar', file('1', '1')]))

  assert.deepEqual([status, body.error.code], [500, 'ENOTDIR'])
})

// ---- actions that do not wait ----

test('an answer that comes first ends the reception', async (t) => {
  const app = await started(t)
  const files = form(['avatar', file('x'.repeat(1_000_000), '1')])

  for (const url of ['/no', '/no-meanwhile']) {
    assert.equal((await post(app, url, files)).status, 403)
    assert.equal((await post(app, url, form(['avatar', file('x', '1')]))).status, 403)
  }
  await emptied(app.folder)
})

// ---- raw bytes ----

const BOUNDARY = 'Content-Type: multipart/form-data; boundary=XX\r\n'
const part = (name, filename) =>
  `--XX\r\nContent-Disposition: form-data; name="${name}"` +
  (filename === undefined ? '\r\n\r\n' : `; filename="${filename}"\r\n\r\n`)

/** Sends bytes, and gives what comes until the server closes. */
async function exchange(app, text) {
  const socket = net.connect(app.port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk) => (answer += chunk))
  socket.write(text)
  await once(socket, 'close')
  return answer
}

/** Waits until nothing is left in the folder: what is taken away is not told to anybody. */
async function emptied(folder) {
  const until = Date.now() + PATIENCE_MS
  while ((await readdir(folder)).length > 0) {
    assert.ok(Date.now() < until, 'files are left')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('the action begins with the first file, while the client still sends', async (t) => {
  const app = await started(t)
  const socket = net.connect(app.port, '127.0.0.1').setEncoding('utf8')

  socket.write(`POST /no HTTP/1.1\r\nHost: h\r\n${BOUNDARY}Content-Length: 100000\r\n\r\n`)
  socket.write(part('a') + '1\r\n' + part('avatar', 'x'))
  assert.match((await once(socket, 'data'))[0], /^HTTP\/1.1 403 /)
  socket.destroy()
})

test('a client that leaves midway leaves nothing on disk', async (t) => {
  const app = await started(t)

  for (const leave of ['end', 'destroy', 'resetAndDestroy']) {
    const socket = net.connect(app.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST /upload HTTP/1.1\r\nHost: h\r\n${BOUNDARY}Content-Length: 1000000\r\n\r\n`)
    socket.write(part('avatar', 'x') + 'whole\r\n' + part('avatar', 'y') + 'begun')
    while ((await readdir(app.folder)).length < 2) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket[leave]()
    await emptied(app.folder)
    socket.destroy()
  }
})

test('a form that is cut short or broken fails its upload', async (t) => {
  const app = await started(t)
  const send = async (url, text) => {
    const head = `POST ${url} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${BOUNDARY}`
    const length = `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`
    return await exchange(app, head + length + text)
  }

  assert.match(await send('/upload', part('avatar', 'x') + 'cut'), /"code":\s*"SAILS_EPROTO"/)
  assert.match(
    await send('/upload', part('avatar', 'x') + '1\r\n--XX\r\nbroken\r\n\r\n'),
    /"code":\s*"SAILS_EPROTO"/,
  )
  assert.match(await send('/upload', part('a') + 'cut'), /^HTTP\/1.1 400 /)
  assert.match(await send('/upload', part('avatar', 'x') + '1\r\n--XX--'), /"size":\s*1,/)
  await rm(app.folder, { recursive: true })
  assert.match(await send('/upload', part('avatar', 'x') + '1\r\n--XX--'), /"size":\s*1,/)
})

// ---- other clients ----

test('curl sends files, also chunked and waiting for 100 Continue', async (t) => {
  const app = await started(t)
  const sent = path.join(app.folder, 'sent.bin')
  await writeFile(sent, Buffer.alloc(2_000_000, 7))

  for (const headers of [[], ['-H', 'Transfer-Encoding: chunked'], ['-H', 'Expect: 100-continue']]) {
    const { stdout } = await run('curl', ['-sS', ...headers, '-F', 'a=1', '-F', `avatar=@${sent}`, `${app.url}/upload`])
    const { before, files } = JSON.parse(stdout)
    assert.deepEqual(before, { a: '1' })
    assert.equal(files[0].size, 2_000_000)
    assert.deepEqual(await readFile(files[0].fd), await readFile(sent))
  }
  const big = await run('curl', ['-sS', '-F', `avatar=@${sent}`, '-w', '%{http_code}', '-o', os.devNull, `${app.url}/small`])
  assert.equal(big.stdout, '500')
})

test('a socket has no files', async (t) => {
  const app = await started(t)
  const socket = await app.connect()
  const { statusCode, body } = await new Promise((resolve) =>
    socket.emit('post', { url: '/upload' }, resolve),
  )

  assert.equal(statusCode, 500)
  assert.equal(body, 'Streaming file uploads via `req.file()` are only available over HTTP with Skipper.')
})
