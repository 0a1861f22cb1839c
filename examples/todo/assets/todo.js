import { Records } from './records.js'

const $ = (id) => document.getElementById(id)
const lists = new Records('list', draw)
const tasks = new Records('task', draw, 'people')
const people = new Records('person', draw)
let shown = Number(location.hash.slice(1)) || null

/* --- what is to be seen --- */

function draw() {
  const all = lists.all
  if (!lists.get(shown)) {
    shown = all[0]?.id ?? null
  }
  $('lists').replaceChildren(...all.map(listEntry))
  $('people').replaceChildren(...people.all.map((person) => avatar(person, 'li')))
  $('welcome').hidden = all.length > 0
  $('board').hidden = all.length === 0
  if (shown !== null) {
    drawBoard(lists.get(shown))
  }
}

const tasksOf = (list) => tasks.all.filter((task) => task.list === list.id)

function listEntry(list) {
  const open = tasksOf(list).filter(({ done }) => !done).length
  const button = make('button', 'list')
  const count = make('span', 'open', open === 0 ? '✓' : String(open))
  count.setAttribute('aria-label', `${open} open`)
  button.append(make('span', 'name', list.name), count)
  button.setAttribute('aria-current', String(list.id === shown))
  button.onclick = () => {
    shown = list.id
    history.replaceState(null, '', `#${list.id}`)
    draw()
  }
  const item = make('li')
  item.append(button)
  return item
}

function drawBoard(list) {
  const all = tasksOf(list)
  const done = all.filter((task) => task.done)
  $('board-name').textContent = list.name
  $('board-count').textContent = all.length === 0 ? '' : `${done.length} of ${all.length} done`
  $('progress').max = Math.max(all.length, 1)
  $('progress').value = done.length
  $('progress').hidden = all.length === 0
  $('nothing').hidden = all.length > 0
  drawTasks([...all.filter((task) => !task.done), ...done])
}

/* Rows stay the same elements, so that nothing that is focused goes away when somebody else ticks a box. */
const rows = new Map()

function drawTasks(ordered) {
  const ids = new Set(ordered.map(({ id }) => id))
  for (const [id, row] of rows) {
    if (!ids.has(id)) {
      row.remove()
      rows.delete(id)
    }
  }
  ordered.forEach((task, at) => {
    const row = rows.get(task.id) ?? newRow(task.id)
    fillRow(row, task)
    if ($('tasks').children[at] !== row) {
      $('tasks').insertBefore(row, $('tasks').children[at] ?? null)
    }
  })
}

function newRow(id) {
  const row = $('task-row').content.firstElementChild.cloneNode(true)
  row.querySelector('input').onchange = ({ target }) => attempt(tasks.update(id, { done: target.checked }))
  row.querySelector('.drop').onclick = () => attempt(tasks.destroy(id))
  rows.set(id, row)
  return row
}

function fillRow(row, task) {
  row.querySelector('input').checked = task.done
  row.querySelector('.title').textContent = task.title
  row.classList.toggle('done', task.done)
  row.querySelector('.assigned').replaceChildren(...people.all.map((person) => assignment(task, person)))
}

/* A round button for each person: pressed, they do it. */
function assignment(task, person) {
  const does = task.people.includes(person.id)
  const button = avatar(person, 'button')
  button.setAttribute('aria-pressed', String(does))
  button.title = does ? `${person.name} does it` : `Let ${person.name} do it`
  button.onclick = () => attempt(does ? tasks.remove(task.id, person.id) : tasks.add(task.id, person.id))
  return button
}

function avatar({ id, name }, tag) {
  const element = make(tag, 'avatar', name.slice(0, 2))
  element.style.setProperty('--hue', String((id * 67 + 250) % 360))
  element.setAttribute('aria-label', name)
  element.title = name
  return element
}

function make(tag, className = '', text = '') {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/* --- what people do --- */

async function attempt(promise) {
  $('problem').hidden = true
  try {
    return await promise
  } catch (error) {
    $('problem').textContent = error.message
    $('problem').hidden = false
    draw() // as it is on the server
  }
}

function onSubmit(form, field, run) {
  $(form).onsubmit = async (event) => {
    event.preventDefault()
    const text = $(field).value.trim()
    if (text !== '') {
      $(field).value = ''
      await attempt(run(text))
    }
  }
}

onSubmit('list-form', 'list', async (name) => {
  const list = await lists.create({ name })
  shown = list.id
  draw()
  $('task').focus()
})
onSubmit('task-form', 'task', (title) => tasks.create({ title, list: shown }))
onSubmit('person-form', 'person', (name) => people.create({ name }))

$('rename').onclick = () => {
  const name = prompt('The name of the list', lists.get(shown).name)?.trim()
  if (name) {
    attempt(lists.update(shown, { name }))
  }
}

$('remove').onclick = () => {
  const list = lists.get(shown)
  if (confirm(`Delete “${list.name}” with all its tasks?`)) {
    attempt(Promise.all(tasksOf(list).map(({ id }) => tasks.destroy(id))).then(() => lists.destroy(list.id)))
  }
}

/* --- the connection --- */

function say(state, text) {
  $('connection').dataset.state = state
  $('connection').textContent = text
}

/* A server that has come back knows nobody: whoever wants to hear of records asks for them again. */
async function arrive() {
  await attempt(Promise.all([lists.fetch(), tasks.fetch(), people.fetch()]))
  say('connected', 'live')
}

io.socket.on('connect', arrive)
io.socket.on('disconnect', () => say('connecting', 'reconnecting…'))
if (io.socket.isConnected()) {
  arrive()
}
