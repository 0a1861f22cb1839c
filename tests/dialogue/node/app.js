#!/usr/bin/env node
// The app of the dialogues for Sails in Node.js: route for route what ../app is for Sails for C.
//
//   [DIALOGUE_BEFORE_CONNECT=yes] app.js --port N [--<section>.<key>=JSON ...]
const net = require('node:net')
const { Sails } = require('sails')
const lifecycle = require('./lifecycle')
const { readArguments } = require('./arguments')

const routes = {
  ...require('./requests'),
  ...require('./answers'),
  ...require('./sessions'),
  ...require('./sockets'),
  ...lifecycle.routes,
}

const defaults = {
  appPath: __dirname,
  explicitHost: '127.0.0.1',
  globals: false,
  hooks: { grunt: false, orm: false },
  log: { level: 'warn' },
  sockets: { afterDisconnect: lifecycle.afterDisconnect },
}

/** Sails takes port 0 for none. */
function freePort(done) {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => done(port))
  })
}

function lift(settings) {
  const app = new Sails()
  app.lift({ ...settings, routes: { ...routes, ...models.routes } }, (error) => {
    if (error) {
      console.error(error)
      process.exit(1)
    }
    console.log(`Listening on http://127.0.0.1:${settings.port}`)
  })
}

const models = process.env.DIALOGUE_MODELS ? require('./models') : { settings: {}, routes: {} }
const settings = readArguments(process.argv.slice(2), { ...defaults, ...models.settings })
if (process.env.DIALOGUE_BEFORE_CONNECT) {
  settings.sockets.beforeConnect = lifecycle.beforeConnect
}
if (settings.port) {
  lift(settings)
} else {
  freePort((port) => lift({ ...settings, port }))
}
