// config.datastores, config.models and config.orm, key by key (app-config-cli 5.3), in applications of JSON files.
import test from 'node:test'
import assert from 'node:assert/strict'
import { access, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Server } from '../orm-dialogue/support/stores.mjs'
import { atEnd } from './support/ends.mjs'
import { Command, folderOf, sails, writeFiles } from './support/sails-command.mjs'

const ID = { id: { type: 'number', autoIncrement: true } }
const NAME = { type: 'string', required: true }
const KEY = 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI='

const item = (key, title, run) => test(`app-config-cli 5.3, ${key}: ${title}`, run)

/** A folder of files: `datastores`, `models` and `orm` are sections of the configuration, `Toy` and others models. */
function filesOf({ datastores, models, orm, ...rest }) {
  const sections = { datastores, models, orm }
  const files = {}

  for (const [name, section] of Object.entries(sections)) {
    if (section !== undefined) {
      files[`config/${name}.json`] = { [name]: section }
    }
  }
  for (const [name, value] of Object.entries(rest)) {
    files[`api/models/${name}.json`] = value
  }
  return files
}

const toy = { Toy: { attributes: { name: NAME } } }
const usual = { migrate: 'alter', attributes: ID }

const words = (options) => ['lift', '--port', '0', '--explicitHost=127.0.0.1', ...(options ?? [])]

