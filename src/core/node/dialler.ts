import {
  type Connection,
  type ConnectionTransport,
  isSignalboxError,
  reasonOf,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import type { Candidate } from '../routing/index.js'
import type { DirectoryEntry } from './directory-entry.js'
import type { Ways } from './ways.js'

/** What {@link Dialler} needs. */
export interface DiallerOptions {
  readonly transports: readonly ConnectionTransport[]
  readonly allowRemote: boolean
  /** Of this machine, whose nodes may be connected to beside this user's. */
  readonly users: readonly string[]
  readonly ways: Ways
  readonly context: TransportContext
}

/** A fresh connection to a node, and how it was made. */
export interface Dialled {
  readonly connection: Connection
  /** What it was made over. */
  readonly over: Candidate
  /** All ways to the node that would do, the best first. */
  readonly ranked: readonly Candidate[]
}

/** Tries the ways to a node, the best first. */
export class Dialler {
  constructor(private readonly options: DiallerOptions) {}

  /**
   * @param here this node's own entry, which tells what is near
   * @param use makes something of the connection; when it fails, the next way is tried
   * @throws SignalboxError `NODE_UNKNOWN`; `NO_LISTENER`, or the first other code that a way failed with; the signal's reason
   */
  async dial(
    name: string,
    here: DirectoryEntry | undefined,
    signal: AbortSignal,
    use: (dialled: Dialled) => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted()
    const { context, ways } = this.options
    const { ranked, rejected } = await ways.to(name, here)
    const failures = rejected.map(({ address, rule, because }) => `${address.href}: ${because} (${rule})`)
    let cause: unknown
    for (const over of ranked) {
      const { address, because } = over
      signal.throwIfAborted()
      try {
        await use({ connection: await this.connect(over, signal), over, ranked })
        context.log.debug(`${name} is reached over ${address.href}`, { because, others: failures })
        return
      } catch (error) {
        signal.throwIfAborted()
        failures.push(`${address.href}: ${reasonOf(error)}`)
        if (!isSignalboxError(error, 'NO_LISTENER')) cause ??= error
      }
    }
    throw new SignalboxError(
      isSignalboxError(cause) ? cause.code : 'NO_LISTENER',
      `${name} cannot be reached (${failures.join('; ') || 'it listens nowhere that this node can go to'})`,
      { cause },
    )
  }

  /** Connects over one way. @throws SignalboxError like a transport's `connect` */
  async connect({ transport: name, address }: Candidate, signal: AbortSignal): Promise<Connection> {
    const { transports, context, allowRemote, users } = this.options
    const transport = transports.find(known => known.name === name)
    if (transport === undefined)
      throw new SignalboxError('TRANSPORT_UNKNOWN', `no transport ${name} is installed here`)
    return transport.connect(address, context, { allowRemote, users, signal })
  }
}
