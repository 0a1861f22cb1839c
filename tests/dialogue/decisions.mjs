// Where Sails for C differs from Sails in Node.js on purpose.
//
// An entry is about one dialogue, `in`, and has a reason, `why`. It either turns what Node.js says into
// what C says (`replace`: a pattern and what stands in its place), or lists lines that only one of
// them has (`lines`: "- " Node.js, "+ " C). An entry that is not needed fails the tests. D numbers and
// sections are those of sails-sockets.

import { blueprints } from './decisions-blueprints.mjs'

/** The same decision in several dialogues. */
const inAll = (names, decision) => names.map((name) => ({ in: name, ...decision }))

const OK = '{"body":"ok!","headers":{},"statusCode":200}'

const CODE = 'SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ'

/** What a parse error looks like from its text on. */
const parseError = (details) =>
  `{"code":"${CODE}","name":"Error (${CODE}):","status":400,` +
  `"message":"Failed to parse incoming socket.io request.","details":${details},` +
  `"body":{"code":"${CODE}","details":${details}},"headers":{},"statusCode":400}`

const withoutUrl = 'sails-sockets 21: a message without a usable url is a parse error'
const noObjects = 'sails-sockets 22: ["get",5] and ["get",["x"]] are parse errors'
const argumentBehind =
  'sails-sockets 23: an argument behind the message is a parse error, told by an event'
const versions = 'sails-sockets 24: the version of the SDK decides who is served'
const noVersion = 'sails-sockets 24: a version of the SDK that is none is refused'
const headerVersion = 'sails-sockets 25: an SDK version in the header wins over the query'
const noArgument = 'sails-sockets 22: ["get"] is a parse error and ends no process'
const nullArgument = 'sails-sockets 22: ["get",null] is a parse error and ends no process'
const list = 'sails-sockets 27: a list as data stays one, or becomes index keys'
const headerNames = 'sails-sockets 31: header names are found in any case, values become text'
const thrown = 'sails-sockets 35: an error is a server error'
const named = 'sails-sockets 36: answers by name have their texts'
const setCookie = 'sails-sockets 38: set-cookie never reaches a script'
const noHeaders = 'sails-sockets 40: without sendResponseHeaders there are none'
const verbs = 'sails-sockets 18: each of the seven verbs reaches its route'
const missingOrigin = 'sails-sockets 8: with the switch, clients without an origin connect'
const oldClient = 'sails-sockets 77: the client shows that its version is too old'
const overWebSocket = 'sails-sockets 77: every method of the client works (websocket)'
const overPolling = 'sails-sockets 78: every method of the client works (polling to websocket)'

const connection = [
  {
    in: 'sails-sockets 10: origins that no browser can have fail the lift',
    why: 'on the command line, text is a list of one',
    lines: [
      '- {"sockets.onlyAllowOrigins":"http://friend.example:1337"} does not lift: E_INVALID_ONLY_ALLOW_ORIGINS',
      '+ {"sockets.onlyAllowOrigins":"http://friend.example:1337"} lifts ',
    ],
  },
  {
    in: missingOrigin,
    why: 'D5: native clients have no Origin; a switch, which Sails does not have, lets them in',
    lines: [
      '- nobody << 400 | content-type: text/html | connection: close | Bad request',
      '+ nobody << was accepted',
    ],
  },
]

