import type { Address, Transport, TransportContext } from '../contracts/index.js'

/** A place of one's own, at which whoever is at `to` can answer. */
export function returnAddressFor(
  transport: Transport,
  to: Address,
  context: Pick<TransportContext, 'random'>,
): Address {
  const unique = Buffer.from(context.random.bytes(16)).toString('hex')
  return transport.returnAddress?.(to, unique) ?? transport.nodeAddress('return', unique)
}
