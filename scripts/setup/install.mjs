// The project's own node_modules: installed exactly as package-lock.json says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { npm, projectCache, root, say } from './project.mjs'

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string | string[], cpu?: string | string[], dev?: boolean }} LockedPackage */

/** @returns {Promise<boolean>} whether something was installed */
export async function ensureInstalled() {
  if (isInstalled()) return false
  return withLock(join(projectCache, 'locks', 'install'), () => {
    if (isInstalled()) return false
    say('installing the packages of package-lock.json')
    npm(['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root })
    return true
  })
}

/** @returns {Record<string, LockedPackage>} by path, such as node_modules/rxjs */
export const lockedPackages = () => packagesOf(join(root, 'package-lock.json'))

/**
 * Compares the lockfile with the record npm leaves of what it installed, so that an installation by
 * hand counts as well.
 */
function isInstalled() {
  const wanted = lockedPackages()
  let present
  try {
    present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  } catch {
    return false
  }
  return Object.entries(wanted).every(([path, { version, integrity, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true
    const found = present[path]
    return found ? found.version === version && found.integrity === integrity : optional === true
  })
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage>}
 */
const packagesOf = file => JSON.parse(readFileSync(file, 'utf8')).packages
