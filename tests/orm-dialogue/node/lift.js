// Sails with nothing but its ORM.
const { Sails } = require('sails')
const utils = require('waterline-utils')
const { definitionOf } = require('./functions')

const { autoMigrations } = utils
let ontology = null

/** The hook migrates what it has built, which it shows to nobody else. */
utils.autoMigrations = (strategy, built, done) => {
  ontology = built
  autoMigrations(strategy, built, done)
}

/** What is lifted: `sails`, and the functions of customToJSON by model. */
exports.lift = async function lift({ datastores, models, defaults = {} }) {
  const converters = new Map()
  const sails = new Sails()
  const config = {
    appPath: __dirname,
    log: { level: 'silent' },
    globals: false,
    loadHooks: ['moduleloader', 'orm'],
    hooks: { orm: require('sails-hook-orm') },
    datastores,
    models: { ...definitionOf(defaults, undefined, converters), migrate: 'safe' },
    orm: { moduleDefinitions: { models: definitions(models, defaults, converters) } },
  }

  await new Promise((resolve, reject) => {
    sails.load(config, (error) => (error ? reject(error) : resolve()))
  }).catch(async (error) => {
    await lower(sails)
    throw error
  })
  return { sails, converters, orm: ontology }
}

function definitions(models, defaults, converters) {
  return Object.fromEntries(
    Object.entries(models).map(([identity, definition]) => {
      // A function belongs to the model that inherits it. (Attributes are not copied: the hook completes
      // those of the defaults in place, and junctions take their key from there.)
      const { attributes, ...inherited } = definitionOf(defaults, identity, converters)
      return [identity, { ...inherited, globalId: identity, ...definitionOf(definition, identity, converters) }]
    }),
  )
}

/** Lowers; but first what stays registered with the adapters, which outlive it, and nobody waits for. */
async function lower(sails) {
  const adapters = Object.values(sails.hooks.orm?.adapters ?? {})

  for (const adapter of adapters) {
    for (const name of Object.keys(adapter.datastores ?? {})) {
      await new Promise((resolve) => adapter.teardown(name, () => resolve()))
    }
  }
  await new Promise((resolve) => sails.lower(() => resolve()))
}
exports.lower = lower

exports.migrate = function migrate({ orm }, strategy) {
  return new Promise((resolve, reject) => {
    autoMigrations(strategy, orm, (error) => (error ? reject(error) : resolve(null)))
  })
}
