// docs/guide.md as a newcomer uses it: its blocks, found by the heading above them.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const text = readFileSync(fileURLToPath(new URL('../../docs/guide.md', import.meta.url)), 'utf8')

/** As the addresses of headings: "Who may connect" is "who-may-connect". */
const anchor = (heading) => heading.toLowerCase().replace(/[^a-z ]/g, '').replaceAll(' ', '-')

/** [{section, language, text}], in order. */
export const blocks = readBlocks(text.split('\n'))

function readBlocks(lines) {
  const found = []
  let section = ''
  let open = null
  for (const line of lines) {
    if (open !== null && line === '```') {
      found.push(open)
      open = null
    } else if (open !== null) {
      open.text += `${line}\n`
    } else if (line.startsWith('```')) {
      open = { section, language: line.slice(3), text: '' }
    } else if (/^##+ /.test(line)) {
      section = anchor(line.replace(/^#+ /, ''))
    }
  }
  return found
}

/** The first block of that language in a section, or the n-th, from 0. */
export function block(section, language, n = 0) {
  const found = blocks.filter((one) => one.section === section && one.language === language)[n]
  assert.ok(found, `${section} has no block ${n} of ${language}`)
  return found.text
}

/** A folder with these files, {name: text}, that goes with the test. */
export function makeFolder(t, files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'guide-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

// node page.mjs FOLDER: writes each program of the guide there, under the name of its section.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { section, text: program } of blocks.filter(({ language }) => language === 'c')) {
    writeFileSync(path.join(process.argv[2], `${section}.c`), program, { flag: 'wx' })
  }
}
