// The same client as an ES module: import io from './sails.io.mjs'
// Node gives what the script exports; a browser runs it as a script, which sets the global.
import * as script from './sails.io.js'

export default script.default || globalThis.io
