/*
 * The chat page: logging in, and what happens then. Everything is a request to a route of the app, see
 * config/routes.json, or an event that the app sends to this socket:
 *
 *   chat   direct   announcement   presence   rooms
 *
 *            GET /me, POST /login               GET /rooms, POST /rooms/:room/join
 *   entrance --------------------> arriveAs() ---------------------------------> aboard
 *      ^                               ^                                           |
 *      |  nobody is logged in          |  somebody is          401, 403, or the server has hung up
 *      +----------------------- checkSession() <-----------------------------------+
 *
 * A socket that reconnects is a new one to the server, in no rooms. board() brings it back, at the first
 * connection and at every later one alike.
 */
import { ask, logIn, logOut, socket, whoAmI } from './server.js'
import { $, avatar, badge, closePanels, element, fill, listItem, onSubmit, showAlert } from './dom.js'
import {
  addEarlier, addEntry, addLatest, addMessage, addNote, conversations, key, me, noteTime, openConversation, removeConversation
} from './conversations.js'

let rooms = [] // as the server lists them: {name, members}
let current = null // the conversation on the screen
let isAboard = false // in its rooms, so that messages may be sent
let isChecking = false
let isSecondTry = false // the session that we have just asked about did not bring us aboard

// --- coming and going --------------------------------------------------------------------------------

/* Asks over HTTP who we are: the browser may have another session by now than the socket has, or none. */
async function checkSession () {
  if (isChecking) {
    return
  }
  isChecking = true
  try {
    const { name } = await whoAmI()
    if (name) {
      arriveAs(name)
    } else {
      goOut(me.name ? 'Your session has ended. Log in again to go on where you were.' : '')
    }
  } catch (error) {
    if (me.name) {
      connect() // which tries until the server is back
    } else {
      goOut(error.message)
    }
  } finally {
    isChecking = false
  }
}

/* Whoever comes back as the same person finds everything as it was; nobody else does. */
function arriveAs (name) {
  if (name !== $('my-name').textContent) {
    forget()
  }
  me.name = name
  window.localStorage.setItem('name', name)
  showMe()
  $('entrance').hidden = true
  $('chat').hidden = false
  connect()
}

function connect () {
  if (!socket.isConnected() && !socket.isConnecting()) {
    socket.reconnect()
  }
}

function hangUp () {
  if (socket.isConnected() || socket.isConnecting()) {
    socket.disconnect()
  }
}

function goOut (notice) {
  me.name = null
  hangUp()
  showEntrance(notice)
}

function forget () {
  for (const conversation of [...conversations.values()]) {
    removeConversation(conversation)
  }
  current = null
}

async function enterWithPassword () {
  const [name, password] = [$('name').value.trim(), $('password').value]
  showLoginError('')
  try {
    arriveAs((await logIn(name, password)).name)
    $('password').value = ''
  } catch (error) {
    showLoginError(error.message)
    $('password').select()
  }
}

async function leaveForGood () {
  hangUp()
  try {
    await logOut()
    forget()
    goOut('')
  } catch (error) {
    showAlert(error.message)
    checkSession()
  }
}

// --- the server --------------------------------------------------------------------------------------

/* Runs what a click began. Failures are shown, never swallowed. */
function attempt (action) {
  return action().catch((error) => error.isOfSession ? startAnew() : showAlert(error.message))
}

/* The socket's session is no more. */
function startAnew () {
  hangUp()
  if (isSecondTry) {
    goOut('The server does not accept your session. Log in again.')
    return
  }
  isSecondTry = true
  return checkSession()
}

const roomUrl = (name, rest) => `/rooms/${encodeURIComponent(name)}/${rest}`

async function board () {
  const before = [...conversations.values()].filter((it) => it.isRoom)
  showRooms((await ask('get', '/rooms')).rooms)
  for (const conversation of before) {
    await reenter(conversation)
  }
  if (conversations.size === 0) {
    await enterRoom('lobby')
  }
  isAboard = true
  isSecondTry = false
  before.forEach((conversation) => addNote(conversation, 'You are back'))
  showCurrent()
  showConnection('connected', 'Connected')
  if (document.activeElement === document.body) { // it was on the password
    $('message').focus()
  }
}

