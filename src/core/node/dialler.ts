import {
  type Address,
  type Connection,
  type ConnectionTransport,
  isSignalboxError,
  reasonOf,
  SignalboxError,
  type TransportContext,
} from '../contracts/index.js'
import type { DirectoryEntry } from './directory-entry.js'
import type { Ways } from './ways.js'

/** What {@link Dialler} needs. */
export interface DiallerOptions {
  readonly transports: readonly ConnectionTransport[]
  readonly allowRemote: boolean
  readonly ways: Ways
  readonly context: TransportContext
}

/** A fresh connection, and how it was made. */
export interface Dialled {
  readonly transport: ConnectionTransport
  readonly address: Address
  readonly connection: Connection
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
    const { transports, context, allowRemote, ways } = this.options
    const { ranked, rejected } = await ways.to(name, here)
    const failures = rejected.map(({ address, rule, because }) => `${address.href}: ${because} (${rule})`)
    let cause: unknown
    for (const { transport: scheme, address, because } of ranked) {
      signal.throwIfAborted()
      const transport = transports.find(known => known.name === scheme)
      if (transport === undefined) continue // the selection names none that is not installed
      try {
        const connection = await transport.connect(address, context, { allowRemote, signal })
        await use({ transport, address, connection })
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
}
