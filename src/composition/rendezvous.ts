import { createHash } from 'node:crypto'
import {
  type Address,
  type ConnectionTransport,
  formatAddress,
  type Rendezvous,
  type RendezvousOptions,
  type TransportContext,
} from '../core/contracts/index.js'

/** Characters of a place's name; a longer one, which might be too long for a socket's path, is replaced by a digest. */
const LONGEST = 40
/** Of the digest. */
const DIGITS = 24

/**
 * Meeting places on `transport`, a stream between processes of one user on one machine.
 * @param context what the transport gets
 */
export function rendezvousOver(
  transport: ConnectionTransport,
  context: Omit<TransportContext, 'rendezvous'>,
): Rendezvous {
  const full: TransportContext = {
    ...context,
    get rendezvous() {
      return rendezvous
    },
  }
  const rendezvous: Rendezvous = {
    listen: (address, options) => transport.listen(placeOf(transport, address), full, signalOf(options)),
    connect: (address, options) => transport.connect(placeOf(transport, address), full, signalOf(options)),
  }
  return rendezvous
}

/** No node listens there: the name of a place has one part more than theirs. */
function placeOf(transport: ConnectionTransport, { scheme, path }: Address): Address {
  const named = transport.nodeAddress(scheme, path)
  const { host, path: place } =
    named.path.length > LONGEST ? transport.nodeAddress(scheme, digestOf(path)) : named
  return formatAddress({ scheme: transport.name, host, path: `${place}.control` })
}

function digestOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, DIGITS)
}

/** What else a mechanism was asked for concerns itself, not where its ends meet. */
function signalOf({ signal }: RendezvousOptions = {}): RendezvousOptions {
  return signal === undefined ? {} : { signal }
}
