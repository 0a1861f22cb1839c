/* Somebody who uses the chat without its page. */
import assert from 'node:assert/strict'
import { ask, loadClient } from '../../client/support/client.mjs'
import { passwordOf } from './chat-dialogue.mjs'

/** A client that keeps its cookies, as a browser does. */
export class Visitor {
  /** @param {{url: string}} app   @param {object} cookies  that it has already */
  constructor (app, cookies = {}) {
    this.app = app
    this.cookies = { ...cookies }
  }

  get cookie () {
    return Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask (method, path, data, headers = {}) {
    const response = await fetch(this.app.url + path, {
      method,
      headers: { 'content-type': 'application/json', cookie: this.cookie, ...headers },
      body: data && JSON.stringify(data)
    })
    for (const given of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(given)
      this.cookies[name] = value
    }
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type'))
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }

  async token () {
    return { 'x-csrf-token': (await this.ask('GET', '/csrfToken')).body._csrf }
  }

  async post (path, data) {
    return this.ask('POST', path, data, await this.token())
  }

  logIn (name, password = passwordOf(name)) {
    return this.post('/login', { name, password })
  }

  /** A socket that is opened with the cookies. */
  async socket (t) {
    const socket = loadClient(t).sails.connect(this.app.url, {
      headers: await this.token(),
      initialConnectionHeaders: { cookie: this.cookie }
    })
    await ask(socket, 'get', '/rooms')
    return socket
  }
}

export async function loggedIn (app, name, cookies) {
  const visitor = new Visitor(app, cookies)
  assert.deepEqual(await visitor.logIn(name), { status: 200, body: { name } })
  return visitor
}
