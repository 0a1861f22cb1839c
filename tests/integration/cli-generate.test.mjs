// Commands that make files of an application, or load it, do one thing, and end.
import test from 'node:test'
import assert from 'node:assert/strict'
import { access, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Command, folderOf, sails, writeFiles } from './support/sails-command.mjs'

const read = (cwd, name) => readFile(path.join(cwd, name), 'utf8')
const tree = async (folder) => (await readdir(folder, { recursive: true })).map(String).sort()

test('a model has its attributes, and is made once (app-config-cli 16)', async (t) => {
  const cwd = await folderOf(t, { '.sailsrc': '{}' })
  const first = await sails(t, cwd, ['generate', 'model', 'User', 'a', 'b:number'])
  assert.deepEqual([first.status, first.out], [0, ' info: Created a new model ("User")!\n'])
  assert.deepEqual(JSON.parse(await read(cwd, 'api/models/User.json')), {
    attributes: { a: { type: 'string' }, b: { type: 'number' } },
  })
  const second = await sails(t, cwd, ['generate', 'model', 'User', 'c'])
  assert.deepEqual(
    [second.status, second.err],
    [1, 'error: Something else already exists at ::api/models/User.json\n'],
  )
  assert.deepEqual(Object.keys(JSON.parse(await read(cwd, 'api/models/User.json')).attributes), ['a', 'b'])
})

test('everything that can be generated compiles without a warning, and lifts', async (t) => {
  const cwd = await folderOf(t)
  assert.equal((await sails(t, cwd, ['new', 'shop', '--fast'])).status, 0)
  const shop = path.join(cwd, 'shop')
  const cases = [
    [['model', 'user-group', 'name'], 'api/models/UserGroup.json'],
    [['action', 'user/find-one'], 'api/controllers/user/find-one.c'],
    [['controller', 'pet', 'feed', 'remove', 'default'], 'api/controllers/PetController.c'],
    [['api', 'order', 'total:number'], 'api/controllers/OrderController.c', 'api/models/Order.json'],
    [['policy', 'isLoggedIn'], 'api/policies/isLoggedIn.c'],
    [['helper', 'text/words'], 'api/helpers/text/words.c', 'api/helpers/text/words.h'],
    [['hook', 'clock'], 'api/hooks/clock/index.c'],
    [['response', 'outOfStock'], 'api/responses/outOfStock.c'],
    [['page', 'account'], 'views/pages/account.ejs', 'assets/js/pages/account.js'],
    [['script', 'import'], 'scripts/import.c'],
    [['sails.io.js'], 'assets/dependencies/sails.io.js'],
  ]
  const routes = { 'GET /feed': 'pet/feed' }
  for (const [words, ...files] of cases) {
    const { status, out, err } = await sails(t, shop, ['generate', ...words])
    assert.equal(status, 0, err)
    assert.match(out, /^ info: Created /)
    // What is said to be done is done.
    const hint = /; add to config\/routes\.json: (.*)\n/.exec(out)
    Object.assign(routes, hint && JSON.parse(`{${hint[1]}}`))
    for (const file of files) {
      await access(path.join(shop, file))
    }
    assert.equal((await sails(t, shop, ['g', ...words])).status, 1)
  }
  await writeFiles(shop, { 'config/routes.json': routes })
  const app = new Command(t, shop, ['lift', '--port=0'])
  const url = await app.listens()
  assert.deepEqual(await (await fetch(`${url}/user/find-one`)).json(), { action: 'user/find-one' })
  assert.deepEqual(await (await fetch(`${url}/feed`)).json(), { action: 'feed' })
  assert.match(await (await fetch(`${url}/account`)).text(), /<h1>account<\/h1>/)
  assert.equal(await app.stop(), 0)
  assert.doesNotMatch(app.said, /warning:/)

  const ran = await sails(t, shop, ['run', 'import', 'a', 'b'])
  assert.equal(ran.status, 0, ran.err)
  assert.match(ran.out, / info: 2 arguments\n/)
})

