import { type Sizes, segmentBytes, type Way, waysOf } from '../../../src/transports/segment/layout.js'

/** The smallest that there are, so that everything wraps around and runs out often. */
export const smallSizes: Sizes = { ring: 64 * 1024, keep: 64 * 1024, largest: 64 * 1024 }

/** One direction, in this process's own memory; `from` is where its positions begin. */
export function wayOf(sizes: Sizes): Way {
  return waysOf(new ArrayBuffer(segmentBytes(sizes)), sizes).there
}
