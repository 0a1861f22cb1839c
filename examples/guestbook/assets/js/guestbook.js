/* global io */
const list = document.getElementById('entries')

function show (entry) {
  const item = document.createElement('li')
  item.id = `entry-${entry.id}`
  item.textContent = `${entry.text} — ${entry.name}`
  list.prepend(item)
}

io.socket.on('signed', show)
io.socket.on('removed', (id) => document.getElementById(`entry-${id}`)?.remove())

io.socket.get('/entries', (entries) => entries.reverse().forEach(show))

document.getElementById('sign').addEventListener('submit', (event) => {
  const form = event.target
  event.preventDefault()
  io.socket.post('/entries', { name: form.name.value, text: form.text.value }, () => form.text.value = '')
})
