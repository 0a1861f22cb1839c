// log.access: a line for each answered request, over both transports.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startApp } from './support/server.mjs'

test('each answer gets a line, without its query', async (t) => {
  const app = await startApp(t, 'requests', { args: ['--log.access'] })
  const socket = await app.connect({ transports: ['websocket'] })

  await (await fetch(`${app.url}/no/such?token=secret`)).text()
  await socket.emitWithAck('get', { url: '/nor/this?token=secret' })
  await app.stop()
  assert.match(app.log, / info: GET \/no\/such 404 \d+ms \S*127\.0\.0\.1 http\n/)
  assert.match(app.log, / info: GET \/nor\/this 404 \d+ms \S*127\.0\.0\.1 ws\n/)
  assert.doesNotMatch(app.log, /secret/)
})
