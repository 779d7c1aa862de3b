import type { Clock } from '../contracts/index.js'

/** Milliseconds between attempts: at first, and at most. */
export interface PauseRange {
  readonly first: number
  readonly last: number
}

/**
 * Pauses between attempts, each twice as long as the one before. The loop that awaits them ends with the signal.
 * @example for await (const _ of pauses(clock, { first: 10, last: 1000 }, signal)) if (await attempt()) break
 */
export async function* pauses(
  clock: Clock,
  { first, last }: PauseRange,
  signal: AbortSignal,
): AsyncGenerator<void> {
  for (let ms = first; !signal.aborted; ms = Math.min(2 * ms, last)) {
    yield
    if (!signal.aborted) await pause(clock, ms, signal)
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
