// What tests and the bench start in processes of their own under Windows: .cache/build and dist -> .cache/bundled, the same programs
// under the same names, each in few files. Wine takes a millisecond and more to find and open a file, and a node
// is made of hundreds: from a bundle it starts in a tenth of the time. Specs see the sources all the same, and on other
// systems these programs run as they were compiled.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stampOfBuild } from './build.mjs'
import { withLock } from './lock.mjs'
import { projectCache, root } from './project.mjs'
import { readTestEnvironment } from './test-environment.mjs'

const output = join(projectCache, 'bundled')
const stampFile = join(output, 'stamp')

/** Native, or looked for by themselves when they run. */
const external = [/^koffi/, /^pino/, /^jiti/, /^msgpackr-extract/, /^zeromq/, /^comedy/, /^node:/]

/** What other processes and threads run or import by its path, beside what the package exports. */
const programs = [
  'dist/cli/main.js',
  'dist/cli/calibration-peer.js',
  'dist/native/win32/wait-thread-program.js',
  'dist/testing/conformance/exchange-main.js',
  'dist/testing/conformance/peer-main.js',
]

export const bundleForWindows = () =>
  withLock(join(projectCache, 'locks', 'bundle'), async () => {
    if (process.platform !== 'win32' && !readTestEnvironment().wine.usable) return
    const stamp = stampOfBuild()
    if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
    rmSync(output, { recursive: true, force: true })
    const { rolldown } = await import('rolldown')
    const bundle = await rolldown({
      input: entries(),
      cwd: root,
      platform: 'node',
      external,
      logLevel: 'warn',
    })
    await bundle.write({ dir: output, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' })
    await bundle.close()
    // Its programs import the package by its name: that is this one.
    writeFileSync(join(output, 'package.json'), readFileSync(join(root, 'package.json')))
    writeFileSync(stampFile, stamp)
  })

/** Each by the name that it has in the bundle, without its ending. */
function entries() {
  const compiled = ['test/peers', 'examples', 'bench'].flatMap(programsIn)
  const exported = [...exportedFiles(), ...programs].map(file => [file, file])
  return Object.fromEntries(
    [...compiled, ...exported].map(([name = '', file = '']) => [name.replace(/\.js$/, ''), join(root, file)]),
  )
}

/**
 * What is run there: all that no other file imports. What one program alone imports becomes part of it, and finds others
 * where it would without a bundle.
 * @param {string} folder
 */
function programsIn(folder) {
  const built = `.cache/build/${folder}`
  const files = filesIn(built)
  const imported = new Set(files.flatMap(file => importsOf(join(built, file))))
  return files
    .filter(file => !imported.has(join(built, file)))
    .map(file => [`${folder}/${file}`, `${built}/${file}`])
}

/** @param {string} file */
function importsOf(file) {
  const code = readFileSync(join(root, file), 'utf8')
  return [...code.matchAll(/\bfrom '(\.[^']+)'/g)].map(([, path = '']) => join(dirname(file), path))
}

/** What `package.json` exports. */
function exportedFiles() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.values(exports).flatMap(({ default: file }) => {
    if (file === undefined) return []
    const path = file.replace('./', '')
    if (!path.includes('*')) return [path]
    const [folder = '', rest = ''] = path.split('*')
    return readdirSync(join(root, folder))
      .map(name => `${folder}${name}${rest}`)
      .filter(name => existsSync(join(root, name)))
  })
}

/** @param {string} folder */
function filesIn(folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file.endsWith('.js'))
}
