import type { Measurement } from '../composition/calibration/calibration.js'
import type { Clock } from '../core/contracts/index.js'
import type { Link, OutboundLane } from '../core/link/index.js'
import { FRAMES } from './frames-link.js'

/** Bytes of the messages that are timed, growing. */
const SIZES = [64, 4096, 65_536, 1_048_576] as const
/** Milliseconds that one figure takes, and how often something is timed for it at least and at most. */
const TERM = { milliseconds: 40, atLeast: 5, atMost: 1000 } as const
/** Small messages that are on their way at once. */
const BURST = 256
/** Messages until what is run often is compiled, and buffers have their size. */
const WARM_UP = 500
const NOTHING = new Uint8Array()

/** What one round of timing found, in microseconds. */
export interface Timing {
  /** For each of many small messages at once. */
  readonly perMessage: number
  /** From the sending of a message to the news that it was accepted, for each of the sizes. */
  readonly thereAndBack: readonly { readonly bytes: number; readonly microseconds: number }[]
}

/** Times messages over a link whose peer accepts every frame at once. @throws SignalboxError when the link ends */
export async function timeLink(link: Link, clock: Clock): Promise<Timing> {
  const lane = link.openLane(Buffer.from(FRAMES))
  await burst(lane, WARM_UP)
  const perMessage = (await median(clock, () => burst(lane, BURST))) / BURST
  const thereAndBack: { bytes: number; microseconds: number }[] = []
  for (const bytes of SIZES) {
    const message = new Uint8Array(bytes)
    thereAndBack.push({ bytes, microseconds: await median(clock, () => lane.send(NOTHING, message)) })
  }
  return { perMessage, thereAndBack }
}

/** What several rounds come to: the shortest times, since whatever else a machine does only adds to them. */
export function measurementOf(rounds: readonly Timing[]): Measurement {
  const shortest = SIZES.map((bytes, place) => {
    const times = rounds.map(
      ({ thereAndBack }) => thereAndBack[place]?.microseconds ?? Number.POSITIVE_INFINITY,
    )
    return { bytes, microseconds: Math.min(...times) }
  })
  // Only the way there is longer for a larger message: the news comes back as fast as from a small one.
  const latency = (shortest[0]?.microseconds ?? Number.POSITIVE_INFINITY) / 2
  const sizes = shortest.map(({ bytes, microseconds }) => {
    return { bytes, microseconds: Math.max(latency, microseconds - latency) }
  })
  const perMessage = Math.min(...rounds.map(round => round.perMessage))
  return { latency, perMessage, bytesPerSecond: rateOf(sizes), sizes }
}

/** By how much longer the largest message takes than the smallest. */
function rateOf(sizes: Measurement['sizes']): number {
  const [smallest, largest] = [sizes[0], sizes.at(-1)]
  if (smallest === undefined || largest === undefined) return Number.NaN
  const longer = Math.max(1, largest.microseconds - smallest.microseconds)
  return ((largest.bytes - smallest.bytes) / longer) * 1e6
}

async function burst(lane: OutboundLane, messages: number): Promise<void> {
  const message = new Uint8Array(SIZES[0])
  await Promise.all(Array.from({ length: messages }, () => lane.send(NOTHING, message)))
}

/** The median of the microseconds that something takes. */
async function median(clock: Clock, act: () => Promise<unknown>): Promise<number> {
  const { milliseconds, atLeast, atMost } = TERM
  const began = clock.now()
  const times: number[] = []
  while (times.length < atMost && (times.length < atLeast || clock.now() - began < milliseconds)) {
    const before = clock.now()
    await act()
    times.push((clock.now() - before) * 1000)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1] ?? Number.POSITIVE_INFINITY
}
