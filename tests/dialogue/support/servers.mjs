// The two servers, in every configuration that a dialogue asks for, lifted when it first does.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { App } from '../../integration/support/server.mjs'
import { configurations, SECRET } from '../configurations.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
const buildDir = path.resolve(here, '../..', process.env.SAILS_BUILD_DIR ?? 'build/asan')

const kinds = {
  node: path.join(here, 'node/app.js'),
  c: path.join(buildDir, 'tests/dialogue/dialogue-app'),
}

function argumentsOf(kind, { both = {}, ...own }) {
  const settings = { 'session.secret': SECRET, ...both, ...own[kind] }

  return Object.entries(settings).map(([key, value]) => `--${key}=${asArgument(value)}`)
}

/** Text as it is, all else as JSON. */
function asArgument(value) {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export class Servers {
  #lifted = new Map()

  lift(kind, configuration) {
    return this.start(kind, configurations[configuration])
  }

  /** One with settings as configurations.mjs has them. */
  async start(kind, configuration) {
    const server = new App(kinds[kind], argumentsOf(kind, configuration), configuration.env ?? {}, {})
    await server.start(0)
    return server
  }

  /** Whether it lifts with such settings: null, or the code of the error that it ends with. */
  async whyNot(kind, settings) {
    const server = new App(kinds[kind], argumentsOf(kind, { both: settings }), {}, {})
    const lifts = await server.start(0).then(
      () => true,
      () => false,
    )
    await server.kill()
    return lifts ? null : (/\bE_[A-Z_]+/.exec(server.log)?.[0] ?? `an error without a code`)
  }

  /** One that dialogues share. */
  shared(kind, configuration) {
    const key = `${kind} ${configuration}`

    if (!this.#lifted.has(key)) {
      this.#lifted.set(key, this.lift(kind, configuration))
    }
    return this.#lifted.get(key)
  }

  /** Ends all; fails if one does not end as it should. */
  async stop() {
    const all = await Promise.allSettled([...this.#lifted.values()])
    await Promise.all(all.map(({ value }) => value?.stop()))
  }
}
