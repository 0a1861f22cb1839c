/*
 * Asking the server. The same routes answer over HTTP and over the socket; logging in goes over HTTP,
 * because only there the browser gets a cookie, and all else over the socket, which is opened with it.
 *
 * Whatever changes something needs a token of the session (CSRF), over both. It is given over HTTP only, when
 * it is first needed, and again when the server does not want it any more, for a log-in begins a new session.
 */

/* It does not connect by itself (data-autoConnect="false" in the page), but when somebody has logged in. */
export const { socket } = window.io

let token = null // asked for when it is needed

/** An answer that is not what was asked for; its message is for people. */
export class Refusal extends Error {
  constructor ({ statusCode, body }) {
    super(explain(statusCode, body))
    this.status = statusCode // 0: there was no answer
    this.isOfSession = statusCode === 401 || statusCode === 403 // it is not, or no longer, one of a person
  }
}

function explain (statusCode, body) {
  if (statusCode === 0) {
    return 'The connection was lost before the server answered.'
  }
  if (statusCode === 429) {
    return 'That was too fast. Wait a moment, and try again.'
  }
  const { message, problems } = body || {}
  return problems ? problems.join(' ') : message || (typeof body === 'string' && body) || `The server answered ${statusCode}.`
}

async function overHttp (method, url, data, headers) {
  try {
    const response = await fetch(url, {
      method: method.toUpperCase(),
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: data && JSON.stringify(data)
    })
    const isJson = /json/.test(response.headers.get('content-type'))
    return { statusCode: response.status, body: await (isJson ? response.json() : response.text()) }
  } catch {
    return { statusCode: 0 }
  }
}

function overSocket (method, url, data, headers) {
  return new Promise((resolve) => socket.request({ method, url, data, headers }, (body, jwr) => resolve(jwr)))
}

async function send (transport, method, url, data) {
  if (method === 'get') {
    return transport(method, url)
  }
  if (token === null) {
    const { body } = await overHttp('get', '/csrfToken')
    token = (body && body._csrf) || null
  }
  return transport(method, url, data, { 'x-csrf-token': token })
}

async function request (transport, method, url, data) {
  let answer = await send(transport, method, url, data)
  if (answer.statusCode === 403) { // it is checked before anything else, so that nothing has happened yet
    token = null
    answer = await send(transport, method, url, data)
  }
  if (answer.statusCode >= 200 && answer.statusCode < 300) {
    return answer.body
  }
  throw new Refusal(answer)
}

/* Each of these resolves to the body of the answer, or rejects with a Refusal. */

export const ask = (method, url, data) => request(overSocket, method, url, data)

/** {name}: as whom the browser is logged in; null: as nobody. */
export const whoAmI = () => request(overHttp, 'get', '/me')
export const logIn = (name, password) => changeSession('/login', { name, password })
export const logOut = () => changeSession('/logout')

async function changeSession (url, data) {
  const body = await request(overHttp, 'post', url, data)
  token = null
  return body
}
