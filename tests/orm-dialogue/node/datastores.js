// Native queries and connections, as sails.getDatastore() gives them.

exports.runNative = async function runNative(datastore, { native, values }, connection) {
  let query = datastore.sendNativeQuery(native, values)

  if (connection !== undefined) {
    query = query.usingConnection(connection)
  }
  return rowsOf(await query)
}

/** Each driver has a form of its own. */
function rowsOf(raw) {
  if (Array.isArray(raw?.rows)) {
    return { rows: raw.rows.map((row) => ({ ...row })), affected: raw.rowCount ?? raw.affectedRows ?? null }
  }
  if (Array.isArray(raw)) {
    return { rows: raw.map((row) => ({ ...row })), affected: null }
  }
  return { rows: [], affected: raw?.affectedRows ?? null }
}

exports.withConnection = function withConnection(datastore, { method }, body) {
  return datastore[method](async (connection) => body(connection))
}
