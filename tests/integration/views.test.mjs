// Views: templates with locals and layouts, in an application that is a folder; what is said of those that fail.
import test from 'node:test'
import assert from 'node:assert/strict'
import { Command, folderOf, writeFiles } from './support/sails-command.mjs'

const action = (text) => `#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    ${text}\n}\n`

async function lift(t, files, options) {
  const cwd = await folderOf(t, files)
  const app = new Command(t, cwd, ['lift', '--port=0', '--models.migrate=safe'], options)
  return { cwd, app, url: await app.listens() }
}

const ask = async (url, headers = { accept: 'text/html' }) => {
  const answer = await fetch(url, { headers })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}
const page = async (url) => {
  const { status, type, text } = await ask(url)
  assert.deepEqual([status, type], [200, 'text/html; charset=utf-8'], text)
  return text
}

const production = { session: { secret: 'a secret of some length' }, sockets: { onlyAllowOrigins: [] } }

const files = {
  'config/routes.json': {
    'GET /': { view: 'pages/home', locals: { title: 'of the route', who: 'route' } },
    'GET /plain': { view: 'pages/plain' },
    'GET /guarded': [{ policy: 'set-title' }, { view: 'pages/home' }],
    'GET /user/list': 'user/list',
    'GET /lost': 'lost',
    'GET /broken': 'broken',
    'GET /none': 'none',
    'GET /boom': 'boom',
    'GET /bare': 'bare',
    'GET /rendered': 'rendered',
  },
  'config/views.json': { views: { locals: { title: 'of the settings', from: 'settings' } } },
  'config/custom.json': { custom: { name: 'shop' } },
  'config/policies.json': { policies: {} },
  'api/policies/set-title.c': `#include <sails/sails.h>

SAILS_POLICY()
{
    sails_res_set_local(res, "title", json_string("of the policy"));
    sails_req_proceed(req);
}
`,
  'api/controllers/user/list.c': action(
    'sails_res_view(res, NULL, json_pack("{s:[s, s], s:s}", "users", "ann", "<bob>", "title", "Users"));',
  ),
  'api/controllers/lost.c': action('sails_res_view(res, "no/such", NULL);'),
  'api/controllers/none.c': action('sails_res_view(res, NULL, NULL);'),
  'api/controllers/broken.c': action('sails_res_view(res, "pages/broken", NULL);'),
  'api/controllers/boom.c': action('sails_res_server_error(res, json_string("oh"));'),
  'api/controllers/bare.c': action('sails_res_view(res, "pages/home", json_pack("{s:b}", "layout", 0));'),
  'api/controllers/rendered.c': action(`json_t *html = NULL;

    if (sails_app_render_view(sails_req_app(req), "emails/hello", json_pack("{s:s}", "who", "ann"), &html) == 0) {
        sails_res_send(res, json_string_value(html));
    }
    json_decref(html);`),
  'views/layouts/layout.ejs': '<title><%= title %></title><%- body %>',
  'views/layouts/mail.ejs': 'Dear <%- body %>.',
  'views/pages/home.ejs':
    '<%= from %> <%= locals.who %> <%= req.url %> <%= sails.config.custom.name %> <%= view.path %> <%= _csrf %>',
  'views/pages/plain.html': '<%= untouched %>',
  'views/pages/broken.ejs': 'one\n<%= nothing.at.all %>\nthree',
  'views/user/list.ejs': '<% users.forEach(function (user) { %><li><%= user %></li><% }) %>',
  'views/emails/hello.ejs': "<% layout('../layouts/mail') %><%= who %>",
  'views/404.ejs': 'lost: <%= req.path %>',
  'views/500.ejs': 'sorry: <%= locals.error %>',
}

test('app-config-cli 11: templates have locals of the answer, of policies, of the route and of the settings', async (t) => {
  const { url } = await lift(t, files)
  assert.equal(await page(`${url}/?a=1`), '<title>of the route</title>settings route /?a=1 shop pages/home ')
  assert.equal(await page(`${url}/guarded`), '<title>of the policy</title>settings  /guarded shop pages/home ')
  assert.equal(await page(`${url}/user/list`), '<title>Users</title><li>ann</li><li>&lt;bob&gt;</li>')
  assert.equal(await page(`${url}/bare`), 'settings  /bare shop pages/home ')
  assert.equal(await page(`${url}/plain`), '<%= untouched %>')
  assert.equal(await page(`${url}/rendered`), 'Dear ann.')
})

