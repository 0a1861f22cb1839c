/* As a CommonJS program sees the types. What must not compile is marked, so that the marks are checked, too. */
import io = require('@sails-c/client')

io.sails.url = 'http://127.0.0.1:1337'
io.sails.WebSocket = class {}
io.sails.strict = false

const socket: io.SailsSocket = io.sails.connect('http://127.0.0.1:1337', {
  reconnection: true,
  transports: ['websocket'],
  multiplex: false,
  query: 'token=abc',
  initialConnectionHeaders: { cookie: 'a=b' },
  useCORSRouteToGetCookie: '/cookie'
})
io.sails.connect({ url: 'http://127.0.0.1:1337' }).get('/x')

interface User { name: string }
socket
  .get<User[]>('/user', { limit: 3 }, (users, jwr) => {
    const names: string[] = users.map((user) => user.name)
    const status: number = jwr.statusCode
    const error: Error | null = jwr.error
    console.log(names, status, error, jwr.headers['x'], String(jwr), jwr.toPOJO().body, jwr.pipe().message)
  })
  .post('/user', (body, jwr) => console.log(body, jwr))
  .put('/user/1', { name: 'Ann' })
  .patch('/user/1', null)
  .delete('/user/1')
  .request<User>({ url: '/user/1', method: 'HEAD', headers: { a: '1', b: undefined }, params: {} }, (user) => user.name)
  .emit('event', 1, new Uint8Array(2), (answer: string) => answer)
  .replay()

socket.headers = { later: 'yes' }
socket.on('connect', () => console.log(socket.id, socket.connected, socket._raw.id))
socket.on('disconnect', (reason) => {
  const known: io.DisconnectReason = reason
  return known === 'ping timeout'
})
socket.on('reconnecting', (attempt) => attempt + 1)
socket.on('connect_error', (error) => error.message)
socket.on('pong', () => {})
socket.on('news', (text: string, answer: (ok: boolean) => void) => answer(text !== ''))
socket.off('news').removeAllListeners().disconnect().reconnect()

// @ts-expect-error: a url is text
socket.get(5)
// @ts-expect-error: data are an object
socket.post('/x', 'text')
// @ts-expect-error: a callback is a function
socket.post('/x', {}, 'no function')
// @ts-expect-error: a request has a url
socket.request({ method: 'get' })
// @ts-expect-error: the query is text
io.sails.connect('http://127.0.0.1', { query: { a: 1 } })
// @ts-expect-error: settings have known names
io.sails.connect('http://127.0.0.1', { reconection: true })
// @ts-expect-error: the id is the server's
socket.id = 'mine'
