import { type Clock, SignalboxError } from '../contracts/index.js'
import { Backlog } from '../link/index.js'
import type { AskOptions } from './open-question.js'
import type { PeerSession } from './peer-session.js'

/** Something to do as soon as there is a session. Neither call may throw. */
export interface Waiting {
  /** How many it keeps. */
  readonly bytes: number
  run(session: PeerSession): void
  fail(error: SignalboxError): void
}

/** How many messages wait for a session that is being made. */
const MAY_WAIT = 4096

/** What waits for a session with a node, in order and bounded. */
export class WaitingRoom {
  #waiting = new Set<Waiting>()
  readonly #backlog: Backlog
  /** Who waits for a place in here. */
  #outside: (() => void)[] = []

  /** @param maxMessage bytes of the largest message */
  constructor(
    private readonly node: string,
    maxMessage: number,
    private readonly clock: Clock,
  ) {
    this.#backlog = new Backlog(MAY_WAIT, maxMessage)
  }

  get empty(): boolean {
    return this.#waiting.size === 0
  }

  /** Lets something wait; false when too much does already. */
  enter(waiting: Waiting): boolean {
    if (!this.#backlog.enter(waiting.bytes)) return false
    this.#waiting.add(waiting)
    return true
  }

  /** Resolves when there is a place for one more: at once, or when all that wait have left. */
  room(): Promise<void> {
    if (!this.#backlog.isFull) return Promise.resolve()
    return new Promise(resolve => this.#outside.push(resolve))
  }

  /**
   * Does something with the session that will be there.
   * @param what what it is, for people
   * @param bytes how many it keeps
   * @throws SignalboxError `OVERFLOW`; `TIMEOUT` and `ABORTED` while it waits; why there is no session; what `use` throws
   */
  use<T>(
    use: (session: PeerSession) => Promise<T>,
    what: string,
    bytes: number,
    { timeout, signal }: AskOptions,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = (error: SignalboxError) => {
        if (!this.#waiting.delete(waiting)) return
        this.#backlog.leave(bytes)
        waiting.fail(error)
      }
      const onAbort = () =>
        giveUp(
          new SignalboxError('ABORTED', `${what} to ${this.node} was taken back before it was sent`, {
            cause: signal?.reason,
          }),
        )
      const onTimeout = () =>
        giveUp(
          new SignalboxError('TIMEOUT', `${this.node} was not reached within ${timeout} ms, for ${what}`),
        )
      const timer = timeout === undefined ? undefined : this.clock.after(timeout, onTimeout)
      const left = () => {
        timer?.cancel()
        signal?.removeEventListener('abort', onAbort)
      }
      const waiting: Waiting = {
        bytes,
        run: session => {
          left()
          use(session).then(resolve, reject)
        },
        fail: error => {
          left()
          reject(error)
        },
      }
      if (!this.enter(waiting)) {
        const why = `${this.#backlog} wait for the connection to ${this.node} already; send less until it is there`
        waiting.fail(new SignalboxError('OVERFLOW', why))
        return
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      if (signal?.aborted) onAbort()
    })
  }

  /** Lets all go on with a session, in order. */
  admit(session: PeerSession): void {
    for (const waiting of this.#leave()) waiting.run(session)
  }

  /** Sends all away. */
  fail(error: SignalboxError): void {
    for (const waiting of this.#leave()) waiting.fail(error)
  }

  /** What comes while these are seen off waits for the next occasion. */
  #leave(): Iterable<Waiting> {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const { bytes } of waiting) this.#backlog.leave(bytes)
    for (const resolve of this.#outside.splice(0)) resolve()
    return waiting
  }
}
