/* The chat example's page in a real browser. With CHAT_URL set, against the server there. */
import test from 'node:test'
import { startFakeChat } from './fake-chat.mjs'
import { startBrowser } from './support/browser.mjs'
import { chatDialogue } from './support/chat-dialogue.mjs'

test('two people use the chat page', async (t) => {
  let url = process.env.CHAT_URL
  if (!url) {
    const chat = await startFakeChat()
    t.after(() => chat.stop())
    url = chat.url
  }
  await chatDialogue(t, await startBrowser(t), url)
})
