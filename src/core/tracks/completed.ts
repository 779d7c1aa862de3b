import { map, share } from 'rxjs'
import {
  type Address,
  type AnyTransport,
  type Capabilities,
  type Clock,
  type Connection,
  type ConnectionTransport,
  type Listener,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../contracts/index.js'
import { connectionsOver, type PatienceOptions } from './connections-over.js'
import { DerivedTransport } from './derived-transport.js'
import { fragmented, LARGEST_FRAGMENTED } from './fragmented.js'
import { introduced } from './introduced.js'
import { paired } from './paired.js'
import { reliable } from './reliable.js'
import { CONTENT_HEADER } from './reliable-packet.js'
import { turnTaking } from './turn-taking.js'

/** Bytes of the largest frame below which a track is too narrow to speak on: control frames have so many. */
const NARROW = 4096

/**
 * What a link can run over, made of any transport by what its descriptor says alone: connections where it has none, a
 * pair where it goes one way, repetition where it loses or reorders, cells where its frames are tiny. Both sides
 * must do so. What lacks nothing stays as it is.
 */
export function completed(transport: AnyTransport, options: PatienceOptions = {}): ConnectionTransport {
  return new Completed(transport, options)
}

class Completed extends DerivedTransport<ConnectionTransport> {
  readonly #pairing: ConnectionTransport

  constructor(transport: AnyTransport, options: PatienceOptions) {
    super(connecting(transport, options))
    this.#pairing = paired(this.source, options)
  }

  describe(address: Address): Capabilities {
    const raw = this.#at(address).describe(address)
    const repaired = lacksOrder(raw) ? afterRepair(raw) : raw
    return isNarrow(repaired) ? { ...repaired, maxFrame: LARGEST_FRAGMENTED } : repaired
  }

  async listen(address: Address, context: TransportContext, options?: TransportOptions): Promise<Listener> {
    const transport = this.#at(address)
    const complete = completionFor(transport.describe(address), context.clock)
    const listener = await transport.listen(address, context, options)
    return {
      address: listener.address,
      connections$: listener.connections$.pipe(map(complete), share()),
      close: () => listener.close(),
    }
  }

  async connect(
    address: Address,
    context: TransportContext,
    options?: TransportOptions,
  ): Promise<Connection> {
    const transport = this.#at(address)
    const complete = completionFor(transport.describe(address), context.clock)
    return complete(await transport.connect(address, context, options))
  }

  #at(address: Address): ConnectionTransport {
    const isSimplex = this.source.describe(address).direction === 'simplex'
    return isSimplex ? this.#pairing : this.source
  }
}

function connecting(transport: AnyTransport, options: PatienceOptions): ConnectionTransport {
  switch (transport.shape) {
    case 'connection':
      return transport
    case 'packet':
      return connectionsOver(transport, options)
    case 'slot':
      return turnTaking(transport, options)
    case 'introduced':
      return introduced(transport)
  }
}

/** What makes connections of one that has these capabilities. */
function completionFor(raw: Capabilities, clock: Clock): (connection: Connection) => Connection {
  const repairs = lacksOrder(raw)
  const cuts = isNarrow(repairs ? afterRepair(raw) : raw)
  return connection => {
    const ordered = repairs ? reliable(connection, clock) : connection
    return cuts ? fragmented(ordered) : ordered
  }
}

const lacksOrder = ({ delivery, ordered }: Capabilities) => delivery === 'lossy' || !ordered

/** A stream has no frames that could be too small. */
const isNarrow = ({ maxFrame, boundaries }: Capabilities) => boundaries === 'message' && maxFrame < NARROW

function afterRepair(raw: Capabilities): Capabilities {
  if (raw.boundaries === 'stream') {
    throw new SignalboxError(
      'TRANSPORT_UNAVAILABLE',
      'a stream that loses bytes cannot be repaired; describe its boundaries, or its delivery, as they are',
    )
  }
  const maxFrame = raw.maxFrame - CONTENT_HEADER
  return { ...raw, delivery: 'reliable', ordered: true, maxFrame, flowControl: 'track' }
}
