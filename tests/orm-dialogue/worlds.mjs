// The definitions that the dialogues are held with.

const KEYS = {
  default: 'Bv3x8n3Rk1vVt7mQTwVYyq7cN3wQ0m2ZpZV0c4b1yYI=',
  second: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
}

/** What `sails new` has in config/models, and `schema`, which sails-disk does not have by itself. */
export const defaults = {
  schema: true,
  attributes: {
    createdAt: { type: 'number', autoCreatedAt: true },
    updatedAt: { type: 'number', autoUpdatedAt: true },
    id: { type: 'number', autoIncrement: true },
  },
  dataEncryptionKeys: KEYS,
}

/** People, animals, groups: every type and every shape of association. */
const people = {
  user: {
    attributes: {
      name: { type: 'string', required: true, maxLength: 80 },
      email: { type: 'string', required: true, unique: true, isEmail: true },
      age: { type: 'number', min: 0, max: 150, isInteger: true },
      score: { type: 'number' },
      bio: { type: 'string', allowNull: true },
      rank: { type: 'number', allowNull: true },
      active: { type: 'boolean', defaultsTo: true },
      meta: { type: 'json' },
      role: { type: 'string', isIn: ['admin', 'user'], defaultsTo: 'user' },
      code: { type: 'string', columnName: 'user_code' },
      boss: { model: 'user' },
      pets: { collection: 'pet', via: 'owner' },
      staff: { collection: 'user', via: 'boss' },
      groups: { collection: 'group', via: 'members' },
      friends: { collection: 'user' },
      toys: { collection: 'toy' },
    },
  },
  pet: {
    attributes: {
      name: { type: 'string' },
      weight: { type: 'number', allowNull: true },
      owner: { model: 'user' },
      vets: { collection: 'vet', via: 'pet', through: 'visit' },
    },
  },
  vet: {
    attributes: {
      name: { type: 'string' },
      pets: { collection: 'pet', via: 'vet', through: 'visit' },
    },
  },
  visit: {
    attributes: {
      pet: { model: 'pet' },
      vet: { model: 'vet' },
      note: { type: 'string' },
    },
  },
  group: {
    attributes: {
      name: { type: 'string' },
      members: { collection: 'user', via: 'groups' },
    },
  },
  toy: { attributes: { name: { type: 'string' } } },
  tag: {
    primaryKey: 'slug',
    attributes: {
      id: false,
      slug: { type: 'string', required: true },
      title: { type: 'string' },
      articles: { collection: 'article', via: 'tags' },
    },
  },
  article: {
    attributes: {
      title: { type: 'string', required: true },
      tags: { collection: 'tag', via: 'articles' },
      lead: { model: 'tag' },
    },
  },
}

