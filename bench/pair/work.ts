import type { Sample } from '../sample.js'
import type { Far } from './far.js'
import type { Payload, Script } from './payload.js'
import type { Carrier } from './peer.js'

/** The two ends of an entrant, as its near one holds them. */
export interface Pair {
  readonly carrier: Carrier
  readonly far: Far
  readonly script: Script
  /** ms between two signs of life that each end gives unasked; undefined where it gives none. */
  readonly heartbeat: number | undefined
}

/** Something that two ends do together, by whatever carries their messages. */
export interface Work {
  readonly payload: Payload
  /** Whether each message is a question. */
  readonly answers: boolean
  /** What Node is told when it starts the far end's process. @default nothing */
  readonly execArgv?: readonly string[]
  /** Done once, before the first round, while other entrants start. */
  prepare?(pair: Pair): Promise<void>
  /** One round of `count` messages. */
  run(pair: Pair, count: number): Promise<Sample>
}
