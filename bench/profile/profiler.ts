import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BusyTime, busyTimeOf, type CpuProfile } from './busy-time.js'

/** µs between two samples. */
const INTERVAL = 200

/** What the processes of an entrant did, the one that was started first. */
export type Profile = readonly BusyTime[]

/** Lets V8 watch a process, and the Node processes that it forks. Each writes what it saw when it ends. */
export class Profiler {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<Profiler> {
    return new Profiler(await mkdtemp(join(tmpdir(), 'signalbox-bench-profile-')))
  }

  /** What the process is to be started with; those that it forks inherit it. */
  get execArgv(): string[] {
    return ['--cpu-prof', `--cpu-prof-interval=${INTERVAL}`, `--cpu-prof-dir=${this.folder}`]
  }

  /**
   * What they saw, when all have ended; what was written is removed.
   * @param first the id of the process whose profile is to come first
   */
  async finish(first: number | undefined): Promise<Profile> {
    try {
      const files = await readdir(this.folder)
      // CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile
      const rank = (file: string) => (file.split('.')[3] === String(first) ? 0 : 1)
      const ordered = files.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
      return await Promise.all(
        ordered.map(async file =>
          busyTimeOf(JSON.parse(await readFile(join(this.folder, file), 'utf8')) as CpuProfile),
        ),
      )
    } finally {
      await rm(this.folder, { recursive: true, force: true })
    }
  }
}
