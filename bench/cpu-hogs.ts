import { type ChildProcess, spawn } from 'node:child_process'

/** Processes that want a core each, all the time. */
export class CpuHogs {
  readonly #processes: readonly ChildProcess[]

  constructor(count: number) {
    this.#processes = Array.from({ length: count }, () =>
      // It looks after its parent now and then, so that it never outlives it.
      spawn(process.execPath, ['--eval', hog, String(process.pid)], { stdio: 'ignore' }),
    )
  }

  end(): void {
    for (const hog of this.#processes) hog.kill()
  }
}

const hog = 'for (let turn = 0; ; turn++) if (turn % 1e8 === 0) process.kill(Number(process.argv[1]), 0)'
