// Where the project and its caches are, and how its scripts run other programs.
import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

/** What belongs to this clone: build state, what was found out about the machine. */
export const projectCache = join(root, '.cache')

/** What is heavy and the same for every clone of this user: the Wine prefix, the win32 packages. */
export const userCache = join(
  process.env['XDG_CACHE_HOME'] ||
    (process.platform === 'win32' && process.env['LOCALAPPDATA']) ||
    join(homedir(), '.cache'),
  'signalbox',
)

export class SetupError extends Error {}

/**
 * Says in one line what takes time; on stderr, so that the output of what is run stays clean.
 * @param {string} text
 */
export const say = text => process.stderr.write(`signalbox: ${text}\n`)

/**
 * Runs a program to its end. Throws a SetupError that carries the program's own words.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  if (status === 0) return String(stdout ?? '')
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n')
  throw new SetupError(
    `${command} ${args.join(' ')} failed (${error?.message ?? `exit code ${status}`})\n${output}`,
  )
}

/**
 * Whether a program can be started at all.
 * @param {string} command
 */
export const exists = (command, args = ['--version']) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0

/**
 * Runs npm: the one that runs this script, if any, else the one on the path (a .cmd file on Windows,
 * which needs a shell).
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function npm(args, options = {}) {
  const current = process.env['npm_execpath']
  if (current?.endsWith('.js')) return run(process.execPath, [current, ...args], options)
  return run('npm', args, { shell: process.platform === 'win32', ...options })
}