test('names that C has are no trouble, whatever is generated', async (t) => {
  const cwd = await folderOf(t)
  assert.equal((await sails(t, cwd, ['new', 'shop', '--fast'])).status, 0)
  const shop = path.join(cwd, 'shop')
  const names = ['double', 'int', 'bool', 'true', 'errno', 'linux', 'main', 'read', 'log', 'index', 'size_t', 'ulong',
    'sails_app', 'json_t', 'json_pack', 'assert', 'NULL', 'stdin', 'static-assert', 'va/arg']
  for (const kind of ['helper', 'action', 'policy', 'response', 'page', 'script', 'hook']) {
    for (const name of kind === 'hook' ? names.slice(0, -1) : names) {
      const { status, err } = await sails(t, shop, ['generate', kind, name])
      assert.equal(status, 0, err)
    }
  }
  assert.match(await read(shop, 'api/helpers/read.c'), /^int read_helper\(int value\)$/m)
  assert.match(await read(shop, 'api/helpers/read.h'), /^int read_helper\(int value\);$/m)
  assert.equal((await sails(t, shop, ['generate', 'controller', 'double', 'int', 'main', 'read', 'log'])).status, 0)
  assert.equal((await sails(t, shop, ['generate', 'api', 'order', 'group', 'select:number', 'constructor'])).status, 0)
  const all = names.map((name) => `#include "api/helpers/${name}.h"\n`).join('')
  await writeFiles(shop, { 'config/bootstrap.c': `#include <sails/sails.h>\n${all}\nSAILS_BOOTSTRAP()\n{\n    return 0;\n}\n` })
  const lifted = await sails(t, shop, ['lift', '--dontLift'])
  assert.equal(lifted.status, 0, lifted.err)
  assert.doesNotMatch(lifted.err, /warning:|error:/)
  const ran = await sails(t, shop, ['run', 'va/arg', 'a'])
  assert.match(ran.out, / info: 1 arguments\n/)
  const plain = await sails(t, shop, ['generate', 'helper', 'words'])
  assert.match(plain.out, / info: Its function is words\(\), declared in api\/helpers\/words\.h\n$/)
})

test('what cannot be generated is told, and leaves nothing', async (t) => {
  const cwd = await folderOf(t, { 'api/controllers/PetController.c': '' })
  const before = await tree(cwd)
  const usage = await sails(t, cwd, ['generate'])
  assert.equal(usage.status, 0)
  assert.match(usage.out, /^Usage: sails generate \[something\]\n/)
  const cases = [
    [['xylophone', 'a'], /^error: No generator called `xylophone` found\.\n$/],
    [['model'], /^error: Usage: sails generate model <modelname>/],
    [['controller'], /^error: Usage: sails generate controller <name>/],
    [['action'], /^error: Usage: sails generate action <name>/],
    [['action', '../evil'], /^error: `\.\.\/evil` cannot be a name/],
    [['action', 'a//b'], /cannot be a name/],
    [['action', '/a'], /cannot be a name/],
    [['action', '1st'], /cannot be a name/],
    [['model', '../evil'], /^error: `\.\.\/evil` cannot be a name/],
    [['model', '1st'], /^error: `1st` cannot be a name/],
    [['model', 'user', 'age:integer'], /^error: `age:integer`: an attribute is/],
    [['model', 'user', 'age', 'age:number'], /^error: `age` is there twice\n$/],
    [['controller', 'user', 'feed', 'Feed'], /^error: `Feed` is there twice\n$/],
    [['hook', 'a/b'], /^error: `a\/b` cannot be the name of a hook/],
    [['controller', 'user', 'find-one'], /cannot be the name of a function of C/],
    [['api', 'pet'], /^error: Something else already exists at ::api\/controllers\/PetController\.c\n$/],
  ]
  for (const [words, message] of cases) {
    const { status, out, err } = await sails(t, cwd, ['generate', ...words])
    assert.match(err, message)
    assert.deepEqual([status, out], [1, ''])
  }
  assert.deepEqual(await tree(cwd), before)
})

const shop = {
  'api/models/Pet.json': { attributes: { name: 'string' } },
  'config/models.json': { models: { migrate: 'safe', attributes: { id: { type: 'number', autoIncrement: true } } } },
  'config/routes.json': { 'GET /pets': 'pet/find', 'GET /old': '/pets', 'GET /page': { view: 'page' } },
  'views/page.ejs': '<%= 1 %>',
  'api/controllers/pet/find.c': '#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    sails_res_ok(res, NULL);\n}\n',
}

