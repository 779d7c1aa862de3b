import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What a run is told. */
export interface Options {
  readonly folder: string
  /** How many worker processes. */
  readonly workers: number
  /** What to go over, one run each; undefined is what the configuration says. */
  readonly transports: readonly (string | undefined)[]
  readonly check: boolean
  readonly kill: boolean
}

export const usage = `Counts files, lines and tokens of a folder by language, in several processes.

npm run demo -- [options]
  --folder <path>      what to count; default: node_modules
  --workers <count>    how many processes count; default: 2
  --transport <name>   what they are reached over: named-pipe, tcp, or memory, where all are one process;
                       several with commas, for one run each; default: what SIGNALBOX_TRANSPORTS_PREFER
                       or transports.prefer in a signalbox.config.yaml says, else the selector's choice
  --check              compares with a count in one process, and exits with 1 when a byte differs
  --kill               kills a worker in mid-run
  --help               shows this`

/** A command line that cannot be obeyed. */
export class UsageError extends Error {}

/** Reads the command line; undefined when help is wanted. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const { help, folder, workers, transport, check, kill } = parse(args)
  if (help) return undefined
  const count = Number(workers)
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new UsageError(`--workers ${workers}: give a whole number from 1 to 64`)
  }
  const transports: (string | undefined)[] = transport?.split(',') ?? [undefined]
  if (kill && count < 2) throw new UsageError('--kill needs a worker that is left: give --workers 2 or more')
  if (kill && transports.includes('memory')) {
    throw new UsageError('--kill needs workers that are processes: choose another transport than memory')
  }
  return { folder: resolve(folder), workers: count, transports, check, kill }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        folder: { type: 'string', default: 'node_modules' },
        workers: { type: 'string', default: '2' },
        transport: { type: 'string' },
        check: { type: 'boolean', default: false },
        kill: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
