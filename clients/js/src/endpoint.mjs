/* The way to the server: its address, its WebSocket, and a session cookie for pages of another origin. */
import { global, inNode } from './tools.mjs'
import { sails } from './settings.mjs'

/* The URL of the handshake. Throws if the settings are wrong. */
export function findEndpoint ({ url, path, query = '', transports }) {
  const page = global.location && global.location.href
  if (!url && !page) {
    throw new Error('Which server? Set io.sails.url, or call io.sails.connect(url)')
  }
  if (typeof query !== 'string') {
    throw new Error('`query` must be a string like "token=abc&x=1"')
  }
  if (![].concat(transports).includes('websocket')) {
    throw new Error('This client speaks only WebSocket; `transports` must contain "websocket"')
  }
  if (url && !/^(\w+:)?\/\//.test(url)) {
    url = '//' + url // 'example.com:1337' is a host, not a path
  }
  const endpoint = new URL(url || page, page && /^http/.test(page) ? page : 'http://localhost')
  const own = url ? endpoint.search.slice(1) : '' // the page's query is not meant for us
  endpoint.protocol = /^(https|wss):$/.test(endpoint.protocol) ? 'wss:' : 'ws:'
  endpoint.pathname = path.replace(/\/*$/, '/')
  endpoint.search = [query.replace(/^\?/, ''), own, sails.sdk.versionString, 'EIO=4', 'transport=websocket']
    .filter(Boolean).join('&')
  endpoint.hash = '' // a WebSocket URL may have none
  return endpoint
}

export function openWebSocket ({ initialConnectionHeaders: headers, rejectUnauthorized }, { href }) {
  const WebSocket = sails.WebSocket || global.WebSocket
  if (!WebSocket) {
    throw new Error("There is no WebSocket here; set io.sails.WebSocket = require('ws')")
  }
  if (!inNode) {
    return new WebSocket(href)
  }
  if (sails.WebSocket) {
    return new WebSocket(href, [], { headers, ...rejectUnauthorized !== undefined && { rejectUnauthorized } })
  }
  if (rejectUnauthorized === false) { // must not be ignored, nor the certificate be trusted by mistake
    throw new Error("`rejectUnauthorized` needs io.sails.WebSocket = require('ws')")
  }
  return new WebSocket(href, headers ? { headers } : [])
}

/*
 * A page of another origin has no session cookie of the server yet, and a WebSocket handshake cannot
 * give it one that requests would use. So one is fetched first. The answer itself is of no interest,
 * so we neither run it as a script nor mind if the route is not there.
 */
export function fetchCookie ({ useCORSRouteToGetCookie: route }, { origin }, done) {
  const server = origin.replace(/^ws/, 'http')
  if (inNode || !route || !global.location || server === global.location.origin) {
    return done()
  }
  const url = server + (route === true ? '/__getcookie' : route)
  global.fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => {}).then(done)
}
