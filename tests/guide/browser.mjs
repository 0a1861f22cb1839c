// What a page has: fetch() with a jar for its cookies, and io.socket, which is opened with them.
import { createRequire } from 'node:module'
import { within } from '../integration/support/clients.mjs'

const require = createRequire(import.meta.url)
const io = require('../../clients/js/sails.io.js')

io.sails.WebSocket = require('ws')
io.sails.autoConnect = false

/** @param {import('../integration/support/server.mjs').App} app */
export function openPage(app) {
  const headers = {} // of every request, and of the handshake
  const socket = io.sails.connect(app.url, { initialConnectionHeaders: headers })
  app.onEnd(() => socket.isConnected() && socket.disconnect())

  const pageFetch = async (path, options = {}) => {
    const response = await fetch(app.url + path, {
      ...options,
      headers: { ...headers, ...options.headers },
    })
    const [cookie] = response.headers.getSetCookie()
    headers.cookie = cookie?.split(';')[0] ?? headers.cookie
    return response
  }
  return { fetch: pageFetch, io: { socket } }
}

/** Runs a block of the guide in a page, until it has logged something: the arguments of that. */
export function run(page, script) {
  const names = ['fetch', 'io', 'console']
  const logged = new Promise((resolve, reject) => {
    const console = { log: (...args) => resolve(args) }
    const body = `return (async () => {${script}})()`
    new Function(...names, body)(page.fetch, page.io, console).catch(reject)
  })
  return within(logged, 'word in the log')
}
