import { type Address, parseAddress } from '../contracts/index.js'

/*
 * The packets of connections over a mechanism that has none.
 *
 *   open     kind u8 · the dialler's id · where the dialler is, as text
 *   accept   kind u8 · the dialler's id · the listener's id · where the listener's end is, as text
 *   others   kind u8 · the receiver's id · for data: the frame
 *
 * Each end chooses its id at random, for one connection, and ignores whatever does not carry it: packets of
 * earlier lives of an address, of other groups, of strangers. The dialler repeats `open` until it hears `accept`, and
 * then `confirm` until it hears `ready`, so that neither side has a connection that the other does not know of.
 */

/** Bytes of an end's id. */
export const ID_LENGTH = 8

/** What stands in front of a frame, in bytes. */
export const DATA_HEADER = 1 + ID_LENGTH

/** Bytes of the longest address. */
const LONGEST_ADDRESS = 1024

export const PacketKind = { open: 1, accept: 2, confirm: 3, ready: 4, data: 5, close: 6 } as const

export function openPacket(dialler: Uint8Array, at: Address): Uint8Array {
  return Buffer.concat([Uint8Array.of(PacketKind.open), dialler, Buffer.from(at.href)])
}

export function acceptPacket(dialler: Uint8Array, listener: Uint8Array, at: Address): Uint8Array {
  return Buffer.concat([Uint8Array.of(PacketKind.accept), dialler, listener, Buffer.from(at.href)])
}

/** A packet without content. */
export function signalPacket(kind: 'confirm' | 'ready' | 'close', receiver: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(PacketKind[kind]), receiver])
}

/** Whether `packet` is of that kind and for the end of that id. */
export function isFor(packet: Uint8Array, id: Uint8Array): boolean {
  if (packet.length < DATA_HEADER) return false
  for (let at = 0; at < ID_LENGTH; at++) if (packet[1 + at] !== id[at]) return false
  return true
}

/** Who dials, and from where; undefined for anything else than a proper `open`. */
export function readOpen(packet: Uint8Array): { dialler: Uint8Array; at: Address } | undefined {
  if (packet[0] !== PacketKind.open || packet.length <= DATA_HEADER) return undefined
  const at = readAddress(packet.subarray(DATA_HEADER))
  return at && { dialler: packet.slice(1, DATA_HEADER), at }
}

/** Who accepts, and where its end is; undefined for anything else than a proper `accept`. */
export function readAccept(packet: Uint8Array): { listener: Uint8Array; at: Address } | undefined {
  const header = DATA_HEADER + ID_LENGTH
  if (packet[0] !== PacketKind.accept || packet.length <= header) return undefined
  const at = readAddress(packet.subarray(header))
  return at && { listener: packet.slice(DATA_HEADER, header), at }
}

function readAddress(bytes: Uint8Array): Address | undefined {
  if (bytes.length > LONGEST_ADDRESS) return undefined
  try {
    return parseAddress(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined // a stranger's bytes
  }
}
