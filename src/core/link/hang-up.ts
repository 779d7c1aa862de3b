import type { Clock } from '../contracts/index.js'
import type { Track } from './track.js'

/** How long a side waits for its peer at the end, in milliseconds. */
export const LINGER = 2000

/** Ends a track after what was sent has left, but soon: a peer that does not read cannot hold it. */
export async function hangUp(track: Track, clock: Clock): Promise<void> {
  const timer = clock.after(LINGER, () => track.abort())
  await track.close()
  timer.cancel()
}
