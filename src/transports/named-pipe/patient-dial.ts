import { aborted, type Clock, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { holdEventLoop } from './event-loop-hold.js'

/** How long, in ms, a dialler waits for a listener whose places are all taken. */
const PATIENCE = 2000
/** The first and the longest pause between two attempts, in ms. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 100

/** What {@link dialPatiently} needs. */
export interface PatientDial<T> {
  /** How messages call what is tried. */
  readonly what: string
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** One attempt. `busy`: somebody listens there, and has no room at the moment. */
  readonly attempt: () => Promise<T | 'busy'>
}

/**
 * Tries until the listener has room. A listener always keeps some places free, so that this waits
 * only in a rush; neither system offers a wait that takes no thread and can be given up.
 * @throws SignalboxError `NO_LISTENER` when there was no room for 2 s, `ABORTED`, and what an attempt throws
 */
export async function dialPatiently<T>({ what, clock, signal, attempt }: PatientDial<T>): Promise<T> {
  const started = clock.now()
  const release = holdEventLoop()
  try {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      throwIfAborted(what, signal)
      const result = await attempt()
      if (result !== 'busy') return result
      if (clock.now() - started >= PATIENCE) {
        throw new SignalboxError(
          'NO_LISTENER',
          `${what}: nobody took the connection for ${PATIENCE} ms; its listener hangs, or has closed and still serves others`,
        )
      }
      await pausing(pause, what, clock, signal)
    }
  } finally {
    release()
  }
}

function pausing(ms: number, what: string, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      timer.cancel()
      if (signal !== undefined) reject(aborted(what, signal))
    }
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    })
    signal?.addEventListener('abort', giveUp, { once: true })
  })
}
