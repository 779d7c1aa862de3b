import { isSignalboxError, reasonOf, SignalboxError, type TransportContext } from '../contracts/index.js'
import { pauses } from './pauses.js'
import type { PeerSession } from './peer-session.js'

/** Milliseconds between two attempts at a lost peer: at first, and at most. */
const AGAIN = { first: 10, last: 1000 } as const

/** What a {@link Resumption} needs. */
export interface ResumptionOptions {
  readonly context: Pick<TransportContext, 'clock' | 'log'>
  /** Whether the peer's process lives; undefined where nobody knows. Never rejects. */
  lives(): Promise<boolean | undefined>
  /**
   * Lets a fresh track join the session, over any way; false when the peer says that it has no such session: it ended
   * it, or is another life of its node. @throws SignalboxError like a dial
   */
  rejoin(signal: AbortSignal): Promise<boolean>
}

/**
 * What a side does for a session that has no track: who dialled it dials again, over whichever way there is, until a
 * track has joined or the session's time to resume is over; and either side looks whether the peer is dead, which
 * ends the session at once. Silence is no proof of that: a refused or a vanished name is.
 */
export class Resumption {
  readonly #over = new AbortController()

  constructor(
    private readonly session: PeerSession,
    private readonly options: ResumptionOptions,
  ) {
    const { link } = session
    void link.closed.then(() => this.stop())
    void this.#watch()
    if (link.session.role === 'dialler') void this.#dial()
  }

  /** Ends the attempts: there is a track again, or nobody wants one. Stopping twice is harmless. */
  stop(): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    for await (const _ of pauses(this.options.context.clock, AGAIN, this.#over.signal)) {
      if (!this.session.link.stranded)
        this.stop() // the peer has come back
      else if ((await this.options.lives()) === false) this.#bury('its process has ended')
    }
  }

  async #dial(): Promise<void> {
    const { context, rejoin, lives } = this.options
    const { signal } = this.#over
    for await (const _ of pauses(context.clock, AGAIN, signal)) {
      try {
        if (!(await rejoin(signal))) this.#bury('it has ended the session')
        this.stop()
      } catch (error) {
        if (signal.aborted) return
        context.log.debug(`${this.session.node} was not reached again`, { reason: reasonOf(error) })
        if (isSignalboxError(error, 'NODE_UNKNOWN')) this.#bury('it is gone')
        else if (isSignalboxError(error, 'NO_LISTENER') && (await lives()) !== true)
          this.#bury('nobody listens there any more')
      }
    }
  }

  #bury(why: string): void {
    if (this.#over.signal.aborted || !this.session.link.stranded) return
    this.stop()
    this.session.link.abort(new SignalboxError('PEER_LOST', `${this.session.node} was lost: ${why}`))
  }
}
