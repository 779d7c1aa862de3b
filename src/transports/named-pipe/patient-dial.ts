import { type Clock, SignalboxError, throwIfAborted } from '../../core/contracts/index.js'
import { holdEventLoop } from '../../native/event-loop-hold.js'

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
  /** Closes what an attempt made that nobody wants any more. */
  readonly discard: (made: T) => void
}

/**
 * Tries until the listener has room. A listener always keeps some places free, so that this waits
 * only in a rush; neither system offers a wait that takes no thread and can be given up.
 * @throws SignalboxError `NO_LISTENER` when there was no room for 2 s, `ABORTED`, and what an attempt throws
 */
export async function dialPatiently<T>(dial: PatientDial<T>): Promise<T> {
  const { what, clock, signal } = dial
  const started = clock.now()
  const release = holdEventLoop()
  try {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      throwIfAborted(what, signal)
      const result = await dial.attempt()
      if (result !== 'busy') return wanted(result, dial)
      if (clock.now() - started >= PATIENCE) throw hopeless(what)
      await pausing(pause, clock, signal)
    }
  } finally {
    release()
  }
}

/** Opening a pipe is done before anybody can give it up: then it was in vain. */
function wanted<T>(made: T, { what, signal, discard }: PatientDial<T>): T {
  if (signal?.aborted) discard(made)
  throwIfAborted(what, signal)
  return made
}

/** Resolves after `ms`, or when `signal` fires. */
function pausing(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      timer.cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.after(ms, end)
    signal?.addEventListener('abort', end, { once: true })
  })
}

function hopeless(what: string): SignalboxError {
  return new SignalboxError(
    'NO_LISTENER',
    `${what}: nobody took the connection for ${PATIENCE} ms; its listener hangs, or has closed and still serves others`,
  )
}
