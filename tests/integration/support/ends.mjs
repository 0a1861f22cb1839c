// The end of what a test has started.
const endings = new WeakMap()

/**
 * Calls `end` when the test is over: what was started last ends first, so that nothing outlives what it stands on
 * (a node its Redis). All are called, whichever fails; the first failure is the test's.
 *
 * @param {import('node:test').TestContext} t
 * @param {() => unknown} end
 */
export function atEnd(t, end) {
  if (!endings.has(t)) {
    endings.set(t, [])
    t.after(() => endAll(endings.get(t)))
  }
  endings.get(t).push(end)
}

async function endAll(ends) {
  const failures = []
  while (ends.length > 0) {
    try {
      await ends.pop()()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
