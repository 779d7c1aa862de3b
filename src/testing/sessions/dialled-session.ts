import { type Connection, SignalboxError, type TransportContext } from '../../core/contracts/index.js'
import { dialLink, joinLink, type LaneSink, type Link, SessionRegistry } from '../../core/link/index.js'
import {
  type CompletedWay,
  completedWay,
  establishOptions,
  type SessionSettings,
  type Way,
} from './session-settings.js'

/** Milliseconds until a way that is closed is tried again. */
const AGAIN = 20

const ignore: LaneSink = { accept: () => {} }

/** A session with one track for each of several ways: a track that dies is followed by another one on the same way. */
export class DialledSession {
  /** How often a track joined, the first ones included. */
  joins = 0
  readonly #connections = new Map<CompletedWay, Connection>()
  #over: SignalboxError | undefined
  /** A track joined, or the session is over. */
  #changed: () => void = () => {}

  /**
   * Dials over the first way; tracks on the others join as soon as they can.
   * @throws SignalboxError why the first one failed
   */
  static async dial(
    ways: readonly Way[],
    context: TransportContext,
    settings: SessionSettings,
  ): Promise<DialledSession> {
    const completed = ways.map(completedWay)
    const [first, ...others] = completed
    if (first === undefined) throw new Error('a session needs one way at least')
    const options = establishOptions('dialler', settings, context)
    const sessions = new SessionRegistry(options.hello)
    const connection = await first.transport.connect(first.address, context)
    const { boundaries } = first.transport.describe(first.address)
    const host = () => ({ control: ignore, replies: ignore, laneOpened: () => ignore })
    const link = await dialLink('listener', connection, boundaries, context, { ...options, sessions }, host)
    const session = new DialledSession(link, context, ways.length)
    session.#joined(first, connection)
    for (const way of others) void session.#join(way)
    return session
  }

  private constructor(
    readonly link: Link,
    private readonly context: TransportContext,
    private readonly ways: number,
  ) {
    void link.closed.then(reason => {
      this.#over =
        reason.by === 'fault' ? reason.error : new SignalboxError('CLOSED', 'the session has ended')
      this.#changed()
    })
  }

  /**
   * Resolves when each way has a track.
   * @throws SignalboxError why the session ended before
   */
  async complete(): Promise<void> {
    while (this.#connections.size < this.ways) {
      if (this.#over !== undefined) throw this.#over
      await new Promise<void>(resolve => {
        this.#changed = resolve
      })
    }
  }

  /** Ends a track without a word. Returns whether there was one. */
  cut(way: number): boolean {
    const connections = [...this.#connections.values()]
    const connection = connections[way % connections.length]
    connection?.abort()
    return connection !== undefined
  }

  #joined(way: CompletedWay, connection: Connection): void {
    this.joins++
    this.#connections.set(way, connection)
    this.#changed()
    void connection.closed.then(() => {
      this.#connections.delete(way)
      void this.#join(way)
    })
  }

  /** Until it works, or the session is over. */
  async #join(way: CompletedWay): Promise<void> {
    const { context, link } = this
    const { transport, address } = way
    while (!link.ended) {
      try {
        const connection = await transport.connect(address, context)
        await joinLink(link, connection, transport.describe(address).boundaries, context)
        this.#joined(way, connection)
        return
      } catch {
        // Cut again, or nobody listens at the moment.
        await new Promise<void>(resolve => context.clock.after(AGAIN, resolve))
      }
    }
  }
}