/* One room that cannot be entered again must not keep us out of the others. */
async function reenter (conversation) {
  try {
    await enter(conversation)
  } catch (error) {
    if (error.status === 0 || error.isOfSession) {
      throw error
    }
    closeConversation(conversation)
    showAlert(`You are no longer in ${conversation.name}. ${error.message}`)
  }
}

/* What is said between these two answers comes as an event, too, before the second. */
async function enter (conversation) {
  conversation.isCatchingUp = true
  try {
    conversation.members = (await ask('post', roomUrl(conversation.name, 'join'))).members
    addLatest(conversation, await ask('get', roomUrl(conversation.name, 'messages')), () => showEarlier(conversation))
  } finally {
    conversation.isCatchingUp = false
  }
}

async function enterRoom (name) {
  const conversation = openConversation(name, true)
  try {
    await enter(conversation)
  } catch (error) {
    removeConversation(conversation)
    throw error
  }
  addNote(conversation, `You are in ${name}`)
  conversation.unread = 0
  show(conversation)
}

function showEarlier (conversation) {
  return attempt(async () => {
    const url = `${roomUrl(conversation.name, 'messages')}?before=${conversation.firstAt}`
    addEarlier(conversation, await ask('get', url), () => showEarlier(conversation))
  })
}

async function leaveRoom (conversation) {
  await ask('post', roomUrl(conversation.name, 'leave'))
  closeConversation(conversation)
}

async function say (conversation, text) {
  const entry = addMessage(conversation, { from: me.name, text })
  const url = conversation.isRoom ? roomUrl(conversation.name, 'messages') : `/people/${encodeURIComponent(conversation.name)}/messages`
  entry.classList.add('pending')
  try {
    noteTime(conversation, (await ask('post', url, { text })).at)
  } catch (error) {
    const why = error.status === 404 ? `${conversation.name} is not here.` : error.message
    entry.classList.add('failed')
    entry.append(element('p', 'failure', `Not delivered. ${why}`))
    if (error.isOfSession) {
      startAnew()
    }
  }
  entry.classList.remove('pending')
}

function hear (conversation, message) {
  addMessage(conversation, message)
  if (conversation !== current && message.from !== me.name) {
    conversation.unread++
  }
  showLists()
}

socket.on('chat', ({ room, ...message }) => {
  const conversation = conversations.get(key(room, true))
  if (conversation && !conversation.isCatchingUp) { // a message may cross our leaving
    hear(conversation, message)
  }
})

/* From somebody, or from us: written in another window. */
socket.on('direct', ({ to, ...message }) => {
  hear(openConversation(message.from === me.name ? to : message.from, false), message)
})

socket.on('announcement', ({ from, text }) => {
  for (const conversation of conversations.values()) {
    addEntry(conversation, 'announcement', element('strong', '', `${from} announces`), element('p', '', text))
  }
  if (!current) {
    showAlert(`${from} announces: ${text}`)
  }
})

socket.on('presence', ({ room, members }) => {
  const conversation = conversations.get(key(room, true))
  if (conversation) {
    conversation.members = members
    showCurrent()
  }
})

socket.on('rooms', (list) => showRooms(list.rooms))

// --- the connection ----------------------------------------------------------------------------------

function showConnection (state, text) {
  $('connection').dataset.state = state
  $('connection').textContent = text
  $('message-form').classList.toggle('waiting', !isAboard)
}

socket.on('connect', () => attempt(board))
socket.on('disconnect', (reason) => {
  isAboard = false
  showConnection('reconnecting', 'Reconnecting')
  if (reason === 'io server disconnect') {
    checkSession() // somebody has logged out in another window, perhaps
  }
})
socket.on('reconnecting', (n) => showConnection('reconnecting', `Reconnecting (attempt ${n})`))
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
  if (isAboard && socket.isConnected()) { // the connection has outlived it
    showConnection('connected', 'Connected')
  } else if (me.name) {
    showConnection('reconnecting', 'Reconnecting')
    connect() // rather than wait for the back-off
  }
})

