// Prepares a folder of PocketBase's for the bench, and prints a port that is free: pocketbase.mjs <program> <folder>
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'

const [, , program, folder] = process.argv
const admin = { identity: 'bench@example.com', password: 'only for the bench' }

const probe = net.createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address()
probe.close()
const url = `http://127.0.0.1:${port}`

async function ask(method, path, body, token) {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: token }) },
    body: body && JSON.stringify(body),
  })
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  }
  return response.json()
}

/** It listens when it answers. */
async function answers(child) {
  for (;;) {
    if (child.exitCode !== null) {
      throw new Error(`PocketBase has ended with ${child.exitCode}`)
    }
    const ok = await ask('GET', '/api/health').then(() => true, () => false)
    if (ok) {
      return
    }
  }
}

execFileSync(program, ['superuser', 'upsert', admin.identity, admin.password, `--dir=${folder}`], { stdio: ['ignore', 'ignore', 'inherit'] })
const child = spawn(program, ['serve', `--dir=${folder}`, `--http=127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'inherit'] })
process.once('SIGTERM', () => {
  child.kill('SIGTERM')
  process.exit(143)
})
await answers(child)
const { token } = await ask('POST', '/api/collections/_superusers/auth-with-password', admin)
const everybody = Object.fromEntries(['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'].map((rule) => [rule, '']))
await ask('POST', '/api/collections', { name: 'user', type: 'base', ...everybody, fields: [{ name: 'name', type: 'text' }, { name: 'age', type: 'number' }] }, token)
await ask('PATCH', '/api/settings', { logs: { maxDays: 0 } }, token)
await ask('POST', '/api/collections/user/records', { id: 'benchbenchbench', name: 'ann', age: 7 })
const ended = once(child, 'exit')
child.kill('SIGTERM')
await ended
console.log(port)
