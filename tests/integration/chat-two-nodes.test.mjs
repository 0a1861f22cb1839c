// examples/chat/two-nodes as people start it: two nodes of the example behind one address.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowser } from '../client/support/browser.mjs'
import { ask, next } from '../client/support/client.mjs'
import { arrive, bubble, inRoom, log, seen, unseen, write } from './support/chat-dialogue.mjs'
import { loggedIn, Visitor } from './support/chat-visitor.mjs'
import { within } from './support/clients.mjs'
import { atEnd } from './support/ends.mjs'
import { freePort } from './support/redis.mjs'
import { binaryOf } from './support/server.mjs'

const script = fileURLToPath(new URL('../../examples/chat/two-nodes', import.meta.url))

/** Its address, and the processes by what the proxy calls them. */
async function startTwoNodes(t) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'chat-'))
  const port = await freePort()
  const child = spawn(script, ['--port', port, '--program', binaryOf('example-chat', 'examples')].map(String), {
    env: {
      ...process.env,
      sails_datastores__default__url: `sqlite:${folder}/chat.sqlite`,
      sails_security__limits__requestsPerAddress: '0',
      sails_security__limits__requestsPerSocket: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  atEnd(t, async () => {
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), 'all of it has ended')
    await rm(folder, { recursive: true })
  })
  let said = ''
  child.stdout.setEncoding('utf8')
  const ready = new Promise((resolve, reject) => {
    exited.then(([code]) => reject(new Error(`it has ended with ${code}\n${said}`)))
    child.stdout.on('data', (text) => {
      said += text
      const found = /one: process (\d+) +two: process (\d+)[^]*Ctrl\+C/.exec(said)
      if (found) resolve({ one: Number(found[1]), two: Number(found[2]) })
    })
  })
  return { url: `http://127.0.0.1:${port}`, pids: await within(ready, 'two nodes') }
}

const on = (node) => ({ NODE: node })

test('names, rooms, messages and history are one on both nodes', async (t) => {
  const app = await startTwoNodes(t)
  const [ann, bob] = [await loggedIn(app, 'Ann', on('one')), await loggedIn(app, 'Bob', on('two'))]
  const [here, there] = [await ann.socket(t), await bob.socket(t)]
  assert.deepEqual([ann.cookies.NODE, bob.cookies.NODE], ['one', 'two'])

  const taken = await new Visitor(app, on('two')).logIn('Ann', 'not her secret')
  assert.deepEqual([taken.status, taken.body.code], [401, 'E_WRONG_PASSWORD'])
  const both = ['one', 'two'].map((node) => new Visitor(app, on(node)).logIn('Zoe', `the secret of ${node}`))
  assert.deepEqual((await Promise.all(both)).map(({ status }) => status).sort(), [200, 401], 'one of them has the name')

  await ask(here, 'post', '/rooms/galley/join')
  const told = next(here, 'presence')
  const { body } = await ask(there, 'post', '/rooms/galley/join')
  assert.deepEqual(body, { room: 'galley', members: ['Ann', 'Bob'] })
  assert.deepEqual(await told, [body])

  const said = []
  for (let i = 0; i < 20; i++) { // at the same time, and yet no two have the same key
    const answers = [[here, there], [there, here]].map(([from, to]) => {
      const heard = next(to, 'chat')
      return ask(from, 'post', '/rooms/galley/messages', { text: `${i}` }).then(async (answer) => {
        assert.deepEqual(await heard, [answer.body])
        return answer.body
      })
    })
    said.push(...(await Promise.all(answers)))
  }
  const messages = said.sort((a, b) => a.at - b.at)
  for (const visitor of [ann, bob]) {
    assert.deepEqual((await visitor.ask('GET', '/rooms/galley/messages')).body, { messages, more: false })
  }

  const whisper = next(here, 'direct')
  assert.equal((await ask(there, 'post', '/people/Ann/messages', { text: 'psst' })).statusCode, 200)
  assert.equal((await whisper)[0].text, 'psst')
  const hungUp = next(here, 'disconnect')
  const again = await loggedIn(app, 'Ann', on('two'))
  assert.equal((await again.post('/logout')).status, 200)
  assert.deepEqual(await hungUp, ['io server disconnect'], 'who logs out on one node is out on the other')
})

test('when a node dies its people vanish, and come back on the other one', async (t) => {
  const app = await startTwoNodes(t)
  const browser = await startBrowser(t)
  const ann = await arrive(t, browser, app.url, 'Ann', on('one'))
  await write(ann, 'Before you came')
  const bob = await arrive(t, browser, app.url, 'Bob', on('two'))
  await seen(bubble(bob, 'Before you came'))
  await Promise.all([seen(inRoom(ann, 'Bob')), seen(inRoom(bob, 'Ann'))])
  const eve = await (await loggedIn(app, 'Eve', on('two'))).socket(t) // who will not come back
  await ask(eve, 'post', '/rooms/lobby/join')
  await seen(inRoom(ann, 'Eve'))

  process.kill(app.pids.two, 'SIGKILL')
  await unseen(inRoom(ann, 'Eve'))
  await seen(log(bob).locator('.note', { hasText: 'You are back' }))
  await Promise.all([seen(inRoom(ann, 'Bob')), seen(inRoom(bob, 'Ann'))])
  await write(bob, 'Where was I?')
  await seen(bubble(ann, 'Where was I?'))
  assert.deepEqual([...ann.errors, ...bob.errors], [], 'no errors in the pages')
})
