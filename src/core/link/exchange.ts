import { isSignalboxError, reasonOf, SignalboxError, type TransportContext } from '../contracts/index.js'
import { CONTROL_FRAME, FrameKind } from './frames.js'
import { decodeRefuse, encodeRefuse } from './handshake-frames.js'
import { hangUp } from './hang-up.js'
import { abortedHandshake, frameTooSmall } from './objections.js'
import { errorOf } from './reason.js'
import { largestFrame, type Track, type TrackSink } from './track.js'
import { violation } from './violation.js'

/** Limits of an exchange. */
export interface ExchangeOptions {
  /** Milliseconds until a peer that does not finish is given up. @default 5000 */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

/** A frame that may come next, beside a refusal. */
export interface Step {
  readonly kind: number
  readonly take: (frame: Uint8Array) => void
}

/** The frames that may come next, and the fault of a peer that says something else. */
export interface Expectation {
  readonly otherwise: string
  readonly steps: readonly Step[]
}

/**
 * The frames that two sides exchange over a fresh track before it carries anything else: one at a time, small,
 * within a time limit, and either side may refuse. What is said is the business of {@link Handshake} and others.
 */
export class Exchange<T> {
  #settled = false
  #settle: () => void = () => {}
  #sink: TrackSink = frame => this.#receive(frame.rest())
  #next: Expectation = { otherwise: 'it speaks before it is asked', steps: [] }
  /** Only who was spoken to can refuse. */
  #spoke = false

  constructor(
    private readonly track: Track,
    private readonly context: Pick<TransportContext, 'clock' | 'random'>,
    private readonly options: ExchangeOptions,
    private readonly resolve: (result: T) => void,
    private readonly reject: (error: SignalboxError) => void,
  ) {}

  /** Reads, after the dialling side has said its first frame in `speak`. */
  begin(speak: () => void): void {
    this.#watch()
    this.track.expect(CONTROL_FRAME)
    try {
      if (this.options.signal?.aborted) throw abortedHandshake(this.options.signal)
      if (this.track.maxFrame < CONTROL_FRAME) throw frameTooSmall(this.track.maxFrame)
      speak()
    } catch (thrown) {
      this.#fail(asError(thrown))
      return
    }
    this.track.receive(frame => this.#sink(frame))
  }

  /** Says what may come next. */
  expect(otherwise: string, ...steps: readonly Step[]): void {
    this.#next = { otherwise, steps }
  }

  /** Sends a frame. A fresh track has room for it; one that has not cannot be used. */
  put(frame: Uint8Array): void {
    if (this.track.reserve(frame.length)?.raw(frame) === undefined || !this.track.commit())
      throw new SignalboxError('HANDSHAKE_REFUSED', 'a fresh track has no room for a handshake')
    this.#spoke = true
  }

  /**
   * Ends well. All further frames go to the sink that `finish` hands over.
   * @param largest bytes of the largest frame that may come from here on, where the track does not hold frames itself
   */
  succeed(largest: number, finish: (handOver: (sink: TrackSink) => void) => T): void {
    this.#end()
    this.track.expect(Math.max(largestFrame(this.track, largest), CONTROL_FRAME))
    try {
      this.resolve(finish(sink => (this.#sink = sink)))
    } catch (thrown) {
      this.reject(asError(thrown))
      this.track.abort()
    }
  }

  /** Whatever else can end it. */
  #watch(): void {
    const { signal, timeout = 5000 } = this.options
    const timer = this.context.clock.after(timeout, () => {
      this.#fail(new SignalboxError('TIMEOUT', `the peer did not finish the handshake within ${timeout} ms`))
    })
    const onAbort = () => signal && this.#fail(abortedHandshake(signal))
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#settle = () => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    this.track.closed.then(reason => {
      const why = 'the peer closed during the handshake; is it a Signalbox node of this version?'
      this.#fail(reason.by === 'fault' ? reason.error : new SignalboxError('CLOSED', why))
    })
  }

  #receive(frame: Uint8Array): void {
    if (this.#settled) return // the track is being closed; what still comes is of no interest
    const { otherwise, steps } = this.#next
    try {
      const step = steps.find(({ kind }) => kind === frame[0])
      if (step !== undefined) step.take(frame)
      else if (frame[0] === FrameKind.refuse && this.#spoke) this.#refused(frame)
      else throw violation(otherwise)
    } catch (thrown) {
      this.#refuse(asError(thrown))
    }
  }

  /** Tells the peer why before hanging up. */
  #refuse(error: SignalboxError): void {
    try {
      this.put(encodeRefuse(error.code, error.message))
    } catch {
      // There is no room to tell it: the peer has to be content with the end.
    }
    this.#end()
    this.reject(error)
    void hangUp(this.track, this.context.clock)
  }

  /** The peer does not want us, and says why. */
  #refused(frame: Uint8Array): void {
    const theirs = errorOf(decodeRefuse(frame))
    const code = theirs.code === 'AUTHENTICATION_FAILED' ? theirs.code : 'HANDSHAKE_REFUSED'
    this.#end()
    this.reject(
      new SignalboxError(code, `the peer refused the handshake: ${theirs.message}`, { cause: theirs }),
    )
    void hangUp(this.track, this.context.clock)
  }

  #fail(error: SignalboxError): void {
    if (this.#settled) return
    this.#end()
    this.reject(error)
    this.track.abort(error)
  }

  #end(): void {
    this.#settled = true
    this.#settle()
  }
}

/** What `admit` or the host throws is a refusal too: nothing of it may reach the connection. */
function asError(thrown: unknown): SignalboxError {
  if (isSignalboxError(thrown)) return thrown
  return new SignalboxError('HANDSHAKE_REFUSED', `the handshake broke off: ${reasonOf(thrown)}`, {
    cause: thrown,
  })
}
