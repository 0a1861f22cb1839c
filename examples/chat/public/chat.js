/*
 * The chat page. Everything that happens here is a socket request to a route of the app, or an event
 * that the app sends to this socket:
 *
 *   requests  GET /chat/me?name=   GET /chat/rooms   POST /chat/:room/join   POST /chat/:room/leave
 *             POST /chat/:room   POST /chat/direct/:id   POST /chat/announce
 *   events    chat   direct   announcement   presence   rooms
 *
 * A socket that reconnects is a new one to the server: it has neither name nor rooms. board() gives
 * it both, at the first connection and at every later one alike.
 *
 * Whatever comes from others goes into the page as text content only, never as markup.
 */

const { io, localStorage } = window
const socket = io.socket
const $ = (id) => document.getElementById(id)

const me = { id: null, name: '', wanted: '' } // `wanted`: as typed; the server may add to it
const conversations = new Map() // key -> conversation; see openConversation()
let rooms = [] // as the server lists them: {name, members}
let current = null // the conversation on the screen
let isAboard = false // has a name and is in its rooms, so that messages may be sent
let wasAboard = false

// --- the server --------------------------------------------------------------------------------------

function ask (method, url, data) {
  return new Promise((resolve, reject) => {
    socket.request({ method, url, data }, (body, jwr) => jwr.error ? reject(new Error(explain(jwr))) : resolve(body))
  })
}

function explain ({ statusCode, body }) {
  if (statusCode === 0) {
    return 'The connection was lost before the server answered.'
  }
  const text = typeof body === 'string' ? body : (body && (body.message || body.error)) || 'The server gave no reason.'
  return `${text} (${statusCode})`
}

/* Runs what a click began. Failures are shown, never swallowed. */
function attempt (action) {
  return action().catch((error) => showAlert(error.message))
}

const roomUrl = (name, rest = '') => `/chat/${encodeURIComponent(name)}${rest}`

/* A name that the server does not want brings us back to the entrance. */
function goAboard () {
  return board().catch((error) => {
    showAlert(error.message)
    if (socket.isConnected()) {
      showEntrance(true)
    }
  })
}

async function board () {
  const before = [...conversations.values()].filter((it) => it.isRoom)
  Object.assign(me, await ask('get', `/chat/me?name=${encodeURIComponent(me.wanted)}`))
  showRooms((await ask('get', '/chat/rooms')).rooms)
  await Promise.all(before.map((conversation) => reenter(conversation)))
  if (!wasAboard) {
    await enterRoom('lobby')
  }
  isAboard = wasAboard = true
  before.forEach((conversation) => addNote(conversation, `Reconnected as ${me.name}`))
  showMe()
  showConnection('connected', 'Connected')
}

/* One room that cannot be entered again must not keep us out of the others. */
async function reenter (conversation) {
  try {
    conversation.members = (await ask('post', roomUrl(conversation.name, '/join'))).members
  } catch (error) {
    closeConversation(conversation)
    showAlert(`You are no longer in ${conversation.name}. ${error.message}`)
  }
}

async function enterRoom (name) {
  const { room, members } = await ask('post', roomUrl(name, '/join'))
  const conversation = openConversation(room, true)
  conversation.members = members
  show(conversation)
}

async function leaveRoom (conversation) {
  await ask('post', roomUrl(conversation.name, '/leave'))
  closeConversation(conversation)
}

async function say (conversation, text) {
  const message = addMessage(conversation, { from: me, text, at: Date.now() })
  message.classList.add('pending')
  try {
    await ask('post', conversation.isRoom ? roomUrl(conversation.name) : `/chat/direct/${encodeURIComponent(conversation.id)}`, { text })
  } catch (error) {
    message.classList.add('failed')
    message.append(element('p', 'failure', `Not delivered. ${error.message}`))
  }
  message.classList.remove('pending')
}

socket.on('chat', ({ room, from, text, at }) => {
  const conversation = conversations.get(key(room, true))
  if (conversation) { // a message may cross our leaving
    addMessage(conversation, { from, text, at })
  }
})

socket.on('direct', ({ from, text, at }) => {
  const conversation = openConversation(from.name, false)
  conversation.id = from.id
  addMessage(conversation, { from, text, at })
})

