/* The package as it would be published: what is in it, how big it is, and that it works from there. */
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from '../../clients/js/build.mjs'
import { readExamples } from './support/readme.mjs'
import { startReferenceServer } from './support/reference-server.mjs'
import { PATIENCE_MS } from '../support/patience.mjs'

const run = promisify(execFile)
const client = fileURLToPath(new URL('../../clients/js/', import.meta.url))
const testModules = fileURLToPath(new URL('../node_modules/', import.meta.url))
const description = JSON.parse(await readFile(client + 'package.json', 'utf8'))

/* A folder in which the packed client is installed, as npm would. */
let program
before(async () => {
  program = await mkdtemp(join(tmpdir(), 'sails-client-'))
  const installed = join(program, 'node_modules', description.name)
  await mkdir(installed, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', program], { cwd: client })
  const [{ filename }] = JSON.parse(stdout)
  await run('tar', ['-xzf', join(program, filename), '-C', installed, '--strip-components=1'])
  await symlink(testModules + 'ws', join(program, 'node_modules', 'ws'))
})
after(() => rm(program, { recursive: true }))

test('what is committed is what the build makes', async () => {
  assert.equal(await readFile(client + 'sails.io.js', 'utf8'), await build(), 'run `node build.mjs` in clients/js')
})

test('what pages load is below 5 KB gzipped', async () => {
  const size = gzipSync(await readFile(client + 'sails.io.js')).length
  assert.ok(size < 5000, `it has ${size} bytes`)
})

test('the package has the client, its types and its source, and no more', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: client })
  const [{ files }] = JSON.parse(stdout)
  assert.deepEqual(files.map(({ path }) => path).filter((path) => !path.startsWith('src/')).sort(),
    ['LICENSE', 'README.md', 'package.json', 'sails.io.d.mts', 'sails.io.d.ts', 'sails.io.js', 'sails.io.mjs'])
  assert.ok(files.every(({ path }) => !path.startsWith('src/') || path.endsWith('.mjs')))
  assert.ok(files.some(({ path }) => path === 'src/index.mjs'))
})

test('what package.json points to is there, and depends on nothing', async () => {
  const targets = JSON.stringify(description.exports).match(/"\.\/[^"]+?"(?!:)/g).map((quoted) => JSON.parse(quoted))
  for (const path of [...targets, description.main, description.module, description.types, ...description.sideEffects]) {
    await readFile(join(client, path))
  }
  assert.equal(description.dependencies, undefined)
  assert.equal(description.private, undefined)
})

test('installed, it is one object by require, by import and by the name of its file', async () => {
  const script = `
    import io from '${description.name}'
    import { createRequire } from 'node:module'
    const require = createRequire(import.meta.url)
    const same = [require('${description.name}'), require('${description.name}/sails.io.js')]
    console.log(same.every((it) => it === io), io.sails.sdk.version)`
  await writeFile(join(program, 'same.mjs'), script)
  const { stdout } = await run(process.execPath, ['same.mjs'], { cwd: program })
  assert.equal(stdout, `true ${description.version}\n`)
})

test('the examples for Node print what the README says', async (t) => {
  const server = await startReferenceServer(t)
  const examples = await readExamples('js')
  assert.ok(examples.length >= 3)
  for (const { code, prints } of examples) {
    const name = /^import /m.test(code) ? 'example.mjs' : 'example.cjs'
    await writeFile(join(program, name), code.replaceAll('http://127.0.0.1:1337', server.url))
    const { stdout, stderr } = await run(process.execPath, [name], { cwd: program, timeout: PATIENCE_MS })
    assert.equal(stderr, '')
    assert.deepEqual(stdout.trimEnd().split('\n'), prints)
  }
})

test('the types fit programs of each kind, and refuse what the client refuses', async () => {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const types = fileURLToPath(new URL('types/', import.meta.url))
  await cp(types, join(program, 'types'), { recursive: true })
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom']
  const check = (...args) => run(process.execPath, [compiler, ...options, ...args], { cwd: program })
    .catch((error) => assert.fail(error.stdout))
  await check('--module', 'nodenext', 'types/usage.ts', 'types/usage.mts')
  await check('--module', 'esnext', '--moduleResolution', 'bundler', 'types/usage.mts')
  await check('--module', 'none', 'types/page.ts')
})
