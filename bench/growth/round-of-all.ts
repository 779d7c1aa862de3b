import type { Far } from '../pair/far.js'
import type { Sample } from '../sample.js'

/**
 * A round in which each of several far ends gets `share` messages: every one that arrives counts.
 * @param send resolves when all were handed over
 */
export async function roundOfAll(
  fars: readonly Far[],
  share: number,
  send: () => Promise<unknown>,
): Promise<Sample> {
  await Promise.all(fars.map(far => far.begin(share)))
  const before = process.cpuUsage()
  const start = performance.now()
  await send()
  const observed = await Promise.all(fars.map(far => far.complete()))
  const time = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  const cpu = observed.reduce((sum, far) => sum + far.cpu, user + system)
  return { count: share * fars.length, time, cpu }
}
