import { cpus, loadavg, totalmem } from 'node:os'

/** The kind of machine that figures were taken on; nothing tells which one. */
export interface Machine {
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  /** GiB. */
  readonly memory: number
  readonly node: string
  /** Processes that wanted to run in the minute before the run; empty where the system does not say. */
  readonly load: readonly number[]
}

export function thisMachine(): Machine {
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: process.platform === 'win32' ? [] : loadavg().slice(0, 1),
  }
}
