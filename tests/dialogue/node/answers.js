// Every way to answer.

let waiting = null
let count = 0

const data = (req) => req.param('data')

module.exports = {
  'GET /text': (req, res) => res.send('ok!'),
  'GET /nothing': (req, res) => res.send(),
  'POST /json': (req, res) => res.json(data(req)),
  'POST /ok': (req, res) => (data(req) === undefined ? res.ok() : res.ok(data(req))),
  'POST /status/:status': (req, res) => res.status(Number(req.param('status'))).json(data(req)),
  'POST /status-alone/:status': (req, res) => res.status(Number(req.param('status'))).send(),
  'POST /send-status/:status': (req, res) => res.sendStatus(Number(req.param('status'))),
  'POST /bad-request': (req, res) =>
    data(req) === undefined ? res.badRequest() : res.badRequest(data(req)),
  'GET /forbidden': (req, res) => res.forbidden(),
  'GET /not-found': (req, res) => res.notFound(),
  'POST /server-error': (req, res) =>
    data(req) === undefined ? res.serverError() : res.serverError(data(req)),
  'GET /throw': () => {
    throw new Error('thrown in an action')
  },
  'GET /redirect': (req, res) => res.redirect('/elsewhere'),
  'GET /binary': (req, res) => res.json({ bytes: Buffer.from([1, 2]) }),

  'GET /set-headers': (req, res) => {
    res.setHeader('X-Plain', 'yes')
    res.setHeader('set-cookie', 'a=b')
    res.json({})
  },
  'GET /set-headers-spelled': (req, res) => {
    res.set('X-Spelled', 'yes')
    res.set('Set-Cookie', 'a=b')
    res.json({})
  },

  'GET /twice': (req, res) => {
    res.json({ which: 'first' })
    res.json({ which: 'second' })
  },

  // Who asks waits until somebody comes to /go.
  'GET /wait': (req, res) => {
    waiting = res
  },
  'GET /go': (req, res) => {
    const first = waiting

    waiting = null
    first.json({ waited: 'for go' })
    res.json({ released: true })
  },

  // What runs without being able to tell.
  'POST /count': (req, res) => {
    count++
    res.ok()
  },
  'GET /count': (req, res) => res.json({ count }),
}
