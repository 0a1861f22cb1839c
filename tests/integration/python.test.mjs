// python-socketio against the io app: python/io_test.py in the environment that setup.sh makes.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { atEnd } from './support/ends.mjs'
import { startApp } from './support/server.mjs'

const python = fileURLToPath(new URL('.venv/bin/python', import.meta.url))
const script = fileURLToPath(new URL('python/io_test.py', import.meta.url))

for (const name of ['Polling', 'Drained', 'WebSocket', 'Upgrade', 'Asyncio']) {
  test(`python-socketio: ${name}`, async (t) => {
    assert.ok(existsSync(python), 'run tests/integration/setup.sh first')
    const app = await startApp(t, 'io', name === 'Drained' ? { args: ['--sockets.drainPolling=true'] } : {})
    const child = spawn(python, [script, '-v', name], {
      env: { ...process.env, SAILS_URL: app.url, PYTHONDONTWRITEBYTECODE: '1' },
    })
    atEnd(t, () => child.kill())
    let report = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (report += text))
    const ended = new Promise((resolve) => child.once('close', resolve))
    const restarts = (async () => {
      for await (const line of createInterface({ input: child.stdout })) {
        if (line === 'restart' || line === 'crash') {
          await app[line]()
          child.stdin.write('back\n')
        }
      }
    })()

    const [status] = await Promise.all([ended, restarts])
    assert.equal(status, 0, report)
  })
}
