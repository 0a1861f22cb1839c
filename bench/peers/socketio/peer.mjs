// The small application of sails-bench on socket.io: peer.mjs PORT
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const BYTES = '{"text":"Sixty-four bytes of JSON, counting the braces as well"}'
const http = createServer((req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': BYTES.length })
  res.end(BYTES)
})
const io = new Server(http, { allowEIO3: true })

io.on('connection', (socket) => {
  socket.on('echo', (value, ack) => ack(value))
  socket.on('join', (room, ack) => {
    socket.join(room)
    ack()
  })
  socket.on('leave', (room, ack) => {
    socket.leave(room)
    ack()
  })
  socket.on('tell', (room, value) => io.to(room).emit('broadcast', value))
})
http.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${http.address().port}`))
