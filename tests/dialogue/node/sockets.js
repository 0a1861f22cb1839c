// sails.sockets, a route for each method, over HTTP and over sockets.
//
// Parameters name what a method takes; where `id` is missing it is the socket (or the HTTP request)
// that asks. Answers come when the callback has: {"failed": false}.

const answer = (res) => (error) => res.json({ failed: Boolean(error) })

const sockets = (req) => req._sails.sockets

const target = (req) => req.param('id') ?? req

/** `omit`: true for the request that asks. */
const omitted = (req) => (req.param('omit') ? req : undefined)

/** In alphabetical order, but the socket's own id comes first. */
function sortedRooms(rooms, id) {
  const others = [...rooms].filter((name) => name !== id).sort()
  return rooms.has(id) ? [id, ...others] : others
}

/** Leaves out the arguments that the request leaves out. */
function say(method, first, req) {
  const given = req.allParams()
  const args = [...first]

  if ('event' in given) {
    args.push(given.event)
  }
  if ('data' in given) {
    args.push(given.data)
  }
  if (omitted(req)) {
    args.push(omitted(req))
  }
  method(...args)
}

module.exports = {
  'PUT /join': (req, res) => sockets(req).join(target(req), req.param('room'), answer(res)),
  'PUT /leave': (req, res) => sockets(req).leave(target(req), req.param('room'), answer(res)),
  'PUT /join-null': (req, res) => sockets(req).join(null, req.param('room'), answer(res)),
  'PUT /leave-null': (req, res) => sockets(req).leave(null, req.param('room'), answer(res)),

  'POST /broadcast': (req, res) => {
    say(sockets(req).broadcast, [req.param('rooms')], req)
    res.ok()
  },
  'POST /blast': (req, res) => {
    say(sockets(req).blast, [], req)
    res.ok()
  },
  // In the same turn as the answer, behind it.
  'POST /answer-and-say': (req, res) => {
    const { getId, broadcast } = sockets(req)
    res.ok()
    broadcast(getId(req), 'said', 'after the answer')
  },

  'PUT /add': (req, res) =>
    sockets(req).addRoomMembersToRooms(req.param('room'), req.param('to'), answer(res)),
  'PUT /remove': (req, res) =>
    sockets(req).removeRoomMembersFromRooms(req.param('room'), req.param('from'), answer(res)),
  'PUT /leave-all': (req, res) => sockets(req).leaveAll(req.param('room'), answer(res)),

  'GET /id': (req, res) => res.json({ id: sockets(req).getId(req) ?? null }),

  'PUT /disconnect': (req, res) => {
    sockets(req).get(req.param('id')).disconnect(true)
    res.ok()
  },

  // The rooms of the sockets that `ids` lists; null: there is no such socket.
  'POST /rooms': (req, res) => {
    const { sids } = req._sails.io.of('/').adapter
    res.json(req.param('ids').map((id) => (sids.has(id) ? sortedRooms(sids.get(id), id) : null)))
  },
}