socket.on('announcement', ({ from, text }) => {
  for (const conversation of conversations.values()) {
    addEntry(conversation, 'announcement', element('strong', '', `${from.name} announces`), element('p', '', text))
  }
  if (!current) {
    showAlert(`${from.name} announces: ${text}`)
  }
})

socket.on('presence', ({ room, members }) => {
  const conversation = conversations.get(key(room, true))
  if (!conversation) {
    return
  }
  conversation.members = members
  for (const { id, name } of members) { // somebody who reconnected has a new id
    const direct = conversations.get(key(name, false))
    if (direct) {
      direct.id = id
    }
  }
  showCurrent()
})

socket.on('rooms', (list) => showRooms(list.rooms))

// --- the connection ----------------------------------------------------------------------------------

function showConnection (state, text) {
  $('connection').dataset.state = state
  $('connection').textContent = text
  $('message-form').classList.toggle('waiting', !isAboard)
}

socket.on('connect', () => {
  if (me.wanted) {
    goAboard()
  }
})
socket.on('disconnect', (reason) => {
  isAboard = false
  if (reason === 'io server disconnect') {
    showConnection('offline', 'Offline')
    showAlert('The server has closed the connection. Reload the page to come back.')
  } else {
    showConnection('reconnecting', 'Reconnecting')
  }
})
socket.on('reconnecting', (n) => showConnection('reconnecting', `Reconnecting (attempt ${n})`))
socket.on('reconnect_failed', () => showConnection('offline', 'Offline'))
socket.on('connect_error', (error) => {
  // The client tries again by itself, unless it was the server that refused.
  if (!navigator.onLine) {
    showConnection('offline', 'Offline')
  } else if (error.data !== undefined) {
    showAlert(`The server refuses the connection. ${error.message}`)
  }
})

window.addEventListener('offline', () => showConnection('offline', 'Offline'))
window.addEventListener('online', () => {
  if (!socket.isConnected() && !socket.isConnecting()) {
    socket.reconnect() // rather than wait for the back-off
  }
})

// --- conversations: rooms, and people ----------------------------------------------------------------

function key (name, isRoom) {
  return (isRoom ? 'room ' : 'person ') + name
}

/* Each conversation keeps its own log in the page, hidden while another one is shown, so that screen
 * readers hear what is added and not the whole log at every change of rooms. */
function openConversation (name, isRoom) {
  const existing = conversations.get(key(name, isRoom))
  if (existing) {
    return existing
  }
  const log = element('ol', 'log')
  log.setAttribute('role', 'log')
  log.setAttribute('aria-label', isRoom ? `Messages in ${name}` : `Messages with ${name}`)
  log.tabIndex = 0 // a keyboard must be able to scroll it
  log.hidden = true
  $('logs').append(log)
  const conversation = { name, isRoom, log, id: null, members: [], unread: 0, lastFrom: null }
  conversations.set(key(name, isRoom), conversation)
  if (isRoom) {
    addNote(conversation, `You are in ${name}`)
  }
  return conversation
}

function closeConversation (conversation) {
  conversation.log.remove()
  conversations.delete(key(conversation.name, conversation.isRoom))
  if (current === conversation) {
    show(conversations.values().next().value || null)
  }
  showLists()
}

function show (conversation) {
  if (current) {
    current.log.hidden = true
  }
  current = conversation
  if (current) {
    current.unread = 0
    current.log.hidden = false
    current.log.scrollTop = current.log.scrollHeight
  }
  closePanels()
  showCurrent()
  showLists()
}

function addEntry (conversation, className, ...children) {
  const { log } = conversation
  const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60
  const entry = element('li', className)
  entry.append(...children)
  log.append(entry)
  conversation.lastFrom = null
  if (wasAtEnd) {
    log.scrollTop = log.scrollHeight // else somebody is reading further up
  }
  return entry
}

function addNote (conversation, text) {
  return addEntry(conversation, 'note', element('span', '', text))
}

