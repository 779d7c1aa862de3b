import { type Clock, isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import type { Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import { KeptValue } from './kept-value.js'
import type { AskOptions } from './open-question.js'
import type { PeerSession } from './peer-session.js'
import { WaitingRoom } from './waiting-room.js'

/** What another node is seen with. */
export interface RemoteNodeOptions {
  readonly clock: Clock
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
  /** Bytes of the largest message that waits for a session. */
  readonly maxMessage: number
  /** Makes a session and adds it to the node. */
  dial(): Promise<unknown>
}

/** Another node as this one sees it: the session with it, and what waits for one. */
export class RemoteNode {
  readonly #waiting: WaitingRoom
  #session: PeerSession | undefined
  #dialling = false

  constructor(
    readonly name: string,
    private readonly options: RemoteNodeOptions,
  ) {
    this.#waiting = new WaitingRoom(name, options.maxMessage, options.clock)
  }

  /** The session with it, while there is one that has not ended. */
  get session(): PeerSession | undefined {
    return this.#session?.link.ended === false ? this.#session : undefined
  }

  /** A session begins, by either side, and takes the place of an earlier one. */
  add(session: PeerSession): void {
    this.#session = session
    this.#waiting.admit(session)
  }

  /** A session has ended. False when another one had taken its place before. */
  remove(session: PeerSession): boolean {
    if (this.#session !== session) return false
    this.#session = undefined
    return true
  }

  /** Sends a message; false when there is no room for it. @throws SignalboxError like a session's `tell` */
  tell(label: string, contract: LocalContract, value: unknown, receipt: Receipt): boolean {
    const session = this.session
    if (session !== undefined) return session.tell(label, contract, value, receipt)
    const kept = new KeptValue(contract, value)
    const taken = this.#waiting.enter({
      bytes: kept.bytes,
      // It was taken already: from here on it waits in its lane rather than being refused.
      run: ready => {
        ready.send(label, contract, kept.value).then(
          () => receipt.settle({ status: 'accepted' }),
          (thrown: unknown) => {
            const error = asError(thrown)
            receipt.settle({ status: error.code === 'PEER_LOST' ? 'unknown' : 'rejected', error })
          },
        )
      },
      fail: error => receipt.settle({ status: 'rejected', error }),
    })
    this.#dial()
    return taken
  }

  /** Resolves when it is worth while to try again what {@link tell} refused. It never rejects. */
  room(label: string): Promise<void> {
    const inLane = this.session?.room(label)
    if (inLane === undefined) return this.#waiting.room()
    return inLane.catch(() => undefined) // with its session gone, the next message goes another way
  }

  /** Sends a message; resolves when it was accepted. @throws SignalboxError like a session's `send`, `NODE_UNKNOWN`, `NO_LISTENER` */
  send(label: string, contract: LocalContract, value: unknown, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal }
    const { session } = this
    if (session !== undefined) return session.send(label, contract, value, options)
    return this.#later((ready, kept) => ready.send(label, contract, kept, options), contract, value, options)
  }

  /** Asks. @throws SignalboxError like a session's `ask`, `NODE_UNKNOWN`, `NO_LISTENER` */
  ask(label: string, contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const { session } = this
    if (session !== undefined) return session.ask(label, contract, value, options)
    const { clock, patience } = this.options
    const patient = { ...options, timeout: options.timeout ?? patience }
    const asked = clock.now()
    const put = (ready: PeerSession, kept: unknown) => {
      const timeout = patient.timeout - (clock.now() - asked)
      return ready.ask(label, contract, kept, { ...options, timeout })
    }
    return this.#later(put, contract, value, patient)
  }

  /** Makes sure that there is a session. @throws SignalboxError `NODE_UNKNOWN`, `NO_LISTENER`, … */
  connect(): Promise<void> {
    return this.session === undefined
      ? this.#enter(() => Promise.resolve(), 'a connection', 0, {})
      : Promise.resolve()
  }

  /** What waits is sent away. */
  close(error: SignalboxError): void {
    this.#waiting.fail(error)
  }

  /** Does something with a value, as it is now, and the session that will be there. */
  async #later<T>(
    use: (session: PeerSession, value: unknown) => Promise<T>,
    contract: LocalContract,
    value: unknown,
    options: AskOptions,
  ): Promise<T> {
    const kept = new KeptValue(contract, value)
    return this.#enter(session => use(session, kept.value), contract.key, kept.bytes, options)
  }

  #enter<T>(
    use: (session: PeerSession) => Promise<T>,
    what: string,
    bytes: number,
    options: AskOptions,
  ): Promise<T> {
    const used = this.#waiting.use(use, what, bytes, options)
    this.#dial()
    return used
  }

  #dial(): void {
    if (this.#dialling || this.#waiting.empty) return
    this.#dialling = true
    this.options.dial().then(
      () => this.#dialled(),
      (error: unknown) => {
        this.#dialling = false // who is told of the failure may try again at once
        this.#waiting.fail(asError(error))
      },
    )
  }

  /** A session that came may have gone again, and what waits since then must not be forgotten. */
  #dialled(): void {
    this.#dialling = false
    if (this.session === undefined) this.#dial()
    else this.#waiting.admit(this.session)
  }
}

function asError(thrown: unknown): SignalboxError {
  return isSignalboxError(thrown) ? thrown : new SignalboxError('SYSTEM', reasonOf(thrown), { cause: thrown })
}
