#!/usr/bin/env node
// Sails in Node.js, as it is deployed, with the events of server.c and two of its routes: GET /echo?v=... and
// GET /bytes. The packages are those of tests/dialogue/node.
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

// The events of server.c, which Sails leaves to Socket.IO.
function listen(socket) {
  socket.on('echo', (value, ack) => ack(value))
  socket.on('join', (room, ack) => {
    socket.join(room)
    ack()
  })
  socket.on('leave', (room, ack) => {
    socket.leave(room)
    ack()
  })
  socket.on('tell', (room, value) => socket.nsp.to(room).emit('broadcast', value))
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
      routes: {
        'GET /echo': (req, res) => res.json({ v: req.param('v') }),
        'GET /bytes': (req, res) => res.json({ text: 'Sixty-four bytes of JSON, counting the braces as well' }),
      },
    },
    (error, app) => {
      if (error) {
        console.error(error)
        process.exit(1)
      }
      app.io.on('connection', listen)
      console.log(`Listening on http://127.0.0.1:${port}`)
    },
  )
}

const wanted = Number(process.argv.find((word) => /^--port=\d+$/.test(word))?.slice('--port='.length) ?? 0)

if (wanted > 0) {
  lift(wanted)
} else {
  // Sails takes port 0 for none.
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => lift(port))
  })
}
