// An application that changes while it is lifted.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, folderOf, writeFiles } from './support/sails-command.mjs'

const action = (text) => `#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    ${text}\n}\n`
const saying = (word) => action(`sails_res_send(res, "${word}");`)

/** Over a connection of its own: one that is kept may still lead to the process before. */
const answerOf = (url, headers = {}) =>
  new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, body: await text(answer) })
    }).on('error', reject)
  })
const textOf = async (url) => (await answerOf(url)).body
const stateOf = async (url) => JSON.parse(await textOf(`${url}/__sails_dev`))

async function lift(t, files, options) {
  const cwd = await folderOf(t, files)
  const app = new Command(t, cwd, ['lift', '--port=0'], options)
  return { cwd, app, url: await app.listens() }
}

test('a change of C, of JSON and of a page is served on the same port, and refuses nobody', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'api/controllers/word.c': saying('one'),
    'config/routes.json': { 'GET /word': 'word', 'GET /page': { view: 'page' } },
    'views/page.html': 'first',
  })
  const words = new Set()
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      try {
        words.add(await textOf(`${url}/word`))
      } catch (error) {
        // Who has connected to a process that ends at that moment has to try again; nobody is refused.
        assert.equal(error.code, 'ECONNRESET')
      }
    }
  })()

  await writeFiles(cwd, { 'api/controllers/word.c': saying('two') })
  await app.says(/info: Reloaded after \d+ ms: api\/controllers\/word\.c/)
  assert.equal(await textOf(`${url}/word`), 'two')
  await writeFiles(cwd, { 'views/page.html': 'second' })
  await app.says(/info: Reloaded after \d+ ms: views\/page\.html/)
  assert.equal(await textOf(`${url}/page`), 'second')
  await writeFiles(cwd, { 'config/routes.json': { 'GET /other': 'word' } })
  await app.says(/info: Reloaded after \d+ ms: config\/routes\.json/)
  assert.equal(await textOf(`${url}/other`), 'two')

  isOver = true
  await asking
  assert.deepEqual([...words].sort(), ['Not Found', 'one', 'two'])
  assert.equal(await app.stop(), 0)
})

test('what does not compile, or lift, is told, and the last good version keeps serving', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'api/controllers/word.c': saying('one'),
    'config/routes.json': { 'GET /word': 'word' },
  })
  const before = await stateOf(url)
  assert.equal(before.problem, '')

  await writeFiles(cwd, { 'api/controllers/word.c': action('nothing;') })
  await app.says(/warn: The last good version keeps serving/)
  await app.tells(/api\/controllers\/word\.c:5:5: .*error/)
  assert.equal(await textOf(`${url}/word`), 'one')
  const broken = await stateOf(url)
  assert.match(broken.problem, /^api\/controllers\/word\.c: [^]*word\.c:5:5: error/)
  assert.equal(broken.version, before.version)

  await writeFiles(cwd, { 'api/controllers/word.c': saying('two') })
  await app.says(/info: Reloaded/)
  assert.equal(await textOf(`${url}/word`), 'two')
  const mended = await stateOf(url)
  assert.equal(mended.problem, '')
  assert.ok(mended.version > before.version)

  await writeFiles(cwd, { 'config/routes.json': '{"GET /word": ' })
  await app.says(/warn: The last good version keeps serving/)
  await app.tells(/error: config\/routes\.json: line 1/)
  assert.equal(await textOf(`${url}/word`), 'two')
  assert.match((await stateOf(url)).problem, /does not lift/)
  assert.equal(await app.stop(), 0)
})

test('folders and files that come later count, and those that go', async (t) => {
  const { cwd, app, url } = await lift(t, { 'config/routes.json': { 'GET /word': 'deep/word' } })
  await writeFiles(cwd, { 'api/controllers/deep/word.c': saying('here') })
  await app.says(/info: Reloaded/)
  while ((await textOf(`${url}/word`)) !== 'here') {
    await app.says(/info: Reloaded/) // its folder alone was seen first
  }
  await rm(path.join(cwd, 'api/controllers/deep/word.c'))
  await app.says(/info: Reloaded/)
  assert.equal(await textOf(`${url}/word`), 'Not Found')
  await writeFiles(cwd, { 'api/policies/.word.c.swp': 'x', 'api/policies/word.c~': 'x', 'assets/a.txt': 'a' })
  await app.says(/info: Reloaded/) // the folder api/policies
  assert.equal(await app.stop(), 0)
})

