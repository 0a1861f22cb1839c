// Faults while messages flow: what each client has heard is held against what docs/scaling.md promises.
import test from 'node:test'
import assert from 'node:assert/strict'
import { ask, next } from './support/clients.mjs'
import { connectRedis, gathered, startC, startNode } from './support/cluster.mjs'
import { layCable, startRedis } from './support/redis.mjs'

/** Sends numbers to everybody, one after the other, until it is stopped: how many it has sent. */
function flow(name, socket) {
  let isOn = true
  const run = async () => {
    let n = 0
    while (isOn) {
      await ask(socket, 'emit', { to: ['all'] }, 'n', [name, n++])
    }
    return n
  }
  const done = run()
  return { stop: () => ((isOn = false), done) }
}

/** A client on each node, in the room "all", with a history of what it has heard: {sender: [numbers]}. */
async function gather(nodes) {
  const people = {}
  for (const [name, node] of Object.entries(nodes)) {
    const socket = await node.connect()
    const history = Object.fromEntries(Object.keys(nodes).map((sender) => [sender, []]))
    socket.on('n', (sender, n) => history[sender].push(n))
    await ask(socket, 'join', 'all')
    people[name] = Object.assign(socket, { history })
  }
  return people
}

const isRising = (numbers) => numbers.every((n, i) => i === 0 || n > numbers[i - 1])

/** Everybody hears everybody again. */
async function allIsWell(people, word) {
  for (const sender of Object.values(people)) {
    const heard = Object.values(people).map((socket) => next(socket, word))
    await ask(sender, 'emit', { to: ['all'] }, word, [])
    await Promise.all(heard)
  }
}

const faults = {
  'Redis is killed and comes back': async ({ redis, client, nodes }) => {
    await redis.kill()
    await nodes.c1.says(/this node is alone/)
    await redis.start()
    await gathered(client, 3)
  },
  'Redis is restarted': async ({ redis, client }) => {
    await redis.stop()
    await redis.start()
    await gathered(client, 3)
  },
  'the cable of a node is cut, and mended': async ({ client, nodes, cable }) => {
    cable.cut()
    await nodes.c2.says(/this node is alone/) // a command that is not answered tells it
    cable.mend()
    await gathered(client, 3)
  },
  'a node is killed': async ({ client, nodes, people }) => {
    await nodes.c2.kill()
    delete people.c2
    await gathered(client, 2)
  },
  'a node stands still, and goes on': async ({ nodes, people }) => {
    process.kill(nodes.c2.pid, 'SIGSTOP')
    // As long as the others need to say something many times.
    for (let i = 0; i < 200; i++) {
      await ask(people.c1, 'emit', { to: ['all'] }, 'meanwhile', [])
    }
    process.kill(nodes.c2.pid, 'SIGCONT')
  },
}

for (const [fault, happen] of Object.entries(faults)) {
  test(`${fault}: nothing twice, nothing out of order, nothing lost here`, async (t) => {
    const redis = await startRedis(t)
    const client = await connectRedis(t, redis)
    const cable = await layCable(t, redis)
    const nodes = {
      c1: await startC(t, redis),
      c2: await startC(t, redis, ['--workers=3'], { url: cable.url }),
      n1: await startNode(t, redis),
    }
    await gathered(client, 3)
    const people = await gather(nodes)
    await allIsWell(people, 'before')
    // One that stands still answers nobody; and a server in Node ends by what it cannot publish.
    const silent = fault.startsWith('a node') ? 'c2' : 'n1'
    const flows = Object.entries(people).filter(([name]) => name !== silent)
      .map(([name, socket]) => [name, flow(name, socket)])

    await happen({ redis, client, nodes, people, cable })
    const sent = Object.fromEntries(await Promise.all(flows.map(async ([name, one]) => [name, await one.stop()])))
    await allIsWell(people, 'after')
    for (const [listener, { history }] of Object.entries(people)) {
      for (const [sender, numbers] of Object.entries(history)) {
        assert.ok(isRising(numbers), `${listener} heard ${sender} twice or out of order: ${numbers}`)
      }
      if (sent[listener] !== undefined) {
        assert.equal(history[listener].length, sent[listener], `${listener} has not heard all of its own node`)
      }
    }
    for (const [sender, n] of Object.entries(sent)) {
      t.diagnostic(`${sender} sent ${n}; heard: ${Object.entries(people).map(([name, { history }]) =>
        `${name} ${history[sender].length}`).join(', ')}`)
    }
  })
}