/** An application that serves: {ask, folder, stop}. */
async function lifted(t, what, { options, env, folder } = {}) {
  const cwd = folder ?? (await folderOf(t, filesOf(what)))
  const command = new Command(t, cwd, words(options), { env })
  const url = await command.listens()

  return {
    folder: cwd,
    command,
    stop: () => command.stop(),
    async ask(method, address, data) {
      const response = await fetch(url + address, {
        method,
        headers: data && { 'content-type': 'application/json' },
        body: data && JSON.stringify(data),
      })
      const text = await response.text()
      return { status: response.status, body: /^[[{]/.test(text) ? JSON.parse(text) : text }
    },
  }
}

/** What an application that does not lift says. */
async function refused(t, what, { options, env } = {}) {
  const folder = await folderOf(t, filesOf(what))
  const { status, out, err } = await sails(t, folder, words(options), { env })

  assert.notEqual(status, 0, out)
  return out + err
}

const exists = (name) => access(name).then(() => true, () => false)

item('datastores', 'without a word, SQLite keeps the records in .tmp/default.sqlite', async (t) => {
  const app = await lifted(t, { models: usual, ...toy })
  assert.equal((await app.ask('POST', '/toy', { name: 'ball' })).status, 200)
  assert.equal(await app.stop(), 0)
  assert.ok(await exists(path.join(app.folder, '.tmp/default.sqlite')))
  const again = await lifted(t, {}, { folder: app.folder })
  assert.deepEqual((await again.ask('GET', '/toy')).body, [{ id: 1, name: 'ball' }])
})

item('datastores', 'there may be several, and associations go across them', async (t) => {
  const app = await lifted(t, {
    datastores: { default: { inMemoryOnly: true }, archive: { file: 'old.sqlite' } },
    models: usual,
    Owner: { datastore: 'archive', attributes: { name: NAME, toys: { collection: 'toy', via: 'owner' } } },
    Toy: { attributes: { name: NAME, owner: { model: 'owner' } } },
  })
  await app.ask('POST', '/owner', { name: 'Ann' })
  await app.ask('POST', '/toy', { name: 'ball', owner: 1 })
  assert.deepEqual((await app.ask('GET', '/owner/1')).body, { id: 1, name: 'Ann', toys: [{ id: 1, name: 'ball', owner: 1 }] })
  assert.ok(await exists(path.join(app.folder, 'old.sqlite')))
})

item('datastores.<name>.adapter', "Sails' names lead to the databases, and another one is told", async (t) => {
  for (const adapter of ['sails-disk', 'sails-sqlite', 'sqlite']) {
    const app = await lifted(t, { datastores: { default: { adapter, inMemoryOnly: true } }, models: usual, ...toy })
    assert.equal((await app.ask('POST', '/toy', { name: 'ball' })).status, 200, adapter)
    await app.stop()
  }
  const said = await refused(t, { datastores: { default: { adapter: 'sails-mongo' } }, models: usual, ...toy })
  assert.match(said, /there is no adapter `sails-mongo`: sqlite, postgresql and mariadb are there/)
  assert.match(await refused(t, { datastores: { default: { adapter: 5 } }, models: usual, ...toy }), /adapter/)
  assert.match(await refused(t, { datastores: { default: 'sqlite' }, models: usual, ...toy }), /config\.datastores\.default: it must be an object/)
})

for (const [kind, scheme] of [['postgresql', 'postgresql'], ['mariadb', 'mysql']]) {
  item('datastores.<name>.url', `names the server; host, port, user, password and database override it (${kind})`, async (t) => {
    const server = await Server.start(kind)
    atEnd(t, () => server.stop())
    const url = server.create('shop')
    const { hostname, port, username } = new URL(url)
    const host = hostname === '' ? '127.0.0.1' : hostname
    const other = server.create('other').replace(/.*\//, '')

    for (const [datastore, database] of [
      [{ url }, 'shop'],
      [{ url: `${scheme}://nobody:wrong@203.0.113.1:1/nothing`, host, port: Number(port), user: username, password: '', database: other }, other],
      [{ adapter: `sails-${scheme}`, host, port: Number(port), user: username, database: 'shop' }, 'shop'],
    ]) {
      const app = await lifted(t, { datastores: { default: datastore }, models: usual, ...toy })
      assert.equal((await app.ask('POST', '/toy', { name: database })).status, 200)
      const names = (await app.ask('GET', '/toy')).body.map(({ name }) => name)
      assert.ok(names.every((name) => name === database), names)
      await app.stop()
    }
    const said = await refused(t, { datastores: { default: { url: url.replace(/[^/]*$/, 'missing') } }, models: usual, ...toy })
    assert.match(said, /missing/)
    assert.ok(!/wrong/.test(said))
  })
}

item('datastores.<name>.url', 'is of a kind that there is, and names a file', async (t) => {
  const app = await lifted(t, { datastores: { default: { url: 'sqlite:here.sqlite' } }, models: usual, ...toy })
  await app.stop()
  assert.ok(await exists(path.join(app.folder, 'here.sqlite')))
  for (const url of ['mongodb://localhost/x', 'nonsense://x', 'postgresql://localhost', 5]) {
    const said = await refused(t, { datastores: { default: { url } }, models: usual, ...toy })
    assert.match(said, /error: .*default/, said)
  }
})

item('datastores.<name>.schema', 'is what models have that say nothing; only tables with columns are there', async (t) => {
  const app = await lifted(t, { datastores: { default: { schema: true, inMemoryOnly: true } }, models: usual, ...toy })
  assert.deepEqual((await app.ask('POST', '/toy', { name: 'ball', color: 'red' })).body, { id: 1, name: 'ball' })
  assert.match(await refused(t, { datastores: { default: { schema: false } }, models: usual, ...toy }), /Toy\.json: `schema: false` is not possible/)
})

item('datastores, adapter specific', 'file, dir and inMemoryOnly say where SQLite keeps what it has', async (t) => {
  for (const [datastore, file] of [[{ file: 'a/b.sqlite' }, 'a/b.sqlite'], [{ dir: 'data' }, 'data/default.sqlite'], [{ inMemoryOnly: true }, null]]) {
    const app = await lifted(t, { datastores: { default: datastore }, models: usual, ...toy })
    assert.equal((await app.ask('POST', '/toy', { name: 'ball' })).status, 200)
    await app.stop()
    assert.ok(file === null || (await exists(path.join(app.folder, file))), file)
    const left = (await readdir(app.folder, { recursive: true })).filter((name) => name.endsWith('.sqlite'))
    assert.deepEqual(left, file === null ? [] : [file])
  }
})

item('datastores, adapter specific', 'pools and times have bounds', async (t) => {
  const app = await lifted(t, { orm: { connections: 2, maxWaiting: 100, leaseTimeout: 5000 }, datastores: { default: { inMemoryOnly: true, busyTimeout: 100, connectTimeout: 1000, statementTimeout: 1000 } }, models: usual, ...toy })
  const statuses = await Promise.all(Array.from({ length: 30 }, () => app.ask('POST', '/toy', { name: 'x' }).then(({ status }) => status)))
  assert.deepEqual([...new Set(statuses)], [200])
  for (const [orm, datastore] of [[{ connections: 0 }, {}], [{ connections: 'many' }, {}], [{}, { busyTimeout: -1 }], [{}, { synchronous: 'off' }], [{}, { connectTimeout: 'x' }], [{}, { port: 70000, adapter: 'mysql', database: 'x' }], [{}, { ssl: 'maybe', adapter: 'pg', database: 'x' }]]) {
    const said = await refused(t, { orm, datastores: { default: datastore }, models: usual, ...toy })
    assert.match(said, /error: .*(orm\.connections|busyTimeout|connectTimeout|port|ssl|synchronous)/, said)
  }
})

item('models.datastore', 'is where models are that say nothing', async (t) => {
  const datastores = { default: { file: 'default.sqlite' }, main: { file: 'main.sqlite' } }
  const app = await lifted(t, { datastores, models: { ...usual, datastore: 'main' }, ...toy, Own: { datastore: 'default', attributes: { name: NAME } } })
  await app.ask('POST', '/toy', { name: 'ball' })
  await app.stop()
  const moved = await lifted(t, { datastores: { default: { file: path.join(app.folder, 'main.sqlite') } }, models: usual, ...toy })
  assert.deepEqual((await moved.ask('GET', '/toy')).body, [{ id: 1, name: 'ball' }])
  const said = await refused(t, { models: { ...usual, datastore: 'nowhere' }, ...toy })
  assert.match(said, /nowhere/)
})

item('models.migrate', 'unset, nobody is asked and no table is touched; the options of the command line decide', async (t) => {
  const models = { attributes: ID }
  const app = await lifted(t, { models, ...toy })
  assert.match(app.command.said, /`models\.migrate` is not set, so tables are left as they are/)
  assert.equal((await app.ask('GET', '/toy')).status, 500) // there is no table
  await app.stop()

  const altered = await lifted(t, {}, { folder: app.folder, options: ['--alter'] })
  assert.equal((await altered.ask('POST', '/toy', { name: 'ball' })).status, 200)
  await altered.stop()
  const safe = await lifted(t, {}, { folder: app.folder, options: ['--safe'] })
  assert.equal((await safe.ask('GET', '/toy')).body.length, 1)
  await safe.stop()
  await writeFiles(app.folder, { 'api/models/Toy.json': { attributes: { name: NAME, color: { type: 'string' } } } })
  const grown = await lifted(t, {}, { folder: app.folder, options: ['--alter'] })
  assert.deepEqual((await grown.ask('GET', '/toy')).body, [{ id: 1, name: 'ball', color: '' }])
  await grown.stop()
  const dropped = await lifted(t, {}, { folder: app.folder, options: ['--drop'] })
  assert.deepEqual((await dropped.ask('GET', '/toy')).body, [])

  assert.match(await refused(t, { models: { ...models, migrate: 'later' }, ...toy }), /Toy\.json: `migrate` is alter, drop or safe, and not `later`/)
})

item('models.migrate', 'in production only safe, unless unsafe migrations are allowed by name (14)', async (t) => {
  const options = ['--prod', '--session.secret=some long secret', '--sockets.onlyAllowOrigins=["http://shop.example"]']
  for (const migrate of ['alter', 'drop']) {
    const said = await refused(t, { models: { migrate, attributes: ID }, ...toy }, { options })
    assert.ok(said.includes(`\`migrate: '${migrate}'\` strategy is not supported in production, please change to \`migrate: 'safe'\`.`), said)
    const allowed = await lifted(t, { models: { migrate, attributes: ID }, ...toy }, { options, env: { ALLOW_UNSAFE_MIGRATIONS: '1' } })
    assert.equal((await allowed.ask('POST', '/toy', { name: 'ball' })).status, 200)
    await allowed.stop()
  }
  const safe = await lifted(t, { models: { attributes: ID }, ...toy }, { options })
  assert.equal((await safe.ask('GET', '/toy')).status, 500)
})

item('models.schema', 'drops attributes that there are not; false is told to be impossible', async (t) => {
  const datastores = { default: { inMemoryOnly: true } }
  const app = await lifted(t, { datastores, models: { ...usual, schema: true }, ...toy })
  assert.deepEqual((await app.ask('POST', '/toy', { name: 'ball', color: 'red' })).body, { id: 1, name: 'ball' })
  assert.match(await refused(t, { models: { ...usual, schema: false }, ...toy }), /Toy\.json: `schema: false` is not possible/)
})

item('models.attributes', 'all models have them, unless one says false', async (t) => {
  const app = await lifted(t, {
    datastores: { default: { inMemoryOnly: true } },
    models: { migrate: 'alter', attributes: { ...ID, createdAt: { type: 'number', autoCreatedAt: true }, note: { type: 'string' } } },
    ...toy,
    Bare: { attributes: { createdAt: false, note: { type: 'number' } } },
  })
  const { body } = await app.ask('POST', '/toy', { name: 'ball', note: 'n' })
  assert.deepEqual({ ...body, createdAt: 0 }, { id: 1, createdAt: 0, note: 'n', name: 'ball' })
  assert.ok(Math.abs(body.createdAt - Date.now()) < 600_000)
  assert.deepEqual((await app.ask('POST', '/bare', { note: '5' })).body, { id: 1, note: 5 })
})

item('models.primaryKey', 'names the key of all models', async (t) => {
  const app = await lifted(t, {
    datastores: { default: { inMemoryOnly: true } },
    models: { migrate: 'alter', primaryKey: 'slug', attributes: { slug: { type: 'string', required: true } } },
    ...toy,
  })
  await app.ask('POST', '/toy', { slug: 'a', name: 'ball' })
  assert.deepEqual((await app.ask('GET', '/toy/a')).body, { slug: 'a', name: 'ball' })
  assert.match(await refused(t, { models: { migrate: 'alter', primaryKey: 'none', attributes: ID }, ...toy }), /none/)
})

item('models.dataEncryptionKeys', 'are 32 bytes in Base64, and encrypt what asks for it', async (t) => {
  const Secret = { attributes: { code: { type: 'string', encrypt: true } } }
  const datastores = { default: { file: 'secret.sqlite' } }
  const app = await lifted(t, { datastores, models: { ...usual, dataEncryptionKeys: { default: KEY } }, Secret })
  const made = (await app.ask('POST', '/secret', { code: 'open sesame' })).body
  assert.match(made.code, /^YWVzLTI1Ni1nY20kJGRlZmF1bHQ=\$/) // as it is kept: aes-256-gcm$$default
  await app.stop()
  for (const [keys, why] of [[{ default: 'c2hvcnQ=' }, /default/], [{ default: 5 }, /default/], [{ other: KEY }, /default/], ['x', /dataEncryptionKeys/], [undefined, /dataEncryptionKeys|key/]]) {
    assert.match(await refused(t, { datastores, models: { ...usual, dataEncryptionKeys: keys }, Secret }), why)
  }
})

item('models.cascadeOnDestroy', 'lets go of records that belonged to one that has gone', async (t) => {
  const models = { Owner: { attributes: { toys: { collection: 'toy', via: 'owner' } } }, Toy: { attributes: { owner: { model: 'owner' } } } }
  for (const [cascadeOnDestroy, owner] of [[true, null], [false, 1]]) {
    const app = await lifted(t, { datastores: { default: { inMemoryOnly: true } }, models: { ...usual, cascadeOnDestroy }, ...models })
    await app.ask('POST', '/owner', {})
    await app.ask('POST', '/toy', { owner: 1 })
    await app.ask('DELETE', '/owner/1')
    assert.deepEqual((await app.ask('GET', '/toy/1?populate=false')).body, { id: 1, owner })
    await app.stop()
  }
})

item('models.archiveModelIdentity', 'is false, or names the model of what is archived', async (t) => {
  const Bin = {
    archiveModelIdentity: false,
    attributes: {
      createdAt: { type: 'number', autoCreatedAt: true },
      fromModel: NAME,
      originalRecord: { type: 'json', required: true },
      originalRecordId: { type: 'json' },
    },
  }
  for (const [identity, archives] of [[undefined, ['archive', 'toy']], [false, ['toy']], ['bin', ['bin', 'toy']]]) {
    const more = identity === 'bin' ? { ...toy, Bin } : toy
    const app = await lifted(t, { datastores: { default: { inMemoryOnly: true } }, models: { ...usual, archiveModelIdentity: identity }, ...more })
    const tables = [...app.command.said.matchAll(/Creating the table `(\w+)`/g)].map(([, name]) => name)
    assert.deepEqual(tables.sort(), archives)
    await app.stop()
  }
  assert.match(await refused(t, { models: { ...usual, archiveModelIdentity: 'nobody' }, ...toy }), /`archiveModelIdentity`: there is no model `nobody`/)
  assert.match(await refused(t, { models: { ...usual, archiveModelIdentity: 'toy' }, ...toy }), /archive/i)
})

item('models.fetchRecordsOnUpdate and others', 'are flags; what is none is told', async (t) => {
  const flags = ['fetchRecordsOnCreate', 'fetchRecordsOnCreateEach', 'fetchRecordsOnUpdate', 'fetchRecordsOnDestroy']
  const all = Object.fromEntries(flags.map((flag) => [flag, true]))
  const app = await lifted(t, { datastores: { default: { inMemoryOnly: true } }, models: { ...usual, ...all }, ...toy })
  assert.equal((await app.ask('POST', '/toy', { name: 'ball' })).status, 200)
  for (const flag of [...flags, 'cascadeOnDestroy']) {
    assert.match(await refused(t, { models: { ...usual, [flag]: 'yes' }, ...toy }), new RegExp(flag))
  }
})

item('models.customToJSON and dontUseObjectIds', 'a function of the program is named; object ids there are none', async (t) => {
  assert.match(await refused(t, { models: { ...usual, customToJSON: '@nobody' }, ...toy }), /customToJSON.*nobody|nobody/)
  assert.match(await refused(t, { models: { ...usual, customToJSON: 5 }, ...toy }), /customToJSON/)
  const app = await lifted(t, { datastores: { default: { inMemoryOnly: true } }, models: { ...usual, dontUseObjectIds: true }, ...toy })
  assert.equal((await app.ask('GET', '/toy')).status, 200)
})

item('orm.skipProductionWarnings, orm.moduleDefinitions, connections', 'are told, with what there is instead', async (t) => {
  for (const [file, section, why] of [
    ['orm', { skipProductionWarnings: true }, /orm\.skipProductionWarnings: .*nothing like it in C/],
    ['orm', { moduleDefinitions: { models: { toy: { datastore: 'x' } } } }, /orm\.moduleDefinitions\S*: .*api\/models/],
    ['connections', { default: { adapter: 'sails-mysql' } }, /connections.*since Sails 1\.0 it is datastores/],
  ]) {
    const folder = await folderOf(t, { ...filesOf({ models: usual, ...toy }), [`config/${file}.json`]: { [file]: section } })
    const { status, out, err } = await sails(t, folder, words())
    assert.notEqual(status, 0)
    assert.match(out + err, why)
  }
})
