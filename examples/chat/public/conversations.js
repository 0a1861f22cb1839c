/*
 * Conversations: rooms, and people. Each keeps its own log in the page, hidden while another one is shown,
 * so that screen readers hear what is added and not the whole log at every change of rooms.
 */
import { $, avatar, element, timeOf } from './dom.js'

export const me = { name: null } // null: nobody has logged in

export const conversations = new Map() // key -> conversation

export function key (name, isRoom) {
  return (isRoom ? 'room ' : 'person ') + name
}

export function openConversation (name, isRoom) {
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
  const conversation = {
    name,
    isRoom,
    log,
    members: [], // of a room
    unread: 0,
    lastFrom: null, // who wrote the entry at the end; null: it is no message
    firstAt: Infinity, // times of the oldest and the newest message here
    lastAt: 0,
    isCatchingUp: false // what was said is being asked for, and what is being said will be in the answer
  }
  conversations.set(key(name, isRoom), conversation)
  return conversation
}

export function removeConversation (conversation) {
  conversation.log.remove()
  conversations.delete(key(conversation.name, conversation.isRoom))
}

export function addEntry (conversation, className, ...children) {
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

export function addNote (conversation, text) {
  return addEntry(conversation, 'note', element('span', '', text))
}

function partsOf ({ from, text, at }) {
  const head = element('p', 'head', from === me.name ? 'You' : from)
  head.append(' ', timeOf(at))
  return [avatar(from), head, element('p', 'bubble', text)]
}

function dress (entry, { from }, before) {
  entry.classList.toggle('mine', from === me.name)
  entry.classList.toggle('follows', before === from)
}

/* A message without `at` is ours and on its way; noteTime() tells of it later. */
export function addMessage (conversation, message) {
  const before = conversation.lastFrom
  const entry = addEntry(conversation, 'message', ...partsOf({ at: Date.now(), ...message }))
  dress(entry, message, before)
  conversation.lastFrom = message.from
  if (message.at) {
    noteTime(conversation, message.at)
  }
  return entry
}

export function noteTime (conversation, at) {
  conversation.firstAt = Math.min(conversation.firstAt, at)
  conversation.lastAt = Math.max(conversation.lastAt, at)
}

/** The newest messages, of which some may be here already; `onEarlier` (or null) asks for earlier ones. */
export function addLatest (conversation, { messages, more }, onEarlier) {
  const { log, lastAt } = conversation
  const hasGap = more && messages[0].at > lastAt // more was missed than the answer tells
  log.setAttribute('aria-busy', 'true') // to be read, but not to be read out
  if (hasGap) {
    log.replaceChildren()
    conversation.firstAt = Infinity
    offerEarlier(conversation, onEarlier)
  }
  messages.filter(({ at }) => at > lastAt).forEach((message) => addMessage(conversation, message))
  log.setAttribute('aria-busy', 'false')
}

/** Messages from before those that are here. What is on the screen stays where it is. */
export function addEarlier (conversation, { messages, more }, onEarlier) {
  const { log } = conversation
  const toBottom = log.scrollHeight - log.scrollTop
  const hadFocus = log.querySelector('.earlier')?.contains(document.activeElement)
  let before = null
  log.setAttribute('aria-busy', 'true')
  log.querySelector('.earlier')?.remove()
  log.prepend(...messages.map((message) => {
    const entry = element('li', 'message')
    entry.append(...partsOf(message))
    dress(entry, message, before)
    before = message.from
    noteTime(conversation, message.at)
    return entry
  }))
  if (more) {
    offerEarlier(conversation, onEarlier)
  }
  if (hadFocus) {
    (log.querySelector('.earlier button') || log).focus()
  }
  log.scrollTop = log.scrollHeight - toBottom
  log.setAttribute('aria-busy', 'false')
}

function offerEarlier ({ log }, onEarlier) {
  const button = element('button', 'quiet', 'Earlier messages')
  const item = element('li', 'earlier')
  button.addEventListener('click', onEarlier)
  item.append(button)
  log.prepend(item)
}
