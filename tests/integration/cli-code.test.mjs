// An application with C: what stands where, what is compiled when, and how mistakes are told.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Command, folderOf, sails, writeFiles } from './support/sails-command.mjs'

const action = (text) => `#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    ${text}\n}\n`

const shop = {
  'api/controllers/user/find-one.c': `
#include "api/helpers/words.h"
#include <sails/sails.h>

static const struct sails_input inputs[] = {{.name = "name", .type = "string", .required = true}, {0}};

SAILS_ACTION(.inputs = inputs)
{
    sails_res_send(res, words_greet(sails_req_input_text(req, "name")));
}
`,
  'api/helpers/words.h': '#define GREETING "hello"\nconst char *words_greet(const char *name);\n',
  'api/helpers/words.c': `
#include "words.h"

const char *words_greet(const char *name)
{
    return name[0] == 'a' ? GREETING " ann" : GREETING;
}
`,
  'api/controllers/PetController.c': `
#include <sails/sails.h>

static void feed(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "fed");
}

static void lose(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_respond(res, "gone", json_string("a pet"));
}

SAILS_CONTROLLER({"feed", {.run = feed}}, {"Lose", {.run = lose}});
`,
  'api/policies/isKnown.c': `
#include <sails/sails.h>

SAILS_POLICY()
{
    if (sails_req_param(req, "key") == NULL) {
        sails_res_forbidden(res);
        return;
    }
    sails_req_proceed(req);
}
`,
  'api/responses/gone.c': `
#include <sails/sails.h>

SAILS_RESPONSE()
{
    sails_res_status(res, 410);
    sails_res_json(res, json_incref(data));
}
`,
  'api/hooks/clock/index.c': `
#include <sails/sails.h>

static int start(sails_app *app, void *ctx)
{
    (void)ctx;
    sails_log(app, SAILS_LOG_INFO, "the clock is wound up");
    return 0;
}

SAILS_HOOK(.initialize = start);
`,
  'api/models/User.json': '{"attributes": {"name": "string"}, "beforeCreate": "@shout"}',
  'api/models/User.c': `
#include <sails/sails.h>

static int shout(sails_db *db, const char *model, json_t *value, void *ctx)
{
    (void)db, (void)model, (void)ctx;
    return json_object_set_new(value, "name", json_string("ANN"));
}

SAILS_MODEL_FUNCTIONS({"shout", .lifecycle = shout});
`,
  'api/controllers/user/create.c': `
#include <sails/sails.h>

SAILS_ACTION(.may_wait = true)
{
    json_t *user = NULL;
    int rc = sails_create(sails_req_db(req), "user", json_pack("{s:s}", "name", "ann"), NULL, &user);

    rc < 0 ? sails_res_server_error(res, NULL) : sails_res_json(res, user);
}
`,
  'config/bootstrap.c': `
#include <sails/sails.h>

SAILS_BOOTSTRAP()
{
    sails_log(app, SAILS_LOG_INFO, "bootstrap is called");
    return 0;
}
`,
  'config/routes.json': {
    'GET /users/:name': 'user/find-one',
    'POST /users': 'user/create',
    'GET /pets': 'PetController.feed',
    'DELETE /pets': 'pet/lose',
  },
  'config/policies.json': { 'pet/lose': 'isKnown' },
  'config/models.json': { models: { migrate: 'alter', attributes: { id: { type: 'number', autoIncrement: true } } } },
  'config/env/production.json': {
    models: { migrate: 'safe' },
    session: { secret: 'known to this test' },
    sockets: { onlyAllowOrigins: ['https://example.com'] },
  },
}

const ask = async (url, where, options) => {
  const answer = await fetch(url + where, options)
  return [answer.status, await answer.text()]
}

async function expectShop(url) {
  assert.deepEqual(await ask(url, '/users/ann'), [200, 'hello ann'])
  assert.deepEqual(await ask(url, '/pets'), [200, 'fed'])
  assert.deepEqual(await ask(url, '/pets', { method: 'DELETE' }), [403, 'Forbidden'])
  assert.deepEqual(await ask(url, '/pets?key=1', { method: 'DELETE' }), [410, '"a pet"'])
  assert.equal(JSON.parse((await ask(url, '/users', { method: 'POST' }))[1]).name, 'ANN')
}

test('files of C are what their places say', async (t) => {
  const cwd = await folderOf(t, shop)
  const app = new Command(t, cwd, ['lift', '--port=0'])
  await app.says(/the clock is wound up[^]*bootstrap is called/)
  await expectShop(await app.listens())
  assert.equal(await app.stop(), 0)
})

