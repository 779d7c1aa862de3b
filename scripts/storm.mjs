// npm run test:storm [-- --minutes M] [--schedules N] [--frames N] [--cycles N] [vitest's own arguments]: the same tests
// with larger counts, which stop early when M minutes are over. Of the largest: N schedules of the simulation, N messages
// in the storm over one session, N connections opened and closed over each transport.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, say } from './setup/project.mjs'

const args = process.argv.slice(2)
const minutes = take('minutes')
const schedules = take('schedules')
const frames = take('frames')
const cycles = take('cycles')

const env = {
  ...process.env,
  SIGNALBOX_STORM: '1',
  ...(minutes && { SIGNALBOX_STORM_DEADLINE: String(Date.now() + minutes * 60_000) }),
  ...(schedules && { SIM_SCHEDULES: String(schedules) }),
  ...(frames && { SIGNALBOX_STORM_FRAMES: String(frames) }),
  ...(cycles && { SIGNALBOX_STORM_CYCLES: String(cycles) }),
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], { cwd: root, stdio: 'inherit', env })
process.exitCode = status ?? 1

/**
 * Removes `--name N` or `--name=N` from the arguments.
 * @param {string} name
 * @returns {number | undefined}
 */
function take(name) {
  const at = args.findIndex(arg => arg === `--${name}` || arg.startsWith(`--${name}=`))
  if (at < 0) return undefined
  const inline = args[at]?.split('=')[1]
  const text = inline ?? args[at + 1]
  args.splice(at, inline === undefined ? 2 : 1)
  if (Number(text) > 0) return Number(text)
  say(`--${name} ${text ?? ''} is no positive number; try --${name} 10.`)
  process.exit(2)
}
