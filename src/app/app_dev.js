
;(function () {
  // Behind the client while `sails lift` watches the files: the page is loaded again after a change, and shows
  // what does not compile. Never in production.
  if (typeof document === 'undefined') {
    return
  }
  var seen = null
  var box = null

  function show(problem) {
    if (!problem) {
      if (box) {
        box.remove()
        box = null
      }
      return
    }
    if (!box) {
      box = document.createElement('pre')
      box.id = 'sails-problem'
      box.style.cssText =
        'position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;margin:0;padding:1em;z-index:2147483647;' +
        'background:#300;color:#fdd;font:14px/1.4 monospace;white-space:pre-wrap;text-align:left'
      document.body.appendChild(box)
    }
    box.textContent = problem
  }

  function ask() {
    fetch('/__sails_dev', { cache: 'no-store' })
      .then(function (answer) {
        return answer.json()
      })
      .then(function (state) {
        if (!state.version) {
          return
        }
        if (seen !== null && state.version !== seen) {
          location.reload()
          return
        }
        seen = state.version
        show(state.problem)
      })
      .catch(function () {}) // it is being started
      .then(function () {
        setTimeout(ask, 300)
      })
  }

  ask()
})()
