import type { Address } from '../../core/contracts/address.js'
import type { AnyTransport } from '../../core/contracts/transport.js'
import type { Completion, TransportSource } from './transport-source.js'

/** A transport under test. */
export interface ConformanceTarget {
  readonly transport: AnyTransport
  /** Where other processes and threads find the same transport. */
  readonly source: TransportSource
  /** A place where nobody listens yet; another one with each call, unless the system chooses (port 0). */
  address(): Address
  /**
   * Makes of the transport one that a link can run over, where the link's own completion is not what is meant.
   * Other processes need it as well: see {@link TransportSource.completes}.
   * @default what nodes use, which adds what the descriptor says is lacking
   */
  readonly completes?: Completion
  /**
   * What the platform under the transport gets wrong, and no transport can mend: the name of a case,
   * and why it is left out.
   */
  readonly platformFaults?: Readonly<Record<string, string>>
}
