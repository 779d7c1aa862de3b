import type { ChooseTrack, Grant, LinkOptions } from '../../core/link/index.js'
import { SeededRandom } from '../seeded-random.js'
import type { TrackKind, TrackOptions } from './scripted-connection.js'

/** What nodes and tracks of one simulation are like. */
export interface SimulationSettings {
  readonly window: Grant
  readonly lanes: number
  readonly maxFrame: number
  /** Bytes of the largest message that is sent. */
  readonly largest: number
  /** Tracks that a session has at most. */
  readonly tracks: number
  /** Milliseconds that a session waits for a track. */
  readonly resume: number
  readonly link: LinkOptions
  /** What the next track is like. */
  nextTrack(): TrackOptions
}

const RESUME = 10_000
/** Packets are too small to speak in, and in every other case too small for most frames as well. */
const PACKETS = { smallest: 100, largest: 1400 } as const

/** Small windows, frames and buffers, so that every limit is met often: what they are follows from `seed`. */
export function settingsOf(seed: number): SimulationSettings {
  const random = new SeededRandom(seed)
  // Now and then tracks of different frame sizes, so that what dies on one leaves in smaller parts on another.
  const large = random.below(8) === 0
  const maxFrame = large ? 12_000 : 64 + random.below(200)
  const bytes = large ? 10_000 : 1 + random.below(400)
  const replay = large ? 20_000 : 50 + random.below(600)
  const choices = new SeededRandom(seed + 1)
  const chooseTrack: ChooseTrack = (_bytes, tracks) => tracks[choices.below(tracks.length)]
  const tracks = new SeededRandom(seed + 2)
  const kinds = mixtures[random.below(mixtures.length)] ?? ['message']
  return {
    window: { messages: 1 + random.below(6), bytes },
    lanes: 4,
    maxFrame,
    largest: large ? 15_000 : 600,
    tracks: 1 + random.below(6),
    resume: RESUME,
    link: { resume: RESUME, chooseTrack, replay, acknowledgeAfter: Math.floor(replay / 2) },
    nextTrack: () => {
      const kind = kinds[tracks.below(kinds.length)] ?? 'message'
      const capacity = tracks.below(2) === 0 ? { capacity: large ? 15_000 : 100 + tracks.below(1000) } : {}
      if (kind === 'lossy') return { kind, ...capacity, maxFrame: sizeOfPackets(tracks) }
      const holds = kind === 'message' && tracks.below(2) === 0
      return { kind, ...capacity, holds, ...(large && tracks.below(2) === 0 ? { maxFrame: 4200 } : {}) }
    },
  }
}

/** What tracks there are in one simulation. */
const mixtures: readonly (readonly TrackKind[])[] = [
  ['message'],
  ['message', 'stream'],
  ['message', 'stream', 'lossy'],
  ['message', 'stream', 'lossy'],
  ['message', 'message', 'stream', 'lossy'],
]

function sizeOfPackets(random: SeededRandom): number {
  return PACKETS.smallest + random.below(PACKETS.largest - PACKETS.smallest)
}
