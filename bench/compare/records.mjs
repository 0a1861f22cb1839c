// The API of a model over SQLite: bench-blueprints measures it in turns with Sails and with PocketBase, and says so in
// lines, which are read here.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build, install, peers, repository } from './peers.mjs'

const MODULE = 'github.com/pocketbase/pocketbase/examples/base@v0.39.0'

/** "blueprints, GET /user/1: CPU for one request: server 41.16 us, PocketBase 276.62 us (medians)" */
export function readLine(line) {
  const found = line.match(/^blueprints, (GET \/user\/1|GET \/user \(30\)|POST \/user): CPU for one request: server ([\d.]+) us, (PocketBase|Sails in Node.js) ([\d.]+) us/)
  return found === null ? null : { what: found[1], ours: Number(found[2]), other: found[3] === 'PocketBase' ? 'pocketbase' : 'sails', theirs: Number(found[4]) }
}

function pocketbase() {
  const folder = path.join(repository, 'build/pocketbase')
  if (!existsSync(path.join(folder, 'base')) && spawnSync('go', ['version']).status === 0) {
    spawnSync('go', ['install', MODULE], { env: { ...process.env, GOBIN: folder }, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return existsSync(path.join(folder, 'base')) ? path.join(folder, 'base') : null
}

/** Fills results.records; null, or why nothing was measured. */
export async function measureRecords({ rounds, quick, results, say }) {
  const sails = install(peers.find(({ name }) => name === 'sails'))
  if (sails !== null) {
    return sails
  }
  const program = pocketbase()
  const at = path.join(repository, 'bench')
  const words = [path.join(build, 'bench/bench-server'), path.join(at, 'sails.js'), '50', quick ? '200' : '2000', `${Math.max(rounds, 1)}`,
    ...(program !== null ? [path.join(at, 'pocketbase')] : [])]
  if (program === null) {
    say('  there is no PocketBase, which is built from its module by Go: measured against Sails alone')
  }
  const child = spawn(path.join(build, 'bench/bench-blueprints'), words, { env: { ...process.env, POCKETBASE: program ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
    say(`  ${`${data}`.trim().replaceAll('\n', '\n  ')}`)
  })
  const status = await new Promise((resolve) => child.on('close', resolve))
  for (const line of out.split('\n')) {
    const read = readLine(line)
    if (read !== null) {
      ;((results.records ??= {})[read.what] ??= []).push(read)
    }
  }
  return status === 0 ? null : `bench-blueprints has ended with status ${status}`
}
