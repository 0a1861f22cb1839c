/* Pieces of the page. Whatever comes from others becomes text content only, never markup. */

export const $ = (id) => document.getElementById(id)

export function element (tag, className, text) {
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
export function avatar (name) {
  const node = element('span', 'avatar', name.split(/\s+/).slice(0, 2).map((word) => [...word][0] || '').join('').toUpperCase())
  let hash = 7
  for (const char of name) {
    hash = (hash * 31 + char.codePointAt(0)) % 360
  }
  node.style.setProperty('--hue', hash)
  node.setAttribute('aria-hidden', 'true')
  return node
}

export function badge (n) {
  const node = element('span', 'badge', String(n))
  node.setAttribute('aria-label', `${n} unread`)
  return node
}

export function listItem ({ icon, name, detail, isCurrent, isQuiet, onClick }) {
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

/* Replacing a list takes the focus from the button that has it; give it back to its successor. */
export function fill (list, items) {
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement))
  list.replaceChildren(...items)
  if (focused >= 0 && items.length > 0) {
    items[Math.min(focused, items.length - 1)].querySelector('button').focus()
  }
}

/* The time of day, and of another day its date, too. */
export function timeOf (at) {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const format = { hour: '2-digit', minute: '2-digit', ...(isToday ? {} : { day: 'numeric', month: 'short' }) }
  const time = element('time', '', date.toLocaleString([], format))
  time.dateTime = date.toISOString()
  return time
}

export function showAlert (text) {
  const close = element('button', 'link', 'Dismiss')
  const alert = element('div', 'alert')
  alert.append(element('span', '', text), close)
  close.addEventListener('click', () => alert.remove())
  $('alerts').append(alert)
  setTimeout(() => alert.remove(), 12000)
}

export function onSubmit (form, action) {
  $(form).addEventListener('submit', (event) => {
    event.preventDefault()
    action()
  })
}

// On a narrow screen the side panels lie over the conversation, one at a time.

function openPanel (panel, button) {
  closePanels()
  panel.classList.add('open')
  button.setAttribute('aria-expanded', 'true')
  panel.querySelector('[data-closes-panel]').focus()
}

export function closePanels () {
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
