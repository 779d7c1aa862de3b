import { type Clock, isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import type { Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import type { AskOptions } from './open-question.js'
import type { PeerSession } from './peer-session.js'
import { WaitingRoom } from './waiting-room.js'

/** What another node is seen with. */
export interface RemoteNodeOptions {
  readonly clock: Clock
  /** Milliseconds that a question waits unless it says otherwise. */
  readonly patience: number
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
    this.#waiting = new WaitingRoom(name, options.clock)
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
    const kept = ownCopy(contract, value)
    const taken = this.#waiting.enter({
      // It was taken already: from here on it waits in its lane rather than being refused.
      run: ready => {
        ready.send(label, contract, kept).then(
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
    return this.#withSession(session => session.send(label, contract, value, options), contract.key, options)
  }

  /** Asks. @throws SignalboxError like a session's `ask`, `NODE_UNKNOWN`, `NO_LISTENER` */
  ask(label: string, contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    const { clock, patience } = this.options
    const { timeout = patience } = options
    const asked = this.session === undefined ? clock.now() : undefined
    return this.#withSession(
      session => {
        const waited = asked === undefined ? 0 : clock.now() - asked
        return session.ask(label, contract, value, { ...options, timeout: timeout - waited })
      },
      contract.key,
      { ...options, timeout },
    )
  }

  /** Makes sure that there is a session. @throws SignalboxError `NODE_UNKNOWN`, `NO_LISTENER`, … */
  connect(): Promise<void> {
    return this.#withSession(() => Promise.resolve(), 'a connection', {})
  }

  /** What waits is sent away. */
  close(error: SignalboxError): void {
    this.#waiting.fail(error)
  }

  #withSession<T>(use: (session: PeerSession) => Promise<T>, what: string, options: AskOptions): Promise<T> {
    const session = this.session
    if (session !== undefined) return use(session)
    const used = this.#waiting.use(use, what, options)
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

/** A value as it is now: its owner may go on with it as soon as it was told. */
function ownCopy(contract: LocalContract, value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch (cause) {
    throw new SignalboxError('VALUE_NOT_ENCODABLE', `${contract.key}: ${reasonOf(cause)}`, { cause })
  }
}

function asError(thrown: unknown): SignalboxError {
  return isSignalboxError(thrown) ? thrown : new SignalboxError('SYSTEM', reasonOf(thrown), { cause: thrown })
}
