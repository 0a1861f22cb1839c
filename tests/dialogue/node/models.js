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

exports.routes = {
  /** Nobody is left over from the dialogue before. */
  'DELETE /everything': async (req, res) => {
    for (const model of Object.keys(definitions)) {
      await req._sails.models[model].destroy({})
    }
    return res.ok()
  },
}
