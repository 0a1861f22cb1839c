/* `io.sails`: the settings that every new SailsSocket starts with. */
import { global, inNode } from './tools.mjs'

/* What each SailsSocket has, and the value where neither it nor `io.sails` says otherwise. */
export const DEFAULTS = {
  url: undefined, // in a page: the server that the page came from
  path: '/socket.io',
  query: undefined, // text, 'token=abc&x=1'
  headers: undefined, // of every request; may be changed at any time
  initialConnectionHeaders: undefined, // of the handshake; Node only, browsers allow none
  rejectUnauthorized: undefined, // Node only: false accepts any TLS certificate
  transports: ['websocket'],
  multiplex: undefined, // has no effect: sockets never share a connection here
  useCORSRouteToGetCookie: true, // true: '/__getcookie', text: another route, false: no
  timeout: 20000, // ms until an attempt to connect is given up
  reconnection: false, // as in Sails 1.x: off unless asked for
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1000, // ms before the first attempt, doubled before each further one
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5 // the share of the delay that is left to chance
}

/* What the script tag may say, and as which type: <script src="/sails.io.js" data-reconnection="true">. */
const ATTRIBUTES = {
  autoConnect: 'boolean',
  reconnection: 'boolean',
  environment: 'string',
  url: 'string',
  path: 'string',
  headers: 'object',
  transports: 'object'
}

function readAttribute (name, type, text) {
  if (type === 'string') {
    return text
  }
  try {
    const value = type === 'boolean' && text === '' ? true : JSON.parse(text)
    if (typeof value === type) {
      return value
    }
  } catch { /* told below */ }
  throw new Error(`sails.io.js: attribute ${name} must be a JSON ${type}, not '${text}'`)
}

function readScriptTag (script) {
  const settings = {}
  for (const name of Object.keys(ATTRIBUTES)) {
    const data = script.getAttribute('data-' + name) // attribute names know no case
    const text = data === null ? script.getAttribute(name) : data
    if (text !== null) {
      settings[name] = readAttribute(name, ATTRIBUTES[name], text)
    }
  }
  return settings
}

// VERSION is package.json's: servers refuse clients below 0.11; ours continues the numbering of sails.io.js.
const sdk = { version: VERSION, platform: inNode ? 'node' : 'browser', language: 'javascript' }
sdk.versionString = Object.keys(sdk).map((key) => `__sails_io_sdk_${key}=${sdk[key]}`).join('&')

const script = (global.document && global.document.currentScript) || { src: '', getAttribute: () => null }
const isProduction = /(\.min\.js|#production)$/.test(script.src) ||
  /^(production|staging)$/.test((global.SAILS_LOCALS || {})._environment)

export const sails = {
  sdk,
  autoConnect: true,
  environment: isProduction ? 'production' : 'development',
  strict: undefined, // false: settings may change while the socket is connected
  WebSocket: undefined, // an implementation, where the platform has none
  ...DEFAULTS,
  ...readScriptTag(script)
}

export function warn (...args) {
  if (sails.environment !== 'production') {
    console.warn('sails.io.js:', ...args)
  }
}
