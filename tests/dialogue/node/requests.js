// What actions see of a request.

/** Absent: null, as C's app says it. */
const orNull = (value) => value ?? null

const show = (req, res) =>
  res.json({
    method: req.method,
    url: req.url,
    path: req.path,
    isSocket: Boolean(req.isSocket),
    query: req.query,
    body: orNull(req.body),
    params: req.allParams(),
  })

const cors = { allowOrigins: ['http://friend.example'], allowCredentials: true }

module.exports = {
  'GET /verb': show,
  'POST /verb': show,
  'PUT /verb': show,
  'DELETE /verb': show,
  'PATCH /verb': show,
  'OPTIONS /verb': show,
  'ALL /show': show,
  'ALL /show/:name/of/:id': show,
  '/by-default': show,
  'GET /file/:name': show,

  'POST /param/:name': (req, res) => res.json(orNull(req.param(req.param('which')))),

  // The headers that `names` lists.
  'POST /headers': (req, res) =>
    res.json(req.param('names').map((name) => orNull(req.get(name)))),

  'GET /ip': (req, res) => res.json({ ip: req.ip, ips: req.ips ?? [] }),

  'POST /cookie': (req, res) => res.json(orNull(req.cookies[req.param('name')])),

  'ALL /cors': { cors, fn: (req, res) => res.json({ method: req.method }) },
}