test('folders in other places are watched, and a file that is renamed is named (app-config-cli 5.1)', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'config/paths.json': { paths: { views: 'ui/pages', models: 'data', public: 'web', tmp: 'var' } },
    'config/routes.json': { 'GET /page': { view: 'page' } },
    'config/models.json': { models: { migrate: 'alter', attributes: { id: { type: 'number', autoIncrement: true } } } },
    'data/Pet.json': { attributes: { name: 'string' } },
    'ui/pages/page.ejs': 'first <%= 1 + 1 %>',
    'web/file.txt': 'sent',
  })
  assert.equal(await textOf(`${url}/page`), 'first 2')
  assert.equal(await textOf(`${url}/file.txt`), 'sent')
  assert.equal((await fetch(`${url}/pet`, { method: 'POST', body: new URLSearchParams({ name: 'rex' }) })).status, 200)
  assert.ok((await stat(path.join(cwd, 'var/default.sqlite'))).size > 0)

  // As sed -i and many editors write.
  await writeFile(path.join(cwd, 'ui/pages/sed1'), 'second')
  await rename(path.join(cwd, 'ui/pages/sed1'), path.join(cwd, 'ui/pages/page.ejs'))
  await app.says(/info: Reloaded after \d+ ms: ui\/pages\/page\.ejs\n/)
  assert.equal(await textOf(`${url}/page`), 'second')
  await writeFiles(cwd, { 'ui/pages/page.ejs': '<%= missing %>' })
  await app.says(/info: Reloaded after \d+ ms: ui\/pages\/page\.ejs\n/)
  assert.match(await textOf(`${url}/page`), /^ui\/pages\/page\.ejs:1: ReferenceError/)
  // A browser gets a page that is loaded again when the template has been mended.
  const shown = await answerOf(`${url}/page`, { accept: 'text/html,*/*' })
  assert.equal(shown.status, 500)
  assert.match(shown.headers['content-type'], /^text\/html/)
  assert.match(shown.body, /<pre>ui\/pages\/page\.ejs:1: ReferenceError[^]*&lt;%= missing %&gt;[^]*<script>[^]*\/__sails_dev/)
  await writeFiles(cwd, { 'data/Toy.json': { attributes: { name: 'string' } } })
  await app.says(/info: Reloaded after \d+ ms: data\/Toy\.json/)
  assert.equal((await fetch(`${url}/toy`)).status, 200)
  assert.equal(await app.stop(), 0)
})

test('pages learn of changes by the client', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'config/routes.json': { 'GET /word': { view: 'page' } },
    'views/page.html': 'first',
  })
  const client = await textOf(`${url}/sails.io.js`)
  assert.match(client, /\/__sails_dev/)
  const before = await stateOf(url)
  await writeFiles(cwd, { 'views/page.html': 'second' })
  await app.says(/info: Reloaded/)
  assert.ok((await stateOf(url)).version > before.version)
  assert.equal(await app.stop(), 0)
})

test('in production, and with --no-watch, nothing of it is there', async (t) => {
  const cwd = await folderOf(t, { 'config/routes.json': {} })
  const app = new Command(t, cwd, ['lift', '--port=0', '--no-watch'])
  const url = await app.listens()
  assert.equal((await fetch(`${url}/__sails_dev`)).status, 404)
  assert.doesNotMatch(await textOf(`${url}/sails.io.js`), /__sails_dev/)
  assert.equal(await app.stop(), 0)
})

test('a crash is told, and the next change starts it again; the status is that of the application', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'api/controllers/word.c': action('raise(9);').replace('#include', '#include <signal.h>\n#include'),
    'config/routes.json': { 'GET /word': 'word' },
  })
  await assert.rejects(textOf(`${url}/word`))
  await writeFiles(cwd, { 'api/controllers/word.c': action('sails_app_stop(sails_req_app(req)); sails_res_ok(res, NULL);') })
  await app.says(/info: Reloaded/)
  await app.tells(/error: The application was ended by the signal Killed/)
  assert.equal(await textOf(`${url}/word`), 'OK')
  assert.equal((await app.ended()).status, 0)
})

/** An application that ends itself by SIGKILL so many milliseconds after its lift. */
const fallingAfter = (ms) => `#include <sails/sails.h>
#include <signal.h>

static void fall(sails_app *app, int status, void *ctx)
{
    (void)app;
    (void)ctx;
    if (status == 0) {
        (void)raise(SIGKILL);
    }
}

SAILS_BOOTSTRAP()
{
    return sails_app_after(app, ${ms}, fall, NULL, NULL);
}
`

