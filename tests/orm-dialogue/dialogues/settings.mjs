// Settings of models, meta keys, encryption, archives, customToJSON (waterline.md 1, 8, 12).
import { FETCH, dialogue, of } from '../support/script.mjs'
import { Thrown } from '../support/peer.mjs'

const [secret, keeper, fetcher, cascader, other, kept, renamed, shown, archive] = ['secret', 'keeper', 'fetcher', 'cascader', 'other', 'kept', 'renamed', 'shown', 'archive'].map(of)
const [user, pet, plain] = ['user', 'pet', 'plain'].map(of)
const PLAIN = { meta: { fetch: true, decrypt: true } }

export const settings = [
  dialogue('30', 'what is encrypted, and what is not', 'settings', [
    secret.create({ text: 'x', number: 5, nullable: 'n', object: { a: 1 }, mail: 'a@b.co', open: 'o' }, PLAIN),
    secret.create({ text: 'x', number: 5, nullable: 'n', object: { a: 1 }, mail: 'a@b.co', open: 'o' }, FETCH),
    secret.create({ text: '', number: 0, nullable: null, object: null, mail: '' }, FETCH), secret.create({ object: false }, FETCH), secret.create({ object: '' }, FETCH), secret.create({ object: 0 }, PLAIN), secret.create({ object: [] }, PLAIN),
    secret.find({ sort: 'id' }, { meta: { decrypt: true } }), secret.find({ text: 'x' }, { meta: { decrypt: true } }), secret.find({ open: 'o' }, { meta: { decrypt: false } }),
    secret.create({ mail: 'nope' }, PLAIN), secret.create({ number: 'x' }, PLAIN), secret.create({ text: 5 }, PLAIN),
    secret.update({ open: 'o' }, { text: 'y', number: 6 }, PLAIN), secret.updateOne(1, { object: [1, 2] }, { meta: { decrypt: true } }), secret.updateOne(1, { text: 'z' }),
    secret.findOne(1, { meta: { decrypt: true } }), secret.findOrCreate({ id: 1 }, { text: 'q' }, { meta: { decrypt: true } }), secret.findOrCreate({ id: 70 }, { id: 70, text: 'q' }, { meta: { decrypt: true } }),
    secret.createEach([{ id: 80, text: 'p' }, { id: 81, text: 'q' }], PLAIN), secret.stream({ id: 70 }, { each: 'record', meta: { decrypt: true } }), secret.count({ text: '' }), secret.sum('number'),
    secret.destroyOne(70, { meta: { decrypt: true } }), secret.destroy({ id: 1 }, PLAIN), secret.archive({ id: 2 }, PLAIN), archive.find({}),
    secret.create({ id: 82, text: 'x' }, { meta: { fetch: true, decrypt: true, encryptWith: 'second' } }), secret.create({ text: 'x' }, { meta: { fetch: true, encryptWith: 'bogus' } }), secret.create({ id: 83, text: 'x' }, { meta: { fetch: true, skipEncryption: true } }),
    secret.create({ text: 'x' }, { meta: { encryptWith: '' } }), secret.create({ text: 'x' }, { meta: { encryptWith: 5 } }), secret.create({ text: 'x' }, { meta: { decrypt: 'yes' } }),
    secret.validate('mail', 'nope'), secret.validate('text', 'x'),
  ], { functions: { eachRecord: () => null } }),

  dialogue('30', 'what looks encrypted is encrypted all the same', 'settings', [
    secret.create({ text: 'YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=$XMjGGjq4zNDfmdJ3p8pmaw' }, PLAIN),
    secret.create({ text: 'YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=$XMjGGjq4zNDfmdJ3p8pmaw' }, { meta: { skipEncryption: true, fetch: true } }),
    secret.find({ sort: 'id' }, { meta: { decrypt: true } }),
    secret.create({ text: 'YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$AAECAwQFBgcICQoL$CZGfVSU=$AAAAAAAAAAAAAAAAAAAAAA' }, { meta: { skipEncryption: true } }),
    secret.find({ id: { '>': 2 } }, { meta: { decrypt: true } }), secret.create({ text: 'not encrypted' }, { meta: { skipEncryption: true } }), secret.find({ id: { '>': 3 } }, { meta: { decrypt: true } }),
  ]),

  dialogue('30', 'what is populated is decrypted, too', 'settings', [
    keeper.create({ id: 1, name: 'k' }), secret.create({ text: 's', owner: 1 }), keeper.find({}, { populates: { secrets: true }, meta: { decrypt: true } }), keeper.find({}, { populates: { secrets: true } }),
    secret.find({}, { populates: { owner: true }, meta: { decrypt: true } }),
  ]),

  dialogue('8', 'models that fetch by default', 'settings', [
    fetcher.create({ name: 'a' }, {}), fetcher.createEach([{ name: 'b' }], {}), fetcher.update({ name: 'a' }, { name: 'c' }), fetcher.destroy({ name: 'b' }), fetcher.create({ name: 'd' }, { meta: { fetch: false } }), fetcher.update({}, { name: 'e' }, { meta: { fetch: false } }), fetcher.destroy({}, { meta: { fetch: false } }),
  ]),

  dialogue('27', 'models that cascade by default', 'settings', [
    other.createEach([{ id: 1 }, { id: 2 }]), cascader.createEach([{ id: 1, others: [1, 2] }, { id: 2, others: [1] }, { id: 3, others: [2] }]), other.find({ sort: 'id' }, { populates: { cascaders: true } }),
    cascader.destroyOne(1), other.find({ sort: 'id' }, { populates: { cascaders: true } }), cascader.destroy({ id: 2 }, { meta: { cascade: false } }), of('cascader_others__other_cascaders').find({ sort: 'id' }), other.destroy({ id: 2 }), of('cascader_others__other_cascaders').find({ sort: 'id' }),
  ]),

  dialogue('29', 'archives', 'people', [
    user.createEach([1, 2, 3, 4].map((id) => ({ id, name: `u${id}`, email: `u${id}@x.com`, meta: { a: id } }))), pet.create({ id: 3, name: 'p3', owner: 1 }),
    user.archive({ id: 1 }), user.archive({ id: [2, 3] }, FETCH), user.archiveOne(4), user.archiveOne(4), user.archive({ id: 9 }, FETCH), user.archive({ id: 9 }), user.archive(), user.archive([], FETCH), user.archive([]), user.archiveOne({}), user.archiveOne(),
    pet.archive({}), archive.find({ sort: 'id' }), user.count(), archive.find({ fromModel: 'pet' }), user.archive({ bogus: 1 }), user.archive({ where: { id: 1 }, limit: 1 }), user.archiveOne({ id: { '>': 0 } }), archive.create({ fromModel: 'x' }), archive.create({ originalRecord: {} }),
  ]),

  dialogue('29', 'a model without an archive', 'settings', [kept.create({ name: 'a' }), kept.archive({}), kept.archiveOne({ name: 'a' }), kept.count()]),

  dialogue('33', 'tables and columns with names of their own', 'settings', [
    renamed.create({ name: 'a' }), renamed.create({ key: 7, name: 'b', link: 1 }), renamed.find({ sort: 'key' }), renamed.find({ sort: 'name DESC', select: ['name'] }), renamed.find({ where: { name: { '>': 'a' } } }), renamed.find(7), renamed.find({ the_name: 'a' }),
    renamed.find({ sort: 'key' }, { populates: { link: true, all: true } }), renamed.update({ name: 'a' }, { name: 'c' }, FETCH), renamed.updateOne(1, { key: 5 }), renamed.sum('key'), renamed.destroy({ key: 7 }, FETCH), renamed.find({ omit: ['name'] }), renamed.create({ key: 9, the_name: 'x' }), renamed.findOne('5', { normalize: true }),
    renamed.replaceCollection(5, 'all', [5]), renamed.find({ sort: 'key' }, { populates: { all: { select: ['name'] } } }),
  ]),

  dialogue('10', 'customToJSON, when it is asked for', 'settings', [
    shown.createEach([{ id: 1, name: 'a', secret: 's', next: 2 }, { id: 2, name: 'b', secret: 't' }]), shown.find({ sort: 'id' }), shown.find({ sort: 'id' }, { toJSON: true }), shown.find({ sort: 'id' }, { toJSON: false }), shown.findOne(1, { toJSON: true }), shown.findOne(9, { toJSON: true }),
    shown.find({ sort: 'id' }, { toJSON: true, populates: { next: true, all: true } }), shown.create({ id: 3, name: 'c', secret: 'u' }, { toJSON: true, meta: { fetch: true } }), shown.create({ id: 4, name: 'c', secret: 'u' }, { toJSON: true }), shown.update({ name: 'c' }, { secret: 'v' }, { toJSON: true, meta: { fetch: true } }),
    shown.destroy({ name: 'c' }, { toJSON: true, meta: { fetch: true } }), shown.findOrCreate({ name: 'd' }, { id: 5, name: 'd', secret: 'w' }, { toJSON: true }), shown.updateOne({ name: 'd' }, { name: 'e' }, { toJSON: true }), shown.destroyOne({ name: 'e' }, { toJSON: true }), shown.count({}, { toJSON: true }),
    keeper.find({}, { toJSON: true }),
  ], { functions: { hideSecret: ({ secret: hidden, ...rest }) => rest } }),

  dialogue('10', 'an error of customToJSON is the query\'s', 'settings', [
    shown.create({ name: 'a' }), shown.find({}, { toJSON: true }),
  ], { functions: { hideSecret: () => new Thrown({ message: 'not shown', code: 'E_HIDDEN' }) } }),

  dialogue('28', 'meta keys', 'people', [
    user.createEach([{ id: 1, name: 'Ann', email: 'a@x.com' }]),
    ...[null, 5, 'x', [], true, {}, { bogus: 1 }, { fetch: 'yes' }, { fetch: null }, { fetch: undefined }, { decrypt: 1 }, { mutateArgs: 1 }, { mutateArgs: true }, { skipEncryption: 5 }, { batchSize: 1 }, { skipRecordVerification: true }, { skipExpandingDefaultSelectClause: true }, { cascade: 'x' }, { skipAllLifecycleCallbacks: 'x' }, { enableExperimentalDeepTargets: 'x' }, { makeLikeModifierCaseInsensitive: true }, { modelsNotUsingObjectIds: [] }].flatMap((meta) => [
      user.find({ name: 'Ann' }, { meta }),
      user.update({ name: 'Ann' }, { score: 1 }, { meta }),
    ]),
    user.find({ name: { contains: 'ANN' } }, { meta: { makeLikeModifierCaseInsensitive: true } }), user.count({}, { meta: null }), user.sum('age', {}, { meta: 5 }), user.addToCollection(1, 'groups', [], { meta: 'x' }), user.create({ id: 2, name: 'B', email: 'b@x.com' }, { meta: { cascade: true } }),
  ]),

  dialogue('33', 'datastores of models', 'things', [plain.getDatastore(), of('archive').getDatastore()]),
]