function addMessage (conversation, { from, text, at }) {
  const isMine = from === me
  const follows = conversation.lastFrom === from.name
  const bubble = element('p', 'bubble', text)
  const time = element('time', '', new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }))
  time.dateTime = new Date(at).toISOString()

  const head = element('p', 'head', isMine ? 'You' : from.name)
  head.append(' ', time)
  const entry = addEntry(conversation, 'message', avatar(from.name), head, bubble)
  entry.classList.toggle('mine', isMine)
  entry.classList.toggle('follows', follows)
  conversation.lastFrom = from.name
  if (isMine) {
    conversation.log.scrollTop = conversation.log.scrollHeight
  }
  if (conversation !== current) {
    conversation.unread++
  }
  showLists()
  return entry
}

// --- the page ----------------------------------------------------------------------------------------

function element (tag, className, text) {
  const node = document.createElement(tag)
  if (className) {
    node.className = className
  }
  if (text !== undefined) {
    node.textContent = text
  }
  return node
}

/* The initials, on a colour that is the person's own: the name's hash turned into a hue. */
function avatar (name) {
  const node = element('span', 'avatar', name.split(/\s+/).slice(0, 2).map((word) => [...word][0] || '').join('').toUpperCase())
  let hash = 7
  for (const char of name) {
    hash = (hash * 31 + char.codePointAt(0)) % 360
  }
  node.style.setProperty('--hue', hash)
  node.setAttribute('aria-hidden', 'true')
  return node
}

function listItem ({ icon, name, detail, isCurrent, isQuiet, onClick }) {
  const button = element('button', 'entry')
  button.append(icon, element('span', 'name', name))
  if (detail) {
    button.append(detail)
  }
  button.classList.toggle('quiet', Boolean(isQuiet))
  if (isCurrent) {
    button.setAttribute('aria-current', 'true')
  }
  button.addEventListener('click', onClick)
  const item = element('li')
  item.append(button)
  return item
}

function badge (n) {
  const node = element('span', 'badge', String(n))
  node.setAttribute('aria-label', `${n} unread`)
  return node
}

/* Replacing a list takes the focus from the button that has it; give it back to its successor. */
function fill (list, items) {
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement))
  list.replaceChildren(...items)
  if (focused >= 0 && items.length > 0) {
    items[Math.min(focused, items.length - 1)].querySelector('button').focus()
  }
}

function showRooms (list) {
  rooms = list
  showLists()
}

function showLists () {
  const joined = [...conversations.values()].filter((it) => it.isRoom)
  const names = new Set([...rooms.map((room) => room.name), ...joined.map((room) => room.name)])
  fill($('rooms'), [...names].map((name) => roomItem(name)))

  const directs = [...conversations.values()].filter((it) => !it.isRoom)
  $('directs-title').hidden = directs.length === 0
  fill($('directs'), directs.map((conversation) => listItem({
    icon: avatar(conversation.name),
    name: conversation.name,
    detail: conversation.unread > 0 ? badge(conversation.unread) : null,
    isCurrent: conversation === current,
    onClick: () => show(conversation)
  })))

  const unread = [...conversations.values()].reduce((sum, it) => sum + it.unread, 0)
  $('unread-elsewhere').hidden = unread === 0
  $('unread-elsewhere').textContent = unread
  document.title = unread > 0 ? `(${unread}) Sails chat` : 'Sails chat'
}

function roomItem (name) {
  const conversation = conversations.get(key(name, true))
  const { members = 0 } = rooms.find((room) => room.name === name) || {}
  const count = element('span', 'count', String(members))
  count.setAttribute('aria-label', `${members} here`)
  return listItem({
    icon: element('span', 'hash', '#'),
    name,
    detail: conversation && conversation.unread > 0 ? badge(conversation.unread) : count,
    isCurrent: conversation && conversation === current,
    isQuiet: !conversation,
    onClick: () => conversation ? show(conversation) : attempt(() => enterRoom(name))
  })
}

