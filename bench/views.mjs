// CPU time of a page with a list of 30 records in its layout: our templates, against the package ejs in Node.js
// (that of tests/dialogue/node, with its templates compiled and in memory); in turns.
//
//     node bench/views.mjs build/release/bench/bench-views [pages] [rounds]
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../tests/dialogue/node/package.json', import.meta.url))
const ejs = require('ejs')

const AIM = 2
const WARM_UP = 3 // rounds until Node.js has compiled what is hot

const locals = {
  title: 'People & pets',
  people: Array.from({ length: 30 }, (_, i) => ({
    id: i + 1,
    name: `Ada <${i}> O'Neill`,
    email: `ada.${i}@example.com`,
    age: 20 + i,
    active: i % 3 > 0,
  })),
}

/** Ours: a program that answers each line with the microseconds that it took. */
function startOurs(program) {
  const child = spawn(path.resolve(program), ['pages/list', JSON.stringify(locals)], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (line) => {
    child.stdin.write(`${line}\n`)
    const { value, done } = await lines.next()
    assert.ok(!done, `${program} has ended`)
    return value
  }
  return { ask, end: () => child.stdin.end() }
}

/** Theirs: a page, then its layout, as Sails renders them. */
function compileTheirs() {
  const [page, layout] = ['pages/list', 'layouts/layout'].map((name) => {
    const file = fileURLToPath(new URL(`views/${name}.ejs`, import.meta.url))
    return ejs.compile(readFileSync(file, 'utf8'), { filename: file })
  })
  return () => layout({ ...locals, body: page({ ...locals }) })
}

function cpuOfTheirs(render, pages) {
  const before = process.cpuUsage()
  for (let i = 0; i < pages; i++) {
    render()
  }
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

const [program, ...rest] = process.argv.slice(2)
const [pages = 1000, rounds = 9] = rest.map(Number)
const ours = startOurs(program)
const render = compileTheirs()
assert.equal(JSON.parse(await ours.ask('page')), render(), 'both make the same page')

const times = { ours: [], theirs: [] }
for (let i = -WARM_UP; i < rounds; i++) {
  const mine = Number(await ours.ask(pages))
  const other = cpuOfTheirs(render, pages)
  if (i >= 0) {
    times.ours.push(mine / pages)
    times.theirs.push(other / pages)
  }
}
ours.end()

const ratios = times.ours.map((us, i) => us / times.theirs[i])
console.log(`views: a list of 30 records in a layout, ${render().length} bytes, ${rounds} x ${pages} pages`)
console.log(`views: CPU for one page: ours ${median(times.ours).toFixed(1)} us, ejs in Node.js ${median(times.theirs).toFixed(1)} us (medians)`)
console.log(`views: ratio ${median(ratios).toFixed(2)} (median of the rounds; the aim is at most ${AIM}); from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`)
