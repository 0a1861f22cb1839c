/* What people do on the chat page, and what each of them must see. */
import assert from 'node:assert/strict'
import { atEnd } from './ends.mjs'
import { PATIENCE_MS } from '../../support/patience.mjs'

/** One person: a browser of their own, so that nothing is shared but the server; with `cookies` that it has already. */
export async function arrive (t, browser, url, name, cookies = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })))
  atEnd(t, () => context.close())
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript(letConnectionsBeCut)
  const person = { name, context, errors: [] }
  person.page = await openWindow(person, url)
  await logIn(person)
  return person
}

/** One more window of the same browser, which has the same session. */
export async function openWindow ({ context, errors }, url) {
  const page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(url)
  return page
}

export const passwordOf = (name) => `the secret of ${name}`

export async function logIn ({ page, name }, password = passwordOf(name)) {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByLabel('Password').press('Enter')
  await connected(page)
}

/* In the page: cutOff() closes its WebSocket and lets no new one reach the server until comeBack(). */
function letConnectionsBeCut () {
  let isCut = false
  const opened = []
  const nowhere = 'ws://127.0.0.1:65535/'
  window.WebSocket = class extends window.WebSocket {
    constructor (url) {
      super(isCut ? nowhere : url)
      opened.push(this)
    }
  }
  window.cutOff = () => {
    isCut = true
    opened.forEach((socket) => socket.close())
  }
  window.comeBack = () => { isCut = false }
}

export const connected = (page) => seen(page.locator('#connection[data-state="connected"]'))
export const seen = (locator) => locator.waitFor({ state: 'visible' })
export const unseen = (locator) => locator.waitFor({ state: 'detached' })
export const log = ({ page }) => page.locator('.log:visible')
export const bubble = (person, text) => log(person).locator('.bubble', { hasText: text })
export const inRoom = ({ page }, name) => page.locator('#people .name', { hasText: name })
export const room = ({ page }, name) => page.locator('#rooms .entry', { hasText: name })
const direct = ({ page }, name) => page.locator('#directs .entry', { hasText: name })

export async function write (person, text) {
  await person.page.getByLabel('Message', { exact: true }).fill(text)
  await person.page.getByRole('button', { name: 'Send' }).click()
}

async function leftEdge (locator) {
  return (await locator.boundingBox()).x
}

async function talkInTheLobby (ann, bob) {
  for (const person of [ann, bob]) {
    await seen(person.page.getByRole('heading', { name: '# lobby' }))
    await seen(inRoom(person, `${person.name} (you)`))
  }
  await seen(inRoom(ann, bob.name))
  await write(ann, 'Good morning, Bob')
  await seen(bubble(bob, 'Good morning, Bob'))
  await write(bob, 'Ahoy')
  await seen(bubble(ann, 'Ahoy'))
  assert.ok(await leftEdge(bubble(ann, 'Good morning')) > await leftEdge(bubble(ann, 'Ahoy')), 'own messages are on the right')

  const markup = '<img src=x onerror="document.title=1"> & <b>bold</b>'
  await write(ann, markup)
  await seen(bubble(bob, 'bold'))
  assert.equal(await bubble(bob, 'bold').textContent(), markup)
}

async function openAnotherRoom (ann, bob) {
  await bob.page.getByLabel('Name of a new room').fill('galley & mess')
  await bob.page.getByRole('button', { name: 'Open', exact: true }).click()
  await seen(bob.page.getByRole('heading', { name: '# galley & mess' }))
  await room(ann, 'galley & mess').click()
  await seen(inRoom(bob, ann.name))
  await write(bob, 'Soup is ready')
  await seen(bubble(ann, 'Soup is ready'))

  await room(ann, 'lobby').click()
  await write(bob, 'And bread')
  await seen(room(ann, 'galley').getByLabel('1 unread'))
  assert.equal(await bubble(ann, 'And bread').count(), 0)
}