test('after a crash at its start who asks is told why, until a file changes', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'config/bootstrap.c': fallingAfter(1),
    'config/routes.json': { 'GET /page': { view: 'page' } },
    'views/page.html': 'mended',
  })
  await app.tells(/error: The application was ended by the signal Killed, less than a second after its start/)
  const page = await answerOf(`${url}/page`, { accept: 'text/html,*/*' })
  assert.equal(page.status, 503)
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.match(page.body, /<pre>The application was ended by the signal Killed/)
  assert.match(page.body, /fetch\('\/__sails_dev'[^]*location\.reload/)
  const plain = await answerOf(`${url}/page`)
  assert.equal(plain.headers['content-type'], 'text/plain; charset=utf-8')
  assert.match(plain.body, /^The application was ended by the signal Killed.*\n$/)
  assert.equal((await fetch(`${url}/page`, { method: 'POST', body: 'x'.repeat(100_000) })).status, 503)
  const state = await answerOf(`${url}/__sails_dev`)
  assert.equal(state.headers['retry-after'], '1')
  const before = JSON.parse(state.body)
  assert.match(before.problem, /^The application was ended by the signal Killed/)

  await writeFiles(cwd, { 'config/bootstrap.c': 'nothing' })
  await app.tells(/error: The application does not compile/)
  assert.match((await answerOf(`${url}/page`, { accept: 'text/html' })).body, /<pre>config\/bootstrap\.c:1:1: error/)
  await writeFiles(cwd, { 'config/bootstrap.c': '' })
  await app.says(/info: Reloaded/)
  assert.equal(await textOf(`${url}/page`), 'mended')
  const mended = await answerOf(`${url}/__sails_dev`)
  assert.equal(mended.headers['retry-after'], undefined)
  assert.equal(JSON.parse(mended.body).problem, '')
  assert.ok(JSON.parse(mended.body).version > before.version)
  assert.equal(await app.stop(), 0)
})

test('what crashes later is started again, and open pages show that it was', async (t) => {
  const { app, url } = await lift(t, { 'config/bootstrap.c': fallingAfter(1500), 'config/routes.json': {} })
  const before = await stateOf(url)
  await app.tells(/error: The application was ended by the signal Killed\. It is started again\n/)
  await app.says(/info: Started again/)
  const after = await stateOf(url)
  assert.equal(after.version, before.version) // loaded again a page might lead to the same crash
  assert.match(after.problem, /ended by the signal Killed\. It is started again$/)
  assert.equal(await app.stop(), 0)
})

test('who holds all connections, says nothing or speaks TLS keeps nobody from the reason', async (t) => {
  const { app, url } = await lift(t, { 'config/bootstrap.c': fallingAfter(1), 'config/routes.json': {} })
  await app.tells(/less than a second after its start/)
  const silent = Array.from({ length: 40 }, () => connect(new URL(url).port, '127.0.0.1'))
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  silent.forEach((socket) => socket.on('error', () => {}))
  assert.equal((await answerOf(url)).status, 503)
  const tls = connect(new URL(url).port, '127.0.0.1')
  tls.end(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x01]))
  assert.equal(await text(tls), '')
  const long = connect(new URL(url).port, '127.0.0.1')
  long.write('x'.repeat(5000))
  assert.match(await text(long), /^HTTP\/1\.1 503 /)
  silent.forEach((socket) => socket.destroy())
  assert.equal(await app.stop(), 0)
})

test('Ctrl+C on a terminal ends it once', async (t) => {
  const cwd = await folderOf(t, { 'config/routes.json': {} })
  const app = new Command(t, cwd, ['lift', '--port=0'], { terminal: true })
  await app.says(/Listening on/)
  app.child.stdin.write('\x03')
  assert.equal((await app.ended()).status, 0)
})

test('a crash before it is lifted is told', async (t) => {
  const cwd = await folderOf(t, {
    'config/routes.json': {},
    'config/bootstrap.c': `#include <signal.h>
#include <sails/sails.h>

SAILS_BOOTSTRAP()
{
    return raise(SIGKILL);
}
`,
  })
  const app = new Command(t, cwd, ['lift', '--port=0'])
  await app.tells(/error: The application was ended by the signal Killed before it was lifted\./)
  assert.equal((await app.ended()).status, 137)
})

test('after a crash Ctrl+C ends it with 0', async (t) => {
  const { app, url } = await lift(t, {
    'api/controllers/word.c': action('raise(9);').replace('#include', '#include <signal.h>\n#include'),
    'config/routes.json': { 'GET /word': 'word' },
  })
  await assert.rejects(textOf(`${url}/word`))
  await app.tells(/error: The application was ended by the signal Killed/)
  assert.equal(await app.stop(), 0)
})
