// HTTPS and WSS with the real clients, and what is said about a certificate that is no good.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { makeCertificate } from './support/certificate.mjs'
import { everyWay, open } from './support/clients.mjs'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'

test('every client speaks over TLS, over each transport, on each worker', async (t) => {
  const { cert, key, ca } = makeCertificate(t)
  const args = ['--ssl.cert', cert, '--ssl.key', key, '--workers', '2']
  const app = await startApp(t, 'io', { args })

  for (const { client, transports } of everyWay()) {
    const socket = open(`https://127.0.0.1:${app.port}`, { client, transports, ca })
    atEnd(t, () => socket.close())
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    await socket.upgraded
    const handshake = await new Promise((resolve) => socket.emit('handshake', resolve))
    assert.equal(handshake.secure, true)
    const big = 'x'.repeat(300_000)
    assert.equal(await new Promise((resolve) => socket.emit('ack', big, resolve)), big)
  }
})

test('a client without TLS is refused, and nobody else notices', async (t) => {
  const { cert, key, ca } = makeCertificate(t)
  const app = await startApp(t, 'io', { args: ['--ssl.cert', cert, '--ssl.key', key] })

  await assert.rejects(fetch(`http://127.0.0.1:${app.port}/`))
  const status = await new Promise((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', port: app.port, path: '/', ca }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      .on('error', reject)
  })
  assert.equal(status, 404)
})

test('a key that is not the certificate’s is a mistake in the configuration', (t) => {
  const first = makeCertificate(t)
  const second = makeCertificate(t)
  const broken = path.join(first.folder, 'broken.pem')
  writeFileSync(broken, 'no certificate')
  const build = process.env.SAILS_BUILD_DIR ?? 'build/asan'
  const binary = path.resolve(build, 'tests/integration/apps/io')

  for (const [cert, key] of [[first.cert, second.key], [broken, first.key], ['/none', first.key]]) {
    const { status, stderr } = spawnSync(binary, ['--port=0', `--ssl.cert=${cert}`, `--ssl.key=${key}`])
    assert.equal(status, 78)
    assert.match(String(stderr), /error: .*(cert|key|none|broken)/i)
  }
})
