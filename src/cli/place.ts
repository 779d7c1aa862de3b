import { builtinTransports } from '../composition/builtin-transports.js'
import {
  type Address,
  type Capabilities,
  type ConnectionTransport,
  parseAddress,
  SignalboxError,
} from '../core/contracts/index.js'
import { didYouMean } from '../core/node/nearest-name.js'

/** Where frames go to or come from. */
export interface Place {
  readonly address: Address
  readonly transport: ConnectionTransport
  readonly boundaries: Capabilities['boundaries']
}

/**
 * The place that an address names, if another process can be met there.
 * @throws SignalboxError `ADDRESS_INVALID`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
 */
export async function placeAt(text: string): Promise<Place> {
  const address = parseAddress(text)
  const transport = transportOf(address)
  const { reach, boundaries } = transport.describe(address)
  if (reach === 'process') {
    const why = `${transport.name} stays within one process, and the command is another; use named-pipe`
    throw new SignalboxError('ADDRESS_INVALID', `${text}: ${why}`)
  }
  const availability = await transport.availability()
  if (!availability.usable) {
    throw new SignalboxError(
      'TRANSPORT_UNAVAILABLE',
      `${text}: ${transport.name} is not usable here: ${availability.reason}`,
    )
  }
  return { address, transport, boundaries }
}

function transportOf({ href, scheme }: Address): ConnectionTransport {
  const transports = builtinTransports()
  const transport = transports.find(({ name }) => name === scheme)
  if (transport === undefined) {
    const names = transports.map(({ name }) => name)
    const hint = didYouMean(scheme, names) || `; there are ${names.join(', ')}`
    throw new SignalboxError('TRANSPORT_UNKNOWN', `${href}: '${scheme}' is no transport${hint}`)
  }
  if (transport.shape === 'connection') return transport
  throw new SignalboxError(
    'TRANSPORT_UNAVAILABLE',
    `${href}: ${scheme} has no connections, and the command needs them`,
  )
}