test('request-response 9: a view that is not there, or fails, is 500, which tells developers why', async (t) => {
  const { app, url } = await lift(t, files)
  const lost = await ask(`${url}/lost`)
  assert.equal(lost.status, 500)
  assert.equal(JSON.parse(lost.text).code, 'E_VIEW_FAILED')
  assert.equal(JSON.parse(lost.text).view.name, 'no/such')
  assert.match((await ask(`${url}/none`)).text, /E_VIEW_FAILED/)
  const page = await ask(`${url}/broken`)
  assert.deepEqual([page.status, page.type], [500, 'text/html; charset=utf-8'])
  assert.match(page.text, /<pre>views\/pages\/broken\.ejs:2: ReferenceError: .*nothing.*\n/)
  assert.match(page.text, / &gt;&gt; +2\| &lt;%= nothing\.at\.all %&gt;/)
  const broken = await ask(`${url}/broken`, { accept: '*/*' })
  assert.equal(broken.status, 500)
  assert.match(broken.type, /^text\/plain/)
  assert.match(broken.text, /^views\/pages\/broken\.ejs:2: ReferenceError: .*nothing.*\n/)
  assert.match(broken.text, / >>    2\| <%= nothing\.at\.all %>/)
  const failed = await ask(`${url}/boom`)
  const notFound = await ask(`${url}/nowhere`)
  const json = await ask(`${url}/boom`, { accept: 'application/json' })
  await app.stop()
  assert.match(app.said, /error: Could not render a view: views\/pages\/broken\.ejs:2: ReferenceError/)
  assert.deepEqual([notFound.status, notFound.text], [404, '<title>of the settings</title>lost: /nowhere'])
  assert.deepEqual([failed.status, failed.text], [500, '<title>of the settings</title>sorry: oh'])
  assert.equal(json.text, '"oh"')
})

test('in production nobody sees why', async (t) => {
  const { app, url } = await lift(t, {
    ...files,
    'config/env/production.json': production,
  }, { env: { NODE_ENV: 'production' } })
  for (const path of ['/lost', '/broken']) {
    const { status, text } = await ask(url + path)
    assert.deepEqual([status, text], [500, 'Internal Server Error'])
  }
  assert.equal((await ask(`${url}/boom`)).text, '<title>of the settings</title>sorry: ')
  await app.stop()
  assert.match(app.said, /views\/pages\/broken\.ejs:2: ReferenceError/)
  assert.doesNotMatch(app.said, / >> /)
})

test('request-response 10: a form has the token of its session', async (t) => {
  const { url } = await lift(t, {
    'config/routes.json': { 'GET /form': { view: 'form' }, 'POST /form': { status: 204 } },
    'config/security.json': { security: { csrf: true } },
    'views/form.ejs': '<input value="<%= _csrf %>">|<%- exposeLocalsToBrowser() %>',
  })
  const answer = await fetch(`${url}/form`)
  const [, token] = /value="([^"]+)"/.exec(await answer.text())
  const cookie = answer.headers.get('set-cookie').split(';')[0]
  const post = (body) =>
    fetch(`${url}/form`, { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body })
  assert.equal((await post(JSON.stringify({ _csrf: token }))).status, 204)
  assert.equal((await post('{}')).status, 403)
})

test('what is wrong with a template is said by the lift, and a change is served', async (t) => {
  const { cwd, app, url } = await lift(t, {
    'config/routes.json': { 'GET /': { view: 'home' } },
    'views/home.ejs': '\n<% if ( %>',
  })
  assert.match((await ask(url)).text, /<pre>views\/home\.ejs:2: SyntaxError/)
  await writeFiles(cwd, { 'views/home.ejs': 'fine' })
  await app.says(/Reloaded after \d+ ms: views\/home\.ejs/)
  assert.equal(await page(url), 'fine')
  await app.stop()
  assert.match(app.said, /error: views\/home\.ejs:2: SyntaxError/)
})

test('a layout that is not there fails the lift', async (t) => {
  const cwd = await folderOf(t, {
    'config/views.json': { views: { layout: 'layouts/none' } },
    'config/env/production.json': production,
    'views/a.ejs': 'a',
  })
  const app = new Command(t, cwd, ['lift', '--port=0', '--prod'])
  const { status, out, err } = await app.ended()
  assert.equal(status, 78)
  assert.match(out + err, /views\.layout: there is no views\/layouts\/none\.ejs/)
})