async function whisper (ann, bob) {
  await inRoom(ann, bob.name).click()
  await write(ann, 'Between us')
  await seen(direct(bob, ann.name).getByLabel('1 unread'))
  await direct(bob, ann.name).click()
  await seen(bubble(bob, 'Between us'))
  await write(bob, 'My lips are sealed')
  await seen(bubble(ann, 'My lips are sealed'))
  for (const person of [ann, bob]) {
    await seen(inRoom(person, ann.name))
    await seen(inRoom(person, bob.name))
  }
}

async function announce (ann, bob) {
  await bob.page.getByRole('button', { name: 'Announce to everybody' }).click()
  await bob.page.getByRole('dialog').getByRole('textbox').fill('Land in sight')
  await bob.page.getByRole('dialog').getByRole('textbox').press('Enter')
  for (const person of [ann, bob]) {
    await seen(log(person).locator('.announcement', { hasText: 'Land in sight' }))
  }
}

async function loseTheConnection (ann, bob) {
  await room(ann, 'lobby').click()
  await room(bob, 'lobby').click()
  await seen(inRoom(bob, ann.name))
  await ann.page.evaluate(() => window.cutOff())
  await seen(ann.page.locator('#connection', { hasText: /Reconnecting \(attempt \d+\)/ }))
  await unseen(inRoom(bob, ann.name))
  await write(bob, 'Are you lost?')
  await write(ann, 'Too early')
  await seen(ann.page.getByRole('alert').getByText('no connection'))
  assert.equal(await ann.page.getByLabel('Message', { exact: true }).inputValue(), 'Too early')

  await ann.page.evaluate(() => window.comeBack())
  await seen(ann.page.locator('#connection[data-state="connected"]'))
  await seen(log(ann).locator('.note', { hasText: 'You are back' }))
  await seen(bubble(ann, 'Are you lost?')) // what was said meanwhile
  await seen(inRoom(bob, ann.name))
  await write(bob, 'Welcome back')
  await seen(bubble(ann, 'Welcome back'))
  await room(bob, 'galley').click() // not only the room on the screen was entered again
  await seen(inRoom(bob, ann.name))
}

async function leave (ann, bob) {
  await room(ann, 'galley').click()
  await ann.page.getByRole('button', { name: 'Leave' }).click()
  await seen(ann.page.getByRole('heading', { name: '# lobby' }))
  await unseen(inRoom(bob, ann.name))
}

async function useAPhone (ann, bob) {
  await ann.page.setViewportSize({ width: 390, height: 760 })
  const panel = ann.page.getByRole('complementary', { name: 'Rooms' })
  await panel.waitFor({ state: 'hidden' })
  await ann.page.getByRole('button', { name: 'Rooms' }).click()
  await seen(panel)
  await room(ann, 'galley').click()
  await panel.waitFor({ state: 'hidden' })
  await write(bob, 'Small world')
  await seen(bubble(ann, 'Small world'))
  assert.equal(await ann.page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out')
  await ann.page.setViewportSize({ width: 1280, height: 800 })
}

async function failuresAreShown (ann, bob) {
  await ann.page.getByLabel('Name of a new room').evaluate((field) => { field.maxLength = 100 })
  await ann.page.getByLabel('Name of a new room').fill('x'.repeat(41))
  await ann.page.getByRole('button', { name: 'Open', exact: true }).click()
  await seen(ann.page.getByRole('alert').getByText('"room"'))

  await direct(ann, bob.name).click()
  await bob.page.close()
  await unseenByTheServer(ann, bob)
  await write(ann, 'Are you there?')
  await seen(log(ann).locator('.failed .failure', { hasText: `${bob.name} is not here` }))
}

async function unseenByTheServer (ann, bob) {
  await room(ann, 'lobby').click()
  await unseen(inRoom(ann, bob.name))
  await direct(ann, bob.name).click()
}

export async function chatDialogue (t, browser, url) {
  const ann = await arrive(t, browser, url, 'Ann')
  const bob = await arrive(t, browser, url, 'Bob')
  for (const scene of [talkInTheLobby, openAnotherRoom, whisper, announce, loseTheConnection, useAPhone, leave, failuresAreShown]) {
    await t.test(scene.name, () => scene(ann, bob))
  }
  assert.deepEqual([...ann.errors, ...bob.errors], [], 'no errors in the pages')
}
