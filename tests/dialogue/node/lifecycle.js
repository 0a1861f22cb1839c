// sails.config.sockets: beforeConnect and afterDisconnect, and what they have seen.

let asked = 0
const gone = []

/** The handshake's query says what becomes of it: ?say=no, ?say=no&why=TEXT, ?say=throw. */
exports.beforeConnect = (handshake, proceed) => {
  const { say, why } = handshake._query

  asked++
  if (say === 'throw') {
    throw new Error('thrown in beforeConnect')
  }
  proceed(why, say !== 'no')
}

exports.afterDisconnect = (session, socket, done) => {
  const { cookie, ...own } = session

  gone.push({ id: socket.id, session: own })
  session.left = true
  done()
}

exports.routes = {
  'GET /asked': (req, res) => res.json({ asked }),

  // What became of that socket; null: it is still there.
  'GET /gone/:id': (req, res) => res.json(gone.find(({ id }) => id === req.param('id')) ?? null),
}
