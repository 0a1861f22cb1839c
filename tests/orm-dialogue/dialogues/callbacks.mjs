// Life-cycle callbacks and streams (waterline.md 5, 7).
import { FETCH, dialogue, of } from '../support/script.mjs'
import { Thrown } from '../support/peer.mjs'

const [hooked, part, user] = ['hooked', 'part', 'user'].map(of)
const none = { meta: { skipAllLifecycleCallbacks: true, fetch: true } }
const quiet = Object.fromEntries(
  ['beforeCreate', 'afterCreate', 'beforeUpdate', 'afterUpdate', 'beforeDestroy', 'afterDestroy'].map((name) => [name, () => null]),
)
const THREE = hooked.createEach([{ id: 1, name: 'a', n: 1 }, { id: 2, name: 'b', n: 2 }, { id: 3, name: 'c', n: 3 }], none)

export const callbacks = [
  dialogue('28', 'who is called, with what', 'hooked', [
    hooked.create({ name: 'a' }), hooked.create({ name: 'a' }, {}), hooked.create({ name: 'b' }, none), hooked.create({ name: 'c' }),
    hooked.createEach([{ name: 'd' }, { name: 'e' }]), hooked.createEach([{ name: 'd' }, { name: 'e' }], {}), hooked.createEach([]),
    hooked.update({ name: 'a' }, { n: 1 }), hooked.update({ name: 'a' }, { n: 2 }, FETCH), hooked.update({ name: 'nobody' }, { n: 2 }, FETCH), hooked.update({ name: 'a' }, { n: 3 }, none),
    hooked.update([], { n: 1 }, FETCH), hooked.updateOne({ name: 'c' }, { n: 4 }), hooked.updateOne({ name: 'nobody' }, { n: 4 }), hooked.updateOne({ name: 'a' }, { n: 4 }), hooked.updateOne({ name: 'c' }, {}),
    hooked.findOrCreate({ name: 'new' }, { name: 'new' }), hooked.findOrCreate({ name: 'new' }, { name: 'new' }),
    hooked.destroy({ name: 'd' }), hooked.destroy({ name: 'e' }, FETCH), hooked.destroy({ name: 'nobody' }, FETCH), hooked.destroy([], FETCH), hooked.destroy({ name: 'new' }, none),
    hooked.destroyOne({ name: 'b' }), hooked.destroyOne({ name: 'b' }), hooked.archive({ name: 'c' }, FETCH), hooked.archiveOne({ name: 'nobody' }),
    hooked.find({ sort: 'id' }), hooked.create({ n: 11 }), hooked.update({}, { n: 11 }), hooked.update(undefined, { n: 1 }),
  ], { functions: quiet }),

  dialogue('28', 'links call nobody', 'hooked', [
    part.createEach([{ id: 1, name: 'p' }, { id: 2, name: 'q' }]), THREE,
    hooked.addToCollection(1, 'parts', [1]), hooked.replaceCollection(2, 'parts', [1, 2]), hooked.removeFromCollection(2, 'parts', [1]),
    part.find({ sort: 'id' }, { populates: { whole: true } }), hooked.create({ id: 9, name: 'x', parts: [1] }), hooked.updateOne(9, { parts: [2] }), part.find({ sort: 'id' }),
  ], { functions: quiet }),

  dialogue('37', 'what a callback changes is stored as it is', 'hooked', [
    hooked.create({ name: 'a' }), hooked.update({}, { n: 1 }, FETCH), hooked.find({ sort: 'id' }), hooked.createEach([{ name: 'b' }, { name: 'c' }]), hooked.find({ sort: 'id' }),
  ], {
    functions: {
      ...quiet,
      beforeCreate: (values) => ({ ...values, name: `${values.name} which is too long`, n: 9999 }),
      beforeUpdate: (values) => ({ ...values, n: 12345 }),
    },
  }),

  dialogue('28', 'what an after callback changes is what is answered', 'hooked', [
    hooked.create({ name: 'a' }), hooked.update({}, { n: 1 }, FETCH), hooked.destroy({}, FETCH), hooked.count(),
  ], {
    functions: {
      ...quiet,
      afterCreate: (record) => ({ ...record, name: 'shown' }),
      afterUpdate: (record) => ({ ...record, n: -1 }),
      afterDestroy: (record) => ({ ...record, n: -2 }),
    },
  }),

  dialogue('28', 'beforeDestroy may change the criteria', 'hooked', [
    THREE, hooked.destroy({ name: 'a' }, FETCH), hooked.find({ sort: 'id' }),
  ], { functions: { ...quiet, beforeDestroy: (criteria) => ({ ...criteria, where: { name: 'b' } }) } }),

  dialogue('37', 'an error of a callback is the query\'s, and nothing is written', 'hooked', [
    THREE,
    hooked.create({ name: 'x' }), hooked.createEach([{ name: 'x' }, { name: 'y' }]), hooked.update({}, { n: 5 }), hooked.updateOne(1, { n: 5 }), hooked.destroy({}), hooked.destroyOne(1), hooked.archive({ id: 1 }),
    hooked.findOrCreate({ name: 'q' }, { name: 'q' }), hooked.find({ sort: 'id' }),
  ], {
    functions: Object.fromEntries(
      Object.keys(quiet).map((name) => [name, () => new Thrown({ name: 'Error', message: `no ${name}`, code: 'E_MINE' })]),
    ),
  }),

  dialogue('28', 'an error of an after callback comes after what has been written', 'hooked', [
    THREE,
    hooked.create({ id: 9, name: 'x' }), hooked.update({ name: 'a' }, { n: 5 }, FETCH), hooked.destroy({ name: 'b' }, FETCH), hooked.find({ sort: 'id' }),
  ], {
    functions: {
      ...quiet,
      ...Object.fromEntries(['afterCreate', 'afterUpdate', 'afterDestroy'].map((name) => [name, () => new Thrown({ message: 'too late' })])),
    },
  }),

  dialogue('31', 'streams', 'hooked', [
    THREE,
    hooked.stream({ sort: 'id' }, { each: 'record' }), hooked.stream({ sort: 'id' }, { each: 'batch' }), hooked.stream({ sort: 'id' }, { each: 'batch', meta: { batchSize: 2 } }),
    hooked.stream({ sort: 'id' }, { each: 'record', meta: { batchSize: 2 } }), hooked.stream({ sort: 'id', limit: 2 }, { each: 'batch', meta: { batchSize: 1 } }), hooked.stream({ sort: 'id', skip: 1 }, { each: 'batch', meta: { batchSize: 1 } }),
    hooked.stream({ name: 'nobody' }, { each: 'record' }), hooked.stream([], { each: 'record' }), hooked.stream({ sort: 'id' }), hooked.stream(undefined, { each: 'batch' }),
    hooked.stream({ bogus: 1 }, { each: 'record' }), hooked.stream({}, { each: 'record', meta: { batchSize: 0 } }), hooked.stream({}, { each: 'batch', meta: { batchSize: 'x' } }), hooked.stream({ sort: 'id', limit: 0 }, { each: 'batch' }),
    hooked.stream({ sort: 'id', select: ['name'] }, { each: 'batch' }), hooked.stream({ sort: 'id' }, { each: 'record', populates: { bogus: true } }), hooked.stream({ sort: 'id', limit: 1 }, { each: 'record', populates: { parts: true } }),
    hooked.stream({ sort: 'id' }, { each: 'batch', paginate: { page: 1, size: 1 } }), hooked.find({}, { meta: { batchSize: 1 } }), hooked.stream(1, { each: 'record' }),
  ], { functions: { ...quiet, eachRecord: () => null, eachBatch: () => null } }),

  dialogue('31', 'an error of the iteratee ends the stream', 'hooked', [
    THREE, hooked.stream({ sort: 'id' }, { each: 'record' }), hooked.stream({ sort: 'id' }, { each: 'batch', meta: { batchSize: 1 } }),
  ], {
    functions: {
      ...quiet,
      eachRecord: ({ id }) => (id === 2 ? new Thrown({ message: 'enough', code: 'E_ENOUGH' }) : null),
      eachBatch: ([{ id }]) => (id === 2 ? new Thrown({ message: 'enough', code: 'E_ENOUGH' }) : null),
    },
  }),

  dialogue('31', 'a stream has batches of thirty', 'people', [
    user.createEach(Array.from({ length: 65 }, (_, i) => ({ name: `u${i}`, email: `u${i}@x.com` })), {}),
    user.stream({ sort: 'id', select: ['name'] }, { each: 'batch' }),
  ], { functions: { eachBatch: () => null } }),

  dialogue('37', 'findOrCreate finds, or creates', 'people', [
    user.findOrCreate({ name: 'A' }, { id: 1, name: 'A', email: 'a@x.com', age: '5' }), user.findOrCreate({ name: 'A' }, { id: 2, name: 'B', email: 'b@x.com' }),
    user.findOrCreate({ name: 'B' }, { id: 3, name: 'B', email: 'a@x.com' }), user.findOrCreate({ name: 'A' }, { name: '' }), user.findOrCreate({ name: 'A' }, undefined), user.findOrCreate({ name: 'A' }, []),
    user.findOrCreate({}, { id: 4, name: 'C', email: 'c@x.com' }), user.findOrCreate(undefined, { id: 5, name: 'C', email: 'c@x.com' }), user.findOrCreate({ id: [] }, { id: 6, name: 'D', email: 'd@x.com' }), user.findOrCreate([], { id: 7, name: 'E', email: 'e@x.com' }),
    user.findOrCreate({ bogus: 1 }, { id: 8, name: 'C', email: 'c@x.com' }), user.findOrCreate(1, { id: 9, name: 'C', email: 'c@x.com' }), user.findOrCreate({ where: { name: 'A' }, limit: 1 }, { id: 10, name: 'C', email: 'c@x.com' }),
    user.findOrCreate({ age: { '>=': 0 } }, { id: 11, name: 'C', email: 'c@x.com' }), user.findOrCreate({ name: 'A' }, { id: 12, name: 'A', email: 'a@x.com', bogus: 1 }, { normalize: true }), user.findOrCreate({ id: [] }, { id: 13, name: 'D', email: 'd@x.com' }, { normalize: true }),
    user.findOrCreate({ name: 'Z' }, { id: 14, name: 'Z', email: 'z@x.com' }, { meta: { fetch: false } }), user.count(),
  ]),
]
