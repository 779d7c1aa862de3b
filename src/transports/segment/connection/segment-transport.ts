import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type ConnectionTransport,
  type Listener,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../../../core/contracts/index.js'
import { nativeAvailability } from '../../../native/availability.js'
import { foreign } from '../../../native/system-library.js'
import { isReasonable, type Sizes } from '../layout.js'
import type { SegmentKind } from '../segment-source.js'
import { capabilitiesOf, platforms } from './capabilities.js'
import { dial } from './dial.js'
import { assertName, nodeMemoryAddress } from './segment-address.js'
import { listen } from './segment-listener.js'

/** Frames in memory that two processes share, wherever it comes from. */
export class SegmentTransport implements ConnectionTransport {
  readonly shape = 'connection'
  readonly name: string
  readonly summary: string
  readonly #sizes: Sizes
  readonly #capabilities: Capabilities

  /**
   * @param spin whether its connections may wait by looking again and again
   * @throws SignalboxError `CONFIG_INVALID` for sizes that cannot be
   */
  constructor(
    private readonly kind: SegmentKind,
    sizes: Sizes,
    private readonly spin: boolean,
  ) {
    if (!isReasonable(sizes)) {
      throw new SignalboxError(
        'CONFIG_INVALID',
        `${kind.scheme}: ${JSON.stringify(sizes)}: ring must be a power of two from 64 KiB to 1 MiB, keep and largest whole pages of 4 KiB up to 256 MiB, largest at least 64 KiB`,
      )
    }
    this.name = kind.scheme
    this.summary = kind.summary
    this.#sizes = sizes
    this.#capabilities = capabilitiesOf(kind, sizes)
  }

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, platforms, foreign)
  }

  describe(_address: Address): Capabilities {
    return this.#capabilities
  }

  nodeAddress(namespace: string, node: string): Address {
    return nodeMemoryAddress(this.name, namespace, node)
  }

  async listen(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Listener> {
    assertName(this.name, address)
    return listen(address, context, options, this.#sizes, this.spin, this.kind.sourceFor(context))
  }

  async connect(
    address: Address,
    context: TransportContext,
    options: TransportOptions = {},
  ): Promise<Connection> {
    assertName(this.name, address)
    return dial(address, context, options, this.#sizes, this.spin, this.kind.sourceFor(context))
  }
}
