// npm run test:storm [-- --minutes M] [vitest's own arguments]: the same tests with larger counts,
// which stop early when M minutes are over.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, say } from './setup/project.mjs'

const args = process.argv.slice(2)
const minutes = takeMinutes(args)

const env = {
  ...process.env,
  SIGNALBOX_STORM: '1',
  ...(minutes && { SIGNALBOX_STORM_DEADLINE: String(Date.now() + minutes * 60_000) }),
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], { cwd: root, stdio: 'inherit', env })
process.exitCode = status ?? 1

/**
 * Removes `--minutes M` or `--minutes=M` from the arguments.
 * @param {string[]} args
 * @returns {number | undefined}
 */
function takeMinutes(args) {
  const at = args.findIndex(arg => /^--minutes(=|$)/.test(arg))
  if (at < 0) return undefined
  const inline = args[at]?.split('=')[1]
  const text = inline ?? args[at + 1]
  args.splice(at, inline === undefined ? 2 : 1)
  if (Number(text) > 0) return Number(text)
  say(`--minutes ${text ?? ''} is no positive number of minutes; try --minutes 10.`)
  process.exit(2)
}
