import { countAlone, differences } from './check.js'
import { type Counts, totalOf } from './counts.js'
import { type Options, readOptions, UsageError, usage } from './options.js'
import { run } from './run.js'
import { Stopwatch } from './stopwatch.js'

/** How the process ends. */
const Exit = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

const interruption = new AbortController()
// Only the first Ctrl-C is heard: a second one ends us at once.
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) console.log(usage)
  else process.exitCode = await census(options)
} catch (error) {
  if (interruption.signal.aborted) {
    console.error('census: interrupted')
    process.exitCode = Exit.interrupted
  } else {
    console.error(`census: ${error instanceof Error ? error.message : error}`)
    process.exitCode = error instanceof UsageError ? Exit.usage : Exit.failed
  }
}

async function census({ transports, check, ...options }: Options): Promise<number> {
  const expected = check ? await expectation(options.folder) : undefined
  let equal = true
  for (const transport of transports) {
    const counted = await run({ ...options, transport, signal: interruption.signal })
    if (expected === undefined) continue
    const faults = differences(counted, expected)
    const over = transport === undefined ? '' : `${transport}: `
    console.log([`${over}${faults.length === 0 ? 'equal to the byte' : 'DIFFERENT'}`, ...faults].join('\n'))
    equal &&= faults.length === 0
  }
  return equal ? Exit.done : Exit.failed
}

async function expectation(folder: string): Promise<Counts[]> {
  const watch = new Stopwatch()
  const counts = await countAlone(folder)
  const total = totalOf(counts)
  console.log(`${total.files} files by one process alone: ${watch.speedOf(total)}`)
  return counts
}
