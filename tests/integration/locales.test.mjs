// Languages: in actions, in templates, over HTTP and over a socket; the application is a folder.
import test from 'node:test'
import assert from 'node:assert/strict'
import { Command, folderOf } from './support/sails-command.mjs'

const action = (text) => `#include <sails/sails.h>\n\nSAILS_ACTION()\n{\n    ${text}\n}\n`

const files = {
  'config/routes.json': {
    'GET /page': { view: 'page' },
    'GET /greet': 'greet',
    'GET /french': 'french',
    'GET /mail': 'mail',
  },
  'config/i18n.json': { i18n: { locales: ['en', 'de', 'fr'] } },
  'config/locales/en.json': { 'Hello, %s': 'Hello, %s', '%d cat': { one: '%d cat', other: '%d cats' } },
  'config/locales/de.json': { 'Hello, %s': 'Hallo, %s', '%d cat': { one: '%d Katze', other: '%d Katzen' } },
  'config/locales/fr.json': { 'Hello, %s': 'Salut, %s' },
  'views/page.ejs': `<%= getLocale() %>: <%= __('Hello, %s', '<Ann>') %>, <%= __n('%d cat', 2) %>, <%= __n('%d dog', '%d dogs', 3) %>, <%= i18n('only a key') %>`,
  'api/controllers/greet.c': action(
    'sails_res_send(res, sails_req_translate(req, "Hello, %s", json_pack("[s]", sails_req_param(req, "name"))));',
  ),
  'api/controllers/french.c': action(`sails_req_set_locale(req, sails_req_query_param(req, "lang"));
    sails_res_view(res, "page", NULL);`),
  'api/controllers/mail.c': action(`json_t *text = NULL;
    json_t *html = NULL;

    sails_app_translate(sails_req_app(req), "de", "Hello, %s", json_pack("[s]", "Bob"), &text);
    sails_app_render_view(sails_req_app(req), "page", json_pack("{s:s}", "locale", "fr"), &html);
    sails_res_json(res, json_pack("[s, o, o, s]", sails_req_locale(req), text, html,
                                  sails_req_translate_plural(req, "%d cat", NULL, 7, NULL)));`),
}

test('app-config-cli 11: a request is answered in the language that it accepts', async (t) => {
  const cwd = await folderOf(t, files)
  const app = new Command(t, cwd, ['lift', '--port=0', '--models.migrate=safe'])
  const url = await app.listens()
  const ask = async (path, language) =>
    (await fetch(url + path, { headers: language ? { 'accept-language': language } : {} })).text()

  assert.equal(await ask('/page', 'de-AT,en;q=0.5'), 'de: Hallo, &lt;Ann&gt;, 2 Katzen, 3 dogs, only a key')
  assert.equal(await ask('/page', 'it'), 'en: Hello, &lt;Ann&gt;, 2 cats, 3 dogs, only a key')
  assert.equal(await ask('/greet?name=Bob', 'fr'), 'Salut, Bob')
  assert.equal(await ask('/greet?name=Bob&lang=fr', 'de'), 'Hallo, Bob') // as Sails: ?lang= alone has no effect
  assert.match(await ask('/french?lang=fr', 'de'), /^fr: Salut/)
  assert.match(await ask('/french?lang=xx', 'de'), /^en: Hello/)
  const [locale, text, html, plural] = JSON.parse(await ask('/mail', 'de'))
  assert.deepEqual([locale, text, plural], ['de', 'Hallo, Bob', '7 Katzen'])
  assert.match(html, /^fr: Salut, &lt;Ann&gt;/)
  await app.stop()
  assert.match(app.said, /config\/locales\/de\.json has no text for "only a key"/)
})

test('a file that is no JSON fails the lift with its line', async (t) => {
  const cwd = await folderOf(t, {
    'config/locales/en.json': '{\n"a": "b"\n"c"',
    'config/env/production.json': {
      session: { secret: 'a secret of some length' },
      sockets: { onlyAllowOrigins: [] },
    },
  })
  const { status, err } = await new Command(t, cwd, ['lift', '--port=0', '--prod']).ended()
  assert.equal(status, 78)
  assert.match(err, /config\/locales\/en\.json: line 3/)
})
