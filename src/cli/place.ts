import { builtinTransports } from '../composition/builtin-transports.js'
import {
  type Address,
  type Capabilities,
  type ConnectionTransport,
  type IntroducedTransport,
  type PacketTransport,
  parseAddress,
  SignalboxError,
} from '../core/contracts/index.js'
import { didYouMean } from '../core/node/nearest-name.js'
import { completed } from '../core/tracks/index.js'
import { type JournalPlace, journalPlaceOf } from '../transports/file-mapping/index.js'
import { isInherited } from './inherited-pipe.js'

/** Where frames go to or come from. */
export interface Place {
  readonly address: Address
  readonly transport: ConnectionTransport | PacketTransport | IntroducedTransport
  readonly boundaries: Capabilities['boundaries']
  /** The file of records that is meant, and no connections. */
  readonly journal: JournalPlace | undefined
}

/**
 * The place that an address names, if another process can be met there.
 * @param raw whether the bare mechanism is meant: without a name, there is nothing that a link could come back to
 * @throws SignalboxError `ADDRESS_INVALID`, `TRANSPORT_UNKNOWN`, `TRANSPORT_UNAVAILABLE`
 */
export async function placeAt(text: string, raw: boolean): Promise<Place> {
  const address = parseAddress(text)
  const transport = transportOf(address, raw)
  const journal = journalPlaceOf(address)
  if (journal !== undefined && !raw) {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${text}: a journal has records and carries no links; use --raw`,
    )
  }
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
  return { address, transport, boundaries, journal }
}

/**
 * What makes the connections at a place: the bare mechanism where it has any, or what links can be made over, as nodes make them.
 */
export function connectionsAt({ transport }: Place, raw: boolean): ConnectionTransport {
  return raw && transport.shape === 'connection' ? transport : completed(transport)
}

function transportOf(address: Address, raw: boolean): Place['transport'] {
  const { href, scheme } = address
  const transports = builtinTransports()
  const transport = transports.find(({ name }) => name === scheme)
  if (transport === undefined) {
    const names = transports.map(({ name }) => name)
    const hint = didYouMean(scheme, names) || `; there are ${names.join(', ')}`
    throw new SignalboxError('TRANSPORT_UNKNOWN', `${href}: '${scheme}' is no transport${hint}`)
  }
  if (transport.shape === 'introduced' && !(raw && isInherited(address))) {
    const why = `${scheme} has no names, and nobody introduces the command; use named-pipe, or --raw with an inherited anonymous-pipe://fd/0`
    throw new SignalboxError('ADDRESS_INVALID', `${href}: ${why}`)
  }
  if (transport.shape !== 'slot') return transport
  throw new SignalboxError(
    'TRANSPORT_UNAVAILABLE',
    `${href}: ${scheme} has neither connections nor packets, and the command needs one of them`,
  )
}
