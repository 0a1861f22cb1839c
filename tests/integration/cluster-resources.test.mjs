// Resourceful pub/sub over nodes: subscribers and watchers hear of records wherever the change is made, by the names of
// rooms that Sails has. An application of models alone (examples/todo) on two nodes, and a node of Node among them.
import test from 'node:test'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask as request, loadClient, next as nextOf } from '../client/support/client.mjs'
import { ask, next } from './support/clients.mjs'
import { connectRedis, gathered, startNode } from './support/cluster.mjs'
import { atEnd } from './support/ends.mjs'
import { startRedis } from './support/redis.mjs'
import { startApp } from './support/server.mjs'

const cwd = fileURLToPath(new URL('../../examples/todo/', import.meta.url))

async function startTodo(t, redis, folder) {
  const app = await startApp(t, 'sails', {
    folder: 'bin',
    words: ['lift'],
    cwd,
    args: ['--sockets.adapter=@sailshq/socket.io-redis', `--sockets.url=redis://127.0.0.1:${redis.port}`],
    env: { sails_datastores__default__url: `sqlite:${folder}/todo.sqlite` },
  })
  await app.says(/this node is among the others/)
  return app
}

const change = async (app, method, route, data) => {
  const response = await fetch(`${app.url}/api${route}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: data && JSON.stringify(data),
  })
  assert.equal(response.status, 200)
  return response.json()
}

test('who watches and who has subscribed hears of changes on every node, and on one of Node', async (t) => {
  const redis = await startRedis(t)
  const folder = await mkdtemp(path.join(os.tmpdir(), 'todo-'))
  atEnd(t, () => rm(folder, { recursive: true }))
  const [one, two] = [await startTodo(t, redis, folder), await startTodo(t, redis, folder)]
  const node = await startNode(t, redis, { version: 6 })
  await gathered(await connectRedis(t, redis), 3)

  const ann = loadClient(t).sails.connect(two.url)
  await request(ann, 'get', '/api/task') // subscribes to what there is, and watches
  const eve = await node.connect()
  await ask(eve, 'join', 'sails_model_create_task')

  const created = [nextOf(ann, 'task'), next(eve, 'task')]
  const task = await change(one, 'POST', '/task', { title: 'Mow' })
  for (const [message] of await Promise.all(created)) {
    assert.deepEqual([message.verb, message.id, message.data.title], ['created', task.id, 'Mow'])
  }

  await ask(eve, 'join', `sails_model_task_${task.id}:task`)
  const updated = [nextOf(ann, 'task'), next(eve, 'task')]
  await change(one, 'PATCH', `/task/${task.id}`, { done: true })
  for (const [message] of await Promise.all(updated)) {
    assert.deepEqual([message.verb, message.id, message.data.done], ['updated', task.id, true])
  }

  const told = nextOf(ann, 'task') // as Sails in Node says it to whoever has subscribed, on our node
  await ask(eve, 'emit', { to: [`sails_model_task_${task.id}:task`] }, 'task', [{ verb: 'messaged', id: task.id }])
  assert.deepEqual(await told, [{ verb: 'messaged', id: task.id }])

  const gone = [nextOf(ann, 'task'), next(eve, 'task')]
  await change(two, 'DELETE', `/task/${task.id}`)
  for (const [message] of await Promise.all(gone)) {
    assert.deepEqual([message.verb, message.id], ['destroyed', task.id])
  }
})