function showCurrent () {
  const members = current && current.isRoom ? current.members : []
  const others = members.length - 1
  $('title').textContent = current ? (current.isRoom ? '# ' : '') + current.name : 'Sails chat'
  $('subtitle').textContent = !current ? '' : !current.isRoom ? 'Direct messages' : others === 1 ? 'You and one other' : `You and ${others} others`
  $('leave').hidden = !current
  $('leave').textContent = current && current.isRoom ? 'Leave' : 'Close'
  $('nowhere').hidden = Boolean(current)
  $('message-form').hidden = !current
  $('message').placeholder = current ? `Write to ${current.name}` : ''
  $('people-count').textContent = members.length || ''
  fill($('people'), members.map((member) => listItem({
    icon: avatar(member.name),
    name: member.id === me.id ? `${member.name} (you)` : member.name,
    isQuiet: member.id === me.id,
    onClick: () => writeTo(member)
  })))
}

function writeTo (person) {
  if (person.id !== me.id) {
    const conversation = openConversation(person.name, false)
    conversation.id = person.id
    show(conversation)
    $('message').focus()
  }
}

function showEntrance (isShown) {
  $('chat').hidden = isShown
  $('entrance').hidden = !isShown
  $(isShown ? 'name' : 'message').focus()
}

function showMe () {
  $('my-name').textContent = me.name
  $('my-avatar').replaceWith(Object.assign(avatar(me.name), { id: 'my-avatar' }))
  showCurrent()
}

function showAlert (text) {
  const close = element('button', 'link', 'Dismiss')
  const alert = element('div', 'alert')
  alert.append(element('span', '', text), close)
  close.addEventListener('click', () => alert.remove())
  $('alerts').append(alert)
  setTimeout(() => alert.remove(), 12000)
}

// --- what people do ----------------------------------------------------------------------------------

function onSubmit (form, field, action) {
  $(form).addEventListener('submit', (event) => {
    event.preventDefault()
    const text = $(field).value.trim()
    if (text !== '') {
      action(text, $(field))
    }
  })
}

onSubmit('name-form', 'name', (name) => {
  localStorage.setItem('name', name)
  me.wanted = name
  showEntrance(false)
  if (socket.isConnected()) {
    wasAboard ? attempt(rename) : goAboard()
  }
})

async function rename () {
  Object.assign(me, await ask('get', `/chat/me?name=${encodeURIComponent(me.wanted)}`))
  showMe()
}

onSubmit('room-form', 'room', (name, field) => attempt(async () => {
  await enterRoom(name)
  field.value = ''
}))

onSubmit('message-form', 'message', (text, field) => {
  if (!isAboard) {
    showAlert('There is no connection at the moment. Your text is kept; send it when we are back.')
    return
  }
  field.value = ''
  say(current, text)
})

onSubmit('announce-form', 'announcement', (text, field) => attempt(async () => {
  await ask('post', '/chat/announce', { text })
  field.value = ''
  $('announce-dialog').close()
}))

$('message').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    $('message-form').requestSubmit()
  }
})

$('leave').addEventListener('click', () => {
  const conversation = current
  if (conversation.isRoom) {
    attempt(() => leaveRoom(conversation))
  } else {
    closeConversation(conversation)
  }
})

$('rename').addEventListener('click', () => showEntrance(true))

$('announce').addEventListener('click', () => $('announce-dialog').showModal())
$('announce-cancel').addEventListener('click', () => $('announce-dialog').close())

// On a narrow screen the side panels lie over the conversation, one at a time.

function openPanel (panel, button) {
  closePanels()
  panel.classList.add('open')
  button.setAttribute('aria-expanded', 'true')
  panel.querySelector('[data-closes-panel]').focus()
}

function closePanels () {
  for (const button of [$('show-rooms'), $('show-people')]) {
    const panel = $(button.getAttribute('aria-controls'))
    if (panel.contains(document.activeElement) && panel.classList.contains('open')) {
      button.focus()
    }
    panel.classList.remove('open')
    button.setAttribute('aria-expanded', 'false')
  }
}

for (const button of [$('show-rooms'), $('show-people')]) {
  button.addEventListener('click', () => openPanel($(button.getAttribute('aria-controls')), button))
}
document.querySelectorAll('[data-closes-panel]').forEach((button) => button.addEventListener('click', closePanels))
document.addEventListener('keydown', (event) => event.key === 'Escape' && closePanels())

$('name').value = localStorage.getItem('name') || ''
showCurrent()