const interpreter = [
  {
    in: verbs,
    why: '3.8: no headers of a body that is not delivered',
    replace: [/,"content-length":35,"content-type":"text\/plain","x-content-type-options":"nosniff"/, ''],
  },
  {
    in: verbs,
    why: 'D33: OPTIONS lists the methods of the path',
    lines: [
      '- ann << 4315[{"headers":{"allow":"DELETE, GET, HEAD, PATCH, POST, PUT"},"statusCode":200}]',
      '+ ann << 4315[{"headers":{"allow":"GET, HEAD"},"statusCode":200}]',
    ],
  },

  ...inAll([withoutUrl, noObjects], {
    why: 'values within texts are told as JSON, not in the notation of Node.js',
    replace: [
      /(?<="details":")(.*: )(\{.+\}|\[.+\]|\/text)(?="\})/,
      (all, text, value) => text + JSON.stringify(JSON.stringify(fromNode(value))).slice(1, -1),
    ],
  }),
  {
    in: argumentBehind,
    why: 'the text is our own; the code is what programs look at',
    replace: [/Could not parse request- .* a function\./, 'Unexpected argument behind the request'],
  },
  ...inAll([versions, headerVersion], {
    why: 'the text is our own; the code is what programs look at',
    replace: [
      /This version of Sails is not compatible with .* you are using \(([\d.]+)\)\.[^"]*(?:\\"[^"]*)*/,
      'Unsupported version of the socket client: $1',
    ],
  }),
  ...inAll([withoutUrl, noObjects, argumentBehind, versions, headerVersion], {
    why: '3.3: a parse error is an answer for users of the SDK, too, and shows no stack',
    replace: [
      /\{"code":.*"stack":"<stack>","details":("(?:[^"\\]|\\.)*")\}/,
      (all, details) => parseError(details),
    ],
  }),
  {
    in: noArgument,
    why: 'D22: nothing at all is no url; the ack is an ack',
    replace: [/42\["sails:parseError",.*\]$/, `431[${parseError('"No url provided in request: undefined"')}]`],
  },
  {
    in: nullArgument,
    why: 'D22: a parse error, and the process goes on',
    lines: [
      '- ann << (closed)',
      `+ ann << 431[${parseError('"No url provided in request: null"')}]`,
      '+ ann >> 421["get",{"url":"/text"}]',
      `+ ann << 431[${OK}]`,
    ],
  },
  {
    in: argumentBehind,
    why: '3.3, 1b: null behind the message is no argument',
    lines: [`+ ann << 432[${OK}]`],
  },
  {
    in: versions,
    why: 'D23: a client that does not tell a version is served',
    lines: [
      ...['431', '432'].flatMap((ack) => [
        `- plain << ${ack}[${parseError('"Unsupported version of the socket client: 0.9.0"')}]`,
        `+ plain << ${ack}[${OK}]`,
      ]),
    ],
  },
  {
    in: noVersion,
    why: 'D22: a parse error, and the process goes on',
    lines: [
      '- ann << (closed)',
      `+ ann << 431[${parseError('"Unsupported version of the socket client: nonsense"')}]`,
      '+ ann >> 422["get",{"url":"/text"}]',
      `+ ann << 432[${parseError('"Unsupported version of the socket client: nonsense"')}]`,
    ],
  },
  {
    in: list,
    why: '3.6, 2: text adds nothing to a body',
    replace: [/(?<="(?:body|params)":)\{"0":"a","1":"b"\}/g, '{}'],
  },
  {
    in: headerNames,
    why: '3.5: headers that are no object are none',
    replace: [/null,"a"\]/, 'null,null]'],
  },
  {
    in: thrown,
    why: 'C throws nothing: an action says what has failed, and there is no stack',
    replace: [
      /"body":"Error: thrown in an action<stack>","headers":\{\}/,
      String.raw`"body":"\"thrown in an action\"","headers":{"content-type":"application/json"}`,
    ],
  },
  {
    in: named,
    why: '3.9: names of headers are sent once, in lower case',
    replace: [
      /"content-type":"text\/html","Location":"\/elsewhere","location":"\/elsewhere"/,
      '"location":"/elsewhere","content-type":"text/html"',
    ],
  },
  {
    in: 'sails-sockets 46: a token is not given out over a socket',
    why: 'the text is our own, and shows no stack',
    replace: [
      /Error: Cannot access CSRF token via socket request\..*<stack>/,
      'CSRF tokens are not granted over sockets, only spent. Fetch one by an HTTP request with the ' +
        'same session cookie, such as GET /csrfToken.',
    ],
  },
  {
    in: 'sails-sockets 47: CORS never blocks a request over a socket',
    why: 'a preflight names its origin; without one, OPTIONS is a request like any other',
    lines: [
      '- ann << 433[{"headers":{},"statusCode":200}]',
      '+ ann << 433[{"body":{"method":"OPTIONS"},"headers":{},"statusCode":200}]',
    ],
  },
  {
    in: setCookie,
    why: 'D31: no cookie reaches a script, however it is spelled; names are in lower case',
    replace: [/"X-Spelled":"yes","Set-Cookie":"a=b"(?:,"x-spelled":"yes")?/, '"x-spelled":"yes"'],
  },
  {
    in: noHeaders,
    why: 'D6: the headers are left out, and the process goes on',
    lines: [
      '- ann << (closed)',
      '+ ann << 431[{"body":"ok!","statusCode":200}]',
      '+ ann >> 422["get",{"url":"/text"}]',
      '+ ann << 432[{"body":"ok!","statusCode":200}]',
    ],
  },
]

