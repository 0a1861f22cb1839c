/* What the other files share. */

export const global = globalThis
export const inNode = typeof process === 'object' && Boolean(process.versions && process.versions.node)

/* An error in the application's callback is the application's: it surfaces as an uncaught error, as
 * from any event handler, but must not stop us half-way through a change of state. */
export function call (callback, ...args) {
  try {
    callback(...args)
  } catch (error) {
    setTimeout(() => { throw error })
  }
}

export function isObject (value) {
  return typeof value === 'object' && value !== null
}

export function isBinary (value) {
  return ArrayBuffer.isView(value) ||
    /^\[object (ArrayBuffer|Blob|File)\]$/.test(Object.prototype.toString.call(value))
}
