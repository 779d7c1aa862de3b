import { isSignalboxError, reasonOf, SignalboxError } from '../contracts/index.js'
import type { Receipt } from '../link/index.js'
import type { LocalContract } from './contract-table.js'
import type { PeerSession } from './peer-session.js'
import type { AskOptions } from './questions.js'

/** Something to do as soon as there is a session. */
interface Waiting {
  run(session: PeerSession): void
  fail(error: SignalboxError): void
}

/** How much waits for a session that is being made; beyond it, nothing is taken. */
const MAY_WAIT = 4096

/** Another node as this one sees it: its sessions as they come and go, and what waits for one. */
export class RemoteNode {
  readonly #sessions = new Set<PeerSession>()
  #waiting: Waiting[] = []
  #dialling = false

  /** @param dial makes a session and adds it here */
  constructor(
    readonly name: string,
    private readonly dial: () => Promise<unknown>,
  ) {}

  /** The session that is used for sending: the oldest one that lives. */
  get session(): PeerSession | undefined {
    for (const session of this.#sessions) if (!session.link.ended) return session
    return undefined
  }

  get sessions(): ReadonlySet<PeerSession> {
    return this.#sessions
  }

  /** A session was made, by either side. */
  add(session: PeerSession): void {
    this.#sessions.add(session)
    const waiting = this.#waiting
    this.#waiting = []
    for (const { run } of waiting) run(session)
  }

  remove(session: PeerSession): void {
    this.#sessions.delete(session)
  }

  /** Sends a message; false when there is no room for it. @throws SignalboxError like a session's `tell` */
  tell(label: string, contract: LocalContract, value: unknown, receipt: Receipt): boolean {
    const session = this.session
    if (session !== undefined) return session.tell(label, contract, value, receipt)
    return this.#whenReady({
      run: ready => {
        // It was taken already: from here on it waits in its lane rather than being refused.
        ready.send(label, contract, value).then(
          () => receipt.settle({ status: 'accepted' }),
          (error: unknown) =>
            receipt.settle({
              status: isSignalboxError(error, 'PEER_LOST') ? 'unknown' : 'rejected',
              error: asError(error),
            }),
        )
      },
      fail: error => receipt.settle({ status: 'rejected', error }),
    })
  }

  /** Sends a message; resolves when it was accepted. @throws SignalboxError like a session's `send`, `NODE_UNKNOWN`, `NO_LISTENER` */
  send(label: string, contract: LocalContract, value: unknown, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal }
    return this.#withSession(session => session.send(label, contract, value, options))
  }

  /** Asks. @throws SignalboxError like a session's `ask`, `NODE_UNKNOWN`, `NO_LISTENER` */
  ask(label: string, contract: LocalContract, value: unknown, options: AskOptions): Promise<unknown> {
    return this.#withSession(session => session.ask(label, contract, value, options))
  }

  /** Makes sure that there is a session, or that one is being made. @throws SignalboxError `NODE_UNKNOWN`, `NO_LISTENER`, … */
  connect(): Promise<void> {
    return this.#withSession(() => Promise.resolve())
  }

  /** Nothing is sent any more. */
  close(error: SignalboxError): void {
    this.#failWaiting(error)
  }

  #withSession<T>(use: (session: PeerSession) => Promise<T>): Promise<T> {
    const session = this.session
    if (session !== undefined) return use(session)
    return new Promise<T>((resolve, reject) => {
      const taken = this.#whenReady({ run: ready => use(ready).then(resolve, reject), fail: reject })
      if (taken) return
      reject(
        new SignalboxError(
          'OVERFLOW',
          `${MAY_WAIT} messages wait for the connection to ${this.name} already`,
        ),
      )
    })
  }

  #whenReady(waiting: Waiting): boolean {
    if (this.#waiting.length >= MAY_WAIT) return false
    this.#waiting.push(waiting)
    if (!this.#dialling) {
      this.#dialling = true
      this.dial().then(
        () => {
          this.#dialling = false
        },
        (error: unknown) => {
          this.#dialling = false
          this.#failWaiting(asError(error))
        },
      )
    }
    return true
  }

  #failWaiting(error: SignalboxError): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { fail } of waiting) fail(error)
  }
}

function asError(thrown: unknown): SignalboxError {
  return isSignalboxError(thrown) ? thrown : new SignalboxError('SYSTEM', reasonOf(thrown), { cause: thrown })
}
