// Runs the published adapter tests of Waterline with a program:
//
//     node run.cjs node|c '{"adapter": ..., "url": ...}' [interface or feature...]
//
// Prints {"passed": [titles], "failed": [[title, message]]}.
const Module = require('node:module')
const path = require('node:path')
const { Waterline, utils, closeAll } = require('./waterline.cjs')

const [program, datastore, ...parts] = process.argv.slice(2)
const home = path.join(__dirname, '../node/node_modules/waterline-adapter-tests')
const Mocha = Module.createRequire(path.join(home, 'x.js'))('mocha')

const PARTS = ['interfaces/semantic', 'interfaces/queryable', 'interfaces/associations', 'interfaces/migratable', 'interfaces/sql', 'features/autoIncrement', 'features/unique']

// What the tests require by these names is ours.
const load = Module._load
Module._load = function (name, ...rest) {
  return { waterline: Waterline, 'waterline-utils': utils }[name] ?? load.call(this, name, ...rest)
}

Object.assign(global, {
  SuiteProgram: program,
  SuiteDatastore: JSON.parse(datastore),
  Connections: { test: {} },
  Adapter: { identity: 'conformance-orm', teardown: (name, done) => setImmediate(done) },
  Associations: {},
  Semantic: {},
  Queryable: {},
  Migratable: {},
  Sql: {},
  adapterFeatures: ['autoIncrement', 'unique'],
})

const { fileLookup } = require(path.join(home, 'lib/utils.js'))
const mocha = new Mocha({ timeout: 20000, reporter: function () {} })
for (const part of parts.length > 0 ? parts : PARTS) {
  fileLookup(path.join(home, part), '\\.js$', true)
    .filter((file) => !file.includes('/support/fixtures/'))
    .forEach((file) => mocha.addFile(file))
}

const passed = []
const failed = []
mocha
  .run(async () => {
    await closeAll()
    console.log(JSON.stringify({ passed, failed }))
  })
  .on('pass', (test) => passed.push(test.fullTitle()))
  .on('fail', (test, error) => failed.push([test.fullTitle(), String(error.message ?? error)]))
