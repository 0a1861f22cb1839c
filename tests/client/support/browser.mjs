/* Debian's Chromium, driven by playwright-core, which brings none of its own. */
import { chromium } from 'playwright-core'

export async function startBrowser (t) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync']
  })
  t.after(() => browser.close())
  return browser
}
