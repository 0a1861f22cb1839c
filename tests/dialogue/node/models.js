// The models of the dialogues about blueprints, kept in memory by sails-disk.
const definitions = require('../models.json')

/** What is added to the settings of an app that has models. */
exports.settings = {
  hooks: { grunt: false, orm: require('sails-hook-orm') },
  datastores: { default: { adapter: require('sails-disk'), inMemoryOnly: true } },
  models: {
    schema: true,
    migrate: 'drop',
    archiveModelIdentity: false,
    attributes: {
      createdAt: { type: 'number', autoCreatedAt: true },
      updatedAt: { type: 'number', autoUpdatedAt: true },
      id: { type: 'number', autoIncrement: true },
    },
  },
  orm: { moduleDefinitions: { models: definitions, adapters: {} } },
}

/** What a model's pub/sub methods do, over any route: 500 where they throw. */
const told = (method) => (req, res) => {
  const { model, ...given } = req.allParams()
  try {
    return res.json({ gives: method(req._sails.models[model], given, req) ?? null })
  } catch {
    return res.serverError('thrown')
  }
}

exports.routes = {
  /** Nobody is left over from the dialogue before, and keys count from 1. */
  'DELETE /everything': async (req, res) => {
    for (const model of Object.values(req._sails.models)) {
      await model.destroy({})
    }
    const { sequences } = require('sails-disk').datastores.default
    Object.keys(sequences).forEach((name) => (sequences[name] = 0))
    return res.ok()
  },

  'POST /room': told((model, { of }) => model.getRoomName(of)),
  'POST /subscribe': told((model, { ids }, req) => model.subscribe(req, ids)),
  'POST /unsubscribe': told((model, { ids }, req) => model.unsubscribe(req, ids)),
  'POST /publish': told((model, { ids, data, omit }, req) => model.publish(ids, data, omit ? req : undefined)),

  // By the ORM, not by a blueprint: nobody is told.
  'POST /quietly': async (req, res) => res.json(await req._sails.models.toy.create({ name: 'quiet' }).fetch()),

  // Blueprints where an app wants them.
  'GET /everyone': { action: 'user/find' },
  'GET /somebody/:id': { action: 'user/findone' },
  'PATCH /mirror/:id': { action: 'toy/update', mirror: true },
  'POST /mirror': { action: 'toy/create', mirror: true },
  'DELETE /mirror/:id': { action: 'toy/destroy', mirror: true },
  'GET /houses-of/:parentid': { action: 'user/populate', alias: 'home' },
  'GET /lost/:parentid': { action: 'user/populate' },
  'GET /user/special': (req, res) => res.json('an own route'),
  'POST /named/:name': { action: 'toy/create' },
}