test('sails build makes a program that needs neither compiler nor command', async (t) => {
  const cwd = await folderOf(t, shop)
  const made = await sails(t, cwd, ['build'])
  assert.equal(made.status, 0, made.err)
  const name = /info: Made (\S+)/.exec(made.out)[1]
  assert.equal(name, `build/${path.basename(cwd)}`)

  const elsewhere = await folderOf(t)
  const program = path.join(cwd, name)
  const app = new Command(t, elsewhere, ['--port=0', '--appPath', cwd], {
    binary: program,
    env: { PATH: '/nowhere' },
  })
  await expectShop(await app.listens())
  assert.equal(await app.stop(), 0)
})

test('production is one program, too', async (t) => {
  const cwd = await folderOf(t, shop)
  const first = new Command(t, cwd, ['lift', '--port=0', '--alter'])
  await first.listens()
  assert.equal(await first.stop(), 0)
  const app = new Command(t, cwd, ['lift', '--port=0', '--prod'])
  await expectShop(await app.listens())
  assert.equal(await app.stop(), 0)
})

test('what has changed is compiled, and nothing else', async (t) => {
  const cwd = await folderOf(t, shop)
  const build = async () => {
    const { status, err } = await sails(t, cwd, ['lift', '--dontLift', '--port=0'])
    assert.equal(status, 0, err)
    const times = {}
    for (const source of Object.keys(shop).filter((name) => name.endsWith('.c'))) {
      times[source] = (await stat(path.join(cwd, `.tmp/build/module/${source}.o`))).mtimeMs
    }
    return times
  }
  const differing = (a, b) => Object.keys(a).filter((name) => a[name] !== b[name]).sort()

  const first = await build()
  assert.deepEqual(differing(first, await build()), [])
  await writeFiles(cwd, { 'api/policies/isKnown.c': shop['api/policies/isKnown.c'] })
  const second = await build()
  assert.deepEqual(differing(first, second), ['api/policies/isKnown.c'])
  await writeFiles(cwd, { 'api/helpers/words.h': shop['api/helpers/words.h'] })
  const third = await build()
  assert.deepEqual(differing(second, third), ['api/controllers/user/find-one.c', 'api/helpers/words.c'])

  await rm(path.join(cwd, 'config/bootstrap.c'))
  const app = new Command(t, cwd, ['lift', '--port=0'])
  await app.listens()
  assert.equal(await app.stop(), 0)
  assert.doesNotMatch(app.said, /bootstrap is called/)
})

test('mistakes are told with file and line, and status 1', async (t) => {
  const cases = [
    ['api/controllers/a.c', action('return 1 +;'), /api\/controllers\/a\.c:5:\d+: .*error/],
    ['api/controllers/a.c', action('nowhere(res);'), /api\/controllers\/a\.c:5.*nowhere/],
    ['api/helpers/a.c', '#include "none.h"\n', /api\/helpers\/a\.c:1:\d+: .*none\.h/],
  ]
  for (const [name, text, message] of cases) {
    const cwd = await folderOf(t, { [name]: text, 'api/policies/b.c': 'int b(void) { return c; }\n' })
    const { status, out, err } = await sails(t, cwd, ['lift', '--port=0'])
    assert.deepEqual([status, out], [1, ''])
    assert.match(err, message)
    assert.match(err, /api\/policies\/b\.c:1:/) // all are told, not the first alone
    assert.match(err, /error: The application does not compile: see above\nerror: Could not load Sails app\.\n$/)
  }
})

test('what has the wrong place, or the same name, is told with its file, and status 78', async (t) => {
  const cases = [
    [{ 'api/helpers/a.c': action('sails_res_ok(res, NULL);') }, /^error: api\/helpers\/a\.c: .* it belongs into api\/controllers\/\nerror: Could not/m],
    [
      {
        'api/controllers/user/find.c': action(';'),
        'api/controllers/UserController.c': `#include <sails/sails.h>
static void find(sails_req *req, sails_res *res) { (void)req; sails_res_ok(res, NULL); }
SAILS_CONTROLLER({"find", {.run = find}});
`,
      },
      new RegExp(
        '^error: api/controllers/(UserController|user/find)\\.c: there is an action `user/find` already, from ' +
          'api/controllers/(UserController|user/find)\\.c: rename one of them, or remove it\nerror: Could not',
      ),
    ],
    [
      {
        'api/policies/isIn.c': '#include <sails/sails.h>\nSAILS_POLICY() {}\n',
        'api/policies/isin.c': '#include <sails/sails.h>\nSAILS_POLICY() {}\n',
      },
      /^error: api\/policies\/is[iI]n\.c: there is a policy `isin` already, from api\/policies\/is[iI]n\.c: rename/,
    ],
    [
      {
        'api/hooks/clock.c': '#include <sails/sails.h>\nSAILS_HOOK(.ctx = NULL);\n',
        'api/hooks/clock/index.c': '#include <sails/sails.h>\nSAILS_HOOK(.ctx = NULL);\n',
      },
      /^error: api\/hooks\/clock.*\.c: there is a hook `clock` already, from api\/hooks\/clock.*\.c: rename/,
    ],
    [{ 'api/controllers/a-1/1st.c': action(';') }, /^error: api\/controllers\/a-1\/1st\.c: `a-1\/1st`: .*\nerror: Could not/],
  ]
  for (const [files, message] of cases) {
    const { status, err } = await sails(t, await folderOf(t, files), ['lift', '--port=0'])
    assert.match(err, message)
    assert.notEqual(status, 0)
  }
})

