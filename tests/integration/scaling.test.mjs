// docs/scaling.md as it stands: its settings, and its nginx in front of two nodes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { ask, next, open, settled, within } from './support/clients.mjs'
import { connectRedis, gathered, startC } from './support/cluster.mjs'
import { atEnd } from './support/ends.mjs'
import { freePort, startRedis } from './support/redis.mjs'

const page = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8')

/** Debian puts them where only root looks. */
const programOf = (name) => [`/usr/sbin/${name}`, `/usr/bin/${name}`].find(existsSync) ?? name
const nginx = programOf('nginx')

/** The blocks of code of that kind. */
const blocks = (kind) => [...page.matchAll(new RegExp('```' + kind + '\\n([^`]*)```', 'g'))].map(([, text]) => text)

async function listens(port) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      // not yet
    } finally {
      socket.destroy()
    }
  }
}

/** nginx with the upstream of the page, for nodes at these ports. */
async function startNginx(t, ports) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scaling-'))
  const port = await freePort()
  const [upstream] = blocks('nginx')
  const nodes = ['1337', '1338'].reduce((text, old, i) => text.replace(`:${old};`, `:${ports[i]};`), upstream)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
  await writeFile(`${folder}/nginx.conf`, `
    daemon off; pid ${folder}/pid; error_log stderr;
    ${process.getuid() === 0 ? 'user root;' : ''}
    events {}
    http {
      access_log off; ${places}
      ${nodes}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://nodes;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection "upgrade";
          proxy_set_header Host $host;
        }
      }
    }`)
  const child = spawn(nginx, ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  atEnd(t, async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true })
  })
  await within(listens(port), 'nginx')
  return `http://127.0.0.1:${port}`
}

/** The haproxy of the page, for nodes at these ports. */
async function startHaproxy(t, ports) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scaling-'))
  const port = await freePort()
  const [text] = blocks('haproxy')
  await writeFile(`${folder}/haproxy.cfg`, text.replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace(':1337', `:${ports[0]}`).replace(':1338', `:${ports[1]}`))
  const child = spawn(programOf('haproxy'), ['-db', '-f', `${folder}/haproxy.cfg`], {
    stdio: ['ignore', 'ignore', 'ignore'], // it warns of nodes that are ended before it
  })
  atEnd(t, async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true })
  })
  await within(Promise.race([listens(port), once(child, 'exit').then(([code]) => assert.fail(`haproxy: ${code}`))]), 'haproxy')
  return `http://127.0.0.1:${port}`
}

for (const [name, startBalancer] of [['nginx', startNginx], ['haproxy', startHaproxy]]) test(`the ${name} of the page brings each client to one node, and all are in one cluster`, async (t) => {
  const redis = await startRedis(t)
  const watcher = await connectRedis(t, redis)
  const apart = '--sockets.forwardPolling=false' // it is the balancer that is tried
  const nodes = [await startC(t, redis, [apart]), await startC(t, redis, [apart])]
  await gathered(watcher, 2)
  const url = await startBalancer(t, nodes.map(({ port }) => port))
  const people = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
    const transports = [['polling'], ['websocket'], ['polling', 'websocket']][i % 3]
    const socket = open(url, { transports, extraHeaders: { 'X-Forwarded-For': `10.0.0.${i}` } })
    atEnd(t, () => socket.close())
    await settled(socket)
    return socket
  }))

  const local = people.map((socket) => new Promise((resolve) => {
    socket.once('here', () => resolve(true))
    socket.once('all', () => resolve(false))
  }))
  const heard = people.map((socket) => next(socket, 'all'))
  await ask(people[0], 'emit', { local: true }, 'here', [])
  await ask(people[0], 'emit', {}, 'all', [7])
  assert.deepEqual(await Promise.all(heard), people.map(() => [7]))
  const onThatNode = (await Promise.all(local)).filter(Boolean).length
  assert.ok(onThatNode > 0 && onThatNode < people.length, `${onThatNode} of ${people.length} on one node`)
})

test('the settings of the page are settings', async (t) => {
  const redis = await startRedis(t)
  for (const block of blocks('json')) {
    const { adapter, adapterOptions = {} } = JSON.parse(block).sockets
    const args = Object.entries(adapterOptions).map(([key, value]) => `--sockets.adapterOptions.${key}=${value}`)
    await startC(t, redis, args, { adapter })
  }
})