/** An attribute of every type, and of every rule. */
const things = {
  plain: {
    attributes: {
      s: { type: 'string' },
      n: { type: 'number' },
      b: { type: 'boolean' },
      j: { type: 'json' },
      r: { type: 'ref' },
      ns: { type: 'string', allowNull: true },
      nn: { type: 'number', allowNull: true },
      nb: { type: 'boolean', allowNull: true },
      ds: { type: 'string', defaultsTo: 'd' },
      dn: { type: 'number', defaultsTo: 7 },
      db: { type: 'boolean', defaultsTo: true },
      dj: { type: 'json', defaultsTo: { a: [1] } },
      de: { type: 'string', defaultsTo: '' },
    },
  },
  needy: {
    attributes: {
      s: { type: 'string', required: true },
      n: { type: 'number', required: true },
      b: { type: 'boolean', required: true },
      j: { type: 'json', required: true },
    },
  },
  rules: {
    attributes: {
      integer: { type: 'number', isInteger: true },
      max: { type: 'number', max: 5 },
      min: { type: 'number', min: 5 },
      both: { type: 'number', max: 5, isInteger: true },
      card: { type: 'string', isCreditCard: true },
      email: { type: 'string', isEmail: true },
      color: { type: 'string', isHexColor: true },
      ip: { type: 'string', isIP: true },
      url: { type: 'string', isURL: true },
      uuid: { type: 'string', isUUID: true },
      short: { type: 'string', minLength: 2 },
      long: { type: 'string', maxLength: 2 },
      regex: { type: 'string', regex: '/^a+$/i' },
      inside: { type: 'string', isIn: ['a', 'b'] },
      outside: { type: 'string', isNotIn: ['a', ''] },
      innum: { type: 'number', isIn: [0, 1, 2] },
      filled: { type: 'string', isNotEmptyString: true },
      after: { type: 'number', isAfter: 1000 },
      before: { type: 'number', isBefore: 1000 },
      own: { type: 'string', custom: '@own' },
      jstring: { type: 'json', isString: true },
      jnumber: { type: 'json', isNumber: true },
      jboolean: { type: 'json', isBoolean: true },
      jmax: { type: 'json', max: 5 },
      jin: { type: 'json', isIn: [1, 'a', null] },
      nullable: { type: 'string', allowNull: true, isEmail: true },
    },
  },
  stamp: {
    attributes: {
      createdAt: { type: 'string', autoCreatedAt: true },
      updatedAt: { type: 'string', autoUpdatedAt: true },
      v: { type: 'number' },
    },
  },
  unique: {
    attributes: {
      a: { type: 'string', required: true, unique: true },
      b: { type: 'number', required: true, unique: true, columnName: 'b_column' },
      c: { type: 'string' },
    },
  },
}

/** Secrets, archives and fetch by default. */
const settings = {
  secret: {
    attributes: {
      text: { type: 'string', encrypt: true },
      number: { type: 'number', encrypt: true, columnType: '_string' },
      nullable: { type: 'string', allowNull: true, encrypt: true },
      object: { type: 'json', encrypt: true },
      mail: { type: 'string', encrypt: true, isEmail: true },
      open: { type: 'string' },
      owner: { model: 'keeper' },
    },
  },
  keeper: { attributes: { name: 'string', secrets: { collection: 'secret', via: 'owner' } } },
  fetcher: {
    fetchRecordsOnCreate: true,
    fetchRecordsOnCreateEach: true,
    fetchRecordsOnUpdate: true,
    fetchRecordsOnDestroy: true,
    attributes: { name: 'string' },
  },
  cascader: {
    cascadeOnDestroy: true,
    attributes: { name: 'string', others: { collection: 'other', via: 'cascaders' } },
  },
  other: { attributes: { name: 'string', cascaders: { collection: 'cascader', via: 'others' } } },
  kept: { archiveModelIdentity: false, attributes: { name: 'string' } },
  renamed: {
    tableName: 'other_table',
    primaryKey: 'key',
    attributes: {
      id: false,
      key: { type: 'number', autoIncrement: true, columnName: 'the_key' },
      name: { type: 'string', columnName: 'the_name' },
      link: { model: 'renamed', columnName: 'the_link' },
      all: { collection: 'renamed', via: 'link' },
    },
  },
  shown: {
    customToJSON: '@hideSecret',
    attributes: { name: 'string', secret: 'string', next: { model: 'shown' }, all: { collection: 'shown', via: 'next' } },
  },
}

/** Life-cycle callbacks. */
const hooked = {
  hooked: {
    beforeCreate: '@beforeCreate',
    afterCreate: '@afterCreate',
    beforeUpdate: '@beforeUpdate',
    afterUpdate: '@afterUpdate',
    beforeDestroy: '@beforeDestroy',
    afterDestroy: '@afterDestroy',
    attributes: {
      name: { type: 'string', maxLength: 10 },
      n: { type: 'number', max: 10 },
      parts: { collection: 'part', via: 'whole' },
    },
  },
  part: { beforeUpdate: '@beforeUpdate', attributes: { name: 'string', whole: { model: 'hooked' } } },
}

/** Keys that are text, the first model's among them. */
const texts = {
  atext: { primaryKey: 'code', attributes: { id: false, code: { type: 'string', required: true }, name: 'string' } },
  btext: { attributes: { name: 'string' } },
}

export const worlds = { people, things, settings, hooked, texts }
