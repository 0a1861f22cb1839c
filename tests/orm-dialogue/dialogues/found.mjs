// What fuzz/ has found: each difference that has been decided, and each that was a fault, once more.
import { FETCH, NORMALIZE, dialogue, of } from '../support/script.mjs'

const [user, pet, tag, article, rules, texts, others] = ['user', 'pet', 'tag', 'article', 'rules', 'atext', 'btext'].map(of)

const PEOPLE = [
  user.createEach([
    { id: 1, name: 'Bob', email: 'b@x.com', rank: 2 },
    { id: 2, name: 'ann', email: 'a@x.com' },
    { id: 3, name: 'cid', email: 'c@x.com', rank: 1, boss: 1 },
  ]),
  pet.createEach([{ id: 1, name: 'p', owner: 1 }, { id: 2, name: 'q', owner: 2 }]),
]

export const found = [
  dialogue('17', 'a key is one record, which may be skipped', 'people', [
    ...PEOPLE,
    user.find({ where: { id: 2 }, skip: 1 }), user.find({ where: { id: 2 }, limit: 1 }), user.find({ where: { id: 2 }, skip: 0, sort: 'name' }),
    user.stream({ id: 2 }, { each: 'batch', meta: { batchSize: 1 } }),
  ], { functions: { eachBatch: () => null } }),

  dialogue('22, 23', 'populates that are nearly right', 'people', [
    ...PEOPLE,
    user.find({ sort: 'id', select: ['name'] }, { populates: { pets: 0 } }), user.find({ sort: 'id', select: ['name'] }, { populates: { pets: '' } }),
    user.findOne({ id: { '!=': [] } }),
  ]),

  dialogue('15', 'the first of what has null, and of what is text', 'people', [
    ...PEOPLE,
    user.find({ sort: ['rank', 'id'], limit: 2, select: ['rank'] }), user.find({ sort: ['rank DESC', 'id'], limit: 1, select: ['rank'] }), user.find({ sort: 'name', select: ['name'] }),
  ]),

  dialogue('24, 25', 'links that are nearly right', 'people', [
    ...PEOPLE,
    user.addToCollection([1, 2], 'pets', 1), user.updateOne(1, { staff: [1] }), user.updateOne(1, { score: 1 }, { meta: [] }),
    article.create({ id: 1, title: 'a' }), tag.create({ slug: 'x', articles: [1] }, {}), of('article_tags__tag_articles').find({}),
    user.create({ id: 9, name: 'n', email: 'n@x.com', groups: [1] }), user.destroy({ id: 9 }), user.create({ id: 9, name: 'n', email: 'n@x.com', groups: [] }), of('group_members__user_groups').find({}),
  ]),

  dialogue('37', 'findOrCreate with values that are wrong, and with none', 'people', [
    user.findOrCreate({ id: [] }, { name: '' }, NORMALIZE), user.findOrCreate({ id: [] }, { name: '' }),
  ]),

  dialogue('37', 'findOrCreate looks at values once', 'things', [
    rules.findOrCreate({ id: 7 }, { id: 7 }),
  ], { functions: { own: () => true } }),

  dialogue('29', 'the archive of models whose keys are text', 'texts', [
    texts.create({ code: 'a', name: 'n' }), others.create({ id: 1, name: 'm' }), texts.archive({ code: 'a' }, FETCH), others.archive({}, FETCH),
  ]),
]
