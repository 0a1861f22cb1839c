// Two browsers on the page of the chat example, served by the example itself.
import test from 'node:test'
import assert from 'node:assert/strict'
import { startBrowser } from '../client/support/browser.mjs'
import { chatDialogue } from '../client/support/chat-dialogue.mjs'
import { startApp } from './support/server.mjs'

const chat = (t) => startApp(t, 'example-chat', { folder: 'examples' })

/** A browser of their own, on the page, with a name. */
async function aboard(t, browser, url, name) {
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('What shall the others call you?').fill(name)
  await page.getByRole('button', { name: 'Come aboard' }).click()
  await connected(page)
  return page
}

const connected = (page) => page.locator('#connection[data-state="connected"]').waitFor()
const lost = (page) => page.locator('#connection:not([data-state="connected"])').waitFor()
const bubble = (page, text) => page.locator('.log:visible .bubble', { hasText: text })

async function write(page, text) {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

test('two people use the chat example', async (t) => {
  const app = await chat(t)
  await chatDialogue(t, await startBrowser(t), app.url)
})

test('the chat goes on when its server has been restarted', async (t) => {
  const app = await chat(t)
  const browser = await startBrowser(t)
  const ann = await aboard(t, browser, app.url, 'Ann')
  const bob = await aboard(t, browser, app.url, 'Bob')
  await write(ann, 'Before')
  await bubble(bob, 'Before').waitFor()

  await app.restart(() => Promise.all([lost(ann), lost(bob)]))
  await Promise.all([connected(ann), connected(bob)])
  for (const page of [ann, bob]) {
    await page.locator('#people .name', { hasText: 'Ann' }).waitFor()
    await page.locator('#people .name', { hasText: 'Bob' }).waitFor()
  }
  await write(bob, 'After')
  await bubble(ann, 'After').waitFor()
  assert.equal(await bubble(ann, 'Before').count(), 1, 'what was said is still on the page')
})
