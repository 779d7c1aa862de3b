// npm run test:storm [-- --minutes M] [vitest's own arguments]: the same tests with larger counts.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, say } from './setup/project.mjs'

const { values, tokens } = parseArgs({
  options: { minutes: { type: 'string' } },
  strict: false,
  tokens: true,
})
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
if (minutes !== undefined && !(minutes > 0)) {
  say(`--minutes ${values.minutes} is no positive number of minutes; try --minutes 10.`)
  process.exit(2)
}

const ours = new Set(
  tokens.flatMap(token =>
    token.kind === 'option' && token.name === 'minutes'
      ? [token.index, ...(token.inlineValue ? [] : [token.index + 1])]
      : [],
  ),
)
const theirs = process.argv.slice(2).filter((_, index) => !ours.has(index))

const env = { ...process.env, SIGNALBOX_STORM: '1' }
if (minutes !== undefined) env['SIGNALBOX_STORM_DEADLINE'] = String(Date.now() + minutes * 60_000)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', ...theirs], {
  cwd: root,
  stdio: 'inherit',
  env,
})
process.exitCode = status ?? 1
