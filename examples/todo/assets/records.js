// Records of one model, as the server has them: fetched once a connection, then kept by its messages.

const request = (method, url, data) =>
  new Promise((resolve, reject) => {
    io.socket.request({ method, url, data }, (body, { statusCode }) =>
      statusCode < 300 ? resolve(body) : reject(new Error(reason(body))))
  })

const reason = (body) =>
  body?.code === 'E_UNIQUE' ? 'That name is taken already.' : (body?.details ?? body?.message ?? String(body))

export class Records {
  #byId = new Map()
  #url
  #members // the collection that is fetched along, if any: a list of ids in each record
  #changed

  constructor(model, changed, members) {
    this.#url = `/api/${model}`
    this.#members = members
    this.#changed = changed
    io.socket.on(model, (message) => this.#hear(message))
  }

  /** All of them; the server tells us from now on what becomes of them, and of new ones. */
  async fetch() {
    const populate = this.#members ?? 'false'
    const records = await request('get', this.#url, { limit: 1000, populate })
    this.#byId.clear()
    records.forEach((record) => this.#keep(record))
    this.#changed()
  }

  get all() {
    return [...this.#byId.values()]
  }

  get(id) {
    return this.#byId.get(id)
  }

  // What we do ourselves we are not told: the answers tell.
  async create(values) {
    const record = this.#keep(await request('post', this.#url, values))
    this.#changed()
    return record
  }

  async update(id, values) {
    this.#keep(await request('patch', `${this.#url}/${id}`, values))
    this.#changed()
  }

  async destroy(id) {
    await request('delete', `${this.#url}/${id}`)
    this.#byId.delete(id)
    this.#changed()
  }

  async add(id, child) {
    this.#keep(await request('put', `${this.#url}/${id}/${this.#members}/${child}`))
    this.#changed()
  }

  async remove(id, child) {
    this.#keep(await request('delete', `${this.#url}/${id}/${this.#members}/${child}`))
    this.#changed()
  }

  /* Answers and messages have populated records in them; here it is ids that are kept. */
  #keep(record) {
    const idOf = (value) => value?.id ?? value
    const plain = Object.entries(record).map(([key, value]) =>
      [key, Array.isArray(value) ? value.map(idOf) : idOf(value)])
    this.#byId.set(record.id, Object.fromEntries(plain))
    return this.#byId.get(record.id)
  }

  #hear({ verb, id, data, attribute, addedId, removedId }) {
    const record = this.#byId.get(id)
    if (verb === 'created') {
      this.#keep(data)
    } else if (verb === 'destroyed') {
      this.#byId.delete(id)
    } else if (record && verb === 'updated') {
      Object.assign(record, data)
    } else if (record && attribute === this.#members) {
      const rest = record[attribute].filter((other) => other !== (addedId ?? removedId))
      record[attribute] = verb === 'addedTo' ? [...rest, addedId] : rest
    }
    this.#changed()
  }
}
