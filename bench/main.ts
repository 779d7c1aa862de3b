// npm run bench [-- --only typed-tell,ask-1] [--among net,named-pipe] [--quick] [--rounds N] [--count N]
//               [--profile] [--json] [--out FOLDER] [--list]
import { parseArgs } from 'node:util'
import { checkedOutCommit } from './commit.js'
import type { Comparison, ComparisonResult } from './comparison.js'
import { allComparisons } from './comparisons/index.js'
import { thisMachine } from './machine.js'
import { writeReports } from './report/files.js'
import type { Run } from './report/run.js'
import { onScreen } from './report/screen.js'
import { type Extent, runComparison } from './run-comparison.js'

const onWindows = process.platform === 'win32'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    among: { type: 'string' },
    rounds: { type: 'string' },
    count: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const known = await allComparisons()
const wanted = values.only?.split(',')
const among = values.among?.split(',')
const strangers = wanted?.filter(name => !known.some(comparison => comparison.name === name)) ?? []

if (values.list) {
  for (const { name, title } of known) console.log(`${name.padEnd(20)} ${title}`)
} else if (strangers.length > 0) {
  console.error(`there is no ${strangers.join(', ')}; --list tells what there is`)
  process.exitCode = 2
} else {
  const run = await runAll(known.filter(({ name }) => wanted?.includes(name) ?? true))
  if (values.json) console.log(JSON.stringify(run, undefined, 2))
  // Part of a table would pass for the whole one, and a profile slows down what it watches.
  const whole = wanted === undefined && among === undefined && !values.quick && !values.profile
  const out = values.out ?? (whole ? 'bench/results' : undefined)
  if (out !== undefined) await writeReports(run, out, onWindows ? 'windows' : process.platform)
}

async function runAll(comparisons: readonly Comparison[]): Promise<Run> {
  const machine = thisMachine()
  const commit = checkedOutCommit()
  const taken = new Date().toISOString()
  const extent = extentOf(values)
  const results: ComparisonResult[] = []
  for (const comparison of comparisons) {
    const entrants = comparison.entrants.filter(({ name }) => among?.includes(name) ?? true)
    const result = await runComparison({ ...comparison, entrants }, extent, showProgress)
    showProgress('')
    if (!values.json) console.log(onScreen(result))
    results.push(result)
  }
  return { taken, machine, ...(commit !== undefined && { commit }), rounds: extent.rounds, results }
}

/** A whole run takes less than ten minutes, a quick one about two. On Windows, that is under Wine, processes start slowly. */
function extentOf({ quick, profile, rounds, count }: typeof values): Extent {
  const usual = onWindows ? { rounds: 3, length: 100, share: 1 } : { rounds: 5, length: 200, share: 1 }
  return {
    ...(quick ? { rounds: 2, length: 50, share: 0.5 } : usual),
    profiled: profile,
    ...(rounds !== undefined && { rounds: wholeNumber('rounds', rounds) }),
    ...(count !== undefined && { count: wholeNumber('count', count) }),
  }
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${option} ${text} is no whole number above 0`)
}

/** One line that is overwritten, where somebody is looking. */
function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${what}`)
}