// --- the page ----------------------------------------------------------------------------------------

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

function closeConversation (conversation) {
  removeConversation(conversation)
  if (current === conversation) {
    show(conversations.values().next().value || null)
  }
  showLists()
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

function subtitleOf ({ isRoom, members }) {
  const others = members.length - 1
  return !isRoom ? 'Direct messages' : others < 1 ? 'You are alone here' : others === 1 ? 'You and one other' : `You and ${others} others`
}

function showCurrent () {
  const members = !current ? [] : current.isRoom ? current.members : [me.name, current.name]
  $('title').textContent = current ? (current.isRoom ? '# ' : '') + current.name : 'Sails chat'
  $('subtitle').textContent = current ? subtitleOf(current) : ''
  $('leave').hidden = !current
  $('leave').textContent = current && current.isRoom ? 'Leave' : 'Close'
  $('nowhere').hidden = Boolean(current)
  $('message-form').hidden = !current
  $('message').placeholder = current ? `Write to ${current.name}` : ''
  $('people-title').textContent = current && !current.isRoom ? 'Between' : 'Here'
  $('people-count').textContent = members.length || ''
  fill($('people'), members.map((name) => listItem({
    icon: avatar(name),
    name: name === me.name ? `${name} (you)` : name,
    isQuiet: name === me.name,
    onClick: () => writeTo(name)
  })))
}

function writeTo (name) {
  if (name !== me.name) {
    show(openConversation(name, false))
    $('message').focus()
  }
}

function showEntrance (notice) {
  $('announce-dialog').close()
  $('chat').hidden = true
  $('entrance').hidden = false
  $('login-notice').textContent = notice || 'Rooms, direct messages and announcements, as they happen.'
  $('login-notice').classList.toggle('notice', Boolean(notice))
  $($('name').value ? 'password' : 'name').focus()
}

function showLoginError (text) {
  $('login-error').textContent = text
  for (const field of ['name', 'password']) {
    $(field).setAttribute('aria-invalid', String(text !== ''))
  }
}

function showMe () {
  $('my-name').textContent = $('name').value = me.name
  $('my-avatar').replaceWith(Object.assign(avatar(me.name), { id: 'my-avatar' }))
  showCurrent()
}

// --- what people do ----------------------------------------------------------------------------------

function submitText (form, field, action) {
  onSubmit(form, () => {
    const text = $(field).value.trim()
    if (text !== '') {
      action(text, $(field))
    }
  })
}

onSubmit('login-form', enterWithPassword)

submitText('room-form', 'room', (name, field) => attempt(async () => {
  await enterRoom(name)
  field.value = ''
}))

submitText('message-form', 'message', (text, field) => {
  if (!isAboard) {
    showAlert('There is no connection at the moment. Your text is kept; send it when we are back.')
    return
  }
  field.value = ''
  say(current, text)
})

submitText('announce-form', 'announcement', (text, field) => attempt(async () => {
  await ask('post', '/announcements', { text })
  field.value = ''
  $('announce-dialog').close()
}))

/* Enter sends, and with Shift breaks the line: everywhere. */
for (const field of ['message', 'announcement']) {
  $(field).addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      event.target.form.requestSubmit()
    }
  })
}

$('leave').addEventListener('click', () => {
  const conversation = current
  if (conversation.isRoom) {
    attempt(() => leaveRoom(conversation))
  } else {
    closeConversation(conversation)
  }
})

$('logout').addEventListener('click', leaveForGood)

$('announce').addEventListener('click', () => $('announce-dialog').showModal())
$('announce-cancel').addEventListener('click', () => $('announce-dialog').close())

$('name').value = window.localStorage.getItem('name') || ''
checkSession()
