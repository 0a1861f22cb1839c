// Where C differs on purpose, and why. Each entry must be needed.

import {
  asks, firstSorted, isDefinition, isError, isNarrower, isReordered, isUnordered, isWider, replaceError,
} from './support/exchange.mjs'
import { masked } from './support/record.mjs'

const PATTERNS = ['contains', 'startsWith', 'endsWith', 'like']
const isPattern = ({ operator }) => PATTERNS.includes(operator)

// ---- definitions ----

const definitions = [
  {
    reason: 'Every error about a model has the code E_INVALID_MODEL_DEF; of Node only some have one.',
    decide: (exchange) => isDefinition(exchange) && isError(exchange.node) && replaceError(exchange.node, { name: 'Error', code: 'E_INVALID_MODEL_DEF' }),
  },
  {
    reason: 'What Node\'s adapters ask for (of sails-disk, that a unique attribute is required; of all, that a number as a key is required or generated) a database does not need.',
    decide: ({ definition, c }) => ['unique that is not required', 'a number as a key that nobody generates'].includes(definition) && !isError(c),
  },
  {
    reason: 'A definition that cannot be meant is refused: two models on one table, names that are empty, settings and lengths of the wrong type.',
    decide: ({ definition, c }) => [
      'a columnName that is empty', 'a name that is empty', 'minLength: -1', 'maxLength: 1.5', 'isAfter: "soon"', 'two models on a table', 'an unknown migrate',
      'schema that is no boolean', 'fetchRecordsOnCreate that is no boolean', 'cascadeOnDestroy that is no boolean',
    ].includes(definition) && isError(c),
  },
  {
    reason: 'A date as text is a good configuration of isAfter: Node has a check inverted.',
    decide: ({ definition, c }) => definition === 'isAfter: "2020-01-01T00:00:00.000Z"' && !isError(c),
  },
]

// ---- criteria ----

const NOBODY = [0, '', null]
const REMOVED = ['groupBy', 'sum', 'average', 'min', 'max', 'avg']

const criteria = [
  {
    reason: '0 and \'\' are nobody, not everybody: nothing is found, and what changes records is refused; so it is with null.',
    decide: ({ request, c }) =>
      NOBODY.includes(request.criteria) &&
      (/^(update|destroy|archive|findOrCreate)/.test(request.method)
        ? c.error?.code === 'E_INVALID_CRITERIA' || request.method === 'findOrCreate'
        : request.criteria !== null && !isError(c) && [null, 0, '[]', '{"noop":true}'].includes(typeof c.result === 'object' && c.result !== null ? JSON.stringify(c.result) : c.result)),
  },
  {
    reason: 'So is 0 in a populate.',
    decide: ({ request }) => Object.values(Object(request.populates)).some((one) => NOBODY.includes(one) && one !== null),
  },
  {
    reason: 'What cannot be a criteria is a usage error with a code: of Node the clauses that were removed, and a select of numbers, are errors without one.',
    decide: ({ request, node, c }) =>
      node.error?.name === 'Error' && node.error.code === undefined && c.error?.code === 'E_INVALID_CRITERIA' &&
      (REMOVED.some((clause) => clause in Object(request.criteria)) || Array.isArray(request.criteria?.select)) &&
      replaceError(node, { name: 'UsageError', code: 'E_INVALID_CRITERIA' }),
  },
  {
    reason: 'In contains, startsWith and endsWith %, _ and \\ are what they are: Node lets \\ escape, and _ stand for any letter on SQL.',
    decide: (exchange) => asks(exchange, ({ operator, value }) => isPattern({ operator }) && operator !== 'like' && /[\\_]/.test(value)),
  },
  {
    reason: 'like has wildcards and ignores case as SQLite does; sails-disk takes _ for itself, and minds case.',
    on: ['sqlite'],
    decide: (exchange) => asks(exchange, isPattern) && isWider(exchange),
  },
  {
    reason: 'The average of nothing is 0, also where nothing can match.',
    decide: ({ request, node, c }) => request.method === 'avg' && node.error?.code === 'E_NOOP' && c.result === 0,
  },
  {
    reason: 'null has no part in an average: sails-disk counts it as 0.',
    on: ['sqlite'],
    decide: ({ request, node, c }) => request.method === 'avg' && c.result > node.result,
  },
]

/** Criteria, of a request and its populates, that ask for some of what they have in an order. */
const pages = ({ criteria: given, populates, paginate }) =>
  [given, ...Object.values(Object(populates))].map(Object).filter((one) => Object.hasOwn(one, 'sort') && (Object.hasOwn(one, 'limit') || Object.hasOwn(one, 'skip') || paginate))

/** An answer with six digits of each number. */
const digits = (answer) => JSON.stringify(masked(answer), (key, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value))

