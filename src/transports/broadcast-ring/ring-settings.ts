import { SignalboxError } from '../../core/contracts/index.js'
import { isReasonable, type Sizes } from '../segment/layout.js'
import type { SlowReaderPolicy } from './broadcast-writer.js'

/** Options of a ring, which its writer decides. */
export interface RingOptions {
  /**
   * What happens to a reader that is so slow that there is no room for the next message.
   * - `block`: the writer waits, for {@link patience} at most; then the reader is cut off.
   * - `drop`: the reader loses the oldest messages, and is told how many.
   * - `evict`: the reader is cut off at once, and told why.
   * @default 'block'
   */
  readonly slow?: SlowReaderPolicy
  /**
   * Milliseconds for which the policy `block` waits for a reader.
   * @default 10,000
   */
  readonly patience?: number
  /**
   * Bytes of the ring that small messages go through: a power of two from 64 KiB to 1 MiB.
   * @default 256 KiB
   */
  readonly ring?: number
  /**
   * Bytes of the largest message, and 8 in front of it: whole pages of 4 KiB, from 64 KiB to 256 MiB. That much more memory is for
   * large messages on their way.
   * @default 1 MiB and 64 KiB: a message of 1 MiB, and what a link puts in front
   */
  readonly largest?: number
  /**
   * Bytes of large messages that readers may keep where they lie: whole pages of 4 KiB, up to 256 MiB. What they keep
   * beyond that is copied.
   * @default 1 MiB
   */
  readonly keep?: number
}

/** Options of a ring, each with its value. */
export interface RingSettings {
  readonly slow: SlowReaderPolicy
  readonly patience: number
  readonly sizes: Sizes
}

const KIB = 1024

/** @throws SignalboxError `CONFIG_INVALID` for what cannot be */
export function ringSettings(options: RingOptions): RingSettings {
  const {
    slow = 'block',
    patience = 10_000,
    ring = 256 * KIB,
    largest = 1088 * KIB,
    keep = 1024 * KIB,
  } = options
  const sizes = { ring, largest, keep }
  if (!['block', 'drop', 'evict'].includes(slow))
    throw invalid(`slow is ${slow}, and can be block, drop or evict`)
  if (!(patience >= 0)) throw invalid(`patience is ${patience}, and must be some milliseconds`)
  if (!isReasonable(sizes)) {
    const rule =
      'ring must be a power of two from 64 KiB to 1 MiB, keep and largest whole pages of 4 KiB up to 256 MiB'
    throw invalid(`${JSON.stringify(sizes)}: ${rule}, largest at least 64 KiB`)
  }
  return { slow, patience, sizes }
}

function invalid(why: string): SignalboxError {
  return new SignalboxError('CONFIG_INVALID', `broadcast ring: ${why}`)
}
