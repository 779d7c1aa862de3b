import type { Address } from '../../core/contracts/address.js'
import type { ConnectionTransport } from '../../core/contracts/transport.js'
import type { TransportSource } from './transport-source.js'

/** A transport under test. */
export interface ConformanceTarget {
  readonly transport: ConnectionTransport
  /** Where other processes and threads find the same transport. */
  readonly source: TransportSource
  /** A place where nobody listens yet; another one with each call, unless the system chooses (port 0). */
  address(): Address
  /**
   * What the platform under the transport gets wrong, and no transport can mend: the name of a case,
   * and why it is left out.
   */
  readonly platformFaults?: Readonly<Record<string, string>>
}
