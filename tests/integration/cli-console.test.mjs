// The console: an application that is lifted, and somebody who asks it, on a terminal or by a pipe.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, folderOf, sails, writeFiles } from './support/sails-command.mjs'

const shop = {
  'api/models/Pet.json': { attributes: { name: { type: 'string', required: true }, age: 'number', friends: { collection: 'pet' } } },
  'config/models.json': { models: { migrate: 'alter', attributes: { id: { type: 'number', autoIncrement: true } } } },
  'config/routes.json': { 'POST /echo': 'echo', 'GET /old': '/new' },
  'api/controllers/echo.c':
    '#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    sails_res_json(res, json_incref(sails_req_body(req)));\n}\n',
}

/** On a terminal; what libedit itself never frees (names of functions for keys) is not ours to report. */
async function onTerminal(t, cwd) {
  await writeFiles(cwd, { 'lsan.txt': 'leak:libedit\n' })
  return new Command(t, cwd, ['console', '--port=0'], {
    terminal: true,
    env: { ASAN_OPTIONS: 'fast_unwind_on_malloc=0', LSAN_OPTIONS: `suppressions=${cwd}/lsan.txt:print_suppressions=0` },
  })
}

/** What the console answers to these lines, without a terminal. */
async function ask(t, lines) {
  const cwd = await folderOf(t, shop)
  const { status, out, err } = await sails(t, cwd, ['console', '--port=0'], { input: lines.join('\n') + '\n' })
  assert.equal(status, 0, err)
  return out.slice(out.indexOf('( to exit, type <CTRL>+<C> )\n') + 29)
}

test('requests, records and settings are asked for', async (t) => {
  const out = await ask(t, [
    'POST /echo {"a": [1]}',
    '/old',
    'GET /none',
    'pet.create {"name": "rex"}',
    'Pet.update({"name": "rex"}, {"age": 3})',
    'pet.find {"age": {">": 2}}',
    'pet.count',
    'pet.destroy {"id": 1}',
    'pet.count {}',
    'config log.level',
    'actions',
    'rooms',
    'sockets',
    'sockets.blast "news" {"a": 1}',
    'sockets.broadcast "room" "news"',
  ])
  const told = out
    .replace(/"createdAt": \d+/g, '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
  assert.match(
    told,
    /^200 \{ "a": \[ 1 \] \} 302 "Redirecting to \/new" 404 "Not Found" \{ "id": 1, .*"age": 0 \} (\[ \{ "id": 1, "name": "rex", "age": 3 \} \] ){2}1 \[ \{ .* \} \] 0 "info" echo /,
  )
  assert.match(out, /\necho\n/)
  assert.match(out, /\n\[\]\n\[\]\nsent\nsent\n$/)
})

test('routes and models are listed, and every method of a model is there', async (t) => {
  const out = await ask(t, [
    'routes',
    'models',
    'pet.createEach [{"name": "rex", "age": 2}, {"name": "tom", "age": 4}]',
    'pet.sum "age"',
    'pet.avg "age" {"name": "tom"}',
    'pet.findOrCreate {"name": "ann"} {"name": "ann"}',
    'pet.addToCollection 1 "friends" [2, 3]',
    'pet.removeFromCollection 1 "friends" 3',
    'pet.replaceCollection 2 "friends" []',
    'pet.archiveOne {"name": "rex"}',
    'pet.count',
  ])
  assert.match(out, /^POST +\/echo +echo$/m)
  assert.match(out, /^GET +\/old +-> \/new$/m)
  assert.match(out, /^GET +\/pet\/:id +pet\/findone$/m)
  assert.match(out, /^pet \{[^]*?"friends": \{\s*"collection": "pet"\s*\}[^]*?\n\}\n/m)
  assert.match(out, /\n6(\.0)?\n4(\.0)?\n\{[^]*"name": "ann"[^]*\n(\(nothing\)\n){3}\{[^]*"name": "rex"[^]*\n2\n$/)
})

test('mistakes are told, and the console goes on', async (t) => {
  const out = await ask(t, [
    'nonsense',
    'pet.find {name: 1}',
    'pet.find {"none": 1}',
    'pet.create {}',
    'pet.update {"id": 1}',
    'cat.find {}',
    'GET /a b',
    'sockets.blast 7',
    'config no.such',
    '',
    'GET /old',
    'exit',
    'pet.count',
  ])
  const lines = out.trim().split('\n')
  assert.equal(lines[0], 'That is nothing that the console knows: see `help`')
  assert.match(lines[1], /^`\{name: 1\}` is no JSON: .*double quotes$/)
  assert.equal(lines.filter((line) => /^302/.test(line)).length, 1)
  assert.match(out, /name/)
  assert.match(out, /update takes 2 values of JSON/)
  assert.match(out, /A room and an event are texts/)
  assert.match(out, /"Redirecting to \/new"\n$/) // nothing behind exit
})

test('on a terminal there are a prompt, completion, and a history that stays', async (t) => {
  const cwd = await folderOf(t, shop)
  const console_ = await onTerminal(t, cwd)
  await console_.says(/Welcome to the Sails console\.[^]*sails> /)
  console_.child.stdin.write('con\t log.level\r')
  await console_.says(/"info"/)
  await console_.says(/sails> /)
  console_.child.stdin.write('\x1b[A\r') // the line before
  await console_.says(/"info"/)
  await console_.says(/sails> /)
  console_.child.stdin.write('\x03')
  assert.equal((await console_.ended()).status, 0)
  assert.match(await readFile(path.join(cwd, '.tmp/.sails_history'), 'utf8'), /config/)
})

test('the end of the input ends it, and what does not lift is status 1', async (t) => {
  const cwd = await folderOf(t, shop)
  const console_ = await onTerminal(t, cwd)
  await console_.says(/sails> /)
  console_.child.stdin.write('\x04')
  assert.equal((await console_.ended()).status, 0)

  const bad = await sails(t, await folderOf(t, { 'config/a.json': '{"port": "x"}' }), ['console'])
  assert.equal(bad.status, 1)
  assert.match(bad.err, /error: config\/a\.json: port: "x" is not allowed.*\nerror: Could not load Sails app\.\n/)
})
