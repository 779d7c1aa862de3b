import { crc32 } from 'node:zlib'
import { SignalboxError } from '../contracts/index.js'

/*
 * The packets of a reliable track. All numbers are big-endian.
 *
 *   every packet   check u32 (CRC-32 of all that follows) · kind u8
 *   content, end   transmission u48 · sequence u48 · the frame (an end has none)
 *   ack            heard u48 · next u48 · room u16 · selection, a bit for each sequence behind `next`
 *
 * A sequence counts frames, and a repetition keeps it; a transmission counts packets with a sequence, so that an
 * answer says which of several repetitions it is to.
 */

/** What stands in front of a frame, in bytes. */
export const CONTENT_HEADER = 17
/** Bytes of an acknowledgement without its selection. */
const ACK_HEADER = 19
/** Bytes of the largest acknowledgement. */
export const LARGEST_ACK = 51
/** Sequences that a receiver may take behind the one it waits for: what an acknowledgement has bits for. */
export const WIDEST_WINDOW = (LARGEST_ACK - ACK_HEADER) * 8

const Kind = { content: 1, end: 2, ack: 3 } as const

/** Content, or the end of all content. */
export interface ContentPacket {
  readonly kind: 'content' | 'end'
  readonly transmission: number
  readonly sequence: number
  /** A view of the packet. */
  readonly frame: Uint8Array
}

/** What a receiver has, and what it has room for. */
export interface AckPacket {
  readonly kind: 'ack'
  /** The highest transmission that arrived; 0 before the first. */
  readonly heard: number
  /** Everything before this sequence arrived. */
  readonly next: number
  /** Sequences from `next` on that may be sent. */
  readonly room: number
  /** Whether `sequence`, behind `next`, arrived already. */
  has(sequence: number): boolean
  /** The highest sequence that arrived, or `next - 1`. */
  readonly highest: number
}

export type ReliablePacket = ContentPacket | AckPacket

/** A packet with room for its header, so that it is repeated without being copied. */
export function contentPacket(kind: 'content' | 'end', sequence: number, frame: Uint8Array): Buffer {
  const packet = Buffer.allocUnsafe(CONTENT_HEADER + frame.length)
  packet[4] = Kind[kind]
  packet.writeUIntBE(sequence, 11, 6)
  packet.set(frame, CONTENT_HEADER)
  return packet
}

/** Makes `packet` the transmission of that number. */
export function stamp(packet: Buffer, transmission: number): void {
  packet.writeUIntBE(transmission, 5, 6)
  packet.writeUInt32BE(crc32(packet.subarray(4)), 0)
}

/** @param early sequences behind `next` that arrived, at most `WIDEST_WINDOW` behind it */
export function ackPacket(heard: number, next: number, room: number, early: Iterable<number>): Buffer {
  const packet = Buffer.alloc(LARGEST_ACK)
  let length = ACK_HEADER
  for (const sequence of early) {
    const bit = sequence - next - 1
    const at = ACK_HEADER + (bit >> 3)
    packet[at] = (packet[at] ?? 0) | (1 << (bit & 7))
    length = Math.max(length, at + 1)
  }
  packet[4] = Kind.ack
  packet.writeUIntBE(heard, 5, 6)
  packet.writeUIntBE(next, 11, 6)
  packet.writeUInt16BE(room, 17)
  const whole = packet.subarray(0, length)
  whole.writeUInt32BE(crc32(whole.subarray(4)), 0)
  return whole
}

/**
 * Reads a packet; undefined where it was damaged on its way, which is as good as lost.
 * @throws SignalboxError `PROTOCOL_VIOLATION` for what arrived undamaged and cannot be.
 */
export function readReliablePacket(bytes: Uint8Array): ReliablePacket | undefined {
  const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (packet.length < 5 || packet.readUInt32BE(0) !== crc32(packet.subarray(4))) return undefined
  switch (packet[4]) {
    case Kind.content:
      return readContent('content', packet)
    case Kind.end:
      return readContent('end', packet)
    case Kind.ack:
      return readAck(packet)
    default:
      throw violated(`packets of kind ${packet[4]} do not exist`)
  }
}

/** The error of a peer that sends what this protocol does not allow. */
export function violated(what: string): SignalboxError {
  return new SignalboxError('PROTOCOL_VIOLATION', `the peer broke the rules of retransmission: ${what}`)
}

function readContent(kind: 'content' | 'end', packet: Buffer): ContentPacket {
  if (packet.length < CONTENT_HEADER || (kind === 'end' && packet.length > CONTENT_HEADER)) {
    throw violated(`an ${kind} packet of ${packet.length} B`)
  }
  return {
    kind,
    transmission: packet.readUIntBE(5, 6),
    sequence: packet.readUIntBE(11, 6),
    frame: packet.subarray(CONTENT_HEADER),
  }
}

function readAck(packet: Buffer): AckPacket {
  if (packet.length < ACK_HEADER || packet.length > LARGEST_ACK) {
    throw violated(`an acknowledgement of ${packet.length} B`)
  }
  const next = packet.readUIntBE(11, 6)
  const selection = packet.subarray(ACK_HEADER)
  const last = selection.at(-1)
  if (last === 0) throw violated('a selection ends with nothing')
  const bits = last === undefined ? 0 : selection.length * 8 - (Math.clz32(last) - 24)
  return {
    kind: 'ack',
    heard: packet.readUIntBE(5, 6),
    next,
    room: packet.readUInt16BE(17),
    has: sequence => {
      const bit = sequence - next - 1
      return bit >= 0 && ((selection[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
    },
    highest: bits === 0 ? next - 1 : next + bits,
  }
}