/** What records have of the attributes that they are sorted by. */
function sortedBy({ request }, { result }) {
  const { sort } = Object(request.criteria)
  const names = [sort].flat().map((one) => (typeof one === 'string' ? one.split(' ')[0] : Object.keys(Object(one)))).flat()
  return JSON.stringify(Array.isArray(result) && result.map((record) => names.map((name) => record[name] ?? null)))
}

const isUnequal = ({ operator }) => ['!=', '!', 'not', 'nin'].includes(operator)
const isEncrypted = (answer) => JSON.stringify(answer).includes('YWVzLTI1Ni1nY20kJGRlZmF1bHQ=')

// ---- databases ----

const SERVED = ['postgresql', 'mariadb']

const databases = [
  {
    reason: 'Without a sort records come by their primary key, children of a populate, too; Node leaves it to the database.',
    decide: (exchange) => isUnordered(exchange) && isReordered(exchange),
  },
  {
    reason: 'What a sort leaves equal comes by primary key.',
    decide: (exchange) => isReordered(exchange) && sortedBy(exchange, exchange.node) === sortedBy(exchange, exchange.c),
  },
  {
    reason: 'In the tables that C makes in MariaDB text is in the order of its bytes; in those of Node in that of a language.',
    on: ['mariadb'],
    decide: (exchange) => isReordered(exchange) && firstSorted(exchange) !== undefined,
  },
  {
    reason: 'null comes first, as in SQLite; in PostgreSQL it would come last.',
    on: ['postgresql'],
    decide: (exchange) => isReordered(exchange) && /null/.test(sortedBy(exchange, exchange.node)),
  },
  {
    reason: 'What is null is unequal to every value: Node\'s SQL leaves it out.',
    on: SERVED,
    decide: (exchange) => asks(exchange.after ?? exchange, isUnequal) && (exchange.after !== undefined || isWider(exchange) || exchange.c.calls !== undefined || /found too many|More than one/.test(exchange.c.error?.message)),
  },
  {
    reason: 'Numbers have all their digits: Node\'s columns in PostgreSQL are REAL.',
    on: ['postgresql'],
    decide: ({ node, c }) => !isError(node) && !isError(c) && digits(node) === digits(c),
  },
  {
    reason: 'What Node\'s SQL cannot say (branches within branches, 1.5 as an id, JSON that is compared) is asked all the same.',
    on: SERVED,
    decide: ({ node, c }) => node.error?.name === 'AdapterError' && node.error.code === undefined && c.error?.name !== 'AdapterError',
  },
  {
    reason: 'null comes first, also where only the first are asked for.',
    on: ['postgresql'],
    decide: ({ request, node, c }) => pages(request).length > 0 && !isError(node) && !isError(c),
  },
  {
    reason: 'A populate that omits the foreign key has its children all the same; in Node it has none.',
    on: SERVED,
    decide: ({ request, c }) => request.populates?.pets?.omit?.includes('owner') && !isError(c),
  },
  {
    reason: 'What is not encrypted of a number is a number: Node reads it as the text that is in the column.',
    on: SERVED,
    decide: ({ node }) => /"number":"0"/.test(JSON.stringify(node)) && JSON.parse(JSON.stringify(node).replaceAll('"number":"0"', '"number":0')),
  },
  {
    reason: 'makeLikeModifierCaseInsensitive ignores case where the database would not.',
    on: ['postgresql'],
    decide: (exchange) => exchange.request.meta?.makeLikeModifierCaseInsensitive === true && asks(exchange, isPattern) && isWider(exchange),
  },
  {
    reason: 'In the tables that C makes in MariaDB text is what it is, byte for byte; in those of Node case makes no difference.',
    on: ['mariadb'],
    decide: (exchange) => asks(exchange, isPattern) && isNarrower(exchange),
  },
  {
    reason: 'Every character can be stored: Node\'s tables in MariaDB take none beyond the first 65536.',
    on: ['mariadb'],
    decide: ({ dialogue, request, c }) => dialogue?.endsWith('what has been made is what is stored') && /create|find/.test(request.method) && /\u{1F600}/u.test(JSON.stringify(c)),
  },
  {
    reason: 'createEach() creates all or none; in MariaDB Node keeps those before the one that fails.',
    on: ['mariadb'],
    decide: ({ dialogue, after, request, node, c }) =>
      after === undefined
        ? /a duplicate is told|createEach takes a list/.test(dialogue ?? '') && request.method === 'count' && c.result < node.result
        : after.request.method === 'createEach' && isError(after.c),
  },
]

// ---- native queries ----

/** Both answers to a native query, with what `change` makes of each. */
const native = (change) => (exchange) => 'native' in exchange.request && change(exchange)

