#!/usr/bin/env node
// Sails in Node.js, as it is deployed, with one of the routes of server.c: GET /echo?v=... The packages
// are those of tests/dialogue/node.
//
//   [BENCH_MODELS=...] sails.js --port=0 [--session.enabled=false]
//
// With the variable it has the model of server.c, in sails-disk.
const net = require('node:net')
const path = require('node:path')
const { createRequire } = require('node:module')

const appPath = path.join(__dirname, '../tests/dialogue/node/')
const load = createRequire(appPath)
const { Sails } = load('sails')

const models = {
  datastores: { default: { adapter: load('sails-disk'), inMemoryOnly: true } },
  models: {
    migrate: 'safe',
    schema: true,
    archiveModelIdentity: false,
    attributes: {
      createdAt: { type: 'number', autoCreatedAt: true },
      updatedAt: { type: 'number', autoUpdatedAt: true },
      id: { type: 'number', autoIncrement: true },
    },
  },
  orm: {
    moduleDefinitions: {
      models: { user: { attributes: { name: { type: 'string' }, age: { type: 'number' } } } },
      adapters: {},
    },
  },
}

function lift(port) {
  const hasSession = !process.argv.includes('--session.enabled=false')
  const hasModels = process.env.BENCH_MODELS !== undefined

  new Sails().lift(
    {
      appPath,
      environment: 'production',
      explicitHost: '127.0.0.1',
      port,
      globals: false,
      hooks: {
        grunt: false,
        orm: hasModels ? load('sails-hook-orm') : false,
        ...(hasSession ? {} : { session: false }),
      },
      ...(hasModels ? models : {}),
      log: { level: 'error' },
      session: { secret: 'a secret' },
      sockets: { beforeConnect: (handshake, proceed) => proceed(undefined, true) },
      routes: { 'GET /echo': (req, res) => res.json({ v: req.param('v') }) },
    },
    (error) => {
      if (error) {
        console.error(error)
        process.exit(1)
      }
      console.log(`Listening on http://127.0.0.1:${port}`)
    },
  )
}

// Sails takes port 0 for none.
const probe = net.createServer().listen(0, '127.0.0.1', () => {
  const { port } = probe.address()
  probe.close(() => lift(port))
})
