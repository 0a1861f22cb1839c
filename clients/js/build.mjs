/*
 * Makes sails.io.js, the one file that programs and pages load, out of src/: node build.mjs
 *
 * It is built so that it can be committed and published, and a test compares the two. The bundler is
 * that of the tests: run `npm ci` in tests/ first.
 */
import { createRequire } from 'node:module'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const here = new URL('./', import.meta.url)
const output = new URL('sails.io.js', here)
const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'))
const banner = `/*! sails.io.js ${version}, the socket client of Sails for C. MIT licence. Built from src/ by build.mjs. */`

/** The text of sails.io.js as it should be. */
export async function build () {
  const esbuild = createRequire(new URL('../../tests/package.json', here))('esbuild')
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('src/index.mjs', here))],
    bundle: true,
    minify: true,
    format: 'esm', // of which nothing is left but strict code, since index.mjs exports nothing
    target: 'es2022',
    banner: { js: banner + "\n(function(commonjs){'use strict';" },
    footer: { js: "})(typeof module==='object'?module:{})" },
    define: { VERSION: JSON.stringify(version) },
    write: false
  })
  return outputFiles[0].text
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(output, await build())
}