const sessions = [
  {
    in: 'sails-sockets 51: a socket with a cookie of no session keeps a throw-away one',
    why: 'D10: one throw-away session for a connection',
    replace: [/^ann << 432\[\{"body":\{\}/, 'ann << 432[{"body":{"name":"Ann"}'],
  },
  {
    in: 'sails-sockets 52: nosession takes the session away',
    why: 'D8: ?nosession means no session',
    replace: [/^query << 431\[\{"body":\{\}/, 'query << 431[{"body":null'],
  },
  {
    in: 'sails-sockets 54: a socket follows the session that a request regenerates',
    why: 'D11: the connection goes on with the new session',
    replace: [/^ann << 433\[\{"body":\{\}/, 'ann << 433[{"body":{"was":"regenerated"}'],
  },
  {
    in: 'sails-sockets 54: a socket whose session was destroyed goes on with a new one',
    why: 'D11: the connection goes on with the new session',
    replace: [/^ann << 435\[\{"body":\{\}/, 'ann << 435[{"body":{"name":"Bob"}'],
  },
  {
    in: 'sails-sockets 55: /__getcookie is a script that brings a session',
    why: '3.9: names of headers are sent once, in lower case',
    replace: [/"Content-Type":"application\/javascript",/, ''],
  },
]

const sockets = [
  {
    in: 'sails-sockets 60: a socket in two of the rooms',
    why: 'D3: one frame for each socket and call',
    lines: ['- ann << 42["said",["kitchen","hall"]]', '- ann << 42["said",["kitchen","kitchen"]]'],
  },
  {
    in: 'sails-sockets 61: socketToOmit hears nothing, in every form',
    why: 'D1, D2: socketToOmit counts without a name of the event, too',
    lines: Array(4).fill('- ann << 42["message",{"a":1}]'),
  },
  {
    in: 'sails-sockets 61: socketToOmit is that socket, and not the room of its id',
    why: 'D30: the socket is omitted, not the members of a room',
    lines: ['- ann << 42["said",1]', '+ bob << 42["said",1]'],
  },
  ...inAll(
    [
      'sails-sockets 62: an HTTP request, and nobody, joins no room',
      'sails-sockets 63: an unknown id joins no room',
    ],
    {
      why: 'D18: the callback is told that there is no such socket',
      replace: [/"failed":false/, '"failed":true'],
    },
  ),
  {
    in: 'sails-sockets 69: who has gone is in no room',
    why: 'D18: the callback is told that there is no such socket',
    replace: [/(?<=^bob .*)"failed":false/, '"failed":true'],
  },
]

const client = [
  ...inAll([overWebSocket, overPolling], {
    why: 'C throws nothing: an action says what has failed, and there is no stack',
    replace: [
      /"body":"Error: thrown in an action<stack>","statusCode":500,"headers":\{\},"error":.*$/,
      String.raw`"body":"\"thrown in an action\"","statusCode":500,"headers":{"content-type":"application/json"},` +
        String.raw`"error":"Error: Server responded with a 500 status code:\n` +
        '```' + String.raw`\n\"\\\"thrown in an action\\\"\"\n` + '```"}',
    ],
  }),
  {
    in: oldClient,
    why: '3.3: a parse error is an answer for users of the SDK, too',
    lines: [
      '- ann is answered {"body":null,"statusCode":200,"headers":{},"error":"undefined"}',
      `+ ann is answered {"body":{"code":"${CODE}","details":"Unsupported version of the socket client: 0.9.0"},` +
        '"statusCode":400,"headers":{},"error":"Error: Server responded with a 400 status code:\\n```\\n{\\n' +
        `  \\"code\\": \\"${CODE}\\",\\n  \\"details\\": \\"Unsupported version of the socket client: 0.9.0\\"\\n}` +
        '\\n```"}',
    ],
  },
]

/** A value as Node.js shows it: { url: '' }, [ 'x' ], /text. */
function fromNode(shown) {
  if (shown.startsWith('/')) {
    return shown
  }
  return JSON.parse(shown.replace(/(\w+):/g, '"$1":').replaceAll("'", '"'))
}

export const decisions = [...connection, ...interpreter, ...sessions, ...sockets, ...client, ...blueprints]
