// The published adapter tests of Waterline (waterline-adapter-tests 1.0.1), every one of them, with C for
// Waterline and its adapter.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { KINDS, openStore } from './support/stores.mjs'

const run = fileURLToPath(new URL('suite/run.cjs', import.meta.url))
const ALL = 170 // a suite that runs nothing must not pass

for (const kind of KINDS) {
  test(`the published adapter tests pass (${kind})`, async (t) => {
    const store = await openStore(kind)
    t.after(() => store.close())
    const { stdout } = await promisify(execFile)(process.execPath, [run, 'c', JSON.stringify(store.c.default)], { maxBuffer: 2 ** 24 })
    const { passed, failed } = JSON.parse(stdout.trim().split('\n').at(-1))

    assert.deepEqual(failed, [])
    assert.ok(passed.length >= ALL, `${passed.length} tests`)
  })
}