test('without a compiler it is said what to do', async (t) => {
  const cwd = await folderOf(t, { 'api/controllers/a.c': action('sails_res_ok(res, NULL);') })
  const none = await sails(t, cwd, ['lift', '--port=0'], { env: { CC: 'no-such-compiler' } })
  assert.equal(none.status, 1)
  assert.match(none.err, /error: There is no C compiler `no-such-compiler`.*install one/)
  const nothing = await sails(t, cwd, ['lift', '--port=0'], { env: { PATH: '/nowhere' } })
  assert.equal(nothing.status, 1)
  assert.match(nothing.err, /error: There is no pkg-config/)

  // Models and pages need none.
  const plain = await folderOf(t, { 'config/routes.json': {} })
  assert.equal((await sails(t, plain, ['lift', '--dontLift'], { env: { PATH: '/nowhere' } })).status, 0)
})

test('what is no file, or far too big a one, holds nobody up: it is told, or left out', async (t) => {
  const big = { settings: 'x'.repeat(17 * 1024 * 1024) }
  const places = ['config/custom.json', 'config/local.json', 'config/env/development.json', '.sailsrc', 'api/models/Pet.json',
    'config/locales/en.json', 'views/500.html']
  for (const place of places) {
    const cwd = await folderOf(t, { 'config/routes.json': {} })
    await mkdir(path.dirname(path.join(cwd, place)), { recursive: true })
    await promisify(execFile)('mkfifo', [path.join(cwd, place)])
    const pipe = await sails(t, cwd, ['lift', '--dontLift'])
    assert.notEqual(pipe.status, 0, place)
    assert.match(pipe.err, /^error: .*(json|\.sailsrc|500\.html):? .*no file, but a folder, a pipe, a device or a socket/m, place)
    await rm(path.join(cwd, place))
    await writeFiles(cwd, { [place]: big })
    const { status, err } = await sails(t, cwd, ['lift', '--dontLift'])
    assert.notEqual(status, 0, place)
    assert.match(err, /^error: .*(over a limit|too large)/m, place)
  }
  // Where only some names count, others are nobody's.
  const cwd = await folderOf(t, { 'api/policies/a.c': '', 'views/a.txt': '', 'config/routes.json': {} })
  for (const name of ['api/policies/pipe.c', 'views/page.ejs', 'views/layout.html', 'config/bootstrap.c']) {
    await promisify(execFile)('mkfifo', [path.join(cwd, name)])
  }
  const { status, err } = await sails(t, cwd, ['lift', '--dontLift'])
  assert.equal(status, 0, err)
  await mkdir(path.join(cwd, 'scripts'))
  await promisify(execFile)('mkfifo', [path.join(cwd, 'scripts/pipe.c')])
  assert.match((await sails(t, cwd, ['run', 'pipe'])).err, /^Unknown script/)
})

test('--appPath is another folder', async (t) => {
  const cwd = await folderOf(t, Object.fromEntries(Object.entries(shop).map(([name, text]) => [`shop/${name}`, text])))
  for (const option of [['--appPath', 'shop'], ['--appPath=shop']]) {
    const app = new Command(t, cwd, ['lift', '--port=0', ...option])
    await expectShop(await app.listens())
    assert.equal(await app.stop(), 0)
  }
  assert.ok((await readFile(path.join(cwd, 'shop/.tmp/build/module/module.c'))).length > 0)
  const wrong = await sails(t, cwd, ['lift', '--appPath', 'none'])
  assert.equal(wrong.status, 78)
  assert.match(wrong.err, /^error: appPath: none: No such file or directory\. The current folder is /)
  for (const args of [['lift', '--appPath'], ['routes', '--appPath='], ['build', '--appPath', '--prod'], ['generate', 'policy', 'a', '--appPath']]) {
    const { status, err } = await sails(t, cwd, args)
    assert.notEqual(status, 0)
    assert.equal(err, 'error: appPath: the folder is missing: --appPath=FOLDER\n')
  }
})

test('a folder whose only code is a helper is lifted, and made a program', async (t) => {
  const cwd = await folderOf(t, {
    'config/routes.json': {},
    'api/helpers/words.c': 'int words_count(void);\nint words_count(void) { return 3; }\n',
  })
  for (const words of [['lift', '--dontLift'], ['routes'], ['build']]) {
    const { status, err } = await sails(t, cwd, words)
    assert.equal(status, 0, err)
  }
})