test('a folder that is no application is told', async (t) => {
  const cwd = await folderOf(t)
  const built = await sails(t, cwd, ['build'])
  assert.equal(built.status, 1)
  assert.match(built.err, /^error: This folder is no application: .*`sails new` makes one/)
  assert.deepEqual(await tree(cwd), [])
  const made = await sails(t, cwd, ['generate', 'model', 'user'])
  assert.equal(made.status, 0)
  assert.match(made.out, / warn: This folder was no application/)
  assert.doesNotMatch((await sails(t, cwd, ['generate', 'model', 'pet'])).out, /warn/)
})

test('routes are listed', async (t) => {
  const { status, out } = await sails(t, await folderOf(t, shop), ['routes'])
  assert.equal(status, 0)
  assert.match(out, /^GET +\/pets +.*pet\/find/m)
  assert.match(out, /^GET +\/old +/m)
  assert.match(out, /^GET +\/page +view/m)
})

test('a migration makes the tables, and a script sees them; its status is the command\'s', async (t) => {
  const cwd = await folderOf(t, {
    ...shop,
    'scripts/count.c': `
#include <sails/sails.h>

SAILS_SCRIPT()
{
    sails_db *db = NULL;
    int64_t n = 0;
    int rc = sails_app_lease(app, &db);

    rc = rc == 0 ? sails_create(db, "pet", json_pack("{s:s}", "name", "rex"), NULL, NULL) : rc;
    rc = rc == 0 ? sails_count(db, "pet", NULL, &n) : rc;
    sails_app_release(app, db);
    sails_log(app, SAILS_LOG_INFO, "%lld pets for %s", (long long)n, json_string_value(json_array_get(args, 0)));
    return rc < 0 ? rc : 7;
}
`,
  })
  const early = await sails(t, cwd, ['run', 'count', 'ann'])
  assert.equal(early.status, 1)
  assert.match(early.err, /error: The script has failed: /)
  const untouched = await sails(t, cwd, ['migrate'])
  assert.equal(untouched.status, 0, untouched.err)
  assert.match(untouched.out, / warn: No table was touched: models\.migrate is safe\..*\n$/)
  const migrated = await sails(t, cwd, ['migrate', '--alter'])
  assert.equal(migrated.status, 0, migrated.err)
  assert.match(migrated.out, / info: The tables of 1 model follow the models \(models\.migrate: alter\)\n$/)
  assert.doesNotMatch(migrated.out, /dontLift/)
  const { status, out } = await sails(t, cwd, ['run', 'count', 'ann'])
  assert.match(out, / info: 1 pets for ann\n/)
  assert.equal(status, 7)
})

test('a script that is not there is told', async (t) => {
  const cwd = await folderOf(t)
  for (const name of ['none', '../none', '.none', 'a/../../none', '/none']) {
    const { status, err } = await sails(t, cwd, ['run', name])
    assert.deepEqual([status, err], [1, `Unknown script: \`${name}\`\n`])
  }
  assert.equal((await sails(t, cwd, ['run'])).status, 1)
})

test('debug runs gdb, and says so where there is none', async (t) => {
  const cwd = await folderOf(t, { 'bin/gdb': '#!/bin/sh\necho "gdb $*"\n' })
  const { chmod } = await import('node:fs/promises')
  await chmod(path.join(cwd, 'bin/gdb'), 0o755)
  const env = { PATH: `${cwd}/bin:${process.env.PATH}` }
  const { status, out } = await sails(t, cwd, ['debug', '--port=7'], { env })
  assert.equal(status, 0)
  assert.match(out, /info: Running app in inspect mode.*\ngdb -q --args \S+\/sails lift --no-watch --port=7\n$/)
  const none = await sails(t, cwd, ['inspect'], { env: { PATH: '/nowhere' } })
  assert.equal(none.status, 1)
  assert.match(none.err, /error: gdb: .*apt install gdb/)
})
