import { filter, firstValueFrom, merge } from 'rxjs'
import type { Clock } from '../contracts/index.js'
import { LINGER } from './hang-up.js'
import type { Track } from './track.js'

/**
 * Says the last word of a session on the first of its tracks that takes it, now or as soon as one has room, and hangs
 * up on all of them. Soon: a peer that does not read cannot hold them.
 */
export async function farewell(tracks: readonly Track[], word: Uint8Array, clock: Clock): Promise<void> {
  const timer = clock.after(LINGER, () => {
    for (const track of tracks) track.abort()
  })
  if (!tracks.some(track => takes(track, word))) await taken(tracks, word)
  await Promise.all(tracks.map(track => track.close()))
  timer.cancel()
}

/** Until a track took the word, or none is left that could. */
function taken(tracks: readonly Track[], word: Uint8Array): Promise<unknown> {
  const attempts = tracks.map(track => track.writable$.pipe(filter(() => takes(track, word))))
  return firstValueFrom(merge(...attempts), { defaultValue: undefined })
}

/** Past the counting: nothing of a session that is over leaves again. */
function takes(track: Track, word: Uint8Array): boolean {
  return track.reserve(word.length)?.raw(word) !== undefined && track.commit()
}
