// Where C differs on purpose, and why. Each entry must be needed.

import { isDefinition, isError, replaceError } from './support/exchange.mjs'

// ---- definitions ----

const definitionDecisions = [
  {
    reason: 'Every error about a model has the code E_INVALID_MODEL_DEF; of Node only some have one.',
    decide: (exchange) => isDefinition(exchange) && isError(exchange.node) && replaceError(exchange.node, { code: 'E_INVALID_MODEL_DEF' }),
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

export const decisions = [...definitionDecisions]
