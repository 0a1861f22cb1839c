// What the two servers are started with.
//
// `both` goes to both as --<key>=<JSON>, `node` and `c` to one of them where they do not have the
// same default, or the same name. `env` is both programs' environment.
import { fileURLToPath } from 'node:url'

/** Apps with models.json. */
const MODELS = { DIALOGUE_MODELS: fileURLToPath(new URL('models.json', import.meta.url)) }

const BOTH_TRANSPORTS = { 'sockets.transports': ['polling', 'websocket'] }

/** What the servers sign with. */
export const SECRET = 'the secret of the dialogues'

/** Those who connect from here are listed in no configuration but these. */
export const FRIEND = 'http://friend.example:1337'

export const configurations = {
  // C offers polling to plain Socket.IO clients unless told otherwise, Sails does not.
  default: { c: { 'sockets.transports': ['websocket'] } },
  polling: { both: { ...BOTH_TRANSPORTS, 'http.trustProxy': true } },
  origins: {
    both: { 'sockets.onlyAllowOrigins': [FRIEND], 'http.trustProxy': 2 },
    c: { 'sockets.transports': ['websocket'] },
  },
  missingOrigin: {
    both: { 'sockets.onlyAllowOrigins': [FRIEND], 'sockets.allowMissingOrigin': true },
  },
  beforeConnect: {
    both: { ...BOTH_TRANSPORTS, 'sockets.onlyAllowOrigins': [FRIEND] },
    env: { DIALOGUE_BEFORE_CONNECT: 'yes' },
  },
  csrf: { both: { 'security.csrf': true, 'sockets.grant3rdPartyCookie': false } },
  production: {
    both: {
      environment: 'production',
      'security.csrf': true,
      'sockets.onlyAllowOrigins': [FRIEND],
    },
  },
  models: { env: MODELS },
  modelsBelow: {
    both: { 'blueprints.prefix': '/api', 'blueprints.restPrefix': '/v1', 'blueprints.pluralize': true },
    env: MODELS,
  },
  modelsPlain: { both: { 'blueprints.shortcuts': false, 'blueprints.autoWatch': false }, env: MODELS },
  modelsMirrored: { both: { 'blueprints.mirror': true }, env: MODELS },
  modelsRepaired: { both: { 'blueprints.prefix': 'api', 'blueprints.restPrefix': 'v1' }, env: MODELS },
  modelsWithCsrf: { both: { 'security.csrf': true }, env: MODELS },
  modelsGuarded: {
    both: { policies: { 'toy/destroy': false, 'user/*': false, 'user/populate': true } },
    env: MODELS,
  },
  modelsInProduction: {
    both: { environment: 'production', 'sockets.onlyAllowOrigins': [FRIEND], 'models.migrate': 'safe' },
    env: MODELS,
  },
  modelsFew: { both: { 'blueprints.rest': false, 'blueprints.autoWatch': false }, env: MODELS },
  noStatusCode: { both: { 'sockets.sendStatusCode': false } },
  noHeaders: { both: { 'sockets.sendResponseHeaders': false } },
}
