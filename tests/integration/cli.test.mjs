// The command `sails`: what it says, its exit statuses, what it makes, with pipes and on a terminal.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Command, folderOf, sails, writeFiles } from './support/sails-command.mjs'

const tree = async (folder) =>
  (await readdir(folder, { recursive: true })).map(String).sort()

test('the version is printed and nothing else (app-config-cli 14)', async (t) => {
  const cwd = await folderOf(t)
  for (const word of ['--version', '-v', '-V', 'version']) {
    const { status, out, err } = await sails(t, cwd, [word])
    assert.match(out, /^\d+\.\d+\.\d+\n$/)
    assert.deepEqual([status, err], [0, ''])
  }
})

test('help tells of all commands, and of each', async (t) => {
  const cwd = await folderOf(t)
  const list = await sails(t, cwd, [])
  assert.equal(list.status, 0)
  const commands = [...list.out.matchAll(/^ {4}([a-z]+) {2,}\S/gm)].map((found) => found[1])
  assert.ok(commands.includes('new') && commands.includes('lift'), list.out)
  for (const word of ['--help', '-h', 'help']) {
    assert.equal((await sails(t, cwd, [word])).out, list.out)
  }
  for (const command of commands) {
    const told = await sails(t, cwd, ['help', command])
    assert.match(told.out, new RegExp(`^\\n  Usage: sails ${command}\\b`))
    assert.equal((await sails(t, cwd, [command, '--help'])).out, told.out)
  }
})

test('an unknown command is told, and is status 0 (app-config-cli 15)', async (t) => {
  const { status, out } = await sails(t, await folderOf(t), ['foo'])
  assert.equal(status, 0)
  assert.match(out, /^\n {2}\*\* Unrecognized command: foo \*\*\n\n {2}Usage: sails COMMAND/)
})

test('a new application is made and lifts at once (app-config-cli 17)', async (t) => {
  const cwd = await folderOf(t)
  const made = await sails(t, cwd, ['new', 'demo', '--fast'])
  assert.equal(made.status, 0)
  assert.ok(made.out.startsWith(' info: Created a new Sails app `demo`!\n'), made.out)
  const folder = path.join(cwd, 'demo')
  const files = await tree(folder)
  for (const name of ['.sailsrc', '.gitignore', 'api/models/.gitkeep', 'config/routes.json', 'views/pages/homepage.ejs', 'views/layouts/layout.ejs']) {
    assert.ok(files.includes(name), `${name} in ${files}`)
  }

  const app = new Command(t, folder, ['lift', '--port', '0'])
  const url = await app.listens()
  const page = await fetch(url)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /<h1>Welcome: demo<\/h1>/)
  assert.match((await fetch(`${url}/styles/app.css`)).headers.get('content-type'), /^text\/css/)
  for (const client of ['/sails.io.js', '/dependencies/sails.io.js']) {
    assert.match(await (await fetch(url + client)).text(), /^\/\*! sails\.io\.js/)
  }
  assert.equal((await fetch(`${url}/none`)).status, 404)
  assert.equal(await app.stop(), 0)
  assert.ok(app.said.includes(`Server lifted in \`${folder}\``), app.said)
})

test('each kind of application lifts, in production, too', async (t) => {
  const cwd = await folderOf(t)
  for (const [name, ...options] of [['web'], ['api', '--no-frontend'], ['small', '--minimal']]) {
    assert.equal((await sails(t, cwd, ['new', name, ...options])).status, 0)
    for (const more of [[], ['--prod']]) {
      const { status, out, err } = await sails(t, path.join(cwd, name), ['lift', '--dontLift', '--port=0', ...more])
      assert.equal(status, 0, out + err)
      assert.doesNotMatch(out + err, /warn:|error:/)
    }
  }
  assert.ok(!(await tree(path.join(cwd, 'api'))).some((file) => /^(views|assets)/.test(file)))
})

test('two applications have not the same secrets', async (t) => {
  const cwd = await folderOf(t)
  const secrets = []
  for (const name of ['one', 'two']) {
    await sails(t, cwd, ['new', name])
    secrets.push(
      /"secret": "(.*)"/.exec(await readFile(path.join(cwd, name, 'config/session.json'), 'utf8'))[1],
      /"default": "(.*)"/.exec(await readFile(path.join(cwd, name, 'config/models.json'), 'utf8'))[1],
    )
  }
  assert.equal(new Set(secrets).size, 4)
  assert.ok(secrets.every((secret) => Buffer.from(secret, 'base64').length === 32))
})

