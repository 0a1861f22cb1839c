/* As an ES module sees the types. */
import io from '@sails-c/client'

const socket: io.SailsSocket = io.sails.connect({ url: 'http://127.0.0.1:1337' })
const same: io.SailsSocket = socket.get<{ id: number }>('/x', (body: { id: number }, jwr: io.JWR) => body.id + jwr.statusCode)
same.disconnect()
