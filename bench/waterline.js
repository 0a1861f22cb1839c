#!/usr/bin/env node
// Waterline in Node.js, with the models and the calls of records_world.c. The packages are those of
// tests/orm-dialogue/node.
//
//   waterline.js URL      on standard input lines such as "find 1"; each is answered by "done"
const path = require('node:path')
const readline = require('node:readline')
const { createRequire } = require('node:module')

const home = path.join(__dirname, '../tests/orm-dialogue/node/')
const { lift, lower, migrate } = createRequire(home)('./lift.js')
const [url, definitions] = process.argv.slice(2)

const PARENTS = 1000
const CHILDREN = 10

const recordsOf = (n) =>
  Array.from({ length: n }, (_, i) => ({ name: 'Ada', email: 'ada@example.com', age: i % 90, active: true }))

async function run() {
  const lifted = await lift({ datastores: { default: { adapter: 'sails-postgresql', url } }, ...JSON.parse(definitions) })
  const { person, pet, entry } = lifted.sails.models
  const methods = {
    async findOne(n) {
      for (let i = 0; i < n; i++) {
        await person.findOne((i % PARENTS) + 1)
      }
    },
    createEach: (n) => entry.createEach(recordsOf(n)),
    async find() {
      const records = await person.find().sort('id').populate('pets')
      if (records.length !== PARENTS || records[7].pets.length !== CHILDREN) {
        throw new Error('find has not found all')
      }
    },
  }

  await migrate(lifted, 'drop')
  await person.createEach(recordsOf(PARENTS))
  await pet.createEach(Array.from({ length: PARENTS * CHILDREN }, (_, i) => ({ name: 'Rex', owner: (i % PARENTS) + 1 })))
  console.log('done')
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [method, n] = line.split(' ')
    await methods[method](Number(n))
    console.log('done')
  }
  await lower(lifted.sails)
}

run().catch((error) => {
  console.error(error)
  process.exit(1)
})
