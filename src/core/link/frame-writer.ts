import type { ErrorCode, SignalboxError } from '../contracts/index.js'
import { ByteWriter } from './byte-writer.js'
import type { FrameRoom } from './frame-room.js'
import { FrameKind } from './frames.js'
import { writeReason } from './reason.js'
import { varintLength } from './varint.js'

// What is sent often is written in place: its length first, then its bytes into a room of that length.

export function dataLength(lane: number, sequence: number, message: number): number {
  return 1 + varintLength(lane) + varintLength(sequence) + message
}

/** What stands before a whole message. */
export function writeDataHead(room: FrameRoom, lane: number, sequence: number): FrameRoom {
  return room.u8(FrameKind.data).varint(lane).varint(sequence)
}

/** A whole message, made of `head` and `body`. */
export function writeData(
  room: FrameRoom,
  lane: number,
  sequence: number,
  head: Uint8Array,
  body: Uint8Array,
): void {
  writeDataHead(room, lane, sequence).raw(head).raw(body)
}

export function partLength(
  lane: number,
  sequence: number,
  offset: number,
  total: number,
  part: number,
): number {
  return 1 + varintLength(lane) + varintLength(sequence) + varintLength(offset) + varintLength(total) + part
}

/** The bytes from `offset` on of a message of `total` bytes. */
export function writePart(
  room: FrameRoom,
  lane: number,
  sequence: number,
  offset: number,
  total: number,
  part: Uint8Array,
): void {
  room.u8(FrameKind.part).varint(lane).varint(sequence).varint(offset).varint(total).raw(part)
}

export function grantLength(lane: number, sequence: number, messages: number, bytes: number): number {
  return 1 + varintLength(lane) + varintLength(sequence) + varintLength(messages) + varintLength(bytes)
}

/** All up to `sequence` is settled; `messages` and `bytes` may be sent in all since the lane began. */
export function writeGrant(
  room: FrameRoom,
  lane: number,
  sequence: number,
  messages: number,
  bytes: number,
): void {
  room.u8(FrameKind.grant).varint(lane).varint(sequence).varint(messages).varint(bytes)
}

export function encodeOpen(lane: number, label: Uint8Array): Uint8Array {
  return new ByteWriter().u8(FrameKind.open).varint(lane).raw(label).done()
}

export function encodeEnd(lane: number): Uint8Array {
  return new ByteWriter().u8(FrameKind.end).varint(lane).done()
}

export function encodeReject(lane: number, sequence: number, code: ErrorCode, text: string): Uint8Array {
  const out = new ByteWriter().u8(FrameKind.reject).varint(lane).varint(sequence)
  return writeReason(out, code, text).done()
}

export function encodePing(): Uint8Array {
  return Uint8Array.of(FrameKind.ping)
}

export function encodeBye(): Uint8Array {
  return Uint8Array.of(FrameKind.bye)
}

/** The session ends because of what the peer did. */
export function encodeFault({ code, message }: SignalboxError): Uint8Array {
  return writeReason(new ByteWriter().u8(FrameKind.fault), code, message).done()
}

export function ackLength(count: number): number {
  return 1 + varintLength(count)
}

/** `count` frames of this track were received. */
export function writeAck(room: FrameRoom, count: number): void {
  room.u8(FrameKind.ack).varint(count)
}

/** Track `track` is given up; `count` frames of it were received, and what else comes from it is ignored. */
export function encodeRetired(track: number, count: number): Uint8Array {
  return new ByteWriter().u8(FrameKind.retired).varint(track).varint(count).done()
}

/** Nothing but acknowledgements follows on this track. */
export function encodeDrain(): Uint8Array {
  return Uint8Array.of(FrameKind.drain)
}
