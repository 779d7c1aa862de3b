import {
  type Address,
  type Connection,
  type Endpoint,
  type Packet,
  type PacketTransport,
  SignalboxError,
  type TransportContext,
  type TransportOptions,
} from '../contracts/index.js'
import { Attempt } from './attempt.js'
import { ID_LENGTH, isFor, openPacket, PacketKind, readAccept } from './conversation-packet.js'
import { heardBy } from './heard-by.js'
import { PacketConnection } from './packet-connection.js'
import { returnAddressFor } from './return-address.js'

/**
 * Connects to whoever listens at `address`, from an endpoint of its own.
 * @throws SignalboxError `NO_LISTENER` when nobody answers, at once where the mechanism tells that nobody is there, and what opening an endpoint throws.
 */
export async function dialOver(
  transport: PacketTransport,
  address: Address,
  context: TransportContext,
  options: TransportOptions,
  patience: number,
): Promise<Connection> {
  const endpoint = await transport.open(returnAddressFor(transport, address, context), context, options)
  try {
    return await converse(transport, endpoint, address, context, options, patience)
  } catch (error) {
    await endpoint.close()
    throw error
  }
}

function converse(
  transport: PacketTransport,
  endpoint: Endpoint,
  address: Address,
  context: TransportContext,
  options: TransportOptions,
  patience: number,
): Promise<Connection> {
  const { maxFrame: maxPacket, group } = transport.describe(address)
  const everybody = group === 'always' ? 'all' : undefined
  const ownId = context.random.bytes(ID_LENGTH)
  const open = openPacket(ownId, endpoint.address)
  let connection: PacketConnection | undefined
  const attempt = new Attempt<Connection>(
    `connect to ${address.href}`,
    context.clock,
    patience,
    options.signal,
    () => connection?.signal('confirm') ?? endpoint.send(open, everybody ?? address),
  )
  let receive = ({ from, bytes }: Packet): void => {
    const accepted = isFor(bytes, ownId) ? readAccept(bytes) : undefined
    if (accepted === undefined) return
    const to = everybody ?? from ?? accepted.at
    const established = new PacketConnection({
      endpoint,
      ownId,
      peerId: accepted.listener,
      to,
      maxPacket,
    })
    connection = established
    established.signal('confirm')
    receive = answer => {
      if (!isFor(answer.bytes, ownId) || answer.bytes[0] === PacketKind.accept) return
      receive = packet => established.take(packet.bytes)
      receive(answer) // whatever it is, the listener has the connection
      attempt.succeed(established)
    }
  }
  heardBy(endpoint).subscribe(packet => receive(packet))
  endpoint.unreachable$?.subscribe(at => {
    // Also when somebody accepted: who is gone before it heard so has no connection.
    const why = `nobody is at ${at.href}; is there a listener?`
    attempt.fail(new SignalboxError('NO_LISTENER', `connect to ${address.href}: ${why}`))
  })
  return attempt.result
}
