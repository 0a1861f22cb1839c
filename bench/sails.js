#!/usr/bin/env node
// Sails in Node.js, as it is deployed, with one of the routes of server.c: GET /echo?v=... The packages
// are those of tests/dialogue/node.
//
//   sails.js --port=0 [--session.enabled=false]
const net = require('node:net')
const path = require('node:path')
const { createRequire } = require('node:module')

const appPath = path.join(__dirname, '../tests/dialogue/node/')
const { Sails } = createRequire(appPath)('sails')

function lift(port) {
  const hasSession = !process.argv.includes('--session.enabled=false')

  new Sails().lift(
    {
      appPath,
      environment: 'production',
      explicitHost: '127.0.0.1',
      port,
      globals: false,
      hooks: { grunt: false, ...(hasSession ? {} : { session: false }) },
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
