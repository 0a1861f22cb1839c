// Where C differs on purpose, and why. Each entry must be needed.

import {
  asks, firstSorted, isDefinition, isError, isNarrower, isReordered, isUnordered, isWider, replaceError,
} from './support/exchange.mjs'

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
      (/^(update|destroy|archive)/.test(request.method)
        ? c.error?.code === 'E_INVALID_CRITERIA'
        : request.criteria !== null && !isError(c) && [null, 0, '[]', '{"noop":true}'].includes(typeof c.result === 'object' && c.result !== null ? JSON.stringify(c.result) : c.result)),
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

// ---- databases ----

const SERVED = ['postgresql', 'mariadb']

const databases = [
  {
    reason: 'Without a sort records come by their primary key, children of a populate, too; Node leaves it to the database.',
    on: SERVED,
    decide: (exchange) => isUnordered(exchange) && isReordered(exchange),
  },
  {
    reason: 'null comes first, as in SQLite; in PostgreSQL it would come last.',
    on: ['postgresql'],
    decide: (exchange) => isReordered(exchange) && (exchange.node.result ?? []).some?.((record) => (record[firstSorted(exchange)] ?? null) === null),
  },
  {
    reason: 'What is null is unequal to every value: Node\'s SQL leaves it out.',
    on: SERVED,
    decide: (exchange) => asks(exchange, ({ operator }) => ['!=', '!', 'not', 'nin'].includes(operator)) && isWider(exchange),
  },
  {
    reason: 'Numbers have all their digits: Node\'s columns in PostgreSQL are REAL.',
    on: ['postgresql'],
    decide: ({ dialogue, c }) => dialogue?.endsWith('numbers survive up to 2^53') && !isError(c),
  },
  {
    reason: 'A number that no id can be is nobody\'s id; PostgreSQL refuses it for a column of integers.',
    on: ['postgresql'],
    decide: ({ request, node, c }) => typeof request.criteria === 'number' && node.error?.name === 'AdapterError' && Array.isArray(c.result),
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
    decide: ({ dialogue, request, node, c }) => /a duplicate is told|createEach takes a list/.test(dialogue ?? '') && request.method === 'count' && c.result < node.result,
  },
  {
    reason: 'The keys of junction rows follow the order in which they are written, which in Node is nobody\'s.',
    on: SERVED,
    decide: ({ request, node, c }) => request.model?.includes('__') && isReordered({ node: withoutIds(node), c: withoutIds(c) }),
  },
]

const withoutIds = ({ result, ...rest }) => ({ ...rest, result: Array.isArray(result) ? result.map(({ id, ...row }) => row) : result })

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
    decide: ({ request, c }) => request.model === 'archive' && JSON.stringify(c).includes('YWVzLTI1Ni1nY20kJGRlZmF1bHQ='),
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
