// Where the blueprints of Sails for C differ from those of Sails in Node.js on purpose (decisions.mjs). D numbers and sections
// are those of pubsub-and-blueprints.

/** What sails-disk has in front, a record has where its model's definition has it. */
const ORDER = [
  ...['createdAt', 'updatedAt', 'id', 'slug', 'word', 'name', 'text', 'age', 'addr', 'home', 'owner'],
  ...['email', 'nick', 'role', 'level', 'active', 'title', 'parent', 'sub', 'starter'],
]
const LAST = ['pets', 'patients', 'toys', 'vets', 'occupant', 'tags', 'subs', 'starters', 'children', 'things']

function inOrder(value) {
  if (Array.isArray(value)) {
    return value.map(inOrder)
  }
  if (value === null || typeof value !== 'object') {
    return value
  }
  const isRecord = 'createdAt' in value || ('id' in value && !('verb' in value || 'updatedAt' in value))
  const place = (key) => ORDER.indexOf(key) + (LAST.includes(key) ? 100 + LAST.indexOf(key) : 0)
  const entries = Object.entries(value).map(([key, item]) => [key, inOrder(item)])
  return Object.fromEntries(isRecord ? entries.sort(([a], [b]) => place(a) - place(b)) : entries)
}

function recordsInOrder(text) {
  try {
    return JSON.stringify(inOrder(JSON.parse(text)))
  } catch {
    return text
  }
}

const EVERYWHERE = /^pubsub-and-blueprints/

const TIP =
  '  **The following additional tip will not be shown in production**:  Tip: Check your client-side code to make sure that ' +
  'the request data it sends matches the expectations of the corresponding attributes in your model.  Also check that your ' +
  'client-side code sends data for every required attribute.'

