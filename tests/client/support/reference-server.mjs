/*
 * The reference Socket.IO server with the request events of Sails: every request is answered with
 * what has arrived, so that a test can see both directions. It can be stopped and started again on
 * the same port.
 */
import { createServer } from 'node:http'
import { once } from 'node:events'
import { Server } from 'socket.io'

const verbs = ['get', 'post', 'put', 'delete', 'patch', 'options', 'head']

const routes = {
  '/user': ({ data }) => ({ body: ['Ann', 'Bob', 'Eve'].slice(0, data.limit), headers: {}, statusCode: 200 }),
  '/echo': (message, socket, method) => ({ body: { method, ...message }, headers: {}, statusCode: 200 }),
  '/id': (message, socket) => ({ body: socket.id, headers: {}, statusCode: 200 }),
  '/empty': () => ({ headers: {}, statusCode: 204 }),
  '/broken': () => ({ body: 'Internal Server Error', headers: { 'x-why': 'test' }, statusCode: 500 }),
  '/never': () => undefined
}

/** `routes` are further ones; `onRequest` is for what is not Socket.IO; the rest are the options of its server. */
export async function startReferenceServer (t, { routes: own, onRequest, ...options } = {}) {
  let http
  let io
  let port = 0
  const server = {
    async start () {
      http = createServer(onRequest)
      io = new Server(http, { transports: ['websocket'], ...options })
      io.on('connection', (socket) => {
        for (const method of verbs) {
          socket.on(method, (message, answer) => {
            const route = { ...routes, ...own }[message.url.split('?')[0]]
            const jwr = route ? route(message, socket, method) : { body: 'Not Found', headers: {}, statusCode: 404 }
            if (jwr) {
              answer(jwr)
            }
          })
        }
      })
      http.listen(port, '127.0.0.1')
      await once(http, 'listening')
      port = http.address().port
      server.url = `http://127.0.0.1:${port}`
      server.io = io
    },
    stop: () => new Promise((resolve) => io.close(resolve))
  }
  await server.start()
  t.after(() => server.stop())
  return server
}
