// permessage-deflate, off by default, with the real client of the npm package ws.
import test from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { startApp } from './support/server.mjs'

async function dial(app) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: { threshold: 0 },
  })
  const inbox = []
  socket.on('message', (data) => inbox.push(String(data)))
  await once(socket, 'open')
  const next = async (prefix) => {
    for (;;) {
      const found = inbox.find((text) => text.startsWith(prefix))
      if (found) {
        return found
      }
      await once(socket, 'message')
    }
  }
  await next('0{')
  socket.send('40')
  await next('40{')
  return { socket, next }
}

test('offers are ignored unless compression is configured', async (t) => {
  const app = await startApp(t, 'io')
  const { socket } = await dial(app)

  assert.equal(socket.extensions, '')
  socket.terminate()
})

test('compressed messages are read and sent; short ones go as they are', async (t) => {
  const app = await startApp(t, 'io', { args: ['--sockets.perMessageDeflate', 'true'] })
  const { socket, next } = await dial(app)
  const long = 'abc'.repeat(20_000)

  assert.match(socket.extensions, /^permessage-deflate/)
  const before = socket._socket.bytesRead
  socket.send(`421["ack","${long}"]`)
  assert.equal(await next('431'), `431["${long}"]`)
  assert.ok(socket._socket.bytesRead - before < 2000, 'the answer came compressed')
  socket.send('422["ack","short"]')
  assert.equal(await next('432'), '432["short"]')
  socket.terminate()
})
