/*
 * Everything goes over the socket: the list, which also subscribes us to changes, and the changes that
 * we make. The server tells others of those, so our own are shown from its answers.
 */
const form = document.getElementById('write')
const list = document.getElementById('notes')
const empty = document.getElementById('empty')
const problem = document.getElementById('problem')
const template = document.getElementById('note')
const shown = new Map() // id -> element

function show (note) {
  const item = shown.get(note.id) || template.content.firstElementChild.cloneNode(true)
  item.querySelector('h2').textContent = note.title
  item.querySelector('.text').textContent = note.text
  item.querySelector('.tags').textContent = note.tags.map((tag) => '#' + tag).join(' ')
  item.querySelector('button').onclick = () => ask('delete', '/notes/' + note.id, {}, () => remove(note))
  if (!shown.has(note.id)) {
    shown.set(note.id, item)
    list.prepend(item)
  }
  showWhetherEmpty()
}

function showWhetherEmpty () {
  empty.hidden = shown.size > 0
}

function remove ({ id }) {
  shown.get(id)?.remove()
  shown.delete(id)
  showWhetherEmpty()
}

/* What a failed answer means to a person. */
function explain (body, { statusCode }) {
  if (statusCode === 0) {
    return 'There is no connection. Please try again.'
  }
  if (statusCode === 403) {
    return form.elements.key.value ? 'This is not the key.' : 'This needs the key. Please fill it in above.'
  }
  return body?.problems?.join('\n') || String(body)
}

function ask (method, url, data, done) {
  const headers = { 'x-key': form.elements.key.value }
  io.socket.request({ method, url, data, headers }, (body, jwr) => {
    problem.hidden = !jwr.error
    if (jwr.error) {
      problem.textContent = explain(body, jwr)
    } else {
      done(body)
    }
  })
}

form.onsubmit = (event) => {
  event.preventDefault()
  const { title, text, tags } = form.elements
  const data = { title: title.value, text: text.value, tags: tags.value.split(/\s+/).filter(Boolean) }
  ask('post', '/notes', data, (note) => {
    show(note)
    title.value = text.value = tags.value = ''
    title.focus()
  })
}

io.socket.on('notes', ({ what, note }) => what === 'destroyed' ? remove(note) : show(note))

// Again after every reconnection: the new connection is subscribed to nothing, and has missed something.
io.socket.on('connect', () => ask('get', '/notes', { limit: 100 }, (notes) => {
  const ids = new Set(notes.map(({ id }) => id))
  shown.forEach((item, id) => ids.has(id) || remove({ id }))
  notes.forEach(show)
  showWhetherEmpty()
}))
