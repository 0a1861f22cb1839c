import io = require('./sails.io.js')
export default io
