// Lines on standard input and output, read and written while the thread waits: a validation rule
// must answer before it returns, also when the answer comes from the other side.
const fs = require('node:fs')

const waited = new Int32Array(new SharedArrayBuffer(4))
const parts = [] // of a line whose end has not been read
let lines = []

/** Runs `attempt` again while the descriptor is not ready. */
function untilReady(attempt) {
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error
      }
      Atomics.wait(waited, 0, 0, 1)
    }
  }
}

/** The next line, null at the end of input. */
exports.readLine = function readLine() {
  const chunk = Buffer.alloc(65536)

  while (lines.length === 0) {
    const length = untilReady(() => fs.readSync(0, chunk, 0, chunk.length, null))
    if (length === 0) {
      return null
    }
    split(Buffer.from(chunk.subarray(0, length)))
  }
  return lines.shift()
}

function split(data) {
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10)) {
    parts.push(data.subarray(0, at))
    lines.push(Buffer.concat(parts.splice(0)).toString('utf8'))
    data = data.subarray(at + 1)
  }
  if (data.length > 0) {
    parts.push(data)
  }
}

exports.writeLine = function writeLine(value) {
  let data = Buffer.from(`${JSON.stringify(value)}\n`)

  while (data.length > 0) {
    data = data.subarray(untilReady(() => fs.writeSync(1, data)))
  }
}
