// The deployment of docs/guide.md: its nginx configuration and its settings of production, with a real
// nginx in front. Only names of files, ports and the host are those of the test.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ask, open, settled } from '../integration/support/clients.mjs'
import { startApp } from '../integration/support/server.mjs'
import { block, makeFolder } from './page.mjs'

const deployment = 'deployment-behind-nginx'
const origin = 'https://example.com'
const PATIENCE_MS = 10_000

/** Debian puts it where only root looks. */
const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync) ?? 'nginx'

async function freePorts(n) {
  const servers = Array.from({ length: n }, () => net.createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function makeCertificate(folder) {
  const files = ['-keyout', `${folder}/privkey.pem`, '-out', `${folder}/fullchain.pem`]
  const what = ['-days', '2', '-subj', '/CN=example.com', '-addext', 'subjectAltName=DNS:example.com']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...what, ...files], {
    stdio: 'ignore',
  })
}

function replace(text, old, fresh) {
  assert.ok(text.includes(old), `the configuration has no ${old}`)
  return text.replaceAll(old, fresh)
}

/** The site of the guide, and around it what /etc/nginx/nginx.conf is on a real machine. */
function configuration(folder, appPort, [plain, tls]) {
  let site = block(deployment, 'nginx')
  site = replace(site, 'listen 80;', `listen 127.0.0.1:${plain};`)
  site = replace(site, 'listen 443 ssl;', `listen 127.0.0.1:${tls} ssl;`)
  site = replace(site, '127.0.0.1:1337', `127.0.0.1:${appPort}`)
  site = replace(site, '/etc/letsencrypt/live/example.com', folder)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  return `
    daemon off; pid ${folder}/pid; error_log stderr;
    ${process.getuid() === 0 ? 'user root;' : ''}
    events {}
    http { access_log off; ${places} ${site} }`
}

/** Starts nginx in front of the app: the ports of HTTP and of HTTPS. */
async function startNginx(t, app) {
  const ports = await freePorts(2)
  const folder = makeFolder(t, {})
  makeCertificate(folder)
  const file = path.join(folder, 'nginx.conf')
  writeFileSync(file, configuration(folder, app.port, ports))
  const child = spawn(nginx, ['-p', folder, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exited = once(child, 'exit')
  app.onEnd(async () => {
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  })
  for (let left = PATIENCE_MS; !(await isOpen(ports[1])); left -= 20) {
    assert.ok(left > 0 && child.exitCode === null, 'nginx does not listen')
    await delay(20)
  }
  return ports
}

function isOpen(port) {
  return new Promise((resolve) => {
    const link = net.connect(port, '127.0.0.1', () => link.end(() => resolve(true)))
    link.on('error', () => resolve(false))
  })
}

/** A site in production: the app, as the guide configures it, and nginx. */
async function deploy(t) {
  const files = {
    'config/routes.json': block('sessions', 'json'),
    'config/csrf.json': block('csrf', 'json'),
    'config/env/production/security.json': block('security', 'json'),
    'config/env/production/proxy.json': block(deployment, 'json'),
  }
  const app = await startApp(t, 'sessions', {
    folder: 'guide',
    cwd: makeFolder(t, files),
    args: ['--log.access', '--workers', '2'],
    env: { NODE_ENV: 'production', sails_session__secret: 'known to the test' },
  })
  const [plain, tls] = await startNginx(t, app)
  return { app, plain, tls }
}

/** A request of a client at 203.0.113.7, as nginx on another machine would pass it on. */
function request(site, method, url, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: site.tls,
      path: url,
      method,
      rejectUnauthorized: false,
      headers: { host: 'example.com', 'x-forwarded-for': '203.0.113.7', ...headers },
    }
    const sent = https.request(options, async (response) => {
      const text = await new Response(response).text()
      resolve({ status: response.statusCode, headers: response.headers, text })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function logIn(site) {
  const granted = await request(site, 'GET', '/csrfToken')
  const [first] = granted.headers['set-cookie']
  const login = await request(site, 'POST', '/login', {
    headers: {
      cookie: first.split(';')[0],
      'x-csrf-token': JSON.parse(granted.text)._csrf,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'ann', password: 'open sesame' }),
  })
  assert.equal(login.status, 200)
  return login.headers['set-cookie'][0]
}

test('HTTP goes through nginx: to TLS, with a secure session and the address of the client', async (t) => {
  const site = await deploy(t)

  const answer = await new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port: site.plain, headers: { host: 'example.com' } }, resolve)
  })
  answer.resume()
  assert.equal(answer.statusCode, 301)
  assert.equal(answer.headers.location, 'https://example.com/')

  const cookie = await logIn(site)
  assert.match(cookie, /; Secure/)
  assert.match(cookie, /; SameSite=Lax/)
  const me = await request(site, 'GET', '/me', { headers: { cookie: cookie.split(';')[0] } })
  assert.deepEqual(JSON.parse(me.text), { name: 'ann' })
  assert.equal(me.headers['x-content-type-options'], 'nosniff')
  await site.app.end()
  assert.match(site.app.log, /GET \/me 200 \d+ms 203\.0\.113\.7 http/)
})

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  test(`sockets go through nginx over ${transports.join(' to ')}`, async (t) => {
    const site = await deploy(t)
    const cookie = (await logIn(site)).split(';')[0]
    const connect = async (extraHeaders) => {
      const socket = open(`https://127.0.0.1:${site.tls}`, {
        transports,
        rejectUnauthorized: false,
        extraHeaders: { host: 'example.com', 'x-forwarded-for': '203.0.113.7', ...extraHeaders },
      })
      site.app.onEnd(() => socket.close())
      await settled(socket)
      return socket
    }

    const socket = await connect({ origin, cookie })
    const { body, statusCode } = await ask(socket, 'get', { url: '/me' })
    assert.deepEqual({ body, statusCode }, { body: { name: 'ann' }, statusCode: 200 })
    assert.equal(socket.io.engine.transport.name, transports.at(-1))
    await assert.rejects(connect({ origin: 'https://stranger.example' }))
    await site.app.end()
    assert.match(site.app.log, /GET \/me 200 \d+ms 203\.0\.113\.7 ws/)
  })
}
