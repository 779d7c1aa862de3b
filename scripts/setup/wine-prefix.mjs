// The Wine prefix: the Windows installation in which tests run the Windows node.exe.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forwarderDll } from './forwarder-dll.mjs'
import { withLock } from './lock.mjs'
import { exists, run, SetupError, say, userCache } from './project.mjs'

/**
 * Windows 10, because node.exe refuses Windows 7, the default of Wine 8. `null` graphics give real
 * top-level windows without a display. A crash must end its process: a dialog would wait for ever.
 */
const settings = `REGEDIT4

[HKEY_CURRENT_USER\\Software\\Wine]
"Version"="win10"

[HKEY_CURRENT_USER\\Software\\Wine\\Drivers]
"Graphics"="null"

[HKEY_CURRENT_USER\\Software\\Wine\\WineDbg]
"ShowCrashDialog"=dword:00000000
`

/** Raise it when the way a prefix is made changes otherwise than by its settings. */
const recipe = 1

/**
 * The environment of every Wine process of ours.
 * @param {string} prefix
 * @param {Partial<NodeJS.ProcessEnv>} [base] what it is made from
 */
export function wineEnvironment(prefix, base = process.env) {
  const { DISPLAY: _x11, WAYLAND_DISPLAY: _wayland, ...rest } = base
  return {
    ...rest,
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: base['WINEDEBUG'] ?? '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe,winedbg.exe=',
  }
}

/** @returns {Promise<string>} the prefix's folder */
export async function ensureWinePrefix() {
  const version = run('wine', ['--version']).trim()
  const key = createHash('sha256').update(`${recipe} ${version} ${settings}`).digest('hex').slice(0, 16)
  const prefix = join(userCache, `wine-${key}`)
  if (!existsSync(prefix)) await withLock(join(userCache, 'locks', 'wine'), () => create(prefix))
  return prefix
}

/**
 * Makes the prefix under another name and renames it when nothing runs in it any more, so that a
 * prefix that can be seen is complete.
 * @param {string} prefix
 */
function create(prefix) {
  if (existsSync(prefix)) return
  say('making a Wine prefix')
  const draft = `${prefix}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  const settingsFile = join(draft, 'settings.reg')
  writeFileSync(settingsFile, settings)
  // No pipes: Wine's background processes would keep them open after the program has ended.
  const options = { env: wineEnvironment(draft), stdio: /** @type {const} */ ('ignore') }
  run('wine', ['wineboot', '-i'], options)
  run('wine', ['regedit', '/S', settingsFile], options)
  // Only here, in a prefix nobody else knows: in the shared one this would end other people's tests.
  run(wineserver(), ['-k'], options)
  run(wineserver(), ['-w'], options)
  if (!readFileSync(join(draft, 'user.reg'), 'latin1').includes('"Graphics"="null"')) {
    throw new SetupError(`the Wine prefix ${draft} did not take its settings; remove it and try again`)
  }
  addMissingDll(draft)
  renameSync(draft, prefix)
}

/** Some distributions keep it outside the path. */
const wineserver = () => (exists('wineserver') ? 'wineserver' : '/usr/lib/wine/wineserver')

/**
 * Every Rust-built .node file imports ProcessPrng from bcryptprimitives.dll, which Wine 8 lacks.
 * @param {string} prefix
 */
function addMissingDll(prefix) {
  const path = join(prefix, 'drive_c', 'windows', 'system32', 'bcryptprimitives.dll')
  if (existsSync(path)) return
  writeFileSync(path, forwarderDll('bcryptprimitives.dll', { ProcessPrng: 'advapi32.SystemFunction036' }))
}