const natives = [
  {
    reason: 'A native query that fails is an adapter error, as every other query; Node has a code of its drivers.',
    on: SERVED,
    decide: native(({ node, c }) => isError(node) && (isError(c) || c.result.rows.length === 0)),
  },
  {
    reason: 'A number of rows that a statement has read is told where the driver tells it; a number is a number.',
    on: SERVED,
    decide: (exchange) => {
      const shown = (answer) => JSON.stringify(answer).replace(/"affected":(\d+|null)/g, '"affected":0').replace(/"total":"(\d+)"/g, '"total":$1')
      return 'datastore' in exchange.request && !isError(exchange.c) === !isError(exchange.node) && orderlessText(shown(exchange.node)) === orderlessText(shown(exchange.c))
    },
  },
]

/** Letters in order: two texts of JSON whose members are in another order are the same. */
const orderlessText = (text) => [...text].sort().join('')

// ---- values and writing ----

const writing = [
  {
    reason: 'A duplicate is told with its attributes, also where it is the primary key, or one of many records.',
    decide: ({ node, c }) => node.error?.code === 'E_UNIQUE' && node.error.attrNames.length === 0 && replaceError(node, { attrNames: c.error?.attrNames ?? [] }),
  },
  {
    reason: 'One child for several parents is refused, also where its id stands alone and not in a list.',
    decide: ({ request, c }) => Array.isArray(request.targets) && request.members !== undefined && !Array.isArray(request.members) && c.error?.code === 'E_INVALID_TARGET_RECORD_IDS',
  },
  {
    reason: 'A record that is not good is refused by findOrCreate(), also where nothing can match and it would be created.',
    decide: ({ request, node, c }) => request.method === 'findOrCreate' && request.normalize === true && node.result?.noop && c.error?.code === 'E_INVALID_NEW_RECORD',
  },
  {
    reason: 'What an update answers with is what is stored, links to oneself included; Node has read it before.',
    decide: ({ request, node, c }) => /^update/.test(request.method) && !isError(node) && !isError(c) && Object.values(Object(request.values)).some(Array.isArray),
  },
  {
    reason: 'The archive counts its own ids: in Node it has a key like that of some model.',
    decide: ({ request, node, c }) => /^archive/.test(request.method) && node.error?.code === 'E_INVALID_NEW_RECORDS' && !isError(c),
  },
  {
    reason: 'findOrCreate() validates and encrypts once: Node validates twice, what it has put in for omitted values, too, and does not encrypt where nothing can match.',
    decide: ({ request, node, c }) => request.method === 'findOrCreate' && c.created === true && (node.error?.code === 'E_INVALID_NEW_RECORD' || (node.created && isEncrypted(c))),
  },
  {
    reason: 'The meta of updateOne() is a dictionary, as of every method.',
    decide: ({ request, c }) => request.method === 'updateOne' && c.error?.code === 'E_INVALID_META',
  },
  {
    reason: 'The first callback that fails ends the call: of createEach() Node calls the others all the same.',
    decide: ({ request, node, c }) => request.method === 'createEach' && isError(c) && c.calls?.length < node.calls?.length && c.error.code === node.error.code,
  },
  {
    reason: 'Nothing is written where a callback fails, also one that comes after.',
    decide: ({ dialogue, request }) => dialogue?.endsWith('an error of an after callback comes after what has been written') && request.method === 'find',
  },
  {
    reason: 'A meta key that is true or false is nothing else.',
    decide: ({ request, c }) =>
      ['cascade', 'skipAllLifecycleCallbacks', 'enableExperimentalDeepTargets'].some((key) => request.meta?.[key] !== undefined && typeof request.meta[key] !== 'boolean') &&
      c.error?.code === 'E_INVALID_META',
  },
]

// ---- encryption ----

const encryption = [
  {
    reason: 'A sum of what is encrypted is no text.',
    decide: ({ request, node, c }) => request.method === 'sum' && (typeof node.result === 'string' || isError(node)) && c.result === 0,
  },
  {
    reason: 'What is encrypted is so in the archive, too, whoever has asked for it decrypted.',
    decide: ({ request, c }) => request.model === 'archive' && isEncrypted(c),
  },
  {
    reason: 'What is not encrypted is left as it is by decrypting: a column may have been filled before.',
    decide: ({ request, node, c }) => request.meta?.decrypt === true && node.error?.name === 'Error' && !isError(c),
  },
]

// ---- ids ----

const ids = [
  {
    reason: 'The next generated id is above every id that there is; Node goes on counting, and sails-disk does so in a table that was dropped.',
    decide: ({ dialogue, c }) => /the next generated id is above every id|alter keeps rows, drop takes them/.test(dialogue ?? '') && !isError(c),
  },
]

export const decisions = [...definitions, ...criteria, ...databases, ...natives, ...writing, ...encryption, ...ids]
