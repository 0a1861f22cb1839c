// Sessions, and the tokens that belong to them.

const orNull = (value) => value ?? null

module.exports = {
  // The session's own keys; null: this request has no session.
  'GET /session': (req, res) => {
    const { cookie, csrfSecret, ...own } = req.session ?? {}
    res.json(req.session ? own : null)
  },
  'PUT /session': (req, res) => {
    Object.assign(req.session, req.body)
    res.ok()
  },
  'POST /session/regenerate': (req, res) =>
    req.session.regenerate((error) => {
      if (error) {
        return res.serverError(error)
      }
      req.session.was = 'regenerated'
      res.ok()
    }),
  'DELETE /session': (req, res) =>
    req.session.destroy((error) => (error ? res.serverError(error) : res.ok())),

  // Looks like a file.
  'GET /picture.png': (req, res) => res.json({ session: orNull(req.session) !== null }),

  'GET /token': { action: 'security/grant-csrf-token' },
  'POST /free': { csrf: false, fn: (req, res) => res.ok() },
  'POST /guarded': { csrf: true, fn: (req, res) => res.ok() },
}