/** The method, the path and the number of the ack in the line of a request: {who, method, path, query, ack}. */
function requestOf(asked) {
  const [, who, ack, json] = /^(\S+) >> 42(\d+)(\[.*)$/s.exec(asked) ?? []
  if (who) {
    const [method, { url, data }] = JSON.parse(json)
    return { who, ack, method: method.toUpperCase(), url, data }
  }
  const [, name, method, url, body] = /^(\S+) >> (\S+) (\S+)(?: (.*))?$/s.exec(asked)
  return { who: name, method, url, data: body && JSON.parse(body) }
}

/** A usage error as the answer to a request. */
function refusal(asked, code, details) {
  const { who, ack, method, url } = requestOf(asked)
  const [path] = url.split('?')
  const message =
    `The server could not fulfill this request (\`${method} ${path}\`) due to a problem with the parameters that were sent.  ` +
    `See the \`details\` for more info.${TIP}`
  const body = JSON.stringify({ code, details, message })

  return ack === undefined
    ? `${who} << 400 | content-type: application/json; charset=utf-8 | ${body}`
    : `${who} << 43${ack}[{"body":${body},"headers":{},"statusCode":400}]`
}

/** Where Node.js says `pattern`, C refuses. `details`: a text, or what makes one of the match and the request. */
const refuses = (where, why, pattern, code, details) => ({
  in: where,
  why,
  rewrite(line, asked) {
    const match = / << /.test(line) && pattern.exec(`${asked}\n${line}`)
    if (!match) {
      return line
    }
    return refusal(asked, code, typeof details === 'string' ? details : details(match, requestOf(asked)))
  },
})

const named = (...titles) => new RegExp(`^pubsub-and-blueprints [\\d, ]+: (${titles.join('|')})$`)

/** The value of a parameter that is not what it should be, as it was sent. */
function sent({ url, data }, name) {
  const value = new URL(url, 'http://any').searchParams.get(name) ?? data?.[name]
  return typeof value === 'string' ? `'${value}'` : String(value)
}

// ---- the same in fewer words, or in more ----

const SORT = 'Could not use the provided `sort` clause: '
const SORT_OF = `${SORT}The \`sort\` clause in the provided criteria is invalid`
const DIRECTIVES = ', because, although it is an array, one of its items \\(aka comparator directives\\)'

/** What the details say in Node.js, as a pattern of their JSON text, and what they say in C. */
const WORDS = [
  [/There is no attribute named `[^`]*` defined in this model\./, 'There is no attribute of that name defined in this model.'],
  [/The attribute named `[^`]*` defined in this model \(`\w+`\) is not defined as (.*) populated\.  Instead, its definition looks like this:(?:[^"\\]|\\.)*/, 'That attribute is not defined as $1 populated.'],
  [/passing in subcriteria \(i\.e\. (?:[^"\\]|\\.)*/, 'passing in subcriteria is not supported for this association.'],
  [/This query also indicates that this attribute should be omitted\.  Cannot/, 'Cannot'],
  [/because it corresponds with an \\"unsortable\\" attribute definition for this model \(`\w+`\)\.  This attribute is a plural/, 'because it is a plural'],
  [/`'emailAddress ASC'`, where the attribute name .* by whitespace\./, "`'emailAddress ASC'`."],
  [new RegExp(`(${SORT_OF})${DIRECTIVES} has an unexpected data type\\.  Expected every .*this one is: `), '$1, because one of its items has an unexpected data type: '],
  [new RegExp(`(${SORT_OF})${DIRECTIVES} is problematic\\.`), '$1.'],
  [/(recognized attribute for this model \(`\w+`\)\.)  Since the model declares `schema: true`, this is not allowed\./, '$1'],
  [/, which is fine\.  But then it suggests that Waterline should use `1` as the sort direction\. \(Should always be either \\"ASC\\" or \\"DESC\\"\.\)/, ', but the sort direction should be either \\"ASC\\" or \\"DESC\\".  Instead, got: 1'],
  [/it should use Mongo-esque semantics, using -1 and 1 for the sort direction  \(something like `\{ fullName: -1, rank: 1 \}`\)\./, 'it should use -1 and 1 for the sort direction.'],
  [/If specified, it should be either a string like `'fullName DESC'`, .*because instead, got: \{ name: 'DESC' \}/, "If specified as a dictionary, it should use -1 and 1 for the sort direction.  But instead, got: { name: 'DESC' }"],
  [/Invalid `([<>]=?)` \(\\"[a-z ]+\\"\) modifier/, 'Invalid `$1` modifier'],
  [/(Expected an array at `\w+`, but instead got: .*?)\\n\(`and`\/`or` should always be provided with an array on the right-hand side\.\)/, '$1'],
  [/to be a dictionary \(plain JavaScript object\)\.  But instead, got: `([^`]*)`/, 'to be a dictionary.  But instead, got: $1'],
  [/This `where` clause seems to have a circular reference\. Aborted automatically after reaching maximum recursion depth \(25\)\./, 'It is nested deeper than 25 levels.'],
  [/ \(`(\w+)`\)\.  But in the current version of Waterline, this is not possible\./, ' (`$1`), which is not possible.'],
  [/  To resolve this error, pass in a valid base-10, non-zero, positive integer instead\.(?:[^"\\]|\\.)*/, ''],
  [/then change this attribute to either `type: 'json'` or `type: 'ref'`\.(?:[^"\\]|\\.)*/, 'set `allowNull` of this attribute.'],
  [new RegExp(`(${SORT_OF})${DIRECTIVES} is .\\{\\}., an empty dictionary .*?DESC' \\}.\\.`), "$1, because one of its items does not have exactly one key like `{ fullName: 'DESC' }`: {}"],
  [new RegExp(`(${SORT_OF})${DIRECTIVES} is a dictionary .* with \\d+ keys.*this one is: `), "$1, because one of its items does not have exactly one key like `{ fullName: 'DESC' }`: "],
  [/(to be an array of ids \(representing the records to associate\)\.  But instead, got: (null|\{\}))(?=")/, '$1.  Expecting either an individual primary key value (a number) or a homogeneous array of primary key values (numbers).  But instead got: $2'],
  [/(to be an array of ids \(representing the records to associate\)\.  But instead, got: ('[^']*'))(?=")/, '$1.  The provided value is not valid primary key value.  Instead of a number, the provided value (`$2`) is a string, and it cannot be coerced into a valid primary key value automatically (contains characters other than numerals 0-9).'],
  [/Value was -(\d+) characters longer/, 'Value was $1 characters longer'],
].map((replace) => ({ in: EVERYWHERE, why: 'the wording is our own: what is wrong, with what, and what would be right', replace }))

const words = [
  ...WORDS,
  {
    in: EVERYWHERE,
    why: 'a limit and a skip that are none are shown as they were sent, and not as what JavaScript makes of them',
    rewrite: (line, asked) =>
      line.replace(/(The `(limit|skip)` clause in the provided criteria .* got: )(?:NaN|Infinity|-?[\d.]+)(?=")/, (all, text, name) => text + sent(requestOf(asked), name)),
  },
]

// ---- what Node.js fails at ----

const notJson = refuses(EVERYWHERE, 'D5: where that is no JSON is a usage error', /UsageError: Could not JSON\.parse\(\) the provided `where`/, 'E_INVALID_CRITERIA', 'The provided `where` clause is no JSON.')

const inherited = [
  refuses(EVERYWHERE, 'what every object of JavaScript has is an attribute that there is not, like any other', /<< 500 .*CORRUPTED.*attempting to normalize\/validate|<< 500 .*Encountered unexpected internal error when attempting to normalize\/validate the provided criteria:.*(?:The referenced attribute \(`(\w+)`|clause)/s, 'E_INVALID_CRITERIA', (match, { url }) => {
    const [, clause] = /[?&](select|omit)=__proto__/.exec(url) ?? []
    return clause
      ? `The \`${clause}\` clause in the provided criteria contains an item (\`__proto__\`) which is not a recognized attribute in this model (\`user\`).`
      : `Could not use the provided \`where\` clause.  Could not filter by \`${match[1]}\`: \`${match[1]}\` is not a recognized attribute for this model (\`user\`).  And since the model declares \`schema: true\`, this is not allowed.`
  }),
  refuses(EVERYWHERE, 'so is an association', /<< 500 .*When attempting to populate `constructor`/, 'E_INVALID_POPULATES', 'Could not populate `constructor`.  There is no attribute of that name defined in this model.'),
]

const NO_KEY = 'There is no `id`, or it is no primary key: expected is a number or a text.'

const noKey = (why, pattern) => refuses(EVERYWHERE, why, pattern, 'E_INVALID_CRITERIA', NO_KEY)

const keys = [
  noKey('one record is changed, and destroyed, by its key: without one, the words are about that', /Cannot `findOne\(\)` without specifying a more specific/),
  noKey('so is what would be several: a mistake of whoever asks', /<< 500 .*More than one matching record found/),
  noKey('and null, which is no key', /"id":null\}\n.*<< 404/),
  noKey('and no modifier at all', /The constraint provided as `id` has no keys|the constraint provided as `id` has no keys/),
]

const MEMBERS = 'The members of `pets` must be a list of primary keys: [1, 2]'

/** An id among members that cannot be a key. */
function badMember(match, { data }) {
  const bad = data.find((id) => typeof id !== 'number')
  const shown = Array.isArray(bad) ? `[ ${bad} ]` : JSON.stringify(bad)
  const why =
    typeof bad === 'string'
      ? `Instead of a number, the provided value (\`'${bad}'\`) is a string, and it cannot be coerced into a valid primary key value automatically (contains characters other than numerals 0-9).`
      : `Instead of a number (the expected pk type), got: ${shown}`

  return `One of the values in the provided array is not valid primary key value.  ${why}`
}

const WRONG = "1 error validating value: \n \u2022 Specified value (a string: 'x') doesn't match the expected type: 'number'"

const members = [
  refuses(EVERYWHERE, 'a list of members was expected, and the words say so', /But instead got a undefined: undefined/, 'E_INVALID_ASSOCIATED_IDS', MEMBERS),
  refuses(EVERYWHERE, '5.6: what is no JSON is no list', /<< 500 .*The associated ids provided in this request/, 'E_INVALID_ASSOCIATED_IDS', MEMBERS),
  refuses(named('what are no members'), '7.9: a wrong type of id is a usage error', /<< 500 .*UsageError: Invalid criteria/, 'E_INVALID_ASSOCIATED_IDS', badMember),
  refuses(named('keys that are none'), 'D18: so it is in add and remove', /(?:PUT|DELETE) \/user\/1\/pets\/x\n.*<< 500 /, 'E_INVALID_ASSOCIATED_IDS', `Could not use the provided \`where\` clause.  Could not filter by \`id\`: Invalid item within \`in\` modifier array.  Does not match the declared data type of the corresponding attribute.  ${WRONG}`),
  refuses(named('keys that are none'), 'D18: and of the parent', /\/user\/x\/pets.*\n.*<< 500 /, 'E_INVALID_CRITERIA', `Could not use the provided \`where\` clause.  Could not filter by \`id\`: Does not match the declared data type of the corresponding attribute.  ${WRONG}`),
]

const prototypes = [
  refuses(EVERYWHERE, 'a prototype is an attribute that there is not', /where=[^\n]*__proto__[^\n]*\n.*<< 200 /, 'E_INVALID_CRITERIA', 'Could not use the provided `where` clause.  Could not filter by `__proto__`: `__proto__` is not a recognized attribute for this model (`user`).  And since the model declares `schema: true`, this is not allowed.'),
  refuses(EVERYWHERE, 'or a modifier', /where=[^\n]*name%22%3A%7B%22__proto__[^\n]*\n.*has no keys/, 'E_INVALID_CRITERIA', 'Could not use the provided `where` clause.  Could not filter by `name`: Unrecognized modifier (`__proto__`) within provided constraint for `name`.'),
  refuses(EVERYWHERE, 'or what to sort by', /sort=(?:\{")?__proto__.*\n/, 'E_INVALID_CRITERIA', `${SORT_OF}.  It indicates that we should sort by \`__proto__\`-- but that is not a recognized attribute for this model (\`toy\`).`),
  refuses(EVERYWHERE, 'or an association', /populate=__proto__\n.*<< 200 /, 'E_INVALID_POPULATES', 'Could not populate `__proto__`.  There is no attribute of that name defined in this model.'),
]

const shapes = [
  refuses(EVERYWHERE, 'a number that a double cannot hold is no limit, and not all records', /limit=1e400\n.*<< 200 /, 'E_INVALID_CRITERIA', "The `limit` clause in the provided criteria is invalid.  If provided, it should be a safe, natural number.  But instead, got: '1e400'"),
  refuses(EVERYWHERE, 'a text without a name to sort by is shown', /sort=(?:%20name)?\n.*sort by ``-- but/, 'E_INVALID_CRITERIA', (match, request) => `${SORT}Invalid \`sort\` clause in criteria. If specifying a string, it should look like e.g. \`'emailAddress ASC'\`.  But instead, got: ${sent(request, 'sort')}`),
  refuses(EVERYWHERE, 'a select that is neither text nor list is a usage error', /"select":5.*\n.*split is not a function/, 'E_INVALID_CRITERIA', '`select` must be a list of attributes: "name,age"'),
  refuses(EVERYWHERE, 'so is a populate', /"populate":(?:5|true|\{).*\n.*split is not a function/, 'E_INVALID_POPULATES', '`populate` must be a list of associations: "pets,home"'),
  {
    in: EVERYWHERE,
    why: 'a body that cannot be parsed: no stack, and the words are our own',
    replace: [/<< 400 \| content-type: text\/html; charset=utf-8 \| (Unable to parse HTTP body- error occurred :: ).*$/s, '<< 400 | content-type: text/plain; charset=utf-8 | $1not a JSON object or array'],
  },
  {
    in: EVERYWHERE,
    why: 'sails-sockets D33: OPTIONS lists the methods of the path, and says nothing else',
    rewrite: (line, asked) =>
      line.replace(/<< 200 \| content-type: text\/html; charset=utf-8 \| allow: GET,HEAD,PUT,POST,DELETE,PATCH \| .*/, `<< 200 | allow: ${/pets\/1/.test(asked) ? 'DELETE, PUT' : 'DELETE, GET, HEAD, POST'} | `),
  },
]

/** All of the lines. */
const said = (where, why, lines) => ({ in: `pubsub-and-blueprints ${where}`, why, lines })

// ---- who hears what, and what is found ----

const lines = [
  said('23: modifiers in where', 'like ignores case in SQLite; sails-disk minds it', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | []',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":0,"home":1}]'
  ]),
  said('22: data that is no object', 'sails-sockets 3.6: a list has no names, and filters nothing', [
    '- who << 434[{"body":{"code":"E_INVALID_CRITERIA","details":"Could not use the provided `where` clause.  Could not filter by `0`: `0` is not a recognized attribute for this model (`toy`).  And since the model declares `schema: true`, this is not allowed.","message":"The server could not fulfill this request (`GET /toy`) due to a problem with the parameters that were sent.  See the `details` for more info.  **The following additional tip will not be shown in production**:  Tip: Check your client-side code to make sure that the request data it sends matches the expectations of the corresponding attributes in your model.  Also check that your client-side code sends data for every required attribute."},"headers":{},"statusCode":400}]',
    '+ who << 434[{"body":[{"createdAt":0,"updatedAt":0,"id":1,"name":"ball"}],"headers":{},"statusCode":200}]'
  ]),
  said('24: select', '5.2: a list is a list', [
    '- maker << 500 | content-type: text/html; charset=utf-8 | TypeError: req.param(...).split is not a function<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"id":1,"name":"ann"},{"id":2,"name":"bob"}]'
  ]),
  said('24: omit', '5.2: a list is a list', [
    '- maker << 500 | content-type: text/html; charset=utf-8 | TypeError: req.param(...).split is not a function<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ann","home":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"bob","home":null}]'
  ]),
  said('24: lists, where Sails fails', '5.2, D6: lists are lists, and false is none', [
    '- who << 431[{"body":"TypeError: req.param(...).split is not a function<stack>","headers":{},"statusCode":500}]',
    '+ who << 431[{"body":[{"id":1,"name":"ann"},{"id":2,"name":"bob"}],"headers":{},"statusCode":200}]',
    '- who << 432[{"body":"TypeError: req.param(...).split is not a function<stack>","headers":{},"statusCode":500}]',
    '+ who << 432[{"body":[{"createdAt":0,"updatedAt":0,"id":1,"name":"ann"},{"createdAt":0,"updatedAt":0,"id":2,"name":"bob"}],"headers":{},"statusCode":200}]',
    '- who << 433[{"body":"TypeError: attributes.split is not a function<stack>","headers":{},"statusCode":500}]',
    '+ who << 433[{"body":[{"id":1,"name":"ann","home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"}},{"id":2,"name":"bob","home":null}],"headers":{},"statusCode":200}]',
    '- who << 434[{"body":[{"id":1,"name":"ann","home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]},{"id":2,"name":"bob","home":null,"pets":[{"createdAt":0,"updatedAt":0,"id":3,"name":"tom","owner":2}],"patients":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1}],"toys":[]}],"headers":{},"statusCode":200}]',
    '+ who << 434[{"body":[{"id":1,"name":"ann"},{"id":2,"name":"bob"}],"headers":{},"statusCode":200}]'
  ]),
  said('22: attributes of other types, and with columns of other names', 'a value of type json is compared whole, as in every SQL database; sails-disk looks into lists', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"email":"a@example.com","nick":"aa","role":"guest","level":3,"active":true,"tags":["x"]}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | []',
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"email":"a@example.com","nick":"aa","role":"guest","level":3,"active":true,"tags":["x"]}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | []'
  ]),
  said('26: keys that are texts', 'a NUL is in no address', [
    '- maker << 404 | content-type: text/plain; charset=utf-8 | Not Found',
    '+ maker << 400 | content-type: text/html; charset=utf-8 | Bad request: Could not decode requested URL.'
  ]),
  said('29: attributes that every object of JavaScript has', 'what every object of JavaScript has is an attribute that there is not, and is dropped', [
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Consistency violation: The referenced attribute (`constructor`, from model `toy`) corresponds with a CORRUPTED attribute definition: [Function: Object]<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":2,"name":"b"}',
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Consistency violation: The referenced attribute (`toString`, from model `toy`) corresponds with a CORRUPTED attribute definition: [Function: toString]<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":3,"name":"c"}',
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ball"}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ball"},{"createdAt":0,"updatedAt":0,"id":2,"name":"b"},{"createdAt":0,"updatedAt":0,"id":3,"name":"c"}]'
  ]),
  said('29: a prototype is no attribute', 'it is dropped, like what there is not', [
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Failed process the values set for the record.<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":2,"name":"a"}',
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Failed process the values set for the record.<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":3,"name":""}',
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ball"}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ball"},{"createdAt":0,"updatedAt":0,"id":2,"name":"a"},{"createdAt":0,"updatedAt":0,"id":3,"name":""}]'
  ]),
  said('31: what somebody else has', 'sails-disk loses a record whose change it has refused', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"id":1,"email":"A@example.com"}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"id":1,"email":"A@example.com"},{"id":2,"email":"b@example.com"}]'
  ]),
  said('29: a key that a client sends', 'keys count on behind the highest; sails-disk has its own count', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"d"}',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":21,"name":"d"}'
  ]),
  said('32: a prototype is not set', 'nobody sets attributes by a prototype', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"x","age":1,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]}',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":1,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]}',
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Consistency violation: The referenced attribute (`constructor`, from model `user`) corresponds with a CORRUPTED attribute definition: [Function: Object]<stack>',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":2,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]}',
    '- maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"x","age":3,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]}',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":3,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"max","owner":1}],"patients":[],"toys":[]}',
    '- maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"x","age":3,"home":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"bob","age":0,"home":null}]',
    '+ maker << 200 | content-type: application/json; charset=utf-8 | [{"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":3,"home":1},{"createdAt":0,"updatedAt":0,"id":2,"name":"bob","age":0,"home":null}]'
  ]),
  said('57: who is added twice', 'D12: who is added again has not left', [
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":3}]'
  ]),
  said('59: who is removed, and is no member', 'D19: nothing has been unlinked, and nothing is told', [
    '- watcher << 42["user",{"id":2,"verb":"removedFrom","attribute":"pets","removedId":1}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":1}]',
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"patients","removedId":1}]',
    '- watcher << 42["pet",{"id":1,"verb":"removedFrom","attribute":"vets","removedId":1}]',
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"toys","removedId":1}]'
  ]),
  said('59: who is removed twice', 'D19: nothing has been unlinked, and nothing is told', [
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":1}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":1}]',
    '- watcher << 42["user",{"id":2,"verb":"removedFrom","attribute":"patients","removedId":1}]',
    '- watcher << 42["pet",{"id":1,"verb":"removedFrom","attribute":"vets","removedId":2}]'
  ]),
  said('60: replaced by keys that are texts', 'D14: keys are coerced before they are compared', [
    '- watcher << 42["user",{"id":1,"verb":"addedTo","attribute":"pets","addedId":1}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":1},"id":1}]',
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":1}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":1}]',
    '- watcher << 42["user",{"id":2,"verb":"addedTo","attribute":"patients","addedId":1}]',
    '- watcher << 42["pet",{"id":1,"verb":"addedTo","attribute":"vets","addedId":2}]',
    '- watcher << 42["user",{"id":2,"verb":"removedFrom","attribute":"patients","removedId":1}]',
    '- watcher << 42["pet",{"id":1,"verb":"removedFrom","attribute":"vets","removedId":2}]'
  ]),
  said('60: replaced by some twice', 'D14: each counts once', [
    '- watcher << 42["user",{"id":1,"verb":"addedTo","attribute":"pets","addedId":3}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":1},"id":3}]'
  ]),
  said('60: replaced by who is nobody', '7.9: of ids that are nobody nothing is told', [
    '- watcher << 42["user",{"id":1,"verb":"addedTo","attribute":"pets","addedId":99}]',
    '- watcher << 42["user",{"id":2,"verb":"addedTo","attribute":"patients","addedId":99}]'
  ]),
  said('35: members in the query that are none', '5.6: one key is no list', [
    '- maker << 200 | content-type: application/json; charset=utf-8 | {"createdAt":0,"updatedAt":0,"id":1,"name":"ann","age":0,"home":{"createdAt":0,"updatedAt":0,"id":1,"addr":"Elm St"},"pets":[{"createdAt":0,"updatedAt":0,"id":1,"name":"rex","owner":1}],"patients":[],"toys":[]}',
    '+ maker << 400 | content-type: application/json; charset=utf-8 | {"code":"E_INVALID_ASSOCIATED_IDS","details":"The members of `pets` must be a list of primary keys: [1, 2]","message":"The server could not fulfill this request (`GET /user/1/pets/replace`) due to a problem with the parameters that were sent.  See the `details` for more info.  **The following additional tip will not be shown in production**:  Tip: Check your client-side code to make sure that the request data it sends matches the expectations of the corresponding attributes in your model.  Also check that your client-side code sends data for every required attribute."}',
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":1}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":1}]',
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":2}]',
    '- watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":2}]',
    '- maker << 400 | content-type: application/json; charset=utf-8 | {"code":"E_INVALID_CRITERIA","details":"There is no `id`, or it is no primary key: expected is a number or a text.","message":"The server could not fulfill this request (`GET /user/1/pets/replace`) due to a problem with the parameters that were sent.  See the `details` for more info.  **The following additional tip will not be shown in production**:  Tip: Check your client-side code to make sure that the request data it sends matches the expectations of the corresponding attributes in your model.  Also check that your client-side code sends data for every required attribute."}',
    '+ maker << 400 | content-type: application/json; charset=utf-8 | {"code":"E_INVALID_ASSOCIATED_IDS","details":"The members of `pets` must be a list of primary keys: [1, 2]","message":"The server could not fulfill this request (`GET /user/1/pets/replace`) due to a problem with the parameters that were sent.  See the `details` for more info.  **The following additional tip will not be shown in production**:  Tip: Check your client-side code to make sure that the request data it sends matches the expectations of the corresponding attributes in your model.  Also check that your client-side code sends data for every required attribute."}'
  ]),
  said('34: values beside a member are nothing', 'D12: who is added again has not left', [
    '- watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":3}]'
  ]),
  said('51, 53: a new record with everything', 'the order of the attributes is that of the definition: sails-disk has collections first', [
    '+ watcher << 42["house",{"id":1,"verb":"addedTo","attribute":"occupant","addedId":3}]',
    '- watcher << 42["house",{"id":1,"verb":"addedTo","attribute":"occupant","addedId":3}]'
  ]),
  said('61: a change of a collection', 'D11: a collection that is set is told of as one that is replaced', [
    '+ watcher << 42["user",{"id":1,"verb":"addedTo","attribute":"pets","addedId":3}]',
    '+ watcher << 42["pet",{"verb":"updated","data":{"owner":1},"id":3}]',
    '+ watcher << 42["user",{"id":2,"verb":"removedFrom","attribute":"pets","removedId":3}]',
    '+ watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":2}]',
    '+ watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":2}]',
    '+ watcher << 42["user",{"id":2,"verb":"addedTo","attribute":"patients","addedId":2}]',
    '+ watcher << 42["pet",{"id":2,"verb":"addedTo","attribute":"vets","addedId":2}]',
    '+ watcher << 42["user",{"id":2,"verb":"addedTo","attribute":"patients","addedId":3}]',
    '+ watcher << 42["pet",{"id":3,"verb":"addedTo","attribute":"vets","addedId":2}]',
    '+ watcher << 42["user",{"id":2,"verb":"removedFrom","attribute":"patients","removedId":1}]',
    '+ watcher << 42["pet",{"id":1,"verb":"removedFrom","attribute":"vets","removedId":2}]',
    '+ watcher << 42["user",{"id":1,"verb":"addedTo","attribute":"toys","addedId":1}]',
    '+ watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":1}]',
    '+ watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":1}]',
    '+ watcher << 42["user",{"id":1,"verb":"removedFrom","attribute":"pets","removedId":3}]',
    '+ watcher << 42["pet",{"verb":"updated","data":{"owner":null},"id":3}]'
  ]),
  said('56: the end of who is in two collections of one model', 'D4: the association that is meant', [
    '- who << 42["team",{"id":1,"verb":"removedFrom","attribute":"subs","removedId":1}]',
    '+ who << 42["team",{"id":1,"verb":"removedFrom","attribute":"starters","removedId":1}]'
  ]),
  said('47, 48: keys that are texts, in messages', 'D11: a collection that is set is told of as one that is replaced', [
    '+ who << 42["tag",{"id":"7","verb":"removedFrom","attribute":"things","removedId":1}]',
    '+ who << 42["thing",{"id":1,"verb":"removedFrom","attribute":"tags","removedId":"7"}]'
  ]),
  said('46: columns of other names are told by their attributes', '4.1: a change is told by the names of attributes', [
    '- who << 42["account",{"verb":"updated","data":{"level":5,"id":1,"updatedAt":0,"nick_name":"bb"},"id":1,"previous":{"createdAt":0,"updatedAt":0,"id":1,"email":"a@example.com","nick":"aa","role":"guest","level":null,"active":true,"tags":null}}]',
    '+ who << 42["account",{"verb":"updated","data":{"level":5,"nick":"bb","id":1,"updatedAt":0},"id":1,"previous":{"createdAt":0,"updatedAt":0,"id":1,"email":"a@example.com","nick":"aa","role":"guest","level":null,"active":true,"tags":null}}]'
  ]),
  said('44: nobody is left in the room of who has gone', 'D3: nobody is left in the room of a record that has gone', [
    '- looks << 42["doc",{"verb":"updated","data":{"text":"y","slug":"a","updatedAt":0},"id":"a","previous":{"createdAt":0,"updatedAt":0,"slug":"a","text":"again"}}]'
  ]),
  said('49: of its own requests a socket hears nothing, on either side', 'D11, and the order of the attributes is that of the definition', [
    '- other << 42["pet",{"verb":"updated","data":{"owner":3},"id":1}]',
    '+ other << 42["pet",{"verb":"updated","data":{"owner":3},"id":1}]',
    '+ other << 42["user",{"id":1,"verb":"addedTo","attribute":"patients","addedId":1}]',
    '+ other << 42["pet",{"id":1,"verb":"addedTo","attribute":"vets","addedId":1}]'
  ]),
  said('1: rooms have names', '3.1: 0 is a number like others', [
    '- who << 436[{"body":{"gives":null},"headers":{},"statusCode":200}]',
    '+ who << 436[{"body":{"gives":"sails_model_user_0:user"},"headers":{},"statusCode":200}]'
  ]),
  said('62: with mirror for all, whoever changes hears of it', 'D15: mirror is for all actions', [
    '+ who << 42["toy",{"verb":"updated","data":{"name":"b","id":1,"updatedAt":0},"id":1,"previous":{"createdAt":0,"updatedAt":0,"id":1,"name":"a"}}]',
    '+ who << 42["toy",{"verb":"created","data":{"createdAt":0,"updatedAt":0,"id":2,"name":"c"},"id":2}]'
  ]),
  said('36: a route without its association fails', 'the words are our own, and show no stack', [
    '- maker << 500 | content-type: text/html; charset=utf-8 | Error: Missing required route option, `req.options.alias`.<stack>',
    '+ maker << 500 | content-type: text/plain; charset=utf-8 | The route option `alias` must name an association of `user`, which `` is not.'
  ]),
]

export const blueprints = [
  {
    in: /^pubsub-and-blueprints/,
    why: 'a record has its attributes in the order of the definition, and not as the database has found them',
    replace: [/(?<!^\S+ >> .*)[[{].*$/s, recordsInOrder],
  },
  {
    in: EVERYWHERE,
    why: 'it is told which attribute somebody else has, as by databases other than sails-disk',
    replace: [/"modelIdentity":"(doc|toy)","attrNames":\[\]/, (all, model) => `"modelIdentity":"${model}","attrNames":["${model === 'doc' ? 'slug' : 'id'}"]`],
  },
  ...lines,
  ...keys,
  ...members,
  ...prototypes,
  ...shapes,
  ...words,
  notJson,
  ...inherited,
]
