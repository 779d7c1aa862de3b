// What the tests need from the system's own package manager.
import { exists, run, say } from './project.mjs'

/**
 * @typedef {object} SystemTool
 * @property {string} command a program that is there when the packages are
 * @property {string[]} packages Debian's names
 * @property {string} skipped what cannot be tested without it
 */

/** @type {Record<'wine' | 'mingw' | 'gcc', SystemTool>} */
export const systemTools = {
  wine: { command: 'wine', packages: ['wine', 'wine64'], skipped: 'the tests of Windows code' },
  mingw: {
    command: 'x86_64-w64-mingw32-gcc',
    packages: ['gcc-mingw-w64-x86-64'],
    skipped: 'the tests against foreign Windows programs',
  },
  gcc: {
    command: 'gcc',
    packages: ['gcc', 'libc6-dev'],
    skipped: 'the tests against foreign POSIX programs',
  },
}

/**
 * Installs what is missing, where this user may.
 * @returns {Record<keyof typeof systemTools, string | undefined>} for each tool that is still missing,
 *   one sentence that says what to do about it
 */
export function ensureSystemTools() {
  const missing = missingTools()
  if (missing.length > 0) install(missing.flatMap(tool => tool.packages))
  const reasons = Object.entries(systemTools).map(([name, tool]) => [
    name,
    missing.includes(tool) && !exists(tool.command) ? reasonOf(tool) : undefined,
  ])
  return Object.fromEntries(reasons)
}

const missingTools = () => Object.values(systemTools).filter(({ command }) => !exists(command))

/** @param {SystemTool} tool */
const reasonOf = ({ command, packages, skipped }) =>
  `${command} is not installed (apt-get install ${packages.join(' ')}), so ${skipped} are skipped`

/** @param {string[]} packages */
function install(packages) {
  const asRoot = rootPrefix()
  if (asRoot === undefined || !exists('apt-get')) return
  say(`installing ${packages.join(' ')} by apt-get`)
  const patient = ['-qq', '-o', 'DPkg::Lock::Timeout=600']
  const apt = (/** @type {string[]} */ ...args) => {
    const [command = '', ...rest] = [
      ...asRoot,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      ...patient,
      ...args,
    ]
    run(command, rest)
  }
  try {
    apt('update')
    apt('install', '-y', '--no-install-recommends', ...packages)
  } catch (error) {
    say(String(error))
  }
}

/** @returns {string[] | undefined} what to put before a command to run it as root; undefined: nothing will do */
function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return exists('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined
}