test('names are written with hyphens, also at the end of a path', async (t) => {
  const cwd = await folderOf(t)
  const { out } = await sails(t, cwd, ['new', 'apps/myShop1/'])
  assert.match(out, /Created a new Sails app `my-shop-1`!/)
  assert.ok((await stat(path.join(cwd, 'apps/my-shop-1/config'))).isDirectory())
})

test('what cannot be made is told with the way out, and leaves nothing', async (t) => {
  const cwd = await folderOf(t, { 'taken/mine.txt': 'mine', file: '' })
  const cases = [
    [['new'], /^error: Usage: sails new NAME\n$/],
    [['new', '..'], /^error: `\.\.` cannot be the name of an app: it takes letters or digits\n$/],
    [['new', 'taken'], /^error: Something else already exists at ::taken\n.*--force\n$/],
    [['new', 'file'], /^error: file: .*not a directory/i],
    [['new', 'file/below'], /^error: .*file.*: .*not a directory/i],
  ]
  const before = await tree(cwd)
  for (const [args, message] of cases) {
    const { status, out, err } = await sails(t, cwd, args)
    assert.match(err, message)
    assert.deepEqual([status, out], [1, ''])
  }
  assert.deepEqual(await tree(cwd), before)

  assert.equal((await sails(t, cwd, ['new', 'taken', '--force'])).status, 0)
  assert.equal(await readFile(path.join(cwd, 'taken/mine.txt'), 'utf8'), 'mine')
})

test('on a terminal it asks for a template, and an end of the input cancels', async (t) => {
  const cwd = await folderOf(t)
  const asked = new Command(t, cwd, ['new', 'shop'], { terminal: true })
  await asked.says(/1\. Web App/)
  asked.type('3')
  await asked.says(/1 for pages/)
  asked.type('2')
  await asked.says(/\x1b\[32m info:\x1b\[0m Created a new Sails app `shop`!/)
  assert.equal((await asked.ended()).status, 0)
  assert.ok(!(await tree(path.join(cwd, 'shop'))).includes('views'))

  const cancelled = new Command(t, cwd, ['new', 'other'], { terminal: true })
  await cancelled.says(/\? /)
  cancelled.child.stdin.write('\x04')
  assert.equal((await cancelled.ended()).status, 0)
  assert.deepEqual(await readdir(cwd), ['shop'])
})

test('a lift says what is wrong, with the status of its kind', async (t) => {
  const cwd = await folderOf(t, { 'bad/config/a.json': '{"port": 1.5}', 'good/config/a.json': '{}' })
  const wrong = await sails(t, path.join(cwd, 'bad'), ['lift'])
  assert.deepEqual([wrong.status, wrong.out], [78, ''])
  assert.match(wrong.err, /^error: config\/a\.json: port: 1\.5 is not allowed/)

  // app-config-cli 7
  const app = new Command(t, path.join(cwd, 'good'), ['lift', '--port=0'])
  const { port } = new URL(await app.listens())
  const second = await sails(t, path.join(cwd, 'good'), ['l', '--port', port])
  assert.equal(second.status, 1)
  assert.match(second.err, /error: Server failed to start\.\nerror: \(received error: EADDRINUSE\)\n/)
  assert.equal(await app.stop('SIGINT'), 0)

  const empty = await folderOf(t)
  const nothing = await sails(t, empty, ['lift', '--dontLift'])
  assert.equal(nothing.status, 0)
  assert.match(nothing.out, / warn: .* is no application: .*`sails new`/)
})

test('models in JSON alone are an application', async (t) => {
  const cwd = await folderOf(t)
  await sails(t, cwd, ['new', 'shop', '--no-frontend'])
  const folder = path.join(cwd, 'shop')
  await writeFiles(folder, { 'api/models/User.json': { attributes: { name: 'string' } } })
  const app = new Command(t, folder, ['lift', '--port=0'])
  await app.listens()
  assert.equal(await app.stop(), 0)
})
