// Tests of applications, by `sails test`; and what the shell completes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { folderOf, sails } from './support/sails-command.mjs'

const shop = {
  'api/models/Pet.json': { attributes: { name: { type: 'string', required: true } } },
  'config/models.json': { models: { migrate: 'safe', attributes: { id: { type: 'number', autoIncrement: true } } } },
  'config/routes.json': { 'POST /pets': 'pet/create' },
  'api/controllers/pet/create.c': `
#include <sails/sails.h>

SAILS_ACTION(.may_wait = true)
{
    json_t *pet = NULL;
    int rc = sails_create(sails_req_db(req), "pet", json_incref(sails_req_body(req)), NULL, &pet);

    rc < 0 ? sails_res_bad_request(res, NULL) : sails_res_json(res, pet);
}
`,
  'tests/pets.c': `
#include <sails/sails.h>

SAILS_TEST(a_pet_is_created)
{
    json_t *jwr = NULL;
    int64_t n = 0;

    SAILS_EXPECT(sails_app_request_wait(app, "POST /pets", json_pack("{s:s}", "name", "rex"), NULL, &jwr) == 0);
    SAILS_EXPECT(json_integer_value(json_object_get(jwr, "statusCode")) == 200);
    json_decref(jwr);
    SAILS_EXPECT(sails_count(db, "pet", NULL, &n) == 0);
    SAILS_EXPECT(n == 1);
}

SAILS_TEST(each_test_has_records_of_its_own)
{
    int64_t n = 7;

    SAILS_EXPECT(sails_count(db, "pet", NULL, &n) == 0);
    SAILS_EXPECT(n == 0);
}
`,
}

test('tests of an application are run in memory', async (t) => {
  const cwd = await folderOf(t, shop)
  const { status, out, err } = await sails(t, cwd, ['test'])
  assert.equal(status, 0, err)
  assert.match(
    out,
    /^ok a_pet_is_created \(\d+\.\d ms\)\nok each_test_has_records_of_its_own \(.* ms\)\n2 passed, 0 failed\n$/,
  )
  await assert.rejects(access(path.join(cwd, '.tmp/localDiskDb'))) // nothing was written
  const one = await sails(t, cwd, ['test', 'each_'])
  assert.match(one.out, /^ok each_test_has_records_of_its_own .*\n1 passed, 0 failed\n$/)
  const no = await sails(t, cwd, ['test', 'nope'])
  assert.deepEqual([no.status, no.err], [1, 'error: No test has such a name\n'])
})

test('what does not hold is told with its place, and is status 1', async (t) => {
  const cwd = await folderOf(t, {
    ...shop,
    'tests/pets.c': '#include <sails/sails.h>\n\nSAILS_TEST(wrong)\n{\n    SAILS_EXPECT(1 + 1 == 3);\n}\n\nSAILS_TEST(right)\n{\n}\n',
  })
  const { status, out, err } = await sails(t, cwd, ['test'])
  assert.equal(status, 1)
  assert.match(err, /^tests\/pets\.c:5: does not hold: 1 \+ 1 == 3\n$/)
  assert.match(out, /^not ok wrong .*\nok right .*\n1 passed, 1 failed\n$/)

  const none = await sails(t, await folderOf(t), ['test'])
  assert.deepEqual([none.status, none.out], [1, ''])
  assert.match(none.err, /^error: There is no test/)
  const broken = await sails(t, await folderOf(t, { 'tests/a.c': 'int x = ;\n' }), ['test'])
  assert.equal(broken.status, 1)
  assert.match(broken.err, /^tests\/a\.c:1:/)
})

test('a test that crashes is named', async (t) => {
  const cwd = await folderOf(t, {
    'tests/a.c': '#include <sails/sails.h>\n#include <stdlib.h>\n\nSAILS_TEST(it_crashes)\n{\n    abort();\n}\n',
  })
  const { status, out } = await sails(t, cwd, ['test'])
  assert.notEqual(status, 0)
  assert.match(out, /^not ok it_crashes: the program was ended by a signal\./)
})

test('bash completes commands, options and scripts', async (t) => {
  const cwd = await folderOf(t, { 'scripts/import.c': '' })
  const { status, out } = await sails(t, cwd, ['completion', 'bash'])
  assert.equal(status, 0)
  const complete = async (...words) => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _sails; echo "\${COMPREPLY[*]}"`
    const { stdout } = await promisify(execFile)('bash', ['-c', `${out}\n${line}`], { cwd })
    return stdout.trim()
  }
  assert.equal(await complete('sails', 'li'), 'lift')
  assert.equal(await complete('sails', 'new', '--mi'), '--minimal')
  assert.equal(await complete('sails', 'l', '--sta'), '--staging')
  assert.equal(await complete('sails', 'generate', 'mo'), 'model')
  assert.equal(await complete('sails', 'run', 'imp'), 'import')
  assert.equal(await complete('sails', 'c', '--app'), '--appPath')
  assert.equal(await complete('sails', 'help', 'gen'), 'generate')
  assert.equal(await complete('sails', 'completion', 'z'), 'zsh')
  assert.match((await sails(t, cwd, ['completion', 'zsh'])).out, /^#compdef sails\n[^]*'lift:lift the application/)
  assert.equal((await sails(t, cwd, ['completion'])).status, 1)
})
