// Who is measured: a name, how it is started on a port, and what it cannot do. They all are the small application of
// `sails-bench --help`; bench/peers/setup installs them.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../../', import.meta.url))
export const build = path.resolve(repository, process.env.SAILS_BUILD_DIR ?? 'build/release')
const at = (...parts) => path.join(repository, 'bench', ...parts)

const lockedVersion = (list, name) => JSON.parse(readFileSync(at(list))).packages[`node_modules/${name}`].version
const firstMatch = (file, pattern) => readFileSync(at(file), 'utf8').match(pattern)[1]
const said = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' })
const firstLine = ({ stdout, stderr }) => (stdout || stderr || '').split('\n')[0].trim()

const REQUESTS = ['request'] // what sails.io.js asks is a thing of Sails
const SOCKETS = ['connect', 'idle', 'ack', 'large', 'request', 'join-leave', 'fan-out', 'bursts', 'broadcasts', 'slow', 'rooms', 'direct']

function nginxCommand(port) {
  const dir = mkdtempSync(path.join(tmpdir(), 'bench-nginx-'))
  const body = '{"text":"Sixty-four bytes of JSON, counting the braces as well"}'
  mkdirSync(path.join(dir, 'logs'))
  writeFileSync(path.join(dir, 'nginx.conf'), `
daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 10000; }
http {
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  server { listen 127.0.0.1:${port}; location /bytes { return 200 '${body}'; } }
}`)
  return ['nginx', '-p', dir, '-c', path.join(dir, 'nginx.conf')]
}

export const peers = [
  {
    name: 'bare',
    label: 'bare epoll program',
    command: (port) => [path.join(build, 'bench/bench-bare'), `${port}`],
    version: () => 'bench/bare.c',
    lacks: [],
  },
  {
    name: 'sails-c',
    label: 'Sails for C',
    command: (port) => [path.join(build, 'bench/bench-server'), '--host', '127.0.0.1', '--port', `${port}`, '--workers', '1',
      '--session.enabled=false'],
    version: () => execFileSync('git', ['describe', '--always', '--dirty'], { cwd: repository, encoding: 'utf8' }).trim(),
    lacks: [],
  },
  {
    name: 'socketio',
    label: 'socket.io (ws)',
    setup: 'socketio',
    share: 1 / 3, // of what the others are asked, for it takes long
    command: (port) => ['node', at('peers/socketio/peer.mjs'), `${port}`],
    env: { NODE_ENV: 'production' },
    version: () => `${lockedVersion('peers/socketio/package-lock.json', 'socket.io')}, Node.js ${process.versions.node}`,
    lacks: REQUESTS,
  },
  { name: 'uwebsockets', label: 'socket.io (uWebSockets.js)', setup: 'uwebsockets', lacks: [] },
  {
    name: 'rust',
    label: 'socketioxide (Rust)',
    setup: 'rust',
    command: (port) => [at('peers/rust/target/release/bench-peer'), `${port}`],
    version: () => `${firstMatch('peers/rust/Cargo.toml', /socketioxide = "=(.*)"/)}, ${firstLine(said('rustc', '--version'))}`,
    lacks: REQUESTS,
  },
  {
    name: 'go',
    label: 'socket.io for Go',
    setup: 'go',
    share: 1 / 3, // of what the others are asked, for it takes long
    command: (port) => [at('peers/go/bench-peer'), `${port}`],
    env: { GOMAXPROCS: '1' },
    version: () => `${firstMatch('peers/go/go.mod', /servers\/socket\/v3 (v[\d.]+)/)}, ${firstLine(said('go', 'version'))}`,
    lacks: REQUESTS,
  },
  {
    name: 'java',
    label: 'netty-socketio (Java)',
    setup: 'java',
    share: 1 / 10,
    command: (port) => ['java', '-cp', `${at('peers/java/target/bench-peer.jar')}:${at('peers/java/target/lib/*')}`, 'Peer', `${port}`],
    version: () => `${firstMatch('peers/java/pom.xml', /netty-socketio<\/artifactId>\s*<version>(.*)<\/version>/)}, ${firstLine(said('java', '-version'))}`,
    lacks: [...REQUESTS, 'http'],
  },
  {
    name: 'python',
    label: 'python-socketio',
    setup: 'python',
    share: 1 / 10,
    command: (port) => [at('peers/python/.venv/bin/python'), at('peers/python/peer.py'), `${port}`],
    version: () => `${firstMatch('peers/python/requirements.txt', /python-socketio==(.*)/)}, uvicorn, ${firstLine(said('python3', '--version'))}`,
    lacks: REQUESTS,
  },
  {
    name: 'sails',
    label: 'Sails (Node.js)',
    setup: 'sails',
    share: 1 / 3, // of what the others are asked, for it takes long
    command: (port) => ['node', at('sails.js'), `--port=${port}`, '--session.enabled=false'],
    env: { NODE_ENV: 'production' },
    version: () => `${lockedVersion('../tests/dialogue/node/package-lock.json', 'sails')}, Node.js ${process.versions.node}`,
    lacks: [],
  },
  {
    name: 'nginx',
    label: 'nginx',
    setup: 'nginx',
    command: nginxCommand,
    children: 1, // that do its work
    version: () => firstLine(said('nginx', '-v')).replace(/.*nginx\//, ''),
    lacks: SOCKETS,
  },
]

/** Null when it is installed now, or why it is left out. */
export function install(peer) {
  if (peer.setup === undefined) {
    const [program] = peer.command(0)
    return existsSync(program) ? null : `${program} is not built`
  }
  const { status, stdout } = spawnSync(at('peers/setup'), [peer.setup], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return status === 0 ? null : stdout.trim() || `bench/peers/setup ${peer.setup} has failed with status ${status}`
}
