import type { Sample } from '../sample.js'

/** @param run does at least `count`, and says how many it did */
export function timed(run: (count: number) => Promise<number>): (count: number) => Promise<Sample> {
  return async count => {
    const cpuBefore = process.cpuUsage()
    const begin = performance.now()
    const done = await run(count)
    const time = performance.now() - begin
    const { user, system } = process.cpuUsage(cpuBefore)
    return { count: done, time, cpu: user + system }
  }
}
