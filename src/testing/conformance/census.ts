import type { Connection } from '../../core/contracts/connection.js'
import type { Clock } from '../../core/contracts/context.js'

/** What became of numbered frames. */
export interface Census {
  readonly lost: number
  readonly twice: number
  /** Frames that came after one of a higher number. */
  readonly overtaken: number
}

/**
 * Receives `count` frames of a script, each of which begins with its number, and counts those that got lost,
 * came twice or were overtaken. It gives up waiting for the missing ones after `patience` milliseconds without any.
 */
export function takeCensus(
  connection: Connection,
  count: number,
  clock: Clock,
  patience: number,
): Promise<Census> {
  const seen = new Set<number>()
  let twice = 0
  let overtaken = 0
  let highest = -1
  return new Promise(resolve => {
    const finish = () => {
      timer.cancel()
      resolve({ lost: count - seen.size, twice, overtaken })
    }
    let timer = clock.after(patience, finish)
    connection.receive(({ bytes }) => {
      const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
      if (seen.has(number)) twice += 1
      else if (number < highest) overtaken += 1
      seen.add(number)
      highest = Math.max(highest, number)
      timer.cancel()
      timer = clock.after(patience, finish)
      // The last one may still come a second time, but only what comes soon can be told from a repetition for ever.
      if (seen.size === count) setImmediate(finish)
    })
  })
}
